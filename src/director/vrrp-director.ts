import type { AddressFamily, IpAddress } from "../base/ip-address.ts";
import { ipAddressBytes } from "../base/ip-address.ts";
import type { Machine, Step } from "../base/machine.ts";
import { earliest, type Instant } from "../base/time.ts";
import type { Config } from "../conf/model/config.ts";
import type { VrrpInstance } from "../conf/model/vrrp-instance.ts";
import { claimedVirtualRouterId, viewIpv4Packet, viewIpv6Payload } from "../vrrp/packet-view.ts";
import {
  createReceiver,
  type Receiver,
  type ReceptionContext,
  receiveAdvertisement,
} from "../vrrp/reception.ts";
import type { Rejection } from "../vrrp/rejection.ts";
import {
  movingAddresses,
  type RouterConfig,
  routerConfig,
  unsupportedReason,
} from "../vrrp/router-config.ts";
import type { FaultReason, RouterEvent, RouterState } from "../vrrp/router-state.ts";
import { effectivePriority, type Tracker, trackerFaults } from "../vrrp/tracking.ts";
import { initialRouterState, virtualRouter } from "../vrrp/virtual-router.ts";
import type { InterfaceAddress, Link, LogLevel, VrrpHostEffect, VrrpHostEvent } from "./host.ts";
import { LinkTable } from "./link-table.ts";
import { RejectionLog } from "./rejection-log.ts";
import { performRouterEffect } from "./router-effects.ts";
import { ScriptSchedule } from "./script-schedule.ts";

/** One virtual router and what the director keeps beside its machine. */
export interface RouterEntry {
  instance: VrrpInstance;
  config: RouterConfig;
  receiver: Receiver;
  state: RouterState;
  /** Our own addresses on its interface, in network order, for the receiver checks. */
  context: ReceptionContext;
  /** Effective priority handed in last. */
  priority: number;
  /** Faults handed in and not yet cleared, by their text. */
  readonly faults: Map<string, FaultReason>;
  readonly counters: RouterCounters;
  /** Identification of the next IPv4 packet. */
  nextPacketId: number;
}

/** keepalived's statistics of one instance. */
export interface RouterCounters {
  advertisementsReceived: number;
  advertisementsSent: number;
  becameMaster: number;
  releasedMaster: number;
  priorityZeroReceived: number;
  priorityZeroSent: number;
  readonly rejected: Map<Rejection["counter"], number>;
}

/**
 * The state of the VRRP process. Unlike a core's it is changed in place: it owns tables of all routers and interfaces,
 * and copying them for every packet would cost more than everything else. It is still only ever changed by `step`,
 * so a recorded list of events replays exactly.
 */
export interface VrrpDirectorState {
  config: Config | undefined;
  readonly links: LinkTable;
  readonly routers: Map<string, RouterEntry>;
  readonly rejections: RejectionLog;
  readonly scripts: ScriptSchedule;
  /** What the sockets listen for, by `interface/family`: to ask only for changes. */
  readonly wires: Map<string, string>;
  stopping: boolean;
}

/** Takes the director's events one by one and collects what the world is asked to do. */
export interface StepContext {
  readonly state: VrrpDirectorState;
  readonly now: Instant;
  readonly out: VrrpHostEffect[];
}

/** The state before the `start` event. */
export function initialVrrpState(): VrrpDirectorState {
  return {
    config: undefined,
    links: new LinkTable(),
    routers: new Map(),
    rejections: new RejectionLog(),
    scripts: new ScriptSchedule(),
    wires: new Map(),
    stopping: false,
  };
}

/** Joins virtual routers, interfaces, trackers and notifications: the machine of the VRRP process. */
export const vrrpDirector: Machine<VrrpDirectorState, VrrpHostEvent, VrrpHostEffect> = {
  step(state, event, now): Step<VrrpDirectorState, VrrpHostEffect> {
    const out: VrrpHostEffect[] = [];
    take(event, { state, now, out });
    return { state, effects: out };
  },
  deadline(state) {
    return earliest([state.scripts.deadline(), ...routerDeadlines(state)]);
  },
};

function* routerDeadlines(state: VrrpDirectorState): Iterable<Instant | undefined> {
  for (const entry of state.routers.values()) yield virtualRouter.deadline(entry.state);
}

