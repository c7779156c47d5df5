import { movingAddresses } from "../vrrp/router-config.ts";
import type { RouterEffect } from "../vrrp/router-state.ts";
import type { VrrpHostEvent } from "./host.ts";
import { type AddEffect, forgetEntry } from "./kernel-entries.ts";
import { logNowAndThen } from "./log-now-and-then.ts";
import { ownInterfaceAnswered } from "./own-interfaces.ts";
import { deliver } from "./router-delivery.ts";
import { startWaiting } from "./router-start.ts";
import { refreshAll } from "./router-upkeep.ts";
import { isStatic, staticRefused } from "./static-entries.ts";
import type { RouterEntry, StepContext } from "./vrrp-director-state.ts";

/** What the host could not do: told to whoever asked for it, else logged, not too often. */
export function effectFailed(
  event: Extract<VrrpHostEvent, { kind: "effect-failed" }>,
  context: StepContext,
): void {
  const { effect, reason } = event;
  const { state } = context;
  if (effect.kind === "add-address" || effect.kind === "add-route" || effect.kind === "add-rule") {
    refused(effect, { reason, context });
    return;
  }
  logNowAndThen({ key: `failed ${effect.kind} ${reason}`, level: "error", message: () => reason }, context);
  if (effect.kind === "make-own-interface") {
    ownInterfaceAnswered(effect.own.name, { came: false, context });
    const concerned = [...state.index.onInterface(effect.own.name)];
    startWaiting(concerned, context);
    refreshAll(concerned, context);
  }
  if (effect.kind !== "send-packet") return;
  for (const entry of state.index.onInterface(effect.interface)) {
    if (effect.interface !== entry.placement.wire || effect.family !== entry.config.family) continue;
    deliver(entry, { kind: "effect-failed", effect: "send-advertisement", reason }, context);
  }
}

/** An address, route or rule that the kernel would not take: whoever asked for it logs it and tries again. */
function refused(
  effect: AddEffect,
  { reason, context }: { readonly reason: string; readonly context: StepContext },
): void {
  const { state } = context;
  forgetEntry(effect, state);
  if (isStatic(effect, state.config)) staticRefused(reason, context);
  for (const entry of state.routers.values()) {
    const asked = refusedRouterEffect(effect, entry);
    if (asked === undefined) continue;
    const address = effect.kind === "add-address" ? { address: effect.address.address } : {};
    deliver(entry, { kind: "effect-failed", effect: asked, reason, ...address }, context);
  }
}

/** What a router asked for when this came of it; undefined when it was none of its doing. */
function refusedRouterEffect(effect: AddEffect, { config }: RouterEntry): RouterEffect["kind"] | undefined {
  switch (effect.kind) {
    case "add-address":
      return movingAddresses(config).includes(effect.address) ? "add-addresses" : undefined;
    case "add-route":
      return config.routes.includes(effect.route) ? "add-routes" : undefined;
    case "add-rule":
      return config.rules.includes(effect.rule) ? "add-rules" : undefined;
  }
}
