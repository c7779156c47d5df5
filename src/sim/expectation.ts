import type { SyncGroup } from "../conf/model/tracking.ts";
import type { Tracked } from "../conf/model/vrrp-instance.ts";
import type { RouterEntry } from "../director/vrrp-director-state.ts";
import type { SimulatedHost } from "./simulated-host.ts";

/** What a router, or its sync group, asks to be looked at. */
type Lists = Pick<
  SyncGroup,
  "trackScripts" | "trackInterfaces" | "trackFiles" | "trackProcesses" | "trackBfds"
>;

/**
 * What a router should be like, worked out from the world itself (links, scripts, files, processes, BFD sessions) and the
 * configuration, in other words than the director uses, so that the two can be held against each other.
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
  for (const lists of shared === undefined ? [instance] : [instance, shared]) {
    for (const { good, tracked } of switches(host, lists)) {
      // Its own interface is looked at anyway, and a weight for it counts for nothing (keepalived's rule).
      const own = tracked.name === instance.interface && !instance.dontTrackPrimary;
      if (own && lists.trackInterfaces.includes(tracked)) continue;
      if (tracked.weight > 0 === good) priority += tracked.reverse ? -tracked.weight : tracked.weight;
    }
    for (const tracked of lists.trackFiles) {
      const shift = fileShift(host, tracked);
      if (shift !== "fault") priority += shift;
    }
  }
  return Math.min(254, Math.max(1, priority));
}

/** Everything that is well or is not. */
function switches(
  host: SimulatedHost,
  { trackScripts, trackInterfaces, trackProcesses, trackBfds }: Lists,
): readonly { readonly tracked: Tracked; readonly good: boolean }[] {
  return [
    ...trackScripts.map((tracked) => ({ tracked, good: scriptGood(host, tracked.name) })),
    ...trackInterfaces.map((tracked) => ({ tracked, good: host.kernel.isUp(tracked.name) })),
    ...trackProcesses.map((tracked) => ({ tracked, good: hasQuorum(host, tracked.name) })),
    ...trackBfds.map((tracked) => ({ tracked, good: host.sensed.isSessionUp(tracked.name) })),
  ];
}

/**
 * What a file adds to the priority. Its number times its weight is a fault from -254 on, and 253 is the most it gives;
 * with weight 0 any number but 0 is a fault (keepalived's rules).
 */
function fileShift(host: SimulatedHost, { name, weight, reverse }: Tracked): number | "fault" {
  const number = host.sensed.fileNumber(name);
  if (weight === 0) return (number === 0) === reverse ? "fault" : 0;
  const product = reverse ? -number * weight : number * weight;
  return product <= -254 ? "fault" : Math.min(253, product);
}

function hasQuorum(host: SimulatedHost, name: string): boolean {
  const block = host.config?.trackProcesses.find((one) => one.name === name);
  const count = host.sensed.processCount(name);
  return block !== undefined && count >= block.quorum && count <= (block.quorumMax ?? count);
}

function atFault(
  host: SimulatedHost,
  { instance, config }: RouterEntry,
  group: SyncGroup | undefined,
): boolean {
  const { kernel } = host;
  if (!kernel.isThere(config.interface)) return true;
  if (!instance.dontTrackPrimary && !kernel.isUp(config.interface)) return true;
  const all = group === undefined ? [ownLists(instance)] : [ownLists(instance), group];
  return all.some(
    (lists) =>
      switches(host, lists).some(
        ({ tracked: { weight, reverse }, good }) => weight === 0 && good === reverse,
      ) || lists.trackFiles.some((tracked) => fileShift(host, tracked) === "fault"),
  );
}

/**
 * Weights mean nothing to an owner: what has one is left alone, but a file of the weight that it has when nobody gives it
 * one counts as without (keepalived's rules).
 */
function ownLists(instance: RouterEntry["instance"]): Lists {
  if (instance.priority !== 255) return instance;
  const weightless = (one: Tracked): Tracked => ({ ...one, weight: 0 });
  const unweighted = ({ weight }: Tracked): boolean => weight === 0;
  return {
    trackInterfaces: instance.trackInterfaces.filter(unweighted),
    trackProcesses: instance.trackProcesses.filter(unweighted),
    trackScripts: instance.trackScripts.filter(unweighted),
    trackBfds: instance.trackBfds.filter(unweighted),
    trackFiles: instance.trackFiles.filter(({ weight }) => weight === 0 || weight === 1).map(weightless),
  };
}

function scriptGood(host: SimulatedHost, name: string): boolean {
  return (host.scripts.get(name) ?? "ok") === "ok";
}

function groupOf(host: SimulatedHost, { instance }: RouterEntry): SyncGroup | undefined {
  return host.config?.syncGroups.find(({ members }) => members.includes(instance.name));
}