/** Routers are the same across reloads when these agree, whatever their names (keepalived's rule). */
function routerKey(at: { interface: string; family: AddressFamily; virtualRouterId: number }): string {
  return `${at.interface}/${at.family}/${at.virtualRouterId}`;
}

function take(event: VrrpHostEvent, context: StepContext): void {
  const { state } = context;
  switch (event.kind) {
    case "start":
      state.links.replaceAll(event.links, event.addresses);
      configure(event.config, context);
      return;
    case "reload":
      configure(event.config, context);
      return;
    case "alarm":
      alarm(context);
      return;
    case "packet":
      packet(event, context);
      return;
    case "snapshot":
      state.links.replaceAll(event.links, event.addresses);
      openWires(context);
      for (const entry of state.routers.values()) refresh(entry, context);
      return;
    case "link":
      state.links.set(event.link);
      openWires(context);
      for (const entry of state.routers.values()) refresh(entry, context);
      return;
    case "link-removed":
      state.links.remove(event.index);
      openWires(context);
      for (const entry of state.routers.values()) refresh(entry, context);
      return;
    case "address-added":
      state.links.addAddress(event.address);
      refreshAddress(event.address, context);
      return;
    case "address-removed":
      state.links.removeAddress(event.address);
      refreshAddress(event.address, context);
      return;
    case "script-result":
      state.scripts.result(event.script, { outcome: event.outcome, now: context.now, out: context.out });
      for (const entry of state.routers.values()) refresh(entry, context);
      return;
    case "effect-failed":
      effectFailed(event, context);
      return;
    case "trouble":
      logNowAndThen(
        { key: `trouble ${event.about}`, level: "warning", message: () => event.message },
        context,
      );
      return;
    case "shutdown":
      shutdown(context);
      return;
  }
}

/** Takes a configuration, the first or another: what stays the same keeps its role and timers. */
function configure(config: Config, context: StepContext): void {
  const { state, out } = context;
  if (state.stopping) return;
  state.config = config;
  state.scripts.configure(config, context.now);
  const wanted = new Map<string, VrrpInstance>();
  for (const instance of config.vrrpInstances) {
    const reason = unsupportedReason(instance);
    if (reason === undefined) wanted.set(routerKey(instance), instance);
    else out.push({ kind: "log", level: "error", message: reason });
  }
  for (const [key, entry] of state.routers) {
    if (wanted.has(key)) continue;
    deliver(entry, { kind: "shutdown" }, context);
    state.routers.delete(key);
  }
  for (const [key, instance] of wanted) {
    const known = state.routers.get(key);
    if (known === undefined) state.routers.set(key, createEntry(instance, config));
    else replaceConfig(known, { instance, config }, context);
  }
  openWires(context);
  for (const entry of state.routers.values()) {
    if (entry.state.role.kind === "initialize") startUp(entry, context);
    else refresh(entry, context);
  }
}

function createEntry(instance: VrrpInstance, config: Config): RouterEntry {
  const router = routerConfig(instance, config.global.vrrpStartupDelay);
  return {
    instance,
    config: router,
    receiver: createReceiver(router),
    state: initialRouterState(router),
    context: { ownAddresses: [], knownMaster: undefined },
    priority: instance.priority,
    faults: new Map(),
    counters: {
      advertisementsReceived: 0,
      advertisementsSent: 0,
      becameMaster: 0,
      releasedMaster: 0,
      priorityZeroReceived: 0,
      priorityZeroSent: 0,
      rejected: new Map(),
    },
    nextPacketId: 1,
  };
}

function replaceConfig(
  entry: RouterEntry,
  { instance, config }: { instance: VrrpInstance; config: Config },
  context: StepContext,
): void {
  entry.instance = instance;
  entry.config = routerConfig(instance, config.global.vrrpStartupDelay);
  entry.receiver = createReceiver(entry.config);
  entry.priority = priorityOf(instance, context.state);
  deliver(entry, { kind: "reconfigure", config: entry.config, priority: entry.priority }, context);
}

function startUp(entry: RouterEntry, context: StepContext): void {
  const faults = currentFaults(entry, context.state);
  entry.faults.clear();
  for (const fault of faults) entry.faults.set(JSON.stringify(fault), fault);
  entry.priority = priorityOf(entry.instance, context.state);
  const source = sourceOf(entry, context.state);
  setOwnAddress(entry, source);
  deliver(entry, { kind: "startup", source, priority: entry.priority, faults }, context);
}

