import type { Config } from "../conf/model/config.ts";
import type { VrrpInstance } from "../conf/model/vrrp-instance.ts";
import { freshExchange } from "../vrrp/exchange.ts";
import { createSender } from "../vrrp/outgoing-packets.ts";
import { createReceiver } from "../vrrp/reception.ts";
import { routerConfig, unsupportedReason } from "../vrrp/router-config.ts";
import { initialRouterState, virtualRouter } from "../vrrp/virtual-router.ts";
import type { TrackerReadings } from "./host.ts";
import { deliver } from "./router-delivery.ts";
import { inherit, startUp } from "./router-start.ts";
import { assess, priorityOf, refreshAll } from "./router-upkeep.ts";
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
  context: StepContext,
): void {
  const { state, out } = context;
  if (state.stopping) return;
  state.config = config;
  state.scripts.configure(config, context.now);
  if (legacy !== undefined) inherit(legacy.record, state);
  state.standings.configure(config);
  for (const reading of readings?.files ?? []) state.standings.file(reading);
  for (const count of readings?.processes ?? []) state.standings.process(count, config);
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
  }
  for (const [key, instance] of wanted) {
    const known = state.routers.get(key);
    if (known === undefined) state.routers.set(key, createEntry(instance, config));
    else takeInstance(known, { instance, config });
  }
  indexRouters(state, config);
  // One that waits for `vrrp_startup_delay` has started.
  const fresh = [...state.routers.values()].filter(
    ({ state: { role } }) => role.kind === "initialize" && role.startsAt === undefined,
  );
  for (const entry of state.routers.values()) {
    if (entry.state.config !== entry.config) reconfigure(entry, context);
  }
  openWires(context);
  for (const entry of state.routers.values()) assess(entry, state);
  for (const entry of fresh) startUp(entry, { context, legacy });
  refreshAll(state.routers.values(), context);
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

function createEntry(instance: VrrpInstance, config: Config): RouterEntry {
  const router = routerConfig(instance, config.global.vrrpStartupDelay);
  return {
    instance,
    config: router,
    receiver: createReceiver(router),
    sender: createSender(router),
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
    removed: false,
    changedAt: undefined,
    told: undefined,
    mailed: undefined,
    exchange: freshExchange,
    slot: 0,
    group: undefined,
    tracked: [],
    ownFaults: [],
  };
}

function takeInstance(
  entry: RouterEntry,
  { instance, config }: { readonly instance: VrrpInstance; readonly config: Config },
): void {
  entry.instance = instance;
  entry.config = routerConfig(instance, config.global.vrrpStartupDelay);
  entry.receiver = createReceiver(entry.config);
  entry.sender = createSender(entry.config);
}

function reconfigure(entry: RouterEntry, context: StepContext): void {
  entry.priority = priorityOf(entry, context.state);
  deliver(entry, { kind: "reconfigure", config: entry.config, priority: entry.priority }, context);
}
