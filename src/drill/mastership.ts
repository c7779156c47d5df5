import type { Duration, Instant } from "../base/time.ts";

/** Who advertised when, and with which priority: all that is needed to tell who was master. */
export interface AdvertisementSighting {
  readonly at: Instant;
  readonly source: string;
  readonly priority: number;
  readonly interval: Duration;
}

/** A time in which one router was master, as far as the wire showed. */
export interface Mastership {
  readonly source: string;
  readonly from: Instant;
  readonly to: Instant;
}

/**
 * Who was master when, from advertisements in the order seen. A master advertises once an interval, so its time goes
 * on for one interval after each advertisement, unless it resigns (priority 0) or another router speaks up first.
 */
export function masterships(sightings: readonly AdvertisementSighting[]): readonly Mastership[] {
  const found: Mastership[] = [];
  let current: { source: string; from: Instant; last: AdvertisementSighting } | undefined;
  const close = (before: Instant | undefined): void => {
    if (current === undefined) return;
    const end = current.last.priority === 0 ? current.last.at : current.last.at + current.last.interval;
    const to = (before === undefined ? end : Math.min(end, before)) as Instant;
    found.push({ source: current.source, from: current.from, to });
    current = undefined;
  };
  for (const sighting of sightings) {
    const late = current !== undefined && sighting.at - current.last.at > current.last.interval * 1.5;
    if (current !== undefined && (current.source !== sighting.source || late)) close(sighting.at);
    if (current === undefined) {
      if (sighting.priority > 0) current = { source: sighting.source, from: sighting.at, last: sighting };
    } else {
      current.last = sighting;
      if (sighting.priority === 0) close(undefined);
    }
  }
  close(undefined);
  return found;
}