function alarm(context: StepContext): void {
  const { state, now } = context;
  state.scripts.alarm(now, context.out);
  for (const entry of state.routers.values()) {
    const due = virtualRouter.deadline(entry.state);
    if (due !== undefined && due <= now) deliver(entry, { kind: "alarm" }, context);
  }
}

function packet(event: Extract<VrrpHostEvent, { kind: "packet" }>, context: StepContext): void {
  const { state } = context;
  const view =
    event.family === 4
      ? viewIpv4Packet(event.packet)
      : viewIpv6Payload(event.packet, {
          source: ipAddressBytes(event.source),
          destination: ipAddressBytes(event.destination ?? event.source),
          hopLimit: event.hopLimit,
        });
  if (!view.ok) {
    reject({ key: `${event.interface}/${event.family}`, rejection: view.error, event }, context);
    return;
  }
  const key = routerKey({
    interface: event.interface,
    family: event.family,
    virtualRouterId: claimedVirtualRouterId(view),
  });
  // An advertisement of somebody else's virtual router is no business of ours (RX-6).
  const entry = state.routers.get(key);
  if (entry === undefined) return;
  const reception = receiveAdvertisement(view, entry.receiver, entry.context);
  if (!reception.ok) {
    const { counter } = reception.error;
    entry.counters.rejected.set(counter, (entry.counters.rejected.get(counter) ?? 0) + 1);
    reject({ key: entry.instance.name, rejection: reception.error, event }, context);
    return;
  }
  entry.counters.advertisementsReceived++;
  if (reception.value.priority === 0) entry.counters.priorityZeroReceived++;
  deliver(entry, { kind: "advertisement", received: reception.value }, context);
}

/** A rejected packet is counted and, now and then, logged; it reaches no router and moves no timer (RX-15). */
function reject(
  what: { key: string; rejection: Rejection; event: { source: IpAddress } },
  context: StepContext,
): void {
  const { kind } = what.rejection;
  const message = () => `(${what.key}) rejected an advertisement from ${what.event.source}: ${kind}`;
  logNowAndThen({ key: `${what.key} ${kind}`, level: "warning", message }, context);
}

/** One line for what may come thousands of times a second, then a summary a minute. */
function logNowAndThen(
  line: { readonly key: string; readonly level: LogLevel; readonly message: () => string },
  { state, now, out }: StepContext,
): void {
  const due = state.rejections.note(line.key, now);
  if (due === undefined) return;
  const more = due.suppressed === 0 ? "" : ` (and ${due.suppressed} more since the last such line)`;
  out.push({ kind: "log", level: line.level, message: `${line.message()}${more}` });
}

/** Hands an event to one router and does what it asks. */
function deliver(entry: RouterEntry, event: RouterEvent, context: StepContext): void {
  const { state, effects } = virtualRouter.step(entry.state, event, context.now);
  entry.state = state;
  if (state.master?.address !== entry.context.knownMaster) {
    entry.context = { ...entry.context, knownMaster: state.master?.address };
  }
  for (const effect of effects) performRouterEffect(effect, { entry, step: context });
}

