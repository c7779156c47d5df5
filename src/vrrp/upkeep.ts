import { after, between, type Duration, type Instant, seconds } from "../base/time.ts";
import type { VirtualAddress } from "../conf/model/vrrp-instance.ts";
import { announce, keepBursts, secondBurst } from "./announcements.ts";
import { movingAddresses } from "./router-config.ts";
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
  return reconfigureMaster({ ...state, role }, { was: movingAddresses(before.config), now });
}

function reconfigureMaster(
  state: InRole<MasterRole>,
  change: { readonly was: readonly VirtualAddress[]; readonly now: Instant },
): RouterStep {
  const { config } = state;
  const { was, now } = change;
  const wanted = movingAddresses(config);
  const gone = without(was, wanted);
  const fresh = without(wanted, was);
  const effects: RouterEffect[] = [...advertise(state, state.priority)];
  if (gone.length > 0) effects.push({ kind: "remove-addresses", addresses: gone });
  if (fresh.length > 0) effects.push({ kind: "add-addresses", addresses: fresh });
  effects.push(...announce(fresh, config.gratuitousArp.repeat));
  const kept = keepBursts(state.role.announcements, { config, now });
  const { restore, ...rest } = state.role;
  const stillLost = restore === undefined ? [] : without(restore.addresses, gone);
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

/**
 * Puts back what someone else took off the interface.
 * Deviation: keepalived becomes Backup and holds an election; an address that is back within the same step leaves the
 * clients with nothing to notice. A second loss within a second waits, so that two programs do not fight in a loop.
 */
export function restoreLost(state: RouterState, event: Timed<"addresses-lost">): RouterStep {
  const { addresses: lost, now } = event;
  const { role, config } = state;
  if (role.kind !== "master") return unchanged(state);
  const addresses = movingAddresses(config).filter(({ address }) => lost.includes(address));
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

/** A host that could not do its part: logged once until something changes; a missing address is tried again. */
export function effectFailed(state: RouterState, event: Timed<"effect-failed">): RouterStep {
  const { effect, reason, now } = event;
  const known = state.lastFailure?.effect === effect && state.lastFailure.reason === reason;
  const { role } = state;
  const retried = effect === "add-addresses" && role.kind === "master";
  const message = `(${state.config.name}) cannot ${effect.replaceAll("-", " ")}: ${reason}${retried ? `; trying again in ${RESTORE_GAP / 1_000_000} s` : ""}`;
  const effects: readonly RouterEffect[] = known ? [] : [{ kind: "log", level: "error", message }];
  const noted = { ...state, lastFailure: { effect, reason } };
  if (!retried) return { state: noted, effects };
  const all = { addresses: movingAddresses(state.config), at: after(now, RESTORE_GAP) };
  return { state: restoreLater({ ...noted, role }, all), effects };
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
  const known = new Set(others.map(key));
  return all.filter((virtual) => !known.has(key(virtual)));
}

function key(virtual: VirtualAddress): string {
  const { address, prefixLength, broadcast, device, scope, label } = virtual;
  return [address, prefixLength, broadcast, device, scope, label].join(" ");
}
