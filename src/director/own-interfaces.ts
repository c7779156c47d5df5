import { after, earliest, type Instant, instant, seconds } from "../base/time.ts";
import { movingAddresses } from "../vrrp/router-config.ts";
import type { Link, OwnLink } from "./host.ts";
import { isLinkLocal, type LinkTable } from "./link-table.ts";
import { hardwareAddressText } from "./own-interface-names.ts";
import { standingAddresses } from "./placement.ts";
import type { RouterEntry, StepContext, VrrpDirectorState } from "./vrrp-director-state.ts";

/** An interface that was asked for, and is not there yet or could not be made. */
export interface OwnInterfaceAttempt {
  readonly at: Instant;
  /** No answer has come yet; it comes before anything else happens. */
  readonly pending: boolean;
  /** It has been there before, and somebody removed it. */
  readonly again: boolean;
}

/** Pause before an interface that could not be made, or was removed once more, is asked for again. */
const AGAIN = seconds(1);

/**
 * Asks for the own interfaces of these routers that are not there as they should be. One that somebody removed is made
 * again at once, so that its master goes on; the next time only after a second, so that two programs do not fight in a
 * loop.
 */
export function keepOwnInterfaces(entries: Iterable<RouterEntry>, context: StepContext): void {
  const { state, now, out } = context;
  if (state.stopping) return;
  for (const entry of entries) {
    for (const own of ownLinks(entry, state)) {
      state.ownMissing.delete(own.name);
      if (state.links.named(own.base) === undefined) continue;
      const link = state.links.named(own.name);
      const known = state.ownAttempts.has(own.name);
      // One that is there at the start is asked for as well: what belongs to it is put right.
      if (known && link !== undefined && fits(link, own, state)) {
        dropStale(link, { own, entry, context });
        continue;
      }
      state.ownMissing.add(own.name);
      const last = state.ownAttempts.get(own.name);
      if (last?.pending === true || (last !== undefined && now < after(last.at, AGAIN))) continue;
      state.ownAttempts.set(own.name, { at: now, pending: true, again: last !== undefined });
      out.push({ kind: "make-own-interface", own });
    }
  }
}

/** When the next of them is to be asked for again. */
export function ownInterfacesDeadline({ ownMissing, ownAttempts }: VrrpDirectorState): Instant | undefined {
  if (ownMissing.size === 0) return undefined;
  return earliest(
    [...ownMissing].map((name) => {
      const last = ownAttempts.get(name);
      return last === undefined || last.pending ? undefined : after(last.at, AGAIN);
    }),
  );
}

/**
 * The interface came, or it did not: no answer is awaited any more. That it came for the first time is no reason to wait
 * when it is removed a moment later.
 */
export function ownInterfaceAnswered(
  name: string,
  { came, context }: { readonly came: boolean; readonly context: StepContext },
): void {
  const { ownAttempts } = context.state;
  const last = ownAttempts.get(name);
  if (last?.pending !== true) return;
  const at = came && !last.again ? instant(last.at - AGAIN) : last.at;
  ownAttempts.set(name, { ...last, at, pending: false });
}

/** Whether an interface of a router has been asked for and the answer is on its way. */
export function awaitsOwnInterface({ placement }: RouterEntry, state: VrrpDirectorState): boolean {
  return placement.made.some(({ name }) => state.ownAttempts.get(name)?.pending === true);
}

/** Removes the interfaces of a router that is no more, save those that another one has too. */
export function removeOwnInterfaces(entry: RouterEntry, { state, out }: StepContext): void {
  const inUse = new Set(
    [...state.routers.values()]
      .filter((other) => other !== entry)
      .flatMap(({ placement }) => placement.made.map(({ name }) => name)),
  );
  for (const own of entry.placement.made) {
    if (!inUse.has(own.name)) removeOwnInterface(own, { state, out });
  }
}

