import { familyOf } from "../base/ip-address.ts";
import { after, between, type Duration, type Instant, milliseconds, seconds } from "../base/time.ts";
import type { VirtualAddress } from "../conf/model/vrrp-instance.ts";
import { announce, keepBursts, secondBurst } from "./announcements.ts";
import { addPaths, changePaths, trackedPaths } from "./paths.ts";
import { addressKey, movingAddresses, type RouterConfig } from "./router-config.ts";
import type { MasterRole, RouterEffect, RouterEvent, RouterState } from "./router-state.ts";
import {
  advertise,
  type InRole,
  isOwner,
  type RouterStep,
  unchanged,
  usablePriority,
} from "./transitions.ts";

/** An event of one kind and when it happened. */
type Timed<Kind extends RouterEvent["kind"]> = Extract<RouterEvent, { kind: Kind }> & {
  readonly now: Instant;
};

/** Pause before an address that was lost again, or could not be added, is tried again. */
const RESTORE_GAP: Duration = seconds(1);
/** How long to wait for the rest of a change before routes are looked after. */
const SETTLE_TIME: Duration = milliseconds(50);
/** What is asked for again when it failed. */
const RETRIED: ReadonlySet<RouterEffect["kind"]> = new Set(["add-addresses", "add-routes", "add-rules"]);
const MOST_FAILURES = 100;

/**
 * Takes a new configuration of the same router; role, timers and the known master are kept, so that a reload in the
 * middle of a failover does not start the wait again. A master advertises at once, as keepalived does on reload, and
 * moves only the addresses that differ.
 */
export function reconfigure(before: RouterState, event: Timed<"reconfigure">): RouterStep {
  const { config, now } = event;
  const yielded = isOwner(before.config) && isOwner(config) && before.priority === 254;
  const priority = yielded ? before.priority : usablePriority(config, event.priority);
  const state: RouterState = { ...before, config, priority };
  const { role } = before;
  if (role.kind === "backup" && config.version === 2) {
    return unchanged({ ...state, role: { ...role, masterInterval: config.advertisementInterval } });
  }
  if (role.kind !== "master") return unchanged(state);
  return reconfigureMaster({ ...state, role }, { was: before.config, now });
}

function reconfigureMaster(
  state: InRole<MasterRole>,
  change: { readonly was: RouterConfig; readonly now: Instant },
): RouterStep {
  const { config } = state;
  const { was, now } = change;
  const wanted = movingAddresses(config);
  const gone = without(movingAddresses(was), wanted);
  const fresh = without(wanted, movingAddresses(was));
  // Some cannot be changed where they stand: the old one has to go first. Everything else comes before it goes.
  const inTheWay = gone.filter((old) => fresh.some((next) => inPlaceOf(old, next)));
  const leaving = gone.filter(
    (old) => !inTheWay.includes(old) && !fresh.some((next) => samePlace(old, next)),
  );
  const paths = changePaths(was, config);
  const effects: RouterEffect[] = [...advertise(state, state.priority)];
  if (inTheWay.length > 0) effects.push({ kind: "remove-addresses", addresses: inTheWay });
  if (fresh.length > 0) effects.push({ kind: "add-addresses", addresses: fresh });
  effects.push(...paths.additions, ...announce(fresh, config.gratuitousArp.repeat), ...paths.removals);
  if (leaving.length > 0) effects.push({ kind: "remove-addresses", addresses: leaving });
  const kept = keepBursts(state.role.announcements, { config, now });
  const { restore, ...rest } = state.role;
  // As the new configuration has them, so that a refusal is known again for what it is about.
  const stillLost = restore === undefined ? [] : without(wanted, without(wanted, restore.addresses));
  const role: MasterRole = {
    ...rest,
    lastAdvertisementAt: now,
    nextAdvertisementAt: after(now, config.advertisementInterval),
    announcements: [...kept, ...secondBurst(config, { addresses: fresh, now })],
    ...(restore === undefined || stillLost.length === 0
      ? {}
      : { restore: { at: restore.at, addresses: stillLost } }),
  };
  return { state: { ...state, role }, effects };
}

/** What the kernel has only once on an interface: an address, of IPv4 one with its prefix length. */
function samePlace(a: VirtualAddress, b: VirtualAddress): boolean {
  if (a.address !== b.address || a.device !== b.device) return false;
  return familyOf(a.address) === 6 || a.prefixLength === b.prefixLength;
}

/** The kernel changes nothing of an IPv4 address, and not the prefix length of an IPv6 address. */
function inPlaceOf(old: VirtualAddress, next: VirtualAddress): boolean {
  return samePlace(old, next) && (familyOf(old.address) === 4 || old.prefixLength !== next.prefixLength);
}

/**
 * Puts back what someone else took off the interface.
 * Deviation: keepalived becomes Backup and holds an election; an address that is back within the same step leaves the
 * clients with nothing to notice. A second loss within a second waits, so that two programs do not fight in a loop.
 */
