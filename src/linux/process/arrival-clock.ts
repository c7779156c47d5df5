import { type Duration, type Instant, instant, milliseconds } from "../../base/time.ts";

/** How far back an arrival counts. */
const LONGEST_WAIT: Duration = milliseconds(2);

/**
 * When an event counts as having happened. Timers of RFC 9568 run from the receipt of an advertisement, and the kernel
 * knows that better than a process that had to wake up first: with an interval of 10 ms the difference is a tenth of the
 * skew time. What waited longer than 2 ms counts from then: after a long sleep the newest packet in a full socket is old,
 * and those that would have followed it are lost.
 */
export class ArrivalClock {
  #latest: Instant = instant(0);

  /** The instant of an event that the kernel got at `arrival` (undefined: it happens now); never before that of the last. */
  instantOf(arrival: Instant | undefined, now: Instant): Instant {
    const counted = Math.max(this.#latest, Math.min(now, Math.max(arrival ?? now, now - LONGEST_WAIT)));
    this.#latest = instant(counted);
    return this.#latest;
  }
}
