import type { Config } from "../conf/model/config.ts";
import type { PolicyRule, Route } from "../conf/model/route.ts";
import type { VirtualAddress } from "../conf/model/vrrp-instance.ts";
import { routeKey, ruleKey } from "../vrrp/paths.ts";
import { addressKey, heldPrefixLength, movingAddresses, type RouterConfig } from "../vrrp/router-config.ts";
import type { VrrpHostEffect } from "./host.ts";
import type { StepContext, VrrpDirectorState } from "./vrrp-director-state.ts";

/** The effects that put an address, a route or a rule into the kernel. */
export type AddEffect = Extract<VrrpHostEffect, { kind: "add-address" | "add-route" | "add-rule" }>;
/** Those that take one away. */
export type RemoveEffect = Extract<
  VrrpHostEffect,
  { kind: "remove-address" | "remove-route" | "remove-rule" }
>;

/** Addresses, routes and rules as a configuration lists them. */
export interface KernelEntries {
  readonly addresses: readonly VirtualAddress[];
  readonly routes: readonly Route[];
  readonly rules: readonly PolicyRule[];
}

/**
 * Removals during a reload of what the new configuration wants too, by whatever instance: they wait until all instances
 * have taken their step, and then only what no master holds is removed. So an address can change its instance, and stay.
 */
export interface DeferredRemovals {
  readonly wanted: ReadonlySet<string>;
  readonly removals: RemoveEffect[];
}

/** Adds an entry. The tables are told at once, so that a later look does not take it for lost. */
export function addEntry(effect: AddEffect, { state, out }: StepContext): void {
  if (effect.kind === "add-address") {
    const known = interfaceAddress(effect, state);
    if (known !== undefined) state.links.addAddress(known);
  } else state.paths.add(entryKey(effect));
  out.push(effect);
}

/** Removes an entry, now or, during a reload, when it is sure that nobody holds it. */
export function removeEntry(effect: RemoveEffect, context: StepContext): void {
  const { state, out, deferred } = context;
  if (deferred?.wanted.has(entryKey(effect))) {
    deferred.removals.push(effect);
    return;
  }
  forgetEntry(effect, state);
  if (effect.kind === "remove-address")
    state.pacer.forget({ interface: effect.interface, address: effect.address.address });
  out.push(effect);
}

/** An entry is not there after all. */
export function forgetEntry(effect: AddEffect | RemoveEffect, state: VrrpDirectorState): void {
  if (effect.kind === "add-address" || effect.kind === "remove-address") {
    const known = interfaceAddress(effect, state);
    if (known !== undefined) state.links.removeAddress(known);
  } else state.paths.delete(entryKey(effect));
}

/** Removals may wait from now on; `wanted` of the configuration that is being taken. */
export function deferRemovals(config: Config): DeferredRemovals {
  const wanted = new Set(staticKeys(config));
  for (const instance of config.vrrpInstances) for (const key of routerKeys(instance)) wanted.add(key);
  return { wanted, removals: [] };
}

/** Performs the removals that waited, but for what a master or the static blocks hold. */
export function settleRemovals(context: StepContext): void {
  const { state, deferred } = context;
  if (deferred === undefined || deferred.removals.length === 0) return;
  const held = new Set(state.config === undefined ? [] : staticKeys(state.config));
  for (const { config, state: router } of state.routers.values()) {
    if (router.role.kind === "master") for (const key of routerKeys(config)) held.add(key);
  }
  for (const removal of deferred.removals) {
    if (!held.has(entryKey(removal))) removeEntry(removal, { ...context, deferred: undefined });
  }
}

/** One text for each entry of the kernel. */
export function entryKey(entry: AddEffect | RemoveEffect): string {
  switch (entry.kind) {
    case "add-address":
    case "remove-address":
      return `address ${addressKey(entry.address, entry.interface)}`;
    case "add-route":
    case "remove-route":
      return `route ${routeKey(entry.route)}`;
    case "add-rule":
    case "remove-rule":
      return `rule ${ruleKey(entry.rule)}`;
  }
}

/** The interface of static addresses that name none. */
export function staticInterface(address: VirtualAddress, config: Config): string {
  return address.device ?? config.global.vrrp.defaultInterface;
}

/** Whether `static_ipaddress` has this address on this interface too: then it stands there whatever becomes of the routers. */
export function isStaticAddress(
  { interface: name, address }: { readonly interface: string; readonly address: VirtualAddress },
  { config }: Pick<VrrpDirectorState, "config">,
): boolean {
  const isSame = (known: VirtualAddress): boolean =>
    known.address === address.address &&
    known.prefixLength === address.prefixLength &&
    config !== undefined &&
    staticInterface(known, config) === name;
  return config?.staticAddresses.some(isSame) === true;
}

function* staticKeys(config: Config): Iterable<string> {
  for (const address of config.staticAddresses)
    yield `address ${addressKey(address, staticInterface(address, config))}`;
  yield* pathKeys({ routes: config.staticRoutes, rules: config.staticRules });
}

function* routerKeys(
  config: Pick<RouterConfig, "interface" | "virtualAddresses" | "excludedAddresses" | "routes" | "rules">,
): Iterable<string> {
  for (const address of movingAddresses(config))
    yield `address ${addressKey(address, address.device ?? config.interface)}`;
  yield* pathKeys(config);
}

function* pathKeys(paths: Pick<KernelEntries, "routes" | "rules">): Iterable<string> {
  for (const route of paths.routes) yield `route ${routeKey(route)}`;
  for (const rule of paths.rules) yield `rule ${ruleKey(rule)}`;
}

function interfaceAddress(
  effect: { readonly interface: string; readonly address: VirtualAddress },
  state: VrrpDirectorState,
) {
  const link = state.links.named(effect.interface);
  if (link === undefined) return undefined;
  const { address } = effect;
  return {
    interfaceIndex: link.index,
    address: address.address,
    prefixLength: heldPrefixLength(address),
    secondary: true,
  };
}