/** Brings a router up to date with interfaces, addresses and trackers. */
function refresh(entry: RouterEntry, context: StepContext): void {
  const { state } = context;
  if (entry.state.role.kind === "initialize" || state.stopping) return;
  const source = sourceOf(entry, state);
  if (source !== entry.state.source) {
    setOwnAddress(entry, source);
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
  const priority = priorityOf(entry.instance, state);
  if (priority !== entry.priority) {
    context.out.push({
      kind: "log",
      level: "info",
      message: `(${entry.instance.name}) Changing effective priority from ${entry.priority} to ${priority}`,
    });
    entry.priority = priority;
    deliver(entry, { kind: "priority-changed", priority }, context);
  }
  lostAddresses(entry, context);
}

/** Addresses that a master must hold and the interface does not have: somebody took them away. */
function lostAddresses(entry: RouterEntry, context: StepContext): void {
  if (entry.state.role.kind !== "master") return;
  const lost = movingAddresses(entry.config)
    .filter(({ device, address }) => !context.state.links.has(device ?? entry.config.interface, address))
    .map(({ address }) => address);
  if (lost.length > 0) deliver(entry, { kind: "addresses-lost", addresses: lost }, context);
}

function refreshAddress(address: InterfaceAddress, context: StepContext): void {
  const link = context.state.links.indexed(address.interfaceIndex);
  if (link === undefined) return;
  for (const entry of context.state.routers.values()) {
    const concerned =
      entry.config.interface === link.name ||
      movingAddresses(entry.config).some(({ device }) => device === link.name);
    if (concerned) refresh(entry, context);
  }
}

function currentFaults(entry: RouterEntry, state: VrrpDirectorState): FaultReason[] {
  const faults: FaultReason[] = [];
  const { interface: name } = entry.config;
  const link = state.links.named(name);
  if (link === undefined) faults.push({ kind: "interface-missing", interface: name });
  else if (!entry.instance.dontTrackPrimary && !usable(link))
    faults.push({ kind: "interface-down", interface: name });
  return [...faults, ...trackerFaults(trackers(entry.instance, state))];
}

function usable(link: Link | undefined): boolean {
  return link?.up === true && link.running;
}

/** What an instance tracks, as it stands now. */
function trackers(instance: VrrpInstance, state: VrrpDirectorState): readonly Tracker[] {
  return [
    ...instance.trackScripts.map((tracked) => ({
      ...tracked,
      kind: "script" as const,
      standing: state.scripts.standing(tracked.name),
    })),
    ...instance.trackInterfaces.map((tracked) => ({
      ...tracked,
      kind: "interface" as const,
      standing: usable(state.links.named(tracked.name)) ? ("up" as const) : ("down" as const),
    })),
  ];
}

function priorityOf(instance: VrrpInstance, state: VrrpDirectorState): number {
  return effectivePriority(instance.priority, trackers(instance, state));
}

function sourceOf(entry: RouterEntry, state: VrrpDirectorState): IpAddress | undefined {
  const { instance, config } = entry;
  if (instance.sourceAddress !== undefined) return instance.sourceAddress;
  const virtual = new Set(movingAddresses(config).map(({ address }) => address));
  return state.links.primaryAddress(config.interface, { family: config.family, virtual });
}

function setOwnAddress(entry: RouterEntry, source: IpAddress | undefined): void {
  entry.context = { ...entry.context, ownAddresses: source === undefined ? [] : [ipAddressBytes(source)] };
}

/** Asks for sockets on every interface that is there, with the VRIDs to let through; only for changes. */
function openWires({ state, out }: StepContext): void {
  const wanted = new Map<
    string,
    { interface: string; family: AddressFamily; index: number; ids: number[] }
  >();
  for (const { config } of state.routers.values()) {
    const link = state.links.named(config.interface);
    if (link === undefined) continue;
    const key = `${config.interface}/${config.family}`;
    const wire = wanted.get(key) ?? {
      interface: link.name,
      family: config.family,
      index: link.index,
      ids: [],
    };
    wire.ids.push(config.virtualRouterId);
    wanted.set(key, wire);
  }
  for (const [key, wire] of wanted) {
    const text = `${wire.index} ${wire.ids.join(",")}`;
    if (state.wires.get(key) === text) continue;
    state.wires.set(key, text);
    out.push({
      kind: "open-wire",
      interface: wire.interface,
      interfaceIndex: wire.index,
      family: wire.family,
      virtualRouterIds: wire.ids,
    });
  }
  for (const key of [...state.wires.keys()]) {
    if (wanted.has(key)) continue;
    state.wires.delete(key);
    const [name = "", family] = key.split("/");
    out.push({ kind: "close-wire", interface: name, family: family === "6" ? 6 : 4 });
  }
}

function effectFailed(event: Extract<VrrpHostEvent, { kind: "effect-failed" }>, context: StepContext): void {
  const { effect, reason } = event;
  logNowAndThen({ key: `failed ${effect.kind} ${reason}`, level: "error", message: () => reason }, context);
  if (effect.kind !== "add-address") return;
  for (const entry of context.state.routers.values()) {
    if (!movingAddresses(entry.config).includes(effect.address)) continue;
    deliver(entry, { kind: "effect-failed", effect: "add-addresses", reason }, context);
  }
}

function shutdown(context: StepContext): void {
  const { state, out } = context;
  if (state.stopping) return;
  state.stopping = true;
  out.push({ kind: "stopping" });
  for (const entry of state.routers.values()) deliver(entry, { kind: "shutdown" }, context);
  out.push({ kind: "stopped" });
}
