import { unreachable } from "../base/assert.ts";
import type { Tracked, VrrpInstance } from "../conf/model/vrrp-instance.ts";
import type { Tracker } from "../vrrp/tracking.ts";
import { usable } from "./link-table.ts";
import type { Group } from "./sync-groups.ts";
import type { RouterEntry, VrrpDirectorState } from "./vrrp-director-state.ts";

/** Kinds of trackers. */
export type TrackedKind = Tracker["kind"];

/** One line of a list of trackers, with the kind of its list. */
export interface TrackedThing extends Tracked {
  readonly kind: TrackedKind;
}

const LISTS = [
  ["script", "trackScripts"],
  ["interface", "trackInterfaces"],
  ["file", "trackFiles"],
  ["process", "trackProcesses"],
  ["bfd", "trackBfds"],
] as const;

/** The weight of a `track_file` without one. */
const DEFAULT_FILE_WEIGHT = 1;

/**
 * What a router tracks: its own trackers and those of its sync group. As keepalived 2.2.7:
 * - of the owner of the addresses, and in a group without `sync_group_tracking_weight`, a weighted script or BFD session
 *   is left out, and so is a file, except that the default weight becomes 0. Interfaces and processes keep their
 *   weight, whatever keepalived's log says; it never makes a fault, and it moves nothing at an owner;
 * - weights of the group count, unless one of its members is an owner, which makes them 0;
 * - what both have is one tracker, with the group's weight unless its own is 0;
 * - the interface of the instance and those of its addresses (unless `no_track`) have weight 0, whatever a list says.
 */
export function trackedBy(instance: VrrpInstance, group: Group | undefined): readonly TrackedThing[] {
  const devices = addressDevices(instance);
  const listed = listedTrackers(instance, group);
  const named = new Set(listed.flatMap(({ kind, name }) => (kind === "interface" ? [name] : [])));
  const implied = [...devices].filter((name) => !named.has(name));
  return [
    ...listed.flatMap((tracked) => {
      if (tracked.kind !== "interface") return [tracked];
      // Its own interface is looked at anyway.
      if (tracked.name === instance.interface && !instance.dontTrackPrimary) return [];
      return [devices.has(tracked.name) ? { ...tracked, weight: 0 } : tracked];
    }),
    ...implied.map((name) => ({ kind: "interface" as const, name, weight: 0, reverse: false })),
  ];
}

/** Other interfaces that have addresses of the instance, except where `no_track` says that nobody minds. */
function addressDevices(instance: VrrpInstance): ReadonlySet<string> {
  const tracked = [...instance.virtualAddresses, ...instance.excludedAddresses].filter(
    ({ flags = [] }) => !flags.includes("no_track"),
  );
  return new Set(
    tracked.flatMap(({ device }) => (device === undefined || device === instance.interface ? [] : [device])),
  );
}

function listedTrackers(instance: VrrpInstance, group: Group | undefined): readonly TrackedThing[] {
  const weightless = instance.priority === 255 || group?.block.trackingWeight === false;
  const ownerInGroup = group?.members.some((member) => member.instance.priority === 255) === true;
  return LISTS.flatMap(([kind, list]) => {
    const own = instance[list].flatMap((one): TrackedThing[] => {
      const tracked = { ...one, kind };
      if (!weightless || one.weight === 0 || kind === "interface" || kind === "process") return [tracked];
      return kind === "file" && one.weight === DEFAULT_FILE_WEIGHT ? [{ ...tracked, weight: 0 }] : [];
    });
    const shared = new Map(
      (group?.block[list] ?? []).map((one) => [
        one.name,
        { ...one, kind, weight: ownerInGroup ? 0 : one.weight },
      ]),
    );
    const merged = own.map((one) => {
      const other = shared.get(one.name);
      shared.delete(one.name);
      return other === undefined || one.weight === 0 ? one : other;
    });
    return [...merged, ...shared.values()];
  });
}

/** Whether an interface counts as up, after its `interface_up_down_delays`. */
export function linkCounts(name: string, state: VrrpDirectorState): boolean {
  return state.linkDelays.isUp(name) ?? usable(state.links.named(name));
}

/** What a router tracks, as it stands now. */
export function trackers(entry: RouterEntry, state: VrrpDirectorState): readonly Tracker[] {
  return entry.tracked.map((tracked) => standingNow(tracked, state));
}

function standingNow(tracked: TrackedThing, state: VrrpDirectorState): Tracker {
  const { kind, name } = tracked;
  switch (kind) {
    case "script":
      return { ...tracked, kind, standing: state.scripts.standing(name) };
    case "interface":
      return { ...tracked, kind, standing: linkCounts(name, state) ? "up" : "down" };
    case "file":
      return { ...tracked, kind, value: state.standings.fileValue(name) };
    case "process":
    case "bfd":
      return { ...tracked, kind, standing: state.standings.standing(kind, name) };
    default:
      return unreachable(kind);
  }
}
