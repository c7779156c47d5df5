import type { Config } from "../conf/model/config.ts";
import type { Standing } from "../vrrp/tracking.ts";

/** What stands in a `track_file`; without `content` there is no such file, or it cannot be read. */
export interface FileReading {
  readonly name: string;
  readonly content?: string;
}

/** How many processes a `vrrp_track_process` matches. */
export interface ProcessCount {
  readonly name: string;
  readonly count: number;
}

/**
 * How tracked files, processes and BFD sessions stand, by the names of their blocks. Changed in place: it belongs to one
 * machine's state. What was never heard of counts as 0 (a file) or as down, as in keepalived.
 */
export class TrackerStandings {
  readonly #files = new Map<string, number>();
  readonly #processes = new Map<string, Standing>();
  readonly #bfdSessions = new Map<string, Standing>();

  /** Forgets what the configuration no longer knows; what stays keeps its standing. */
  configure(config: Config): void {
    keepOnly(this.#files, config.trackFiles);
    keepOnly(this.#processes, config.trackProcesses);
    keepOnly(this.#bfdSessions, config.bfdInstances);
  }

  /** Takes what stands in a file now. */
  file({ name, content }: FileReading): void {
    this.#files.set(name, numberIn(content ?? ""));
  }

  /** Takes a number of processes. */
  process({ name, count }: ProcessCount, config: Config): void {
    const block = config.trackProcesses.find((tracked) => tracked.name === name);
    if (block === undefined) return;
    const enough = count >= block.quorum && count <= (block.quorumMax ?? Number.POSITIVE_INFINITY);
    this.#processes.set(name, enough ? "up" : "down");
  }

  /** Takes the state of a BFD session. */
  bfdSession(name: string, up: boolean): void {
    this.#bfdSessions.set(name, up ? "up" : "down");
  }

  /** The number of a file. */
  fileValue(name: string): number {
    return this.#files.get(name) ?? 0;
  }

  /** How a process or a BFD session stands. */
  standing(kind: "process" | "bfd", name: string): Standing {
    return (kind === "process" ? this.#processes : this.#bfdSessions).get(name) ?? "down";
  }

  /** Everything known, for status and plan. */
  all(): TrackerStatus {
    const standings = (map: ReadonlyMap<string, Standing>) =>
      [...map].map(([name, standing]) => ({ name, standing }));
    return {
      files: [...this.#files].map(([name, value]) => ({ name, value })),
      processes: standings(this.#processes),
      bfdSessions: standings(this.#bfdSessions),
    };
  }

  /** Takes what `all` told. */
  restore(status: TrackerStatus): void {
    for (const { name, value } of status.files) this.#files.set(name, value);
    for (const { name, standing } of status.processes) this.#processes.set(name, standing);
    for (const { name, standing } of status.bfdSessions) this.#bfdSessions.set(name, standing);
  }
}

/** Tracked files, processes and BFD sessions as data. */
export interface TrackerStatus {
  readonly files: readonly { readonly name: string; readonly value: number }[];
  readonly processes: readonly { readonly name: string; readonly standing: Standing }[];
  readonly bfdSessions: readonly { readonly name: string; readonly standing: Standing }[];
}

function keepOnly(map: Map<string, unknown>, blocks: readonly { readonly name: string }[]): void {
  const known = new Set(blocks.map(({ name }) => name));
  for (const name of [...map.keys()]) if (!known.has(name)) map.delete(name);
}

function numberIn(content: string): number {
  return Number(/^\s*[+-]?\d+/.exec(content)?.[0] ?? 0);
}
