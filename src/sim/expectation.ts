import type { SyncGroup } from "../conf/model/tracking.ts";
import type { RouterEntry } from "../director/vrrp-director-state.ts";
import type { SimulatedHost } from "./simulated-host.ts";

interface Tracked {
  readonly name: string;
  readonly weight: number;
  readonly reverse: boolean;
}

/**
 * What a router should be like, worked out from the world itself (links, scripts) and the configuration, in other words
 * than the director uses, so that the two can be held against each other.
 */
export function expectedFault(host: SimulatedHost, entry: RouterEntry): boolean {
  const group = groupOf(host, entry);
  if (group === undefined) return atFault(host, entry, undefined);
  return group.members.some((name) => {
    const member = host.router(name);
    return member !== undefined && atFault(host, member, group);
  });
}

/** The effective priority that the trackers of a router should give it. */
export function expectedPriority(host: SimulatedHost, entry: RouterEntry): number {
  const { instance } = entry;
  if (instance.priority === 255) return 255;
  const group = groupOf(host, entry);
  const shared = group?.trackingWeight === true ? group : undefined;
  let priority = instance.priority;
  for (const tracked of [...instance.trackScripts, ...(shared?.trackScripts ?? [])])
    priority += contribution(tracked, scriptGood(host, tracked.name));
  // Its own interface is looked at anyway, and a weight for it counts for nothing (keepalived's rule).
  const isOwn = ({ name }: Tracked): boolean => name === instance.interface && !instance.dontTrackPrimary;
  for (const tracked of [...instance.trackInterfaces, ...(shared?.trackInterfaces ?? [])].filter(
    (one) => !isOwn(one),
  ))
    priority += contribution(tracked, host.kernel.isUp(tracked.name));
  return Math.min(254, Math.max(1, priority));
}

function contribution({ weight, reverse }: Tracked, good: boolean): number {
  const up = good !== reverse;
  return weight > 0 === up ? weight : 0;
}

function atFault(
  host: SimulatedHost,
  { instance, config }: RouterEntry,
  group: SyncGroup | undefined,
): boolean {
  const { kernel } = host;
  if (!kernel.isThere(config.interface)) return true;
  if (!instance.dontTrackPrimary && !kernel.isUp(config.interface)) return true;
  const fails = ({ weight, reverse }: Tracked, good: boolean): boolean => weight === 0 && good === reverse;
  const scripts = [...instance.trackScripts, ...(group?.trackScripts ?? [])];
  // Weights mean nothing to an owner, and an interface without a weight is a fault while it is down (keepalived's rule).
  const own = instance.trackInterfaces.map((one) =>
    instance.priority === 255 ? { ...one, weight: 0 } : one,
  );
  const interfaces = [...own, ...(group?.trackInterfaces ?? [])];
  return (
    scripts.some((tracked) => fails(tracked, scriptGood(host, tracked.name))) ||
    interfaces.some((tracked) => fails(tracked, kernel.isUp(tracked.name)))
  );
}

function scriptGood(host: SimulatedHost, name: string): boolean {
  return (host.scripts.get(name) ?? "ok") === "ok";
}

function groupOf(host: SimulatedHost, { instance }: RouterEntry): SyncGroup | undefined {
  return host.config?.syncGroups.find(({ members }) => members.includes(instance.name));
}
