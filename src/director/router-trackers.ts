import type { SyncGroup } from "../conf/model/tracking.ts";
import type { Tracked, VrrpInstance } from "../conf/model/vrrp-instance.ts";
import type { Tracker } from "../vrrp/tracking.ts";
import { usable } from "./link-table.ts";
import { syncGroupOf } from "./sync-groups.ts";
import type { RouterEntry, VrrpDirectorState } from "./vrrp-director-state.ts";

/** The lists of trackers that instances and sync groups have in common. */
type TrackerList = keyof VrrpInstance &
  keyof SyncGroup &
  ("trackScripts" | "trackInterfaces" | "trackFiles" | "trackProcesses" | "trackBfds");

/**
 * What a router tracks, as it stands now: its own trackers, and those of its sync group, whose weights count only under
 * `sync_group_tracking_weight`.
 */
export function trackers(entry: RouterEntry, state: VrrpDirectorState): readonly Tracker[] {
  const group = syncGroupOf(entry, state);
  const tracked = (list: TrackerList): readonly Tracked[] => [
    ...entry.instance[list],
    ...(group?.[list] ?? []).filter(({ weight }) => weight === 0 || group?.trackingWeight === true),
  ];
  const { scripts, standings, links } = state;
  return [
    ...tracked("trackScripts").map((one) => ({
      ...one,
      kind: "script" as const,
      standing: scripts.standing(one.name),
    })),
    ...tracked("trackInterfaces").map((one) => ({
      ...one,
      kind: "interface" as const,
      standing: usable(links.named(one.name)) ? ("up" as const) : ("down" as const),
    })),
    ...tracked("trackFiles").map((one) => ({
      ...one,
      kind: "file" as const,
      value: standings.fileValue(one.name),
    })),
    ...tracked("trackProcesses").map((one) => ({
      ...one,
      kind: "process" as const,
      standing: standings.standing("process", one.name),
    })),
    ...tracked("trackBfds").map((one) => ({
      ...one,
      kind: "bfd" as const,
      standing: standings.standing("bfd", one.name),
    })),
  ];
}
