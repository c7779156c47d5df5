import type { Config } from "../conf/model/config.ts";
import type { TrackerReadings, VrrpHostEvent } from "../director/host.ts";

/** Processes that run of each kind, until something is said of it: enough for any quorum that is drawn. */
const USUAL_PROCESSES = 2;

/**
 * What the trackers of a host look at: files, processes and the sessions of its BFD process. It outlives the VRRP process.
 * At first all is well: files hold 0, processes run, sessions are up.
 */
export class SensedWorld {
  /** Counts every change. */
  changes = 0;
  readonly #files = new Map<string, string | undefined>();
  readonly #processes = new Map<string, number>();
  readonly #sessionsDown = new Set<string>();
  readonly #tell: (event: VrrpHostEvent) => void;

  constructor(tell: (event: VrrpHostEvent) => void) {
    this.#tell = tell;
  }

  /** The number that a tracked file stands for: 0 when there is none, or no number in it. */
  fileNumber(name: string): number {
    const content = this.#content(name);
    return content !== undefined && /^-?\d+$/.test(content) ? Number(content) : 0;
  }

  /** How many processes of a kind run. */
  processCount(name: string): number {
    return this.#processes.get(name) ?? USUAL_PROCESSES;
  }

  /** Whether a BFD session is up. */
  isSessionUp(name: string): boolean {
    return !this.#sessionsDown.has(name);
  }

  /** A file is written, or removed. */
  writeFile(name: string, content: string | undefined): void {
    this.changes++;
    this.#files.set(name, content);
    this.#tell({ kind: "tracked-file", name, ...(content === undefined ? {} : { content }) });
  }

  /** Processes begin or end; `byExec` when a program was started rather than a process forked. */
  setProcesses(name: string, count: number, byExec: boolean): void {
    this.changes++;
    this.#processes.set(name, count);
    this.#tell({ kind: "tracked-process", name, count, ...(byExec ? { byExec } : {}) });
  }

  /** The BFD process reports a session. */
  setSession(name: string, up: boolean): void {
    this.changes++;
    if (up) this.#sessionsDown.delete(name);
    else this.#sessionsDown.add(name);
    this.#tell({ kind: "bfd-session", name, up });
  }

  /** What is read before a configuration is taken. */
  readings({ trackFiles, trackProcesses }: Config): { readonly readings?: TrackerReadings } {
    if (trackFiles.length === 0 && trackProcesses.length === 0) return {};
    const files = trackFiles.map(({ name }) => {
      const content = this.#content(name);
      return content === undefined ? { name } : { name, content };
    });
    const processes = trackProcesses.map(({ name }) => ({ name, count: this.processCount(name) }));
    return { readings: { files, processes } };
  }

  /** The parent tells a process that has just started how its sessions stand. */
  introduceSessions({ bfdInstances }: Config): void {
    for (const { name } of bfdInstances)
      this.#tell({ kind: "bfd-session", name, up: this.isSessionUp(name) });
  }

  #content(name: string): string | undefined {
    return this.#files.has(name) ? this.#files.get(name) : "0";
  }
}