/** At the end: removes what was made for any router. */
export function removeAllOwnInterfaces({ state, out }: StepContext): void {
  const made = new Map<string, OwnLink>();
  for (const { placement } of state.routers.values()) {
    for (const own of placement.made) made.set(own.name, own);
  }
  for (const own of made.values()) out.push({ kind: "remove-own-interface", own });
}

/** What an earlier process made and left behind, and no router wants now. */
export function removeForsaken(context: StepContext): void {
  const { state } = context;
  const wanted = new Set(
    [...state.routers.values()].flatMap(({ placement }) => placement.made.map(({ name }) => name)),
  );
  for (const { link } of state.links.all()) {
    const { stacked, name } = link;
    if (stacked?.ours !== true || wanted.has(name)) continue;
    const base = state.links.indexed(stacked.baseIndex)?.name ?? "";
    const kind = stacked.kind === "macvlan" ? "vmac" : "ipvlan";
    const own: OwnLink = {
      kind,
      name,
      base,
      family: 4,
      mode: "private",
      ipv6: false,
      addresses: [],
      notify: false,
    };
    removeOwnInterface(own, context);
  }
}

/** The table is told at once: whoever chooses names next must not meet it. */
function removeOwnInterface(own: OwnLink, { state, out }: Pick<StepContext, "state" | "out">): void {
  state.ownAttempts.delete(own.name);
  const link = state.links.named(own.name);
  if (link?.stacked !== undefined) state.links.remove(link.index);
  out.push({ kind: "remove-own-interface", own });
}

function ownLinks(entry: RouterEntry, state: VrrpDirectorState): readonly OwnLink[] {
  const { placement } = entry;
  return placement.made.map((own) =>
    own.name === placement.own?.name ? { ...own, addresses: standingAddresses(placement, state.links) } : own,
  );
}

function fits(link: Link, own: OwnLink, state: VrrpDirectorState): boolean {
  const { stacked, hardwareAddress } = link;
  const below = state.links.named(own.base);
  if (stacked === undefined || !stacked.ours || stacked.mode !== own.mode) return false;
  if (stacked.baseIndex !== (below?.stacked?.baseIndex ?? below?.index)) return false;
  if (own.hardwareAddress !== undefined && hardwareAddressText(hardwareAddress) !== own.hardwareAddress)
    return false;
  return own.addresses.every(({ address }) => state.links.has(own.name, address));
}

/** A link-local address that was mirrored from an interface below that has another one now. */
function dropStale(
  link: Link,
  from: { readonly own: OwnLink; readonly entry: RouterEntry; readonly context: StepContext },
): void {
  const { own, entry, context } = from;
  if (own.addresses.length === 0 || own.kind !== "vmac") return;
  const wanted = new Set<string>(
    [...own.addresses, ...movingAddresses(entry.config)].map(({ address }) => address),
  );
  for (const address of context.state.links.addressesOf(link.name)) {
    if (wanted.has(address) || !isLinkLocal(address)) continue;
    context.state.links.removeAddress({
      interfaceIndex: link.index,
      address,
      prefixLength: 64,
      secondary: false,
    });
    context.out.push({
      kind: "remove-address",
      interface: link.name,
      address: { address, prefixLength: 64 },
    });
  }
}

/** What an interface looks like once it was made: for rehearsals, in which nothing is made. */
export function asMade(own: OwnLink, links: LinkTable): Link {
  const known = links.all().map(({ link }) => link.index);
  const below = links.named(own.base);
  return {
    index: links.named(own.name)?.index ?? Math.max(0, ...known) + 1,
    name: own.name,
    up: true,
    running: below?.up === true && below.running,
    hardwareAddress: Uint8Array.from((own.hardwareAddress ?? "").split(":"), (octet) =>
      Number.parseInt(octet, 16),
    ),
    stacked: {
      kind: own.kind === "vmac" ? "macvlan" : "ipvlan",
      baseIndex: below?.stacked?.baseIndex ?? below?.index ?? 0,
      mode: own.mode,
      ours: true,
    },
  };
}