export function restoreLost(state: RouterState, event: Timed<"addresses-lost">): RouterStep {
  const { addresses: lost, now } = event;
  const { role, config } = state;
  if (role.kind !== "master") return unchanged(state);
  // What waits for its next turn already is no news.
  const waiting = new Set(role.restore?.addresses.map(({ address }) => address));
  const addresses = movingAddresses(config).filter(
    ({ address }) => lost.includes(address) && !waiting.has(address),
  );
  if (addresses.length === 0) return unchanged(state);
  const names = addresses.map(({ address }) => address).join(", ");
  if (role.restoredAt !== undefined && between(role.restoredAt, now) < RESTORE_GAP) {
    return unchanged(
      restoreLater({ ...state, role }, { addresses, at: after(role.restoredAt, RESTORE_GAP) }),
    );
  }
  const message = `(${config.name}) ${names} was removed from the interface by someone else while we are master; putting it back`;
  return {
    state: { ...state, role: { ...role, restoredAt: now } },
    effects: [
      { kind: "log", level: "warning", message },
      { kind: "add-addresses", addresses },
      ...announce(addresses, config.gratuitousArp.repeat),
    ],
  };
}

/**
 * Puts back a route or rule that someone else removed, like an address.
 * Deviation: keepalived becomes Backup and holds an election; what is back at once leaves nobody with anything to notice.
 */
export function restorePath(state: RouterState, event: Timed<"path-lost">): RouterStep {
  const { text, now } = event;
  const { role, config } = state;
  if (role.kind !== "master") return unchanged(state);
  if (role.pathsRestoredAt !== undefined && between(role.pathsRestoredAt, now) < RESTORE_GAP) {
    return unchanged(restorePathsAt({ ...state, role }, { at: after(role.pathsRestoredAt, RESTORE_GAP) }));
  }
  const message = `(${config.name}) ${text} was removed by someone else while we are master; putting it back`;
  return {
    state: { ...state, role: { ...role, pathsRestoredAt: now } },
    effects: [{ kind: "log", level: "warning", message }, ...addPaths(trackedPaths(config))],
  };
}

/** Looks after routes that the kernel drops without a word, soon: several interfaces may be coming back together. */
export function checkPaths(state: RouterState, { now }: Timed<"paths-uncertain">): RouterStep {
  const { role, config } = state;
  if (role.kind !== "master" || config.routes.length + config.rules.length === 0) return unchanged(state);
  return unchanged(restorePathsAt({ ...state, role }, { at: after(now, SETTLE_TIME) }));
}

function restorePathsAt(
  state: InRole<MasterRole>,
  { at, all = false }: { readonly at: Instant; readonly all?: boolean },
): RouterState {
  const waiting = state.role.restorePaths;
  const sooner = waiting !== undefined && waiting.at < at ? waiting.at : at;
  return {
    ...state,
    role: { ...state.role, restorePaths: { at: sooner, all: all || waiting?.all === true } },
  };
}

/** Routes and rules whose time to be put back has come. */
export function restorePathsDue(
  state: InRole<MasterRole>,
  now: Instant,
): { readonly state: InRole<MasterRole>; readonly effects: readonly RouterEffect[] } {
  if (state.role.restorePaths === undefined || now < state.role.restorePaths.at) {
    return { state, effects: [] };
  }
  const { restorePaths, ...rest } = state.role;
  const paths = restorePaths.all ? state.config : trackedPaths(state.config);
  return { state: { ...state, role: { ...rest, pathsRestoredAt: now } }, effects: addPaths(paths) };
}

/** A host that could not do its part: each reason is logged once per role; what is missing is tried again. */
export function effectFailed(state: RouterState, event: Timed<"effect-failed">): RouterStep {
  const { effect, reason, now } = event;
  const known = state.knownFailures.includes(reason);
  const { role } = state;
  const retried = RETRIED.has(effect) && role.kind === "master";
  const message = `(${state.config.name}) cannot ${effect.replaceAll("-", " ")}: ${reason}${retried ? `; trying again every ${RESTORE_GAP / 1_000_000} s` : ""}`;
  const effects: readonly RouterEffect[] = known ? [] : [{ kind: "log", level: "error", message }];
  const noted = known
    ? state
    : { ...state, knownFailures: [...state.knownFailures, reason].slice(-MOST_FAILURES) };
  if (!retried) return { state: noted, effects };
  const at = after(now, RESTORE_GAP);
  if (effect !== "add-addresses") {
    return { state: restorePathsAt({ ...noted, role }, { at, all: true }), effects };
  }
  const addresses = movingAddresses(state.config).filter(
    ({ address }) => event.address === undefined || address === event.address,
  );
  return { state: restoreLater({ ...noted, role }, { addresses, at }), effects };
}

function restoreLater(
  state: InRole<MasterRole>,
  restore: { readonly addresses: readonly VirtualAddress[]; readonly at: Instant },
): RouterState {
  const waiting = state.role.restore;
  const addresses = [
    ...(waiting === undefined ? [] : without(waiting.addresses, restore.addresses)),
    ...restore.addresses,
  ];
  return { ...state, role: { ...state.role, restore: { at: waiting?.at ?? restore.at, addresses } } };
}

/** The addresses of `all` that are not, in every property, among `others`. */
function without(
  all: readonly VirtualAddress[],
  others: readonly VirtualAddress[],
): readonly VirtualAddress[] {
  const key = (virtual: VirtualAddress) => addressKey(virtual, virtual.device ?? "");
  const known = new Set(others.map(key));
  return all.filter((virtual) => !known.has(key(virtual)));
}
