import type { Instant } from "../base/time.ts";
import type { Rejection } from "../vrrp/rejection.ts";
import type { KnownMaster, Role } from "../vrrp/router-state.ts";
import type { ScriptStanding } from "../vrrp/tracking.ts";
import type { ToldState } from "./notification.ts";
import type { GroupState } from "./sync-groups.ts";
import type { TrackerStatus } from "./tracker-standings.ts";
import type { RouterCounters, RouterEntry, VrrpDirectorState } from "./vrrp-director-state.ts";

/** What a VRRP process that takes another one's place has to know, as plain data. It holds no password. */
export interface VrrpRecord {
  readonly routers: readonly RouterRecord[];
  /** What was told last of each sync group. */
  readonly groups: readonly { readonly name: string; readonly state: GroupState }[];
  /** And what was mailed last. */
  readonly mailedGroups: readonly { readonly name: string; readonly state: GroupState }[];
  readonly scripts: readonly { readonly name: string; readonly standing: ScriptStanding }[];
  readonly trackers: TrackerStatus;
}

/** One virtual router, by its `routerKey`. */
export interface RouterRecord {
  readonly key: string;
  readonly role: Role;
  readonly master?: KnownMaster;
  readonly changedAt?: Instant;
  /** What its signed packets have counted to, in decimal; see `signedUntil`. */
  readonly sequence: string;
  /** What was told and mailed last. */
  readonly told?: ToldState;
  readonly mailed?: ToldState;
  readonly counters: Omit<RouterCounters, "rejected"> & {
    readonly rejected: readonly (readonly [Rejection["counter"], number])[];
  };
}

/** The record of a process that ended without saying so. */
export interface Legacy {
  readonly record: VrrpRecord;
  /** The last step it made, of the machine's monotonic clock. */
  readonly diedAt: Instant;
}

/** Reads a state. The routers stand in the order of their slots. */
export function vrrpRecord(state: VrrpDirectorState): VrrpRecord {
  return {
    routers: [...state.routers].map(([key, entry]) => routerRecord(key, entry)),
    groups: [...state.groupStates].map(([name, told]) => ({ name, state: told })),
    mailedGroups: [...state.mailedGroupStates].map(([name, mailed]) => ({ name, state: mailed })),
    scripts: state.scripts.record(),
    trackers: state.standings.all(),
  };
}

function routerRecord(key: string, entry: RouterEntry): RouterRecord {
  const { counters, told, mailed, changedAt } = entry;
  const { role, master } = entry.state;
  return {
    key,
    role,
    sequence: String(signedUntil(entry)),
    ...(master === undefined ? {} : { master }),
    ...(changedAt === undefined ? {} : { changedAt }),
    ...(told === undefined ? {} : { told }),
    ...(mailed === undefined ? {} : { mailed }),
    counters: { ...counters, rejected: [...counters.rejected] },
  };
}

/** The number in its last authentication header, or in its last trailer of `auth_hmac`, whichever it signs with; else 0. */
export function signedUntil({ sender, exchange }: Pick<RouterEntry, "sender" | "exchange">): bigint {
  return sender.headerKey === undefined ? exchange.trailerSequence : BigInt(exchange.headerSequence);
}

/** The one instant of a role that changes all the time: a master's last advertisement, or when a backup gives it up. */
export function movingInstant(role: Role): Instant | undefined {
  if (role.kind === "master") return role.lastAdvertisementAt;
  return role.kind === "backup" ? role.masterDownAt : undefined;
}

/** A role with that instant replaced. */
export function withMovingInstant(role: Role, at: Instant): Role {
  if (role.kind === "master") return { ...role, lastAdvertisementAt: at };
  return role.kind === "backup" ? { ...role, masterDownAt: at } : role;
}
