import { assert } from "../base/assert.ts";
import type { Step } from "../base/machine.ts";
import { after, between, type Duration, type Instant, instant, microseconds } from "../base/time.ts";
import type { Advertisement } from "./advertisement.ts";
import { announce, followingBursts } from "./announcements.ts";
import { beginFarewell } from "./farewell.ts";
import { addPaths, removePaths } from "./paths.ts";
import { advertisedAddresses, movingAddresses, type RouterConfig } from "./router-config.ts";
import type {
  BackupRole,
  ChangeReason,
  Deafness,
  FaultReason,
  FaultRole,
  InitializeRole,
  MasterRole,
  Role,
  RouterEffect,
  RouterState,
} from "./router-state.ts";
import { masterDownInterval } from "./timers.ts";

/** One step of a virtual router. */
export type RouterStep = Step<RouterState, RouterEffect>;
/** A state whose role is known. */
export type InRole<Kind extends Role> = RouterState & { readonly role: Kind };

/** The state itself, of which `role` is the role: no copy, for every advertisement passes here. */
export function inRole<Kind extends Role>(state: RouterState, role: Kind): InRole<Kind> {
  assert(state.role === role, "a state is in its own role");
  return state as InRole<Kind>;
}

const OWNER = 255;
const RESIGN = 0;
const FAREWELLS_OF_A_SHORT_REIGN = 3;

/** Nothing happens. */
export function unchanged(state: RouterState): RouterStep {
  return { state, effects: [] };
}

/** The effective priority that may be used: 255 for the owner whatever its trackers say, else 1..254. */
export function usablePriority(config: RouterConfig, priority: number): number {
  if (config.priority === OWNER) return OWNER;
  return Math.min(254, Math.max(1, priority));
}

/** Whether this router is configured as the owner of its addresses (TX-11: priority 255 marks it). */
export function isOwner(config: RouterConfig): boolean {
  return config.priority === OWNER;
}

/** Our down interval towards a master of the given interval (TM-2). */
export function downInterval(state: RouterState, interval: Duration): Duration {
  const { version, downTimerAdvertisements } = state.config;
  return masterDownInterval({ version, priority: state.priority, interval, downTimerAdvertisements });
}

/** The advertisement of this router; none while it has no address to send from. */
export function advertise(
  state: RouterState,
  priority: number,
): readonly Extract<RouterEffect, { readonly kind: "send-advertisement" }>[] {
  const { config, source } = state;
  if (source === undefined) return [];
  return [{ kind: "send-advertisement", source, advertisement: advertisementOf(config, priority) }];
}

/** The advertisement made last of each configuration: a master repeats it, and who encodes it knows it again. */
const lastAdvertisements = new WeakMap<RouterConfig, Advertisement>();

function advertisementOf(config: RouterConfig, priority: number): Advertisement {
  const last = lastAdvertisements.get(config);
  if (last?.priority === priority) return last;
  const advertisement: Advertisement = {
    version: config.version,
    virtualRouterId: config.virtualRouterId,
    priority,
    interval: config.advertisementInterval,
    addresses: advertisedAddresses(config),
    authentication: config.authentication,
  };
  lastAdvertisements.set(config, advertisement);
  return advertisement;
}

/** Leaves Initialize: to Fault when something is wrong, else to Backup, however high the priority. */
export function begin(state: InRole<InitializeRole>, now: Instant): RouterStep {
  const { faults } = state.role;
  const residue = giveUp(state.config);
  const entered =
    faults.length > 0
      ? enterFault(state, faults, { starting: faults.every(({ kind }) => kind === "script-pending") })
      : enterBackup(state, { reason: "startup", downIn: firstDownInterval(state), now });
  return { state: entered.state, effects: [...residue, ...entered.effects] };
}

/**
 * How long the first wait in Backup is. As keepalived 2.2.7: an owner with `state MASTER` waits a microsecond, so that
 * it passes through Backup in name only (ST-8); below 255 the word changes nothing (ST-10).
 */
function firstDownInterval(state: RouterState): Duration {
  const { config } = state;
  if (config.initialState === "master" && isOwner(config)) return microseconds(1);
  return downInterval(state, config.advertisementInterval);
}

/**
 * Becomes Backup, with our own interval as the master's until one is heard. Before the elections begin the wait does not
 * either.
 */
export function enterBackup(
  state: RouterState,
  how: { readonly reason: ChangeReason; readonly downIn: Duration; readonly now: Instant },
): RouterStep {
  const deafness = deafnessOf(state);
  const role: BackupRole = {
    kind: "backup",
    masterDownAt: after(instant(Math.max(how.now, deafness.deafUntil ?? how.now)), how.downIn),
    masterInterval: state.config.advertisementInterval,
    ...deafness,
  };
  return change(state, { role, reason: how.reason });
}

/**
 * Becomes Master: the advertisement first, so that an old master lets go of the addresses before we announce them as
 * ours, then the addresses, then gratuitous ARP (ST-7), then whoever wants to be told.
 */
export function enterMaster(
  state: RouterState,
  now: Instant,
  reason: ChangeReason = "master-down",
): RouterStep {
  const { config } = state;
  const addresses = movingAddresses(config);
  const role: MasterRole = {
    kind: "master",
    since: now,
    lastAdvertisementAt: now,
    nextAdvertisementAt: after(now, config.advertisementInterval),
    announcements: followingBursts(config, now),
  };
  const changed = change({ ...state, master: undefined }, { role, reason });
  return {
    state: changed.state,
    effects: [
      ...advertise(state, state.priority),
      { kind: "add-addresses", addresses },
      ...addPaths(config),
      ...announce(addresses, config.gratuitousArp.repeat),
      ...changed.effects,
    ],
  };
}

