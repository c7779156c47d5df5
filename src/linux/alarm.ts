import { MonotonicTimer } from "dgram-extra";
import type { Instant } from "../base/time.ts";
import { monotonicNow } from "./monotonic-clock.ts";

/**
 * The one alarm of a driver. It rings never before the instant it is set to, at once when that has passed, and not
 * again until it is set again. It keeps the process running until closed.
 */
export class Alarm {
  readonly #timer: MonotonicTimer;
  /** When it is to ring. */
  #at: Instant | undefined;
  /** When the timer expires: never after `#at`, and before it when that was moved away. */
  #expires: Instant | undefined;

  constructor(onAlarm: () => void) {
    this.#timer = new MonotonicTimer(() => {
      const at = this.#at;
      const early = at !== this.#expires && (at === undefined || monotonicNow() < at);
      this.#expires = undefined;
      if (early) {
        if (at !== undefined) this.#expireAt(at);
        return;
      }
      this.#at = undefined;
      onAlarm();
    });
  }

  /**
   * Rings at `at` instead of what was set before; undefined: not at all. Moving it away is free, as is setting the same
   * instant again: each advertisement that a backup hears moves its deadline, and a timer that expires for nothing once
   * per down interval costs less than a system call for each of them.
   */
  set(at: Instant | undefined): void {
    this.#at = at;
    if (at === undefined || (this.#expires !== undefined && this.#expires <= at)) return;
    this.#expireAt(at);
  }

  /** Never rings again. */
  close(): void {
    this.#timer.close();
  }

  #expireAt(at: Instant): void {
    this.#expires = at;
    this.#timer.set(at);
  }
}
