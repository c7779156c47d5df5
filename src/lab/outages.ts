import { between, type Duration, type Instant } from "../base/time.ts";

/** One probe: when it left, and when its answer came if one did. */
export interface Probe {
  readonly sentAt: Instant;
  readonly answeredAt?: Instant;
}

/** A time in which no probe was answered. */
export interface Outage {
  /** When the first probe without an answer left. */
  readonly from: Instant;
  /** When the next one that was answered left; the last probe of all when none was. */
  readonly to: Instant;
  readonly lost: number;
}

/**
 * The outages in a sequence of probes in the order sent. An answer that took longer than `patience` counts as none:
 * while nobody answers ARP the kernel keeps a few packets back and delivers them when the address is there again,
 * which would make the outage look shorter than it was.
 */
export function outages(probes: readonly Probe[], patience: Duration): readonly Outage[] {
  const found: Outage[] = [];
  let from: Instant | undefined;
  let lost = 0;
  for (const probe of probes) {
    const inTime = probe.answeredAt !== undefined && between(probe.sentAt, probe.answeredAt) <= patience;
    if (!inTime) {
      from ??= probe.sentAt;
      lost++;
    } else if (from !== undefined) {
      found.push({ from, to: probe.sentAt, lost });
      from = undefined;
      lost = 0;
    }
  }
  const last = probes.at(-1);
  if (from !== undefined && last !== undefined) found.push({ from, to: last.sentAt, lost });
  return found;
}

/** The longest of some outages. */
export function longestOutage(found: readonly Outage[]): Outage | undefined {
  return found.reduce<Outage | undefined>(
    (longest, outage) =>
      longest === undefined || between(outage.from, outage.to) > between(longest.from, longest.to)
        ? outage
        : longest,
    undefined,
  );
}
