import { native } from "./native.ts";
import { checked, systemCall } from "./system-call.ts";
import { readable, Watcher } from "./watcher.ts";

const EFD_NONBLOCK_CLOEXEC = 0x800 | 0x80000;

/** Numbers of signals without a name in Node, as glibc hands them out: it keeps 32 and 33 for itself. */
export const signalNumbers = { realtimeMinimum: 34, realtimeMaximum: 64 } as const;

/**
 * Catches one signal of any number; `process.on` knows those with a name only. Signals that come in a row are told once,
 * with their count. One catcher for each number at a time.
 */
export class SignalCatcher {
  readonly #number: number;
  readonly #descriptor: number;
  readonly #watcher: Watcher;
  readonly #count = new BigUint64Array(1);
  #closed = false;

  /** @throws {SystemError} EINVAL for a number that is none or cannot be caught. */
  constructor(number: number, onSignal: (count: number) => void) {
    this.#number = number;
    this.#descriptor = checked(
      systemCall("eventfd2", 0, EFD_NONBLOCK_CLOEXEC),
      "Cannot make an event descriptor",
    );
    const caught = native.catchSignal(number, this.#descriptor);
    if (caught < 0) systemCall("close", this.#descriptor);
    checked(caught, `Cannot catch signal ${number}`);
    this.#watcher = new Watcher(this.#descriptor, {
      events: readable,
      onEvent: () => {
        if (!this.#closed && systemCall("read", this.#descriptor, this.#count, 8) === 8)
          onSignal(Number(this.#count[0]));
      },
    });
    this.#watcher.setReferenced(false);
  }

  /** Gives the signal its default action back; closing twice is harmless. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    native.catchSignal(this.#number, -1);
    this.#watcher.close();
    systemCall("close", this.#descriptor);
  }
}
