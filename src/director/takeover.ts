import type { Instant } from "../base/time.ts";
import type { VrrpDirectorState } from "./vrrp-director-state.ts";

/** When the first of the Backups will take over if its master stays silent; undefined: there is no Backup. */
export function nextTakeover({ routers }: VrrpDirectorState): Instant | undefined {
  let first: Instant | undefined;
  for (const { state } of routers.values()) {
    const { role } = state;
    if (role.kind === "backup" && (first === undefined || role.masterDownAt < first))
      first = role.masterDownAt;
  }
  return first;
}
