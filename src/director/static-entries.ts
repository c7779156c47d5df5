import { after, between, type Duration, type Instant, milliseconds, seconds } from "../base/time.ts";
import type { Config } from "../conf/model/config.ts";
import {
  addPaths,
  changePaths,
  type PathEffect,
  type Paths,
  removePaths,
  trackedPaths,
} from "../vrrp/paths.ts";
import { addressKey } from "../vrrp/router-config.ts";
import type { InterfaceAddress, VrrpHostEffect } from "./host.ts";
import { addEntry, type KernelEntries, removeEntry, staticInterface } from "./kernel-entries.ts";
import { usable } from "./link-table.ts";
import type { StepContext } from "./vrrp-director-state.ts";

/** What `static_ipaddress`, `static_routes` and `static_rules` need beside the configuration. */
export interface StaticStanding {
  /** When those that are missing are put in again; all of them when some were refused. */
  restoreAt: Instant | undefined;
  restoreAll: boolean;
  restoredAt: Instant | undefined;
  /** The reasons of refusals that were logged since the last configuration. */
  readonly knownFailures: Set<string>;
}

const RESTORE_GAP: Duration = seconds(1);
const SETTLE_TIME: Duration = milliseconds(50);

/** Before anything was configured. */
export function initialStaticStanding(): StaticStanding {
  return { restoreAt: undefined, restoreAll: false, restoredAt: undefined, knownFailures: new Set() };
}

/**
 * Puts in the static entries of a configuration, or changes from those of the one before. What was there already counts
 * as ours, as in keepalived, and is removed at the end.
 */
export function configureStatics(
  was: Config | undefined,
  { config, context }: { readonly config: Config; readonly context: StepContext },
): void {
  context.state.statics.knownFailures.clear();
  const key = (of: Config) => (address: Config["staticAddresses"][number]) =>
    addressKey(address, staticInterface(address, of));
  const before = new Set(was?.staticAddresses.map(key(was)));
  const wanted = new Set(config.staticAddresses.map(key(config)));
  for (const address of was === undefined ? [] : [...was.staticAddresses].reverse()) {
    if (was === undefined || wanted.has(key(was)(address))) continue;
    removeEntry({ kind: "remove-address", interface: staticInterface(address, was), address }, context);
  }
  for (const address of config.staticAddresses) {
    if (before.has(key(config)(address))) continue;
    addAddress(address, { config, context });
  }
  const { additions, removals } = changePaths(was === undefined ? NOTHING : pathsOf(was), pathsOf(config));
  for (const effect of [...additions, ...removals]) performPathEffect(effect, context);
}

const NOTHING: Paths = { routes: [], rules: [] };

function pathsOf(config: Config): Paths {
  return { routes: config.staticRoutes, rules: config.staticRules };
}

function addAddress(
  address: KernelEntries["addresses"][number],
  { config, context }: { readonly config: Config; readonly context: StepContext },
): void {
  const name = staticInterface(address, config);
  // Without its interface it waits: an interface that appears is looked after.
  if (context.state.links.named(name) === undefined) return;
  addEntry({ kind: "add-address", interface: name, address }, context);
}

/** Takes everything away: rules, routes, addresses, as keepalived at its end. */
export function removeStatics(context: StepContext): void {
  const { config } = context.state;
  if (config === undefined) return;
  for (const effect of removePaths(pathsOf(config))) performPathEffect(effect, context);
  for (const address of [...config.staticAddresses].reverse())
    removeEntry({ kind: "remove-address", interface: staticInterface(address, config), address }, context);
}

/** Routes and rules one by one, as the host takes them. */
export function performPathEffect(effect: PathEffect, context: StepContext): void {
  switch (effect.kind) {
    case "add-routes":
      for (const route of effect.routes)
        addEntry({ kind: "add-route", route, replace: effect.replace }, context);
      return;
    case "remove-routes":
      for (const route of [...effect.routes].reverse()) removeEntry({ kind: "remove-route", route }, context);
      return;
    case "add-rules":
      for (const rule of effect.rules) addEntry({ kind: "add-rule", rule }, context);
      return;
    case "remove-rules":
      for (const rule of [...effect.rules].reverse()) removeEntry({ kind: "remove-rule", rule }, context);
      return;
  }
}

