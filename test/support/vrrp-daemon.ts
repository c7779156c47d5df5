import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findProgram } from "./capabilities.ts";
import { eventually } from "./eventually.ts";
import type { Namespaces } from "./namespaces.ts";

/** A program that takes keepalived's options. */
export type DaemonProgram = "locum" | "keepalived";

const LOCUM = fileURLToPath(new URL("../../bin/locum", import.meta.url));

/** Ours or Debian's daemon in a namespace, with files of its own and everything it logs kept. */
export class VrrpDaemon {
  readonly #namespaces: Namespaces;
  readonly #options: {
    readonly namespace: string;
    readonly program: DaemonProgram;
    readonly flags?: readonly string[];
    readonly before?: readonly string[];
    readonly within?: string;
    readonly ownPidFiles?: true;
  };
  readonly #folder: string;
  #process: ChildProcess | undefined;
  #log = "";

  constructor(
    namespaces: Namespaces,
    options: {
      namespace: string;
      program: DaemonProgram;
      flags?: readonly string[];
      /** A command that runs the program in another environment or with other limits: `env`, `prlimit`. */
      before?: readonly string[];
      /** The folder in which it gets one for its configuration and its pid files. */
      within?: string;
      /** It puts its pid files where it does without options. */
      ownPidFiles?: true;
    },
  ) {
    this.#namespaces = namespaces;
    this.#options = options;
    this.#folder = mkdtempSync(join(options.within ?? tmpdir(), "locum-test-"));
  }

  /** Its configuration file. */
  get configuration(): string {
    return join(this.#folder, "keepalived.conf");
  }

  /** Everything it logged so far. */
  get log(): string {
    return this.#log;
  }

  /** The parent's process id. */
  get pid(): number {
    const pid = this.#process?.pid;
    if (pid === undefined) throw new Error("the daemon was not started");
    return pid;
  }

  /** Writes the configuration; a running daemon reads it at its next reload. */
  configure(text: string): void {
    mkdirSync(this.#folder, { recursive: true });
    writeFileSync(this.configuration, text);
  }

  start(): void {
    const { namespace, program } = this.#options;
    const own = program === "locum" ? [LOCUM, "keepalived"] : [findProgram("keepalived") ?? "keepalived"];
    const file = (name: string) => join(this.#folder, name);
    const flags = this.#options.flags ?? ["-P"];
    const [command = "", ...words] = this.#namespaces.command(namespace, [
      ...(this.#options.before ?? []),
      ...own,
      ...["-n", "-l", "-G", "-D", ...flags, "-f", this.configuration],
      ...(this.#options.ownPidFiles === true
        ? []
        : ["-p", file("p.pid"), "-r", file("v.pid"), "-c", file("c.pid"), "-b", file("b.pid")]),
    ]);
    this.#process = spawn(command, words, { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#log += text;
      });
    }
  }

  /** Whether it still runs. */
  get running(): boolean {
    return (
      this.#process !== undefined && this.#process.exitCode === null && this.#process.signalCode === null
    );
  }

  /** The exit code, once it has ended. */
  async ended(within = 8_000): Promise<number | undefined> {
    await eventually(() => !this.running, { within });
    return this.#process?.exitCode ?? undefined;
  }

  /** SIGTERM, and wait for the end. */
  async stop(): Promise<number | undefined> {
    if (!this.running) return this.#process?.exitCode ?? undefined;
    process.kill(this.pid, "SIGTERM");
    return this.ended();
  }

  signal(name: NodeJS.Signals): void {
    process.kill(this.pid, name);
  }

  /** Every process of it at once, as a crash: frozen first, so that no child acts on its parent's death. */
  async kill(): Promise<void> {
    if (!this.running) return;
    const all = processTree(this.pid);
    for (const pid of all) process.kill(pid, "SIGSTOP");
    for (const pid of all) process.kill(pid, "SIGKILL");
    await this.ended(30_000);
    // The children end in their own time, and hold their files until then.
    await eventually(() => !all.some(holdsFiles), { within: 30_000 });
  }

  /** Ends it in any way and removes its files. */
  async dispose(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Whether a process is there and not a zombie, which holds no file any more. */
function holdsFiles(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return !/^[ZX]$/.test(stat.charAt(stat.lastIndexOf(")") + 2));
  } catch {
    return false;
  }
}

/** A process and all its descendants, parents first. */
export function processTree(root: number): number[] {
  const parents = new Map<number, number>();
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, "utf8");
      parents.set(Number(entry), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
    } catch {
      // It ended while we looked.
    }
  }
  const found = [root];
  for (const pid of found) {
    for (const [child, parent] of parents) if (parent === pid) found.push(child);
  }
  return found;
}
