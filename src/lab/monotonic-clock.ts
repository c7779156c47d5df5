import { type Instant, instant } from "../base/time.ts";

/**
 * CLOCK_MONOTONIC now. Every process of one machine reads the same clock, so that what the prober, the client and
 * the wire saw can be laid on one time axis.
 */
export function monotonicNow(): Instant {
  return instant(Number(process.hrtime.bigint() / 1_000n));
}
