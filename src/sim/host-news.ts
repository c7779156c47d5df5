import type { VrrpHostEvent } from "../director/host.ts";

/** What comes by netlink, and is lost when its socket overflows. */
export const KERNEL_NEWS: ReadonlySet<VrrpHostEvent["kind"]> = new Set([
  "snapshot",
  "link",
  "link-removed",
  "address-added",
  "address-removed",
]);

/** The time of day when the simulation begins, in seconds. */
const DAWN = 1_800_000_000;

/** What a process is told of a wall clock that is wrong by so many seconds. */
export function timeOfDay(error: number): Extract<VrrpHostEvent, { kind: "wall-clock" }> {
  return { kind: "wall-clock", offset: (DAWN + error) * 1_000_000 };
}
