import type { RouterEvent } from "../vrrp/router-state.ts";
import { virtualRouter } from "../vrrp/virtual-router.ts";
import { performRouterEffect } from "./router-effects.ts";
import type { RouterEntry, StepContext } from "./vrrp-director-state.ts";

/** Hands an event to one router and does what it asks. */
export function deliver(entry: RouterEntry, event: RouterEvent, context: StepContext): void {
  const { state, effects } = virtualRouter.step(entry.state, event, context.now);
  entry.state = state;
  if (state.master?.address !== entry.context.knownMaster) {
    entry.context = { ...entry.context, knownMaster: state.master?.address };
  }
  for (const effect of effects) performRouterEffect(effect, { entry, step: context });
}
