import type { Config } from "../conf/model/config.ts";
import { routeText, ruleText } from "../vrrp/path-text.ts";
import { routeKey, ruleKey } from "../vrrp/paths.ts";
import { fitAddresses, type RouterConfig } from "../vrrp/router-config.ts";
import { entryKey, type RemoveEffect } from "./kernel-entries.ts";
import { deliver } from "./router-delivery.ts";
import { staticLost, staticsUncertain } from "./static-entries.ts";
import type { StepContext } from "./vrrp-director-state.ts";

const ETHERNET_MTU = 1500;

/** A router's configuration, with no more advertised addresses than one packet of its interface holds (F32). */
export function fittingConfig(config: RouterConfig, context: StepContext): RouterConfig {
  const mtu = context.state.links.named(config.interface)?.mtu ?? ETHERNET_MTU;
  const fitted = fitAddresses(config, mtu);
  if (fitted.moved > 0) {
    context.out.push({ kind: "log", level: "error", message: fitted.message });
  }
  return fitted.config;
}

/** A route or rule that somebody else removed comes back, unless nobody minds it. */
export function pathRemoved(
  removed: Extract<RemoveEffect, { kind: "remove-route" | "remove-rule" }>,
  { byKernel, context }: { readonly byKernel: boolean; readonly context: StepContext },
): void {
  const { state } = context;
  const { config } = state;
  state.paths.delete(entryKey(removed));
  if (state.stopping || config === undefined) return;
  const isRoute = removed.kind === "remove-route";
  const noTrack = isRoute ? removed.route.noTrack : removed.rule.noTrack;
  if (noTrack) return;
  if (byKernel) {
    // A route whose time is up may go; anything else is put back when the kernel has settled, without a word.
    if (!isRoute || removed.route.expires === undefined) pathsUncertain(context);
    return;
  }
  const text = isRoute ? `route ${routeText(removed.route)}` : `rule ${ruleText(removed.rule)}`;
  const among = (paths: Pick<RouterConfig, "routes" | "rules">) =>
    isRoute
      ? paths.routes.some((route) => routeKey(route) === routeKey(removed.route))
      : paths.rules.some((rule) => ruleKey(rule) === ruleKey(removed.rule));
  if (among({ routes: config.staticRoutes, rules: config.staticRules }))
    staticLost(`static ${text}`, context);
  for (const entry of state.routers.values()) {
    if (among(entry.config)) deliver(entry, { kind: "path-lost", text }, context);
  }
}

/** The kernel may have dropped routes and static addresses in silence: masters and static blocks look after theirs. */
export function pathsUncertain(context: StepContext): void {
  const { state } = context;
  if (state.stopping || state.config === undefined) return;
  const { staticAddresses, staticRoutes, staticRules } = state.config;
  if (staticAddresses.length + staticRoutes.length + staticRules.length > 0) staticsUncertain(context);
  for (const entry of state.routers.values()) {
    if (entry.config.routes.length + entry.config.rules.length > 0)
      deliver(entry, { kind: "paths-uncertain" }, context);
  }
}

/** Switches the kernel's promotion of secondary addresses on where an instance asks for it, and back where none does. */
export function promoteSecondaries(config: Config, { state, out }: StepContext): void {
  const wanted = new Set(
    config.vrrpInstances
      .filter((instance) => instance.promoteSecondaries)
      .map((instance) => instance.interface),
  );
  for (const name of state.promoting) {
    if (wanted.has(name)) continue;
    state.promoting.delete(name);
    out.push({ kind: "promote-secondaries", interface: name, on: false });
  }
  for (const name of wanted) {
    if (state.promoting.has(name)) continue;
    state.promoting.add(name);
    if (state.links.named(name) !== undefined)
      out.push({ kind: "promote-secondaries", interface: name, on: true });
  }
}
