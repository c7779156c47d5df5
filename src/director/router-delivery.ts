import type { RouterEvent, RouterState } from "../vrrp/router-state.ts";
import { virtualRouter } from "../vrrp/virtual-router.ts";
import { noteExtraGarp } from "./extra-garp.ts";
import { noteResignation } from "./resignation.ts";
import { performRouterEffect } from "./router-effects.ts";
import { eventsForCompanions } from "./sync-groups.ts";
import type { RouterEntry, StepContext, VrrpDirectorState } from "./vrrp-director-state.ts";

/** Hands an event to one router, does what it asks, and lets the rest of its sync group follow. */
export function deliver(entry: RouterEntry, event: RouterEvent, context: StepContext): void {
  const { state, effects } = virtualRouter.step(entry.state, event, context.now);
  setRouterState(entry, state, context.state);
  for (const effect of effects) performRouterEffect(effect, { entry, step: context });
  for (const effect of effects) {
    if (effect.kind !== "role-changed") continue;
    noteExtraGarp(entry, context);
    if (entry.group !== undefined) context.state.changedGroups.add(entry.group);
    // The router that went first leads all the others; those that follow lead nobody.
    if (event.kind === "follow-group") continue;
    for (const { companion, event: following } of eventsForCompanions(entry, effect)) {
      deliver(companion, following, context);
    }
  }
}

/** Puts a router into a state, and its deadline into the table. */
export function setRouterState(entry: RouterEntry, to: RouterState, state: VrrpDirectorState): void {
  noteResignation(entry.state, to, state);
  entry.state = to;
  state.touched.add(entry);
  state.deadlines.set(entry.slot, virtualRouter.deadline(to));
  if (to.master?.address !== entry.context.knownMaster) {
    entry.context = { ...entry.context, knownMaster: to.master?.address };
  }
}
