import type { Machine, Step } from "../base/machine.ts";
import { earliest, type Instant } from "../base/time.ts";
import type { Config } from "../conf/model/config.ts";
import type { VrrpInstance } from "../conf/model/vrrp-instance.ts";
import { freshExchange } from "../vrrp/exchange.ts";
import { createSender } from "../vrrp/outgoing-packets.ts";
import { createReceiver } from "../vrrp/reception.ts";
import { movingAddresses, routerConfig, unsupportedReason } from "../vrrp/router-config.ts";
import type { RouterEffect } from "../vrrp/router-state.ts";
import { initialRouterState, virtualRouter } from "../vrrp/virtual-router.ts";
import type { TrackerReadings, VrrpHostEffect, VrrpHostEvent } from "./host.ts";
import { takeLinkNews } from "./link-news.ts";
import { repeatStates, tellGroupChanges, tellLateFaults, toldInStartingOrder } from "./notifying.ts";
import { deliver } from "./router-delivery.ts";
import { currentFaults, priorityOf, refresh, setOwnAddresses, sourceOf } from "./router-upkeep.ts";
import {
  type RouterEntry,
  routerKey,
  type StepContext,
  type VrrpDirectorState,
} from "./vrrp-director-state.ts";
import { logNowAndThen, packet } from "./vrrp-reception.ts";
import { openWires } from "./wires.ts";

/** Joins virtual routers, interfaces, trackers and notifications: the machine of the VRRP process. */
export const vrrpDirector: Machine<VrrpDirectorState, VrrpHostEvent, VrrpHostEffect> = {
  step(state, event, now): Step<VrrpDirectorState, VrrpHostEffect> {
    const out: VrrpHostEffect[] = [];
    const context = { state, now, out };
    take(event, context);
    if (event.kind !== "packet") tellLateFaults(context);
    tellGroupChanges(context);
    if (event.kind === "reload") repeatStates(context);
    const configured = event.kind === "start" || event.kind === "reload";
    return { state, effects: configured ? toldInStartingOrder(out) : out };
  },
  deadline(state) {
    return earliest([state.scripts.deadline(), ...routerDeadlines(state)]);
  },
};

function* routerDeadlines(state: VrrpDirectorState): Iterable<Instant | undefined> {
  for (const entry of state.routers.values()) yield virtualRouter.deadline(entry.state);
}

function take(event: VrrpHostEvent, context: StepContext): void {
  const { state } = context;
  switch (event.kind) {
    case "start":
      state.links.replaceAll(event.links, event.addresses);
      configure(event, context);
      return;
    case "reload":
      configure(event, context);
      return;
    case "alarm":
      alarm(context);
      return;
    case "packet":
      packet(event, context);
      return;
    case "snapshot":
    case "link":
    case "link-removed":
    case "address-added":
    case "address-removed":
      takeLinkNews(event, context);
      return;
    case "script-result":
      state.scripts.result(event.script, { outcome: event.outcome, now: context.now, out: context.out });
      for (const entry of state.routers.values()) refresh(entry, context);
      return;
    case "tracked-file":
      state.standings.file(event);
      for (const entry of state.routers.values()) refresh(entry, context);
      return;
    case "tracked-process":
      if (state.config !== undefined) state.standings.process(event, state.config);
      for (const entry of state.routers.values()) refresh(entry, context);
      return;
    case "bfd-session":
      state.standings.bfdSession(event.name, event.up);
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
    case "wall-clock":
      state.wallClockOffset = event.offset;
      return;
    case "shutdown":
      shutdown(context);
      return;
  }
}

/** Takes a configuration, the first or another: what stays the same keeps its role and timers. */
function configure(
  { config, readings }: { readonly config: Config; readonly readings?: TrackerReadings },
  context: StepContext,
): void {
  const { state, out } = context;
  if (state.stopping) return;
  state.config = config;
  state.scripts.configure(config, context.now);
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
    told: undefined,
    mailed: undefined,
    exchange: freshExchange,
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
  entry.sender = createSender(entry.config);
  entry.priority = priorityOf(entry, context.state);
  deliver(entry, { kind: "reconfigure", config: entry.config, priority: entry.priority }, context);
}

function startUp(entry: RouterEntry, context: StepContext): void {
  const faults = currentFaults(entry, context.state);
  entry.faults.clear();
  for (const fault of faults) entry.faults.set(JSON.stringify(fault), fault);
  entry.priority = priorityOf(entry, context.state);
  const source = sourceOf(entry, context.state);
  setOwnAddresses(entry, { source, links: context.state.links });
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

function effectFailed(event: Extract<VrrpHostEvent, { kind: "effect-failed" }>, context: StepContext): void {
  const { effect, reason } = event;
  logNowAndThen({ key: `failed ${effect.kind} ${reason}`, level: "error", message: () => reason }, context);
  for (const entry of context.state.routers.values()) {
    const failed = failedRouterEffect(effect, entry);
    if (failed !== undefined) deliver(entry, { kind: "effect-failed", effect: failed, reason }, context);
  }
}

/** What a router asked for when this came of it; undefined when it was none of its doing. */
function failedRouterEffect(
  effect: VrrpHostEffect,
  { config }: RouterEntry,
): RouterEffect["kind"] | undefined {
  if (effect.kind === "add-address") {
    return movingAddresses(config).includes(effect.address) ? "add-addresses" : undefined;
  }
  if (effect.kind !== "send-packet") return undefined;
  return effect.interface === config.interface && effect.family === config.family
    ? "send-advertisement"
    : undefined;
}

function shutdown(context: StepContext): void {
  const { state, out } = context;
  if (state.stopping) return;
  state.stopping = true;
  out.push({ kind: "stopping" });
  for (const entry of state.routers.values()) deliver(entry, { kind: "shutdown" }, context);
  tellGroupChanges(context);
  out.push({ kind: "stopped" });
}
