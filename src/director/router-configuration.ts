import { after, between, type Instant, inSeconds, instant, microseconds } from "../base/time.ts";
import type { Config } from "../conf/model/config.ts";
import type { VrrpInstance } from "../conf/model/vrrp-instance.ts";
import { freshExchange } from "../vrrp/exchange.ts";
import { createSender } from "../vrrp/outgoing-packets.ts";
import { createReceiver } from "../vrrp/reception.ts";
import { routerConfig, unsupportedReason } from "../vrrp/router-config.ts";
import { initialRouterState, virtualRouter } from "../vrrp/virtual-router.ts";
import { noteExtraGarp } from "./extra-garp.ts";
import type { TrackerReadings } from "./host.ts";
import { deferRemovals, settleRemovals } from "./kernel-entries.ts";
import { shortenedDelays } from "./link-delays.ts";
import { usable } from "./link-table.ts";
import { logNowAndThen } from "./log-now-and-then.ts";
import { keepOwnInterfaces, removeForsaken, removeOwnInterfaces } from "./own-interfaces.ts";
import { configureFilter, configureLocalIgmp, filterAtReload } from "./packet-filter.ts";
import { type Placement, placeInstances, unplaced } from "./placement.ts";
import { freshCounters } from "./router-counters.ts";
import { deliver } from "./router-delivery.ts";
import { fittingConfig, promoteSecondaries } from "./router-entries.ts";
import { inherit, startWaiting } from "./router-start.ts";
import { assess, priorityOf, refreshAll } from "./router-upkeep.ts";
import { configureStatics } from "./static-entries.ts";
import type { FileReading } from "./tracker-standings.ts";
import {
  type RouterEntry,
  routerKey,
  type StepContext,
  type VrrpDirectorState,
} from "./vrrp-director-state.ts";
import type { Legacy } from "./vrrp-record.ts";
import { openWires } from "./wires.ts";

/** Takes a configuration, the first or another: what stays the same keeps its role and timers. */
export function configure(
  {
    config,
    readings,
    legacy,
  }: { readonly config: Config; readonly readings?: TrackerReadings; readonly legacy?: Legacy },
  outside: StepContext,
): void {
  const { state, out } = outside;
  if (state.stopping) return;
  const context = { ...outside, deferred: deferRemovals(config) };
  const before = state.config;
  state.config = config;
  state.pacer.configure(config);
  configureStatics(before, { config, context });
  state.scripts.configure(config, { now: context.now, reload: before !== undefined });
  state.legacy = legacy;
  state.standings.configure(config);
  if (legacy !== undefined) inherit(legacy.record, state);
  for (const reading of readings?.files ?? []) takeFile(reading, context);
  for (const count of readings?.processes ?? []) state.standings.process(count, "at-once");
  state.linkDelays.configure(config.daemon.linkDelays, (name) => usable(state.links.named(name)));
  const wanted = new Map<string, VrrpInstance>();
  for (const instance of config.vrrpInstances) {
    const reason = unsupportedReason(instance);
    if (reason === undefined) wanted.set(routerKey(instance), instance);
    else out.push({ kind: "log", level: "error", message: reason });
  }
  for (const [key, entry] of state.routers) {
    if (wanted.has(key)) continue;
    entry.removed = true;
    deliver(entry, { kind: "shutdown" }, context);
    state.routers.delete(key);
    state.untold.delete(entry);
    removeOwnInterfaces(entry, context);
  }
  const replaced = new Map([...state.routers.values()].map((entry) => [entry, entry.instance]));
  const placements = placeInstances({ ...config, vrrpInstances: [...wanted.values()] }, state.links);
  for (const [key, instance] of wanted) {
    const placement = placements.get(instance) ?? unplaced(instance);
    for (const message of placement.remarks) out.push({ kind: "log", level: "notice", message });
    const known = state.routers.get(key);
    if (known === undefined) state.routers.set(key, createEntry(placement, context));
    else takePlacement(known, placement, context);
  }
  for (const message of shortenedDelays(config.daemon.linkDelays, state.routers.values())) {
    out.push({ kind: "log", level: "notice", message });
  }
  indexRouters(state, config);
  // Before any address moves.
  configureFilter(context);
  configureLocalIgmp(context);
  state.ownMissing.clear();
  keepOwnInterfaces(state.routers.values(), context);
  for (const entry of state.routers.values()) {
    if (entry.state.config === entry.config) continue;
    const change = { before: replaced.get(entry) ?? entry.instance, step: context };
    filterAtReload(entry, { ...change, when: "before" });
    reconfigure(entry, context);
    filterAtReload(entry, { ...change, when: "after" });
    noteExtraGarp(entry, context);
  }
  removeForsaken(context);
  openWires(context);
  for (const entry of state.routers.values()) assess(entry, state);
  startWaiting(state.routers.values(), context);
  refreshAll(state.routers.values(), context);
  settleRemovals(context);
  promoteSecondaries(config, context);
}

