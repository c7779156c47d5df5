import type { Instant } from "../base/time.ts";
import type { Config } from "../conf/model/config.ts";
import type { Standing } from "../vrrp/tracking.ts";
import { ProcessQuorums } from "./process-quorums.ts";

/** What stands in a `track_file`; without `content` there is no such file, or it cannot be read. */
export interface FileReading {
  readonly name: string;
  readonly content?: string;
}

/** How many processes a `vrrp_track_process` matches. */
export interface ProcessCount {
  readonly name: string;
  readonly count: number;
  /** A program that was started (exec), rather than a fork or an end: no delay applies. */
  readonly byExec?: boolean;
}

/**
 * How tracked files, processes and BFD sessions stand, by the names of their blocks. Changed in place: it belongs to one
 * machine's state. What was never heard of counts as 0 (a file) or as down, as in keepalived.
 */
export class TrackerStandings {
  readonly #files = new Map<string, number>();
  readonly #processes = new ProcessQuorums();
  readonly #bfdSessions = new Map<string, Standing>();

  /** Forgets what the configuration no longer knows; what stays keeps its standing. */
  configure(config: Config): void {
    keepOnly(this.#files, config.trackFiles);
    this.#processes.configure(config.trackProcesses);
    keepOnly(this.#bfdSessions, config.bfdInstances);
  }

  /** Takes what stands in a file now. False when that is no number: then the number before stays. */
  file({ name, content }: FileReading): boolean {
    const value = numberInFile(content ?? "");
    if (value !== undefined) this.#files.set(name, value);
    return value !== undefined;
  }

  /**
   * Takes a number of processes, which counts at once at a start and otherwise after the delays of the block; whether the
   * block stands otherwise now.
   */
  process(count: ProcessCount, now: Instant | "at-once"): boolean {
    return this.#processes.count(count, now);
  }

  /** Takes the state of a BFD session; whether that is another than before. */
  bfdSession(name: string, up: boolean): boolean {
    const changed = this.standing("bfd", name) !== (up ? "up" : "down");
    this.#bfdSessions.set(name, up ? "up" : "down");
    return changed;
  }

  /** When a delay of a process ends. */
  deadline(): Instant | undefined {
    return this.#processes.deadline();
  }

  /** The processes whose delay has ended with a new standing. */
  alarm(now: Instant): readonly string[] {
    return this.#processes.alarm(now);
  }

  /** The number of a file. */
  fileValue(name: string): number {
    return this.#files.get(name) ?? 0;
  }

  /** How a process or a BFD session stands. */
  standing(kind: "process" | "bfd", name: string): Standing {
    return kind === "process" ? this.#processes.standing(name) : (this.#bfdSessions.get(name) ?? "down");
  }

  /** Everything known, for status and plan. */
  all(): TrackerStatus {
    return {
      files: [...this.#files].map(([name, value]) => ({ name, value })),
      processes: this.#processes.all(),
      bfdSessions: [...this.#bfdSessions].map(([name, standing]) => ({ name, standing })),
    };
  }

  /** Takes what `all` told. */
  restore(status: TrackerStatus): void {
    for (const { name, value } of status.files) this.#files.set(name, value);
    this.#processes.restore(status.processes);
    for (const { name, standing } of status.bfdSessions) this.#bfdSessions.set(name, standing);
  }
}

/** Tracked files, processes and BFD sessions as data. */
export interface TrackerStatus {
  readonly files: readonly { readonly name: string; readonly value: number }[];
  /** With how many processes there are. */
  readonly processes: readonly {
    readonly name: string;
    readonly standing: Standing;
    readonly count: number;
  }[];
  readonly bfdSessions: readonly { readonly name: string; readonly standing: Standing }[];
}

function keepOnly(map: Map<string, unknown>, blocks: readonly { readonly name: string }[]): void {
  const known = new Set(blocks.map(({ name }) => name));
  for (const name of [...map.keys()]) if (!known.has(name)) map.delete(name);
}

const LEAST = -(2 ** 31);
const MOST = 2 ** 31;

/**
 * The number at the beginning of a tracked file as keepalived reads it: decimal, 0x hexadecimal or 0 octal, and 0 for
 * anything else, an empty file and a missing one. Undefined for a number beyond 32 bits, which keepalived ignores.
 */
export function numberInFile(content: string): number | undefined {
  const match = /^[ \t\n\v\f\r]*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)/.exec(content);
  const digits = match?.[2];
  if (digits === undefined) return 0;
  const octal = /^0[0-7]+$/.test(digits);
  const size = octal ? Number.parseInt(digits, 8) : Number(digits);
  const value = match?.[1] === "-" && size !== 0 ? -size : size;
  return value < LEAST || value > MOST ? undefined : value;
}
