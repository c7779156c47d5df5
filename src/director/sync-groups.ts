import type { SyncGroup } from "../conf/model/tracking.ts";
import type { FaultReason, Role, RouterEvent } from "../vrrp/router-state.ts";
import type { ToldState } from "./notification.ts";
import type { RouterEntry, VrrpDirectorState } from "./vrrp-director-state.ts";

/** What keepalived calls the state of a group. */
export type GroupState = Exclude<ToldState, "DELETED">;

/** The `vrrp_sync_group` an instance belongs to; an instance is in one at most. */
export function syncGroupOf({ instance }: RouterEntry, state: VrrpDirectorState): SyncGroup | undefined {
  return state.config?.syncGroups.find(({ members }) => members.includes(instance.name));
}

/** The other members of its group. */
export function companions(entry: RouterEntry, state: VrrpDirectorState): readonly RouterEntry[] {
  const group = syncGroupOf(entry, state);
  if (group === undefined) return [];
  return membersOf(group, state).filter((member) => member !== entry);
}

/** The faults of companions: one member at fault holds all others back (keepalived's rule). */
export function companionFaults(
  entry: RouterEntry,
  context: { readonly state: VrrpDirectorState; readonly isAtFault: (companion: RouterEntry) => boolean },
): readonly FaultReason[] {
  return companions(entry, context.state)
    .filter(context.isAtFault)
    .map(({ instance }) => ({ kind: "sync-group", name: instance.name }));
}

/**
 * What the companions of a router have to do after it changed its role: the first member to become Master takes the
 * others along, and one that yields to a better router takes them along too. Faults travel as faults.
 */
export function eventsForCompanions(
  entry: RouterEntry,
  change: { readonly from: Role["kind"]; readonly to: Role["kind"] },
  state: VrrpDirectorState,
): readonly { readonly companion: RouterEntry; readonly event: RouterEvent }[] {
  const to = followed(change);
  if (to === undefined) return [];
  return companions(entry, state).map((companion) => ({ companion, event: { kind: "follow-group", to } }));
}

function followed({ from, to }: { from: Role["kind"]; to: Role["kind"] }): "master" | "backup" | undefined {
  if (to === "master") return "master";
  return from === "master" && to === "backup" ? "backup" : undefined;
}

/** The state of a group; undefined while its members are on their way from one state to another. */
export function groupState(group: SyncGroup, state: VrrpDirectorState): GroupState | undefined {
  const roles = new Set(membersOf(group, state).map((member) => member.state.role.kind));
  if (roles.has("fault")) return "FAULT";
  if (roles.size !== 1) return undefined;
  if (roles.has("master")) return "MASTER";
  if (roles.has("backup")) return "BACKUP";
  return state.stopping ? "STOP" : undefined;
}

function membersOf(group: SyncGroup, state: VrrpDirectorState): readonly RouterEntry[] {
  return [...state.routers.values()].filter(({ instance }) => group.members.includes(instance.name));
}
