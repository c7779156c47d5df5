import { type Instant, instant } from "../base/time.ts";
import type { Config } from "../conf/model/config.ts";
import type { StepContext } from "./vrrp-director-state.ts";

/**
 * The time of day in microseconds since 1970, as far as the host has told it (`wall-clock` events); the monotonic clock
 * itself before that and in a simulation, where all routers share one. Only `auth_hmac` asks for it: no timer does (TM-7).
 */
export function wallClock({ state, now }: StepContext): Instant {
  return instant(now + state.wallClockOffset);
}

/** Whether anything in a configuration asks for the time of day. */
export function needsWallClock(config: Config | undefined): boolean {
  return config?.vrrpInstances.some(({ hmac }) => hmac !== undefined) ?? false;
}
