import { monotonicMicroseconds } from "dgram-extra";
import { type Instant, instant } from "../base/time.ts";

/** The present on the clock of Alarm and of the sockets' receive times: CLOCK_MONOTONIC in whole microseconds. */
export function monotonicNow(): Instant {
  return instant(monotonicMicroseconds());
}
