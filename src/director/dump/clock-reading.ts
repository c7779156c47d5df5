import type { Instant } from "../../base/time.ts";

/** The same moment on the machine's monotonic clock and on the calendar's, both in microseconds. */
export interface ClockReading {
  readonly now: Instant;
  readonly epoch: number;
  /** `Sun Nov 29 15:52:56 2026`, in local time, of seconds since 1970. */
  readonly calendar: (seconds: number) => string;
}

/** An instant in seconds since 1970, with microseconds. */
export function epochSeconds(at: Instant, { now, epoch }: Omit<ClockReading, "calendar">): number {
  return Math.round(epoch + (at - now)) / 1_000_000;
}

/** `1795967576.844671 (Sun Nov 29 15:52:56.844671 2026)`, as keepalived's dumps write an instant. */
export function instantText(at: Instant, clock: ClockReading): string {
  const seconds = epochSeconds(at, clock);
  const text = seconds.toFixed(6);
  const fraction = text.slice(text.indexOf("."));
  return `${text} (${clock.calendar(Math.floor(seconds)).replace(/ (\d+)$/, `${fraction} $1`)})`;
}
