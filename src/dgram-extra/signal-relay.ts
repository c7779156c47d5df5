import { constants } from "node:os";
import { native } from "./native.ts";
import { checked, systemCall } from "./system-call.ts";

/**
 * Passes one signal on to other processes at the very moment it comes, from within the signal handler: they have it
 * before the event loop of this process wakes. Handlers of `process.on` run as ever, afterwards; they must be there
 * first. One relay for the whole process.
 */
export class SignalRelay {
  readonly #number: number;
  readonly #descriptors = new Map<number, number>();

  constructor(signal: NodeJS.Signals) {
    this.#number = constants.signals[signal];
  }

  /** Passes the signal on to this process too. @throws {SystemError} ESRCH when there is none, EINVAL for a ninth. */
  add(pid: number): void {
    if (this.#descriptors.has(pid)) return;
    const descriptor = checked(systemCall("pidfd_open", pid, 0), `Cannot watch process ${pid}`);
    this.#descriptors.set(pid, descriptor);
    try {
      this.#tell();
    } catch (error) {
      this.remove(pid);
      throw error;
    }
  }

  /** No longer passes it on to this process; one that is not known is no error. */
  remove(pid: number): void {
    const descriptor = this.#descriptors.get(pid);
    if (descriptor === undefined) return;
    this.#descriptors.delete(pid);
    this.#tell();
    systemCall("close", descriptor);
  }

  #tell(): void {
    const told = native.relaySignal(this.#number, Int32Array.from(this.#descriptors.values()));
    checked(told, `Cannot relay signal ${this.#number}`);
  }
}
