import { instant } from "../base/time.ts";
import { block } from "./config-block.ts";
import type { Draw } from "./draw.ts";
import type { ScenarioHost, ScenarioStep } from "./scenario.ts";

/** How the routers of one service prove who they are: what all of them agree on until a configuration is wrong. */
export type DrawnAuthentication =
  | { readonly kind: "none" | "pass" | "ah" }
  | {
      readonly kind: "hmac";
      readonly antiReplay: "time" | "monotonic";
      readonly mode: "enforce" | "permissive";
      /** Seconds that the clocks may be apart; three intervals and at least five when absent. */
      readonly window: number | undefined;
    };

/** Digests are computed at each end of each packet, so that a world of many would be slow. */
const LEAST_SIGNED_INTERVAL = 0.5;
const PASSWORD = { right: "1111", wrong: "2222" };
const KEYS = { right: "0123456789abcdef0123456789abcdef", wrong: "fedcba9876543210fedcba9876543210" };
const NEXT_KEY = "a-key-that-is-new-and-long-enough";

/** Draws it for a service; `pass` when its other draws say that it has a password. */
export function drawAuthentication(
  chance: Draw,
  service: { readonly version: 2 | 3; readonly interval: number; readonly pass: boolean },
): DrawnAuthentication {
  const often = service.version === 2 ? 0.3 : 0.2;
  const signed = chance.one(often) && service.interval >= LEAST_SIGNED_INTERVAL;
  if (!signed) return { kind: service.pass ? "pass" : "none" };
  if (service.version === 2) return { kind: "ah" };
  return {
    kind: "hmac",
    antiReplay: chance.pick(["time", "time", "monotonic"]),
    mode: chance.one(0.15) ? "permissive" : "enforce",
    window: chance.one(0.3) ? chance.pick([1, 10, 60]) : undefined,
  };
}

/** Old packets heard again, and clocks that are wrong for a while, or for good. */
export function drawTampering(
  chance: Draw,
  episode: {
    readonly hosts: readonly ScenarioHost[];
    readonly instances: readonly { readonly name: string }[];
    readonly asksTheTime: boolean;
    readonly start: number;
    readonly end: number;
  },
): readonly ScenarioStep[] {
  const { hosts, instances, asksTheTime, start, end } = episode;
  const replays = Array.from({ length: chance.below(3) }, () =>
    step(chance.between(start, end), ["replay", chance.pick(hosts).name, chance.pick(instances).name]),
  );
  if (!asksTheTime) return replays;
  const wrong = Array.from({ length: chance.below(3) }, () =>
    step(chance.between(start, end), [
      "clock-set",
      chance.pick(hosts).name,
      String(chance.pick([-3600, -7, -2, 2, 7, 3600])),
    ]),
  );
  // Whoever keeps the clocks right mostly gets at them again.
  const right = hosts
    .filter(() => chance.one(0.85))
    .map(({ name }) => step(chance.between((start + end) / 2, end), ["clock-set", name, "0"]));
  return [...replays, ...wrong, ...right];
}

function step(at: number, [verb = "", ...objects]: readonly string[]): ScenarioStep {
  return { at: instant(at * 1_000_000), verb, objects };
}

/** The lines of an instance; with the wrong key, or in the middle of a change of keys, as somebody may write it once. */
export function authenticationLines(
  chance: Draw,
  drawn: DrawnAuthentication,
  { wrong }: { readonly wrong: boolean },
): readonly string[] {
  const which = wrong ? "wrong" : "right";
  switch (drawn.kind) {
    case "none":
      return [];
    case "pass":
    case "ah":
      return block("authentication", [
        `auth_type ${drawn.kind.toUpperCase()}`,
        `auth_pass ${PASSWORD[which]}`,
      ]);
    case "hmac": {
      const changing = chance.one(0.2);
      return block("auth_hmac", [
        `key 1 ${KEYS[which]}`,
        ...(changing ? [`key 2 ${NEXT_KEY}`, `active_key ${chance.one(0.3) ? 2 : 1}`] : []),
        `anti_replay ${drawn.antiReplay}`,
        `mode ${drawn.mode}`,
        ...(drawn.window === undefined ? [] : [`time_window ${drawn.window}`]),
      ]);
    }
  }
}
