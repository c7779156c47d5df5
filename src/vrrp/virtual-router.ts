import { unreachable } from "../base/assert.ts";
import type { Machine, Step } from "../base/machine.ts";
import { earliest, type Instant } from "../base/time.ts";
import type { RouterConfig } from "./router-config.ts";
import type { RouterEffect, RouterEvent, RouterState } from "./router-state.ts";

/** A router before its `startup` event. */
export function initialRouterState(config: RouterConfig): RouterState {
  return {
    config,
    role: { kind: "initialize" },
    source: undefined,
    priority: config.priority,
    master: undefined,
  };
}

/**
 * The VRRP state machine of one virtual router (RFC 3768 section 6.4, RFC 9568 section 6.4) with keepalived's
 * additions. An `alarm` at or after `deadline` must come after every packet that was received before it.
 */
export const virtualRouter: Machine<RouterState, RouterEvent, RouterEffect> = { step, deadline };

function step(state: RouterState, event: RouterEvent, now: Instant): Step<RouterState, RouterEffect> {
  void event;
  void now;
  return { state, effects: [] };
}

function deadline(state: RouterState): Instant | undefined {
  const { role } = state;
  switch (role.kind) {
    case "initialize":
      return role.startsAt;
    case "fault":
      return undefined;
    case "backup":
      return role.masterDownAt;
    case "master":
      return earliest([
        role.nextAdvertisementAt,
        role.restore?.at,
        ...role.announcements.map((burst) => burst.at),
      ]);
    default:
      return unreachable(role);
  }
}
