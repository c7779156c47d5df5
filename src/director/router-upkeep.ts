import { type IpAddress, ipAddressBytes } from "../base/ip-address.ts";
import { movingAddresses } from "../vrrp/router-config.ts";
import type { FaultReason } from "../vrrp/router-state.ts";
import { effectivePriority, trackerFaults } from "../vrrp/tracking.ts";
import type { InterfaceAddress } from "./host.ts";
import { tellPriority } from "./notifying.ts";
import { awaitsOwnInterface } from "./own-interfaces.ts";
import { standingAddresses } from "./placement.ts";
import { deliver } from "./router-delivery.ts";
import { linkCounts, trackers } from "./router-trackers.ts";
import { noteStray } from "./stray-addresses.ts";
import { companionFault, noteFaulty } from "./sync-groups.ts";
import type { RouterEntry, StepContext, VrrpDirectorState } from "./vrrp-director-state.ts";

/**
 * Brings routers up to date with interfaces, addresses and trackers, and with them the members of a sync group that one
 * of them holds back or no longer does. Faults are found for all before anything is delivered, so that the members of a
 * large group do not hear of each fault of the others one by one.
 */
export function refreshAll(concerned: Iterable<RouterEntry>, context: StepContext): void {
  const { state } = context;
  const targets = new Set(concerned);
  for (const entry of [...targets]) {
    if (assess(entry, state)) for (const member of entry.group?.members ?? []) targets.add(member);
  }
  if (state.stopping) return;
  for (const entry of targets) if (entry.state.role.kind !== "initialize") refresh(entry, context);
}

/** Finds out what is wrong with a router itself. True when that changes what its group holds against the others. */
export function assess(entry: RouterEntry, state: VrrpDirectorState): boolean {
  entry.ownFaults = ownFaults(entry, state);
  const faulty = entry.ownFaults.length > 0 || sourceOf(entry, state) === undefined;
  return noteFaulty(entry, faulty);
}

function refresh(entry: RouterEntry, context: StepContext): void {
  const { state } = context;
  const source = sourceOf(entry, state);
  setOwnAddresses(entry, { source, state });
  if (source !== entry.state.source) {
    deliver(entry, { kind: "source-address-changed", source }, context);
  }
  const faults = new Map(currentFaults(entry).map((fault) => [JSON.stringify(fault), fault]));
  for (const [text, reason] of faults) {
    if (entry.faults.has(text)) continue;
    entry.faults.set(text, reason);
    tellFileFault(entry, { reason, turn: "now", context });
    deliver(entry, { kind: "fault-raised", reason }, context);
  }
  if (entry.faults.size > faults.size) {
    for (const [text, reason] of [...entry.faults]) {
      if (faults.has(text)) continue;
      entry.faults.delete(text);
      tellFileFault(entry, { reason, turn: "leaving", context });
      deliver(entry, { kind: "fault-cleared", reason }, context);
    }
  }
  const priority = priorityOf(entry, state);
  if (priority !== entry.priority) {
    const before = entry.priority;
    entry.priority = priority;
    deliver(entry, { kind: "priority-changed", priority }, context);
    tellPriorityChange(entry, before, context);
  }
  lostAddresses(entry, context);
}

/** Logs another effective priority, and tells whoever asks for it. */
export function tellPriorityChange(entry: RouterEntry, before: number, context: StepContext): void {
  const message = `(${entry.instance.name}) Changing effective priority from ${before} to ${entry.priority}`;
  context.out.push({ kind: "log", level: "info", message });
  tellPriority(entry, context);
}

/** What a file says against a router shows nowhere else in the log; keepalived's words. */
function tellFileFault(
  { instance }: RouterEntry,
  fault: { readonly reason: FaultReason; readonly turn: "now" | "leaving"; readonly context: StepContext },
): void {
  const { reason, turn, context } = fault;
  if (reason.kind !== "file") return;
  const message = `(${instance.name}): tracked file ${reason.name} ${turn} FAULT state`;
  context.out.push({ kind: "log", level: "info", message });
}

/** Addresses that a master must hold and the interface does not have: somebody took them away. */
function lostAddresses(entry: RouterEntry, context: StepContext): void {
  if (entry.state.role.kind !== "master") return;
  const lost = movingAddresses(entry.config)
    .filter(({ flags }) => flags?.includes("no_track") !== true)
    .filter(({ device, address }) => {
      const name = device ?? entry.config.interface;
      const awaited = context.state.ownAttempts.get(name)?.pending === true;
      return !awaited && !context.state.links.has(name, address);
    })
    .map(({ address }) => address);
  if (lost.length > 0) deliver(entry, { kind: "addresses-lost", addresses: lost }, context);
}

