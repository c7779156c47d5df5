import { checked, systemCall } from "./system-call.ts";
import { readable, Watcher } from "./watcher.ts";

const CLOCK_MONOTONIC = 1;
const TFD_NONBLOCK_CLOEXEC = 0x800 | 0x80000;
const TFD_TIMER_ABSTIME = 1;

/**
 * A timer at an absolute instant of CLOCK_MONOTONIC, by timerfd. setTimeout rounds to milliseconds and can fire up to
 * one too early; this one does neither.
 */
export class MonotonicTimer {
  readonly #descriptor: number;
  readonly #watcher: Watcher;
  readonly #specification = new BigInt64Array(4); // struct itimerspec: interval (unused) and value
  readonly #expirations = new BigUint64Array(1);
  #closed = false;

  /** `onExpired` is called once for each `set` whose instant came before the next `set`. */
  constructor(onExpired: () => void) {
    this.#descriptor = checked(
      systemCall("timerfd_create", CLOCK_MONOTONIC, TFD_NONBLOCK_CLOEXEC),
      "Cannot make a timer",
    );
    this.#watcher = new Watcher(this.#descriptor, {
      events: readable,
      onEvent: () => {
        // Nothing to read means that it was set anew after epoll saw it expire.
        if (!this.#closed && systemCall("read", this.#descriptor, this.#expirations, 8) === 8) onExpired();
      },
    });
  }

  /** Expires at `at` microseconds of CLOCK_MONOTONIC, at once when that has passed; undefined stops the timer. */
  set(at: number | undefined): void {
    if (this.#closed) return;
    // A value of zero would stop the timer instead of firing it.
    const whole = at === undefined ? 0 : Math.max(1, Math.round(at));
    this.#specification[2] = BigInt(Math.floor(whole / 1e6));
    this.#specification[3] = BigInt((whole % 1e6) * 1e3);
    checked(
      systemCall("timerfd_settime", this.#descriptor, TFD_TIMER_ABSTIME, this.#specification, null),
      "Cannot set a timer",
    );
  }

  /** Whether a pending timer keeps the process running; it does at first, pending or not. */
  setReferenced(referenced: boolean): void {
    this.#watcher.setReferenced(referenced);
  }

  /** Stops for good; closing twice is harmless. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#watcher.close();
    systemCall("close", this.#descriptor);
  }
}
