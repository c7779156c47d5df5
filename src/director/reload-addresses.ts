import type { IpAddress } from "../base/ip-address.ts";
import { between, type Duration, type Instant } from "../base/time.ts";
import type { VirtualAddress } from "../conf/model/vrrp-instance.ts";
import { movingAddresses } from "../vrrp/router-config.ts";
import { skewTime } from "../vrrp/timers.ts";
import { virtualRouter } from "../vrrp/virtual-router.ts";
import type { VrrpHostEffect } from "./host.ts";
import { PresentPaths } from "./present-paths.ts";
import type { VrrpRehearsal } from "./reload-rehearsal.ts";
import { virtualAddressText } from "./reload-settings.ts";
import type { RouterEntry, VrrpDirectorState } from "./vrrp-director-state.ts";
import type { VrrpStatus } from "./vrrp-status.ts";

/** Something the VRRP process does to the world at a reload, in its order. */
export type VrrpOperation =
  | {
      readonly kind: "add-address" | "remove-address";
      readonly interface: string;
      readonly address: VirtualAddress;
    }
  | {
      readonly kind: "add-route" | "replace-route" | "remove-route" | "add-rule" | "remove-rule";
      /** In the words of its line. */
      readonly text: string;
    }
  | { readonly kind: "notify"; readonly arguments: readonly string[] };

/**
 * What becomes of one virtual address.
 * appears: it is taken in the same step. removed: it is held now and no longer wanted. interrupted: it goes and comes
 * back in the same step. dropped: it goes, although the new file wants it. listed, unlisted: not held here now, the
 * instance that would hold it changes. moved: it changes hands and is held all the time.
 */
export type AddressFate =
  | "appears"
  | "removed"
  | "interrupted"
  | "dropped"
  | "moved"
  | "listed"
  | "unlisted"
  | "changed";

/** One virtual address that a reload touches, here or in the lists. */
export interface AddressChange {
  readonly address: IpAddress;
  readonly fate: AddressFate;
  /** The instance that has it before and after, with the address as its file says. */
  readonly from?: AddressHolder;
  readonly to?: AddressHolder;
  /**
   * "dropped": at the latest so long after the reload it is back on this director, when no other takes it. Absent when
   * the instance cannot become MASTER as things stand; `obstacles` says why.
   */
  readonly backWithin?: Duration;
  readonly obstacles?: readonly string[];
  /** "dropped": another director that stands by for the old virtual router takes it at the latest after this. */
  readonly peerWithin?: Duration;
}

/** Which instance an address belongs to. */
export interface AddressHolder {
  readonly instance: string;
  readonly interface: string;
  /** As in the file: `192.0.2.100/24 dev eth1`. */
  readonly text: string;
}

/** The part of the effects that changes the world: a removal of what is not there, or a second addition, does not. */
export function vrrpOperations(
  effects: readonly VrrpHostEffect[],
  status: VrrpStatus,
): readonly VrrpOperation[] {
  const world = new PresentAddresses(status);
  const paths = new PresentPaths(status);
  return effects.flatMap((effect): readonly VrrpOperation[] => {
    if (effect.kind === "notification") {
      return effect.notification.commands.map(({ command, arguments: words }) => ({
        kind: "notify",
        arguments: [...command.argv, ...words],
      }));
    }
    const path = paths.operation(effect);
    if (path !== undefined) return [path];
    if (effect.kind !== "add-address" && effect.kind !== "remove-address") return [];
    const { kind, interface: name, address } = effect;
    const changed = kind === "add-address" ? world.add(name, address) : world.remove(name, address);
    return changed ? [{ kind, interface: name, address }] : [];
  });
}

/** What becomes of every virtual address that the two configurations or the operations touch. */
export function addressChanges(
  operations: readonly VrrpOperation[],
  options: {
    readonly status: VrrpStatus;
    readonly before: ReadonlyMap<string, RouterEntryLike>;
    readonly rehearsal: VrrpRehearsal;
  },
): readonly AddressChange[] {
  const { status, before, rehearsal } = options;
  const world = new PresentAddresses(status);
  const heldBefore = world.all();
  const gone = new Set<IpAddress>();
  for (const operation of operations) {
    if (operation.kind !== "add-address" && operation.kind !== "remove-address") continue;
    const { kind, interface: name, address } = operation;
    if (kind === "add-address") world.add(name, address);
    else if (world.remove(name, address) && !world.has(address.address)) gone.add(address.address);
  }
  const heldAfter = world.all();
  const from = holders(before.values());
  const to = holders(rehearsal.after.routers.values());
  const every = new Set([...from.keys(), ...to.keys()]);
  return [...every].flatMap((address): readonly AddressChange[] => {
    const [was, is] = [from.get(address), to.get(address)];
    const fate = fateOf({
      held: heldBefore.has(address),
      gone: gone.has(address),
      holds: heldAfter.has(address),
      was,
      is,
    });
    if (fate === undefined) return [];
    const change = { address, fate, ...ends(was, is) };
    if (fate !== "dropped" || is === undefined) return [change];
    return [{ ...change, ...absence(is.entry, { state: rehearsal.after, was, now: status.now }) }];
  });
}

/** What is needed of a router before the reload: it has none any more when the rehearsal is over. */
export type RouterEntryLike = Pick<RouterEntry, "config">;

interface Held<Entry extends RouterEntryLike> {
  readonly entry: Entry;
  readonly holder: AddressHolder;
}

