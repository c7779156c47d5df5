import { type Duration, microseconds } from "../base/time.ts";

/** What the timers of one router depend on. */
export interface TimerInputs {
  readonly version: 2 | 3;
  /** Effective priority, 1..255. */
  readonly priority: number;
  /** Version 2: our own interval. Version 3: the interval of the master heard last. */
  readonly interval: Duration;
  /** `down_timer_adverts`: missed advertisements until the master counts as gone; 3 in every RFC. */
  readonly downTimerAdvertisements: number;
}

/**
 * Skew_Time, which lets the backup of the highest priority act first, in whole microseconds rounded down.
 * Version 2 (RFC 3768 section 6.1): (256 - priority) / 256 seconds, whatever the interval.
 * Version 3 (RFC 9568 section 6.1): that share of the master's interval.
 */
export function skewTime(inputs: Omit<TimerInputs, "downTimerAdvertisements">): Duration {
  const base = inputs.version === 2 ? 1_000_000 : inputs.interval;
  return microseconds(Math.floor(((256 - inputs.priority) * base) / 256));
}

/** Master_Down_Interval: `downTimerAdvertisements` intervals and the skew. */
export function masterDownInterval(inputs: TimerInputs): Duration {
  return microseconds(inputs.downTimerAdvertisements * inputs.interval + skewTime(inputs));
}
