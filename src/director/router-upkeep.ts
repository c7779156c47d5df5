import { type IpAddress, ipAddressBytes } from "../base/ip-address.ts";
import { movingAddresses } from "../vrrp/router-config.ts";
import type { FaultReason } from "../vrrp/router-state.ts";
import { effectivePriority, trackerFaults } from "../vrrp/tracking.ts";
import type { InterfaceAddress } from "./host.ts";
import { type LinkTable, usable } from "./link-table.ts";
import { tellPriority } from "./notifying.ts";
import { deliver } from "./router-delivery.ts";
import { trackers } from "./router-trackers.ts";
import { companionFaults, companions } from "./sync-groups.ts";
import type { RouterEntry, StepContext, VrrpDirectorState } from "./vrrp-director-state.ts";

/** Brings a router up to date with interfaces, addresses and trackers. */
export function refresh(entry: RouterEntry, context: StepContext): void {
  const { state } = context;
  if (!hasStarted(entry) || state.stopping) return;
  const source = sourceOf(entry, state);
  setOwnAddresses(entry, { source, links: state.links });
  if (source !== entry.state.source) {
    deliver(entry, { kind: "source-address-changed", source }, context);
  }
  const faults = new Map(currentFaults(entry, state).map((fault) => [JSON.stringify(fault), fault]));
  for (const [text, reason] of faults) {
    if (entry.faults.has(text)) continue;
    entry.faults.set(text, reason);
    deliver(entry, { kind: "fault-raised", reason }, context);
  }
  for (const [text, reason] of [...entry.faults]) {
    if (faults.has(text)) continue;
    entry.faults.delete(text);
    deliver(entry, { kind: "fault-cleared", reason }, context);
  }
  const priority = priorityOf(entry, state);
  if (priority !== entry.priority) {
    context.out.push({
      kind: "log",
      level: "info",
      message: `(${entry.instance.name}) Changing effective priority from ${entry.priority} to ${priority}`,
    });
    entry.priority = priority;
    deliver(entry, { kind: "priority-changed", priority }, context);
    tellPriority(entry, context);
  }
  lostAddresses(entry, context);
}

/** Also a router that waits for `vrrp_startup_delay` must hear what happens meanwhile. */
function hasStarted({ state: { role } }: RouterEntry): boolean {
  return role.kind !== "initialize" || role.startsAt !== undefined;
}

/** Addresses that a master must hold and the interface does not have: somebody took them away. */
function lostAddresses(entry: RouterEntry, context: StepContext): void {
  if (entry.state.role.kind !== "master") return;
  const lost = movingAddresses(entry.config)
    .filter(({ device, address }) => !context.state.links.has(device ?? entry.config.interface, address))
    .map(({ address }) => address);
  if (lost.length > 0) deliver(entry, { kind: "addresses-lost", addresses: lost }, context);
}

/** Brings the routers up to date that an address on an interface concerns. */
export function refreshAddress(address: InterfaceAddress, context: StepContext): void {
  const link = context.state.links.indexed(address.interfaceIndex);
  if (link === undefined) return;
  const concerned = new Set<RouterEntry>();
  for (const entry of concernedBy(address.address, { interface: link.name, state: context.state })) {
    for (const one of [entry, ...companions(entry, context.state)]) concerned.add(one);
  }
  for (const entry of concerned) refresh(entry, context);
}

/**
 * The routers that look at an address of an interface. A virtual one matters to those who hold it or send from it, and
 * not to every router there: a master of hundreds of routers would look hundreds of thousands of times.
 */
function concernedBy(
  address: IpAddress,
  where: { readonly interface: string; readonly state: VrrpDirectorState },
): readonly RouterEntry[] {
  const { interface: name, state } = where;
  const entries = [...state.routers.values()];
  const holds = ({ config }: RouterEntry) =>
    movingAddresses(config).some(
      (moving) => moving.address === address && (moving.device ?? config.interface) === name,
    );
  const holders = new Set(entries.filter(holds));
  return entries.filter((entry) => {
    if (holders.has(entry)) return true;
    if (entry.config.interface !== name) return false;
    return holders.size === 0 || entry.state.source === address || entry.state.source === undefined;
  });
}

/** What keeps a router from taking part now, as interfaces and trackers stand. */
export function currentFaults(entry: RouterEntry, state: VrrpDirectorState): readonly FaultReason[] {
  const isAtFault = (companion: RouterEntry) =>
    ownFaults(companion, state).length > 0 || sourceOf(companion, state) === undefined;
  return [...ownFaults(entry, state), ...companionFaults(entry, { state, isAtFault })];
}

function ownFaults(entry: RouterEntry, state: VrrpDirectorState): readonly FaultReason[] {
  const faults: FaultReason[] = [];
  const { interface: name } = entry.config;
  const link = state.links.named(name);
  if (link === undefined) faults.push({ kind: "interface-missing", interface: name });
  else if (!entry.instance.dontTrackPrimary && !usable(link))
    faults.push({ kind: "interface-down", interface: name });
  return [...faults, ...trackerFaults(trackers(entry, state))];
}

/** The effective priority of a router, as its trackers stand now. */
export function priorityOf(entry: RouterEntry, state: VrrpDirectorState): number {
  return effectivePriority(entry.instance.priority, trackers(entry, state));
}

/** The address a router sends from: the configured one, else the primary one of its interface. */
export function sourceOf(entry: RouterEntry, state: VrrpDirectorState): IpAddress | undefined {
  const { instance, config } = entry;
  if (instance.sourceAddress !== undefined) return instance.sourceAddress;
  const virtual = new Set(movingAddresses(config).map(({ address }) => address));
  return state.links.primaryAddress(config.interface, { family: config.family, virtual });
}

/** Tells the receiver checks which addresses are our own (RX-21): those of the interface, and the one we send from. */
export function setOwnAddresses(
  entry: RouterEntry,
  { source, links }: { readonly source: IpAddress | undefined; readonly links: LinkTable },
): void {
  const own = new Set(links.addressesOf(entry.config.interface));
  if (source !== undefined) own.add(source);
  // A virtual address of ours is no sign of ourselves: whoever is master has it.
  for (const { address } of movingAddresses(entry.config)) own.delete(address);
  entry.context = { ...entry.context, ownAddresses: [...own].map(ipAddressBytes) };
}
