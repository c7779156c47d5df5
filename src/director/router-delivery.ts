import type { RouterEvent } from "../vrrp/router-state.ts";
import { virtualRouter } from "../vrrp/virtual-router.ts";
import { performRouterEffect } from "./router-effects.ts";
import { eventsForCompanions } from "./sync-groups.ts";
import type { RouterEntry, StepContext } from "./vrrp-director-state.ts";

/** Hands an event to one router, does what it asks, and lets the rest of its sync group follow. */
export function deliver(entry: RouterEntry, event: RouterEvent, context: StepContext): void {
  const { state, effects } = virtualRouter.step(entry.state, event, context.now);
  entry.state = state;
  if (state.master?.address !== entry.context.knownMaster) {
    entry.context = { ...entry.context, knownMaster: state.master?.address };
  }
  for (const effect of effects) performRouterEffect(effect, { entry, step: context });
  for (const effect of effects) {
    if (effect.kind !== "role-changed") continue;
    for (const { companion, event: following } of eventsForCompanions(entry, effect, context.state)) {
      deliver(companion, following, context);
    }
  }
}
