/**
 * Time as the cores see it: whole microseconds, the resolution of keepalived's own timers.
 * A core never reads a clock; every `Instant` comes in with an event.
 */

/** A length of time in whole microseconds. */
export type Duration = number & { readonly unit: "microseconds" };

/** A point on a monotonic clock in whole microseconds; its zero has no meaning. */
export type Instant = number & { readonly clock: "monotonic microseconds" };

/** `value` microseconds, rounded to a whole number. */
export function microseconds(value: number): Duration {
  return Math.round(value) as Duration;
}

/** `value` milliseconds as a Duration. */
export function milliseconds(value: number): Duration {
  return Math.round(value * 1_000) as Duration;
}

/** `value` seconds as a Duration. */
export function seconds(value: number): Duration {
  return Math.round(value * 1_000_000) as Duration;
}

/** A Duration in seconds, with its fraction. */
export function inSeconds(value: Duration): number {
  return value / 1_000_000;
}

/** A Duration in milliseconds, with its fraction. */
export function inMilliseconds(value: Duration): number {
  return value / 1_000;
}

/** The instant `duration` after `from`. */
export function after(from: Instant, duration: Duration): Instant {
  return (from + duration) as Instant;
}

/** The time from `earlier` to `later`; negative when they are the other way round. */
export function between(earlier: Instant, later: Instant): Duration {
  return (later - earlier) as Duration;
}

/** `value` microseconds on the monotonic clock, rounded to a whole number. */
export function instant(value: number): Instant {
  return Math.round(value) as Instant;
}

/** The earliest of the given instants; undefined when there is none. */
export function earliest(instants: Iterable<Instant | undefined>): Instant | undefined {
  let first: Instant | undefined;
  for (const candidate of instants) {
    if (candidate !== undefined && (first === undefined || candidate < first)) first = candidate;
  }
  return first;
}
