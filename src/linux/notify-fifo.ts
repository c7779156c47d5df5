import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  openSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { makeFifo, SystemError, systemCall } from "dgram-extra";
import { failed, ok, type Result } from "../base/result.ts";
import type { Identity } from "./script-identity.ts";

/** keepalived's mode of a pipe that it makes, before its umask, which is 0177 when nothing else is written. */
const MODE = 0o644;

const FIONREAD = 0x541b;

/** What a pipe reports for the log. */
export type FifoReport = (level: "warning" | "info", message: string) => void;

/**
 * A named pipe that gets a line for each event. Writing never waits: a line that a full pipe has no room for is
 * dropped and counted, where keepalived drops it in silence.
 */
export class NotifyFifo {
  readonly path: string;
  readonly #descriptor: number;
  readonly #made: boolean;
  readonly #report: FifoReport;
  #full = false;
  #dropped = 0;

  /**
   * Opens a pipe, and makes it when nothing is there: with keepalived's mode under `umask`, and `owner` as its owner. We hold both
   * ends, so that lines wait for a reader that comes later.
   */
  static open(
    path: string,
    options: { readonly owner: Identity; readonly umask: number; readonly report: FifoReport },
  ): Result<NotifyFifo, string> {
    let made = false;
    try {
      makeFifo(path, MODE & ~options.umask);
      made = true;
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      if (error.code !== "EEXIST") return failed(error.message);
    }
    const { O_RDWR, O_NONBLOCK, O_NOFOLLOW } = constants;
    let descriptor: number;
    try {
      descriptor = openSync(path, O_RDWR | O_NONBLOCK | O_NOFOLLOW);
    } catch (error) {
      if (made) unlinkSync(path);
      return failed(`cannot open the named pipe ${path}: ${messageOf(error)}`);
    }
    if (!fstatSync(descriptor).isFIFO()) {
      closeSync(descriptor);
      return failed(`${path} is there and is no named pipe; remove it, or name another path`);
    }
    if (made) adorn(descriptor, { path, ...options });
    return ok(new NotifyFifo(path, { descriptor, made, report: options.report }));
  }

  private constructor(
    path: string,
    { descriptor, made, report }: { descriptor: number; made: boolean; report: FifoReport },
  ) {
    this.path = path;
    this.#descriptor = descriptor;
    this.#made = made;
    this.#report = report;
  }

  /** Lines that found the pipe full. */
  get dropped(): number {
    return this.#dropped;
  }

  /** How many bytes nobody has read yet. */
  get unread(): number {
    const count = new Int32Array(1);
    return systemCall("ioctl", this.#descriptor, FIONREAD, count) < 0 ? 0 : (count[0] ?? 0);
  }

  /** Writes a line whole or not at all: it is shorter than PIPE_BUF. */
  write(line: string): void {
    try {
      writeSync(this.#descriptor, line);
    } catch (error) {
      this.#drop(messageOf(error), (error as NodeJS.ErrnoException).code === "EAGAIN");
      return;
    }
    if (!this.#full) return;
    this.#full = false;
    this.#report(
      "info",
      `the named pipe ${this.path} is read again; ${this.#dropped} lines were dropped so far`,
    );
  }

  /** Takes the name away first, so that nobody can open it any more, then our ends of it. */
  close(): void {
    if (this.#made) {
      try {
        unlinkSync(this.path);
      } catch {
        // Somebody has removed it already.
      }
    }
    closeSync(this.#descriptor);
  }

  #drop(reason: string, full: boolean): void {
    this.#dropped++;
    if (this.#full) return;
    this.#full = true;
    const why = full ? "is full, because nobody reads it" : `cannot be written (${reason})`;
    this.#report(
      "warning",
      `the named pipe ${this.path} ${why}: lines are dropped until it can be written again`,
    );
  }
}

/** Our own umask does not count, and the owner is not us. */
function adorn(
  descriptor: number,
  { path, owner, umask, report }: { path: string; owner: Identity; umask: number; report: FifoReport },
): void {
  try {
    fchmodSync(descriptor, MODE & ~umask);
    fchownSync(descriptor, owner.uid, owner.gid);
  } catch (error) {
    report("warning", `cannot give the named pipe ${path} to user ${owner.uid}: ${messageOf(error)}`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
