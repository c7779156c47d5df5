import { constants } from "node:os";
import { native, type SystemCallName, type Word } from "./native.ts";

const codes = new Map<number, string>();
for (const [code, errno] of Object.entries(constants.errno)) if (!codes.has(errno)) codes.set(errno, code);

/** The symbolic name of a positive errno, such as "ENOBUFS"; "E<number>" for one Node has no name for. */
export function errorCode(errno: number): string {
  return codes.get(errno) ?? `E${errno}`;
}

/** The C library's words for a positive errno, such as "No buffer space available". */
export function errorText(errno: number): string {
  return native.errorText(errno);
}

/** A refused system call. The message says what was attempted and why the kernel refused. */
export class SystemError extends Error {
  override readonly name = "SystemError";
  /** The positive errno. */
  readonly errno: number;
  /** Its symbolic name, such as "EPERM". */
  readonly code: string;

  constructor(attempted: string, errno: number) {
    super(`${attempted}: ${errorText(errno)} (${errorCode(errno)})`);
    this.errno = errno;
    this.code = errorCode(errno);
  }
}

/** Makes a system call. Returns what the kernel returns: the result, or the negated errno. */
export function systemCall(name: SystemCallName, ...words: readonly Word[]): number {
  return native.call(native.systemCallNumbers[name], ...words);
}

/**
 * `result` when it is not an error.
 * @throws {SystemError} when it is a negated errno; `attempted` begins the message.
 */
export function checked(result: number, attempted: string): number {
  if (result < 0) throw new SystemError(attempted, -result);
  return result;
}

/** CLOCK_MONOTONIC in microseconds with a fraction: the clock of MonotonicTimer and of `receivedAt`. */
export function monotonicMicroseconds(): number {
  return native.monotonicMicroseconds();
}