/** For each address the instance that has it in its list; the first one when there are more, which the linter reports. */
function holders<Entry extends RouterEntryLike>(
  entries: Iterable<Entry>,
): ReadonlyMap<IpAddress, Held<Entry>> {
  const found = new Map<IpAddress, Held<Entry>>();
  for (const entry of entries) {
    for (const virtual of movingAddresses(entry.config)) {
      if (found.has(virtual.address)) continue;
      const holder = {
        instance: entry.config.name,
        interface: virtual.device ?? entry.config.interface,
        text: virtualAddressText(virtual),
      };
      found.set(virtual.address, { entry, holder });
    }
  }
  return found;
}

function ends(
  was: Held<RouterEntryLike> | undefined,
  is: Held<RouterEntry> | undefined,
): Pick<AddressChange, "from" | "to"> {
  return {
    ...(was === undefined ? {} : { from: was.holder }),
    ...(is === undefined ? {} : { to: is.holder }),
  };
}

function fateOf(seen: {
  readonly held: boolean;
  readonly gone: boolean;
  readonly holds: boolean;
  readonly was: Held<RouterEntryLike> | undefined;
  readonly is: Held<RouterEntry> | undefined;
}): AddressFate | undefined {
  const { held, gone, holds, was, is } = seen;
  if (held && !holds) return is === undefined ? "removed" : "dropped";
  if (held && gone) return "interrupted";
  if (!held && holds) return "appears";
  const unchanged =
    was?.holder.instance === is?.holder.instance &&
    was?.holder.interface === is?.holder.interface &&
    was?.holder.text === is?.holder.text;
  if (unchanged) return undefined;
  if (was === undefined) return "listed";
  if (is === undefined) return "unlisted";
  return was.holder.instance === is.holder.instance ? "changed" : "moved";
}

/** How long an address stays away, by the machine's own deadlines. */
function absence(
  entry: RouterEntry,
  options: {
    readonly state: VrrpDirectorState;
    readonly was: Held<RouterEntryLike> | undefined;
    readonly now: Instant;
  },
): Pick<AddressChange, "backWithin" | "peerWithin" | "obstacles"> {
  const { was, now } = options;
  const peer = was?.entry.config;
  const backAt = groupMasterAt(entry);
  return {
    ...(backAt === undefined ? { obstacles: obstaclesOf(entry) } : { backWithin: between(now, backAt) }),
    // A master that stops says so with priority 0, after which a backup waits for its skew time only: RFC 3768 section
    // 6.4.2. The lowest priority has the longest.
    ...(peer === undefined
      ? {}
      : {
          peerWithin: skewTime({
            version: peer.version,
            priority: 1,
            interval: peer.advertisementInterval,
          }),
        }),
  };
}

/**
 * When a router that hears nobody becomes MASTER; undefined when it never does as things stand. The members of a sync
 * group become it together, the slowest of them decides when.
 */
export function groupMasterAt(entry: RouterEntry): Instant | undefined {
  let last = masterAt(entry);
  for (const companion of entry.group?.members ?? []) {
    const at = masterAt(companion);
    if (at === undefined || last === undefined) return undefined;
    if (at > last) last = at;
  }
  return last;
}

/** When a router would become MASTER alone. */
function masterAt(entry: RouterEntry): Instant | undefined {
  let { state } = entry;
  // Initialize, Backup, Master: no way is longer.
  for (let alarms = 0; alarms < 4; alarms++) {
    const due = virtualRouter.deadline(state);
    if (due === undefined) return undefined;
    state = virtualRouter.step(state, { kind: "alarm" }, due).state;
    if (state.role.kind === "master") return due;
  }
  return undefined;
}

function obstaclesOf({ state: { role } }: RouterEntry): readonly string[] {
  if (role.kind !== "fault") return [];
  return role.reasons.map((reason) => {
    if ("interface" in reason) return `${reason.kind.replaceAll("-", " ")}: ${reason.interface}`;
    return "name" in reason
      ? `${reason.kind.replaceAll("-", " ")}: ${reason.name}`
      : reason.kind.replaceAll("-", " ");
  });
}

/** The addresses that interfaces have, as the operations go on; each by interface, address and prefix length. */
class PresentAddresses {
  readonly #present = new Map<string, IpAddress>();
  readonly #count = new Map<IpAddress, number>();
  readonly #interfaces: ReadonlySet<string>;

  constructor({ links }: VrrpStatus) {
    this.#interfaces = new Set(links.map(({ name }) => name));
    for (const { name, addresses } of links) for (const address of addresses) this.add(name, address);
  }

  /** False when it is there already, or its interface is not. */
  add(name: string, { address, prefixLength }: Pick<VirtualAddress, "address" | "prefixLength">): boolean {
    const key = `${name} ${address}/${prefixLength}`;
    if (this.#present.has(key) || !this.#interfaces.has(name)) return false;
    this.#present.set(key, address);
    this.#count.set(address, (this.#count.get(address) ?? 0) + 1);
    return true;
  }

  /** False when it is not there. */
  remove(name: string, { address, prefixLength }: VirtualAddress): boolean {
    if (!this.#present.delete(`${name} ${address}/${prefixLength}`)) return false;
    this.#count.set(address, (this.#count.get(address) ?? 0) - 1);
    return true;
  }

  /** Whether any interface has it, with whatever prefix length. */
  has(address: IpAddress): boolean {
    return (this.#count.get(address) ?? 0) > 0;
  }

  all(): ReadonlySet<IpAddress> {
    return new Set(this.#present.values());
  }
}
