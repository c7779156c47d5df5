import { MonotonicTimer } from "dgram-extra";
import type { Instant } from "../base/time.ts";

/**
 * The one alarm of a driver. It rings never before the instant it is set to, at once when that has passed, and not
 * again until it is set again. It keeps the process running until closed.
 */
export class Alarm {
  readonly #timer: MonotonicTimer;
  #at: Instant | undefined;

  constructor(onAlarm: () => void) {
    this.#timer = new MonotonicTimer(() => {
      this.#at = undefined;
      onAlarm();
    });
  }

  /** Rings at `at` instead of what was set before; undefined: not at all. Setting the same instant again is free. */
  set(at: Instant | undefined): void {
    if (at === this.#at) return;
    this.#at = at;
    this.#timer.set(at);
  }

  /** Never rings again. */
  close(): void {
    this.#timer.close();
  }
}