/** Gives every router its slot, and the index the new configuration. */
export function indexRouters(state: VrrpDirectorState, config: Config): void {
  state.slots = [...state.routers.values()];
  state.deadlines.reset(state.slots.length);
  for (const [slot, entry] of state.slots.entries()) {
    entry.slot = slot;
    state.deadlines.set(slot, virtualRouter.deadline(entry.state));
  }
  state.index.rebuild(config, state.slots);
  for (const group of state.index.groups) state.changedGroups.add(group);
}

/** Before this no election takes place: `vrrp_startup_delay` from now, `vrrp_delay_after_boot` from the clock's zero. */
export function electionsFrom({ global }: Config, now: Instant): Instant {
  const started = after(now, global.vrrpStartupDelay);
  const booted = instant(global.vrrp.delayAfterBoot);
  return booted > started ? booted : started;
}

/** Says at the start, as keepalived does, that elections wait. */
export function tellDelay({ state, now, out }: StepContext): void {
  const wait = between(now, state.electionsFrom);
  if (wait <= 0) return;
  out.push({ kind: "log", level: "info", message: `Delaying startup for ${inSeconds(wait)} seconds` });
}

/** Takes the content of a tracked file; one that is no number changes nothing. */
export function takeFile(reading: FileReading, context: StepContext): void {
  if (context.state.standings.file(reading)) return;
  const line = {
    key: `file ${reading.name}`,
    level: "warning",
    message: () =>
      `track_file ${reading.name} holds ${JSON.stringify(reading.content?.trim().slice(0, 40))}, which is beyond 32 bits; the number before stays`,
  } as const;
  logNowAndThen(line, context);
}

function createEntry(placement: Placement, context: StepContext): RouterEntry {
  const { state, now } = context;
  const { instance } = placement;
  const wait = between(now, state.electionsFrom);
  const router = fittingConfig(routerConfig(instance, wait > 0 ? wait : microseconds(0)), context);
  return {
    instance,
    placement,
    config: router,
    receiver: createReceiver(router),
    sender: createSender(router),
    state: initialRouterState(router),
    context: { ownAddresses: [], knownMaster: undefined },
    priority: instance.priority,
    faults: new Map(),
    counters: freshCounters(),
    removed: false,
    changedAt: undefined,
    told: undefined,
    mailed: undefined,
    exchange: freshExchange,
    prepared: undefined,
    heardFrom: [],
    slot: 0,
    group: undefined,
    tracked: [],
    ownFaults: [],
  };
}

function takePlacement(entry: RouterEntry, placement: Placement, context: StepContext): void {
  const { instance } = placement;
  entry.instance = instance;
  entry.placement = placement;
  entry.config = fittingConfig(routerConfig(instance, entry.config.startupDelay), context);
  entry.receiver = createReceiver(entry.config);
  entry.sender = createSender(entry.config);
}

function reconfigure(entry: RouterEntry, context: StepContext): void {
  const before = entry.priority;
  entry.priority = priorityOf(entry, context.state);
  if (entry.priority !== before) {
    const message = `(${entry.instance.name}) Changing effective priority from ${before} to ${entry.priority}`;
    context.out.push({ kind: "log", level: "info", message });
  }
  deliver(entry, { kind: "reconfigure", config: entry.config, priority: entry.priority }, context);
}