/** Brings the routers up to date that an address on an interface concerns. */
export function refreshAddress(
  address: InterfaceAddress,
  { there, context }: { readonly there: boolean; readonly context: StepContext },
): void {
  const { links, index, strays } = context.state;
  const link = links.indexed(address.interfaceIndex);
  if (link === undefined) return;
  const movers = index.withAddress(link.name, address.address);
  if (movers !== undefined) {
    refreshAll(movers, context);
    if (there) noteStray(link.name, address.address, context);
    else strays.forget(link.name, address.address);
    return;
  }
  index.forgetOwn(link.name);
  refreshAll(index.onInterface(link.name), context);
}

/** What keeps a router from taking part now, as `assess` found it, with the fault of another member of its group. */
export function currentFaults(entry: RouterEntry): readonly FaultReason[] {
  const shared = companionFault(entry);
  return shared === undefined ? entry.ownFaults : [...entry.ownFaults, shared];
}

function ownFaults(entry: RouterEntry, state: VrrpDirectorState): readonly FaultReason[] {
  const faults: FaultReason[] = [];
  const { interface: name } = entry.config;
  const link = state.links.named(name);
  if (link === undefined) faults.push({ kind: "interface-missing", interface: name });
  else if (!entry.instance.dontTrackPrimary && !linkCounts(name, state))
    faults.push({ kind: "interface-down", interface: name });
  if (entry.instance.faultWithoutPeer && entry.instance.unicastPeers.length === 0) {
    faults.push({ kind: "no-unicast-peer" });
  }
  if (link !== undefined) faults.push(...ownInterfaceFaults(entry, state));
  return [...faults, ...trackerFaults(trackers(entry, state))];
}

/**
 * A virtual MAC that could not be made, whatever stands there by its name, or that somebody switched off; one that is being
 * made is no fault. Its carrier is that of the interface below, which has faults of its own.
 */
function ownInterfaceFaults(entry: RouterEntry, state: VrrpDirectorState): readonly FaultReason[] {
  if (awaitsOwnInterface(entry, state)) return [];
  return entry.placement.made.flatMap(({ name }): readonly FaultReason[] => {
    const link = state.links.named(name);
    if (link?.stacked?.ours !== true) return [{ kind: "interface-missing", interface: name }];
    if (entry.instance.dontTrackPrimary || link.up) return [];
    return [{ kind: "interface-down", interface: name }];
  });
}

/** The effective priority of a router, as its trackers stand now. */
export function priorityOf(entry: RouterEntry, state: VrrpDirectorState): number {
  return effectivePriority(entry.instance.priority, trackers(entry, state));
}

/** The address a router sends from: the configured one, else the primary one of its interface. */
export function sourceOf(entry: RouterEntry, state: VrrpDirectorState): IpAddress | undefined {
  const { instance, config } = entry;
  if (instance.sourceAddress !== undefined) {
    const known = state.links.find(config.interface, instance.sourceAddress);
    const gone = known === undefined ? instance.trackSourceAddress : known.tentative === true;
    return gone ? undefined : instance.sourceAddress;
  }
  const standing = standingAddresses(entry.placement, state.links)[0];
  if (standing !== undefined) return standing.address;
  const virtual = state.index.virtualOn(config.interface);
  return state.links.primaryAddress(config.interface, { family: config.family, virtual });
}

/**
 * Tells the receiver checks which addresses are our own (RX-21): those of the interface, and the one we send from. A
 * virtual address is no sign of ourselves: whoever is master has it.
 */
export function setOwnAddresses(
  entry: RouterEntry,
  { source, state }: { readonly source: IpAddress | undefined; readonly state: VrrpDirectorState },
): void {
  const fixed = state.index.ownAddresses(entry.config.interface, state.links);
  const configured = entry.instance.sourceAddress;
  const ownAddresses = configured === undefined ? fixed : [...fixed, ipAddressBytes(configured)];
  if (configured === undefined && source !== undefined && entry.context.ownAddresses === fixed) return;
  entry.context = { ...entry.context, ownAddresses };
}
