import { instant } from "../base/time.ts";
import type { Draw } from "./draw.ts";
import type { ScenarioHost, ScenarioStep } from "./scenario.ts";

/** Deaths of a process in one episode at most. */
const CRASHES = 3;
/** Things that a step does at most before its process dies in the middle of it. */
const DONE = 10;
/** Seconds until its parent has started another: one that was kept ready, one that was not, and pauses after more deaths. */
const PAUSES = [0.002, 0.02, 0.2, 0.2, 1, 3, 8];

/** VRRP processes that die and are gone on from, some of them in the middle of whatever they do next: of a takeover, say. */
export function drawCrashes(
  chance: Draw,
  episode: { readonly hosts: readonly ScenarioHost[]; readonly start: number; readonly end: number },
): readonly ScenarioStep[] {
  const { hosts, start, end } = episode;
  return Array.from({ length: chance.below(CRASHES + 1) }, () => {
    const objects = [chance.pick(hosts).name, String(chance.pick(PAUSES))];
    const middle = chance.one(0.4) ? [String(chance.below(DONE))] : [];
    return {
      at: instant(chance.between(start, end) * 1_000_000),
      verb: "crash",
      objects: [...objects, ...middle],
    };
  });
}
