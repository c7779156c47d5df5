import type { Instant } from "../base/time.ts";
import type { SyncGroup } from "../conf/model/tracking.ts";
import type { FaultReason, Role, RouterEvent } from "../vrrp/router-state.ts";
import type { ToldState } from "./notification.ts";
import type { RouterEntry, VrrpDirectorState } from "./vrrp-director-state.ts";

/** What keepalived calls the state of a group. */
export type GroupState = Exclude<ToldState, "DELETED">;

/** A `vrrp_sync_group` with its routers. */
export interface Group {
  readonly block: SyncGroup;
  readonly members: RouterEntry[];
  /** Those that have a fault of their own, in the order in which they got it. */
  readonly faulty: Set<RouterEntry>;
}

/** Notes whether a router has a fault of its own. True when that changes what its group holds against the others. */
export function noteFaulty(entry: RouterEntry, faulty: boolean): boolean {
  const { group } = entry;
  if (group === undefined || group.faulty.has(entry) === faulty) return false;
  // The first two decide: the second is what holds back the first.
  const before = firstTwo(group);
  if (faulty) group.faulty.add(entry);
  else group.faulty.delete(entry);
  const after = firstTwo(group);
  return before[0] !== after[0] || before[1] !== after[1];
}

function firstTwo({ faulty }: Group): readonly (RouterEntry | undefined)[] {
  const each = faulty.values();
  return [each.next().value, each.next().value];
}

/** The fault of a companion: one member at fault holds all others back (keepalived's rule). */
export function companionFault(entry: RouterEntry): FaultReason | undefined {
  if (entry.group === undefined) return undefined;
  const other = firstTwo(entry.group).find((member) => member !== undefined && member !== entry);
  return other === undefined ? undefined : { kind: "sync-group", name: other.instance.name };
}

/**
 * Whether a router whose master is gone may take its place: in a sync group only when every other member would too
 * (keepalived's rule, seen with 2.2.7: a member that still hears its master holds the group in Backup).
 */
export function groupIsReady({ group }: RouterEntry, now: Instant): boolean {
  if (group === undefined) return true;
  return group.members.every(({ state: { role } }) => {
    if (role.kind === "backup") return role.awaitsGroup === true || role.masterDownAt <= now;
    return role.kind === "master";
  });
}

/**
 * What the companions of a router have to do after it changed its role: the first member to become Master takes the
 * others along, and one that yields to a better router takes them along too. Faults travel as faults.
 */
export function eventsForCompanions(
  entry: RouterEntry,
  change: { readonly from: Role["kind"]; readonly to: Role["kind"] },
): readonly { readonly companion: RouterEntry; readonly event: RouterEvent }[] {
  const to = followed(change);
  if (to === undefined || entry.group === undefined) return [];
  return entry.group.members
    .filter((member) => member !== entry && member.state.role.kind !== to)
    .map((companion) => ({ companion, event: { kind: "follow-group", to } }));
}

function followed({ from, to }: { from: Role["kind"]; to: Role["kind"] }): "master" | "backup" | undefined {
  if (to === "master") return "master";
  return from === "master" && to === "backup" ? "backup" : undefined;
}

/** The state of a group; undefined while its members are on their way from one state to another. */
export function groupState({ members }: Group, state: VrrpDirectorState): GroupState | undefined {
  const roles = new Set(members.map((member) => member.state.role.kind));
  if (roles.has("fault")) return "FAULT";
  if (roles.size !== 1) return undefined;
  if (roles.has("master")) return "MASTER";
  if (roles.has("backup")) return "BACKUP";
  return state.stopping ? "STOP" : undefined;
}