/** An interface came back or changed its name, or an address went: what hung on it is looked after, soon. */
export function staticsUncertain({ state, now }: StepContext): void {
  restoreSoon(state.statics, after(now, SETTLE_TIME));
}

/** An address was removed by someone; when it is a static one that anybody minds it comes back. */
export function staticAddressRemoved(removed: InterfaceAddress, context: StepContext): void {
  const { state } = context;
  const { config } = state;
  if (state.stopping) return;
  const name = state.links.indexed(removed.interfaceIndex)?.name;
  const ours = config?.staticAddresses.find(
    (address) =>
      address.address === removed.address &&
      staticInterface(address, config) === name &&
      address.flags?.includes("no_track") !== true,
  );
  if (ours !== undefined) staticLost(`static address ${ours.address} on ${name}`, context);
}

/** Something static was removed by someone else; what comes again within a second waits, so that nobody fights in a loop. */
export function staticLost(text: string, context: StepContext): void {
  const { statics } = context.state;
  const { now } = context;
  if (statics.restoredAt !== undefined && between(statics.restoredAt, now) < RESTORE_GAP) {
    restoreSoon(statics, after(statics.restoredAt, RESTORE_GAP));
    return;
  }
  const message = `${text} was removed by someone else; putting it back`;
  context.out.push({ kind: "log", level: "warning", message });
  restore(context, { all: false });
}

/** The host refused a static entry: logged once, and tried again every second. */
export function staticRefused(reason: string, context: StepContext): void {
  const { statics } = context.state;
  statics.restoreAll = true;
  restoreSoon(statics, after(context.now, RESTORE_GAP));
  if (statics.knownFailures.has(reason)) return;
  statics.knownFailures.add(reason);
  const message = `${reason}; trying again every ${RESTORE_GAP / 1_000_000} s`;
  context.out.push({ kind: "log", level: "error", message });
}

/** Whether an effect is about a static entry of the configuration. */
export function isStatic(effect: VrrpHostEffect, config: Config | undefined): boolean {
  if (config === undefined) return false;
  if (effect.kind === "add-address") return config.staticAddresses.includes(effect.address);
  if (effect.kind === "add-route") return config.staticRoutes.includes(effect.route);
  return effect.kind === "add-rule" && config.staticRules.includes(effect.rule);
}

/** Puts in what is missing when its time has come. */
export function staticsAlarm(context: StepContext): void {
  const { statics } = context.state;
  if (statics.restoreAt === undefined || context.now < statics.restoreAt) return;
  restore(context, { all: statics.restoreAll });
}

function restoreSoon(statics: StaticStanding, at: Instant): void {
  if (statics.restoreAt === undefined || at < statics.restoreAt) statics.restoreAt = at;
}

function restore(context: StepContext, { all }: { readonly all: boolean }): void {
  const { state, now } = context;
  const { statics, links, config } = state;
  statics.restoreAt = undefined;
  statics.restoreAll = false;
  statics.restoredAt = now;
  if (config === undefined || state.stopping) return;
  for (const address of config.staticAddresses) {
    if (links.has(staticInterface(address, config), address.address)) continue;
    if (all || address.flags?.includes("no_track") !== true) addAddress(address, { config, context });
  }
  const { routes, rules } = all ? pathsOf(config) : trackedPaths(pathsOf(config));
  // Those of an interface that is down come with its return: the kernel would refuse them now.
  const possible = routes.filter(({ device }) => device === undefined || usable(links.named(device)));
  for (const effect of addPaths({ routes: possible, rules })) performPathEffect(effect, context);
}
