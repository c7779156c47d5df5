import type { RouteMetrics } from "../../conf/model/route.ts";
import type { Attribute } from "./attributes.ts";

/** RTAX_* of linux/rtnetlink.h. */
const numbers: Readonly<Record<keyof RouteMetrics, number>> = {
  mtu: 2,
  window: 3,
  rtt: 4,
  rttVar: 5,
  ssThresh: 6,
  cwnd: 7,
  advMss: 8,
  reordering: 9,
  hopLimit: 10,
  initCwnd: 11,
  ecn: 12, // a bit of RTAX_FEATURES
  rtoMin: 13,
  initRwnd: 14,
  quickAck: 15,
  congestionControl: 16,
  fastOpenNoCookie: 17,
};
const LOCK = 1;
const ECN = 1;
/** The kernel counts round-trip times in eighths, and their variance in quarters, of a millisecond. */
const parts: Partial<Record<keyof RouteMetrics, number>> = { rtt: 8, rttVar: 4 };

/** The attributes of RTA_METRICS; none when the route has no metrics, a lock alone being nothing. */
export function encodeMetrics(
  metrics: RouteMetrics,
  locked: readonly (keyof RouteMetrics)[],
): readonly Attribute[] {
  const list = (Object.keys(numbers) as (keyof RouteMetrics)[]).flatMap((name): readonly Attribute[] => {
    const value = metrics[name];
    if (value === undefined) return [];
    return [{ type: numbers[name], value: encoded(name, value) }];
  });
  if (list.length === 0) return [];
  const lock = locked.reduce((bits, name) => bits | (1 << numbers[name]), 0);
  return lock === 0 ? list : [...list, { type: LOCK, value: lock }];
}

function encoded(name: keyof RouteMetrics, value: string | number | boolean): Uint8Array | number {
  if (name === "ecn") return value === true ? ECN : 0;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "string") return new TextEncoder().encode(value); // as iproute2, without a NUL
  return Math.round(value * (parts[name] ?? 1));
}