/** Becomes Fault; a master resigns first, so that the backup need not wait for the whole down interval. */
export function enterFault(
  state: RouterState,
  reasons: readonly FaultReason[],
  { starting = false }: { readonly starting?: boolean } = {},
): RouterStep {
  const changed = change(
    { ...state, master: undefined },
    {
      role: {
        kind: "fault",
        reasons,
        ...owesFarewell(state),
        ...deafnessOf(state),
        ...(starting ? { starting: true as const } : {}),
      },
      reason: "fault-raised",
    },
  );
  return { state: changed.state, effects: [...resign(state), ...changed.effects] };
}

/** It is kept from role to role; a master is never deaf. */
function deafnessOf({ role }: RouterState): Deafness {
  return role.kind === "master" || role.deafUntil === undefined ? {} : { deafUntil: role.deafUntil };
}

function owesFarewell({ role }: RouterState): Pick<FaultRole, "owesFarewell"> {
  const owing = role.kind === "master" || (role.kind === "backup" && role.farewell !== undefined);
  return owing ? { owesFarewell: true } : {};
}

/**
 * With the last reason gone the router listens for a whole down interval before it claims anything (ST-9), except that an
 * owner whose start waited for nothing but a script is Master now (as keepalived 2.2.7). What it owes
 * the winner is said then: our resignation may not have got out, and whoever is master now may not know that there is
 * something to announce.
 */
export function leaveFault(state: InRole<FaultRole>, now: Instant): RouterStep {
  const { config } = state;
  const starting = state.role.starting === true && config.initialState === "master" && isOwner(config);
  const entered = enterBackup(state, {
    reason: starting ? "startup" : "fault-cleared",
    downIn: starting ? firstDownInterval(state) : downInterval(state, config.advertisementInterval),
    now,
  });
  return state.role.owesFarewell === true ? bidFarewell(entered, now) : entered;
}

/** One that has just become Backup will tell the winner that there was another master; not under `vrrp_strict`. */
export function bidFarewell(entered: RouterStep, now: Instant): RouterStep {
  const { role, config } = entered.state;
  if (config.strict || role.kind !== "backup") return entered;
  return { ...entered, state: { ...entered.state, role: { ...role, farewell: beginFarewell(now) } } };
}

/** Back to Initialize, for good (ST-12: priority 0 exactly once, no address left). `resigned`: it has been sent. */
export function enterInitialize(
  state: RouterState,
  { resigned = false }: { readonly resigned?: boolean } = {},
): RouterStep {
  const role: InitializeRole = { kind: "initialize", faults: [] };
  if (state.role.kind === "initialize") return unchanged({ ...state, role });
  const changed = change({ ...state, master: undefined }, { role, reason: "shutdown" });
  const leaving = resigned && state.role.kind === "master" ? giveUp(state.config) : resign(state);
  return { state: changed.state, effects: [...leaving, ...changed.effects] };
}

/** A master yields to a better one. */
export function yieldTo(
  state: InRole<MasterRole>,
  how: { readonly reason: ChangeReason; readonly masterInterval: Duration; readonly now: Instant },
): RouterStep {
  const { masterInterval, now, reason } = how;
  const count = reason === "overslept" ? 0 : lastWords(state, now);
  const last = Array.from({ length: count }, () => advertise(state, state.priority)).flat();
  const role: BackupRole = {
    kind: "backup",
    masterDownAt: after(now, downInterval(state, masterInterval)),
    masterInterval,
    ...(state.config.strict || reason === "overslept" ? {} : { farewell: beginFarewell(now) }),
  };
  const changed = change(state, { role, reason });
  return { state: changed.state, effects: [...last, ...giveUp(state.config), ...changed.effects] };
}

/**
 * How often the winner is to hear from us once more, so that it announces its addresses again (ST-14).
 * Deviation: not only when `higher_prio_send_advert` asks for it. After a partition the winner has been master all the
 * time and may never have heard of us; then our announcements would stand in the neighbours' tables until they expire.
 * And three times when we were master for less than a down interval: that happens when the network loses packets, and it
 * may lose this one too. `vrrp_strict` keeps to the RFC.
 * Never three under `auth_type AH`: both directors count in one sequence, and the winner's answer to the first takes the
 * numbers of the other two, so that it refuses them as already processed. What is lost, `beginFarewell` makes good.
 */
function lastWords(state: InRole<MasterRole>, now: Instant): number {
  const { strict, advertisementInterval, higherPrioritySendAdvertisement } = state.config;
  if (strict) return higherPrioritySendAdvertisement ? 1 : 0;
  if (state.config.version === 2 && state.config.authentication.kind === "ah") return 1;
  const short = downInterval(state, advertisementInterval);
  return between(state.role.since, now) <= short ? FAREWELLS_OF_A_SHORT_REIGN : 1;
}

/** The advertisement by which a master resigns; none for who is not master. */
export function resignation(state: RouterState): ReturnType<typeof advertise> {
  return state.role.kind === "master" ? advertise(state, RESIGN) : [];
}

function resign(state: RouterState): readonly RouterEffect[] {
  if (state.role.kind !== "master") return [];
  return [...resignation(state), ...giveUp(state.config)];
}

/** Everything that moves with the role, taken away in the reverse order of its coming. */
export function giveUp(config: RouterConfig): readonly RouterEffect[] {
  return [...removePaths(config), { kind: "remove-addresses", addresses: movingAddresses(config) }];
}

function change(state: RouterState, to: { readonly role: Role; readonly reason: ChangeReason }): RouterStep {
  const changed: RouterEffect = {
    kind: "role-changed",
    from: state.role.kind,
    to: to.role.kind,
    reason: to.reason,
    priority: state.priority,
  };
  return { state: { ...state, role: to.role, knownFailures: [] }, effects: [changed] };
}
