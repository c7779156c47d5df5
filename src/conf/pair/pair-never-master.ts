import type { VrrpInstance } from "../model/vrrp-instance.ts";
import { instance, script } from "../rules/example.ts";
import { tracked } from "../rules/weight-beyond-range.ts";
import { pairRule, type Side } from "./pair-rule.ts";

const tracks = (weight: number, priority: number): string =>
  script() + instance(`priority ${priority}`, `track_script {\n        check_web weight ${weight}\n    }`);

/** The weights of one router must be able to bring it below the other. */
export const pairNeverMaster = pairRule({
  code: "pair-never-master",
  severity: "warning",
  summary: "Whatever a director's checks say, the other one can never become master while it lives.",
  reason:
    "Weights move the priority by what they say. When the higher director stays above the lower one even with every check failed, its checks are for nothing: the lower one becomes master only when the higher one is dead. Positive weights of both sides make this easy to miss, because the lower one's maximum counts.",
  mend: "make the weights larger than the difference of the priorities, or use weight 0, which makes a failure a fault",
  example: {
    a: tracks(-20, 150),
    b: tracks(-20, 100),
    side: "a",
    line: 17,
    goodA: tracks(-60, 150),
    goodB: tracks(-60, 100),
  },
  check: ({ routers }, tell) => {
    for (const router of routers) {
      for (const side of ["a", "b"] as const) {
        const far: Side = side === "a" ? "b" : "a";
        const [own, other] = [router[side].instance, router[far].instance];
        const weights = tracked(own);
        if (!weights.some(({ weight }) => weight !== 0) || weights.some(({ weight }) => weight === 0))
          continue;
        const [least, most] = [reach(own).least, reach(other).most];
        if (least <= most) continue;
        const first = weights[0];
        const word = first && router[side].section.entries(first.list)[0]?.[0];
        tell(
          { side, place: word ?? router[side].section.place },
          {
            message: `${own.name} keeps at least priority ${least} when all its checks fail, and the other director has at most ${most}, so no check can make that one master`,
            other: {
              side: far,
              place: router[far].section.placeOf("priority"),
              message: "the other director",
            },
          },
        );
      }
    }
  },
});

/** The lowest and highest priority that weights can give. */
function reach(instance: VrrpInstance): { readonly least: number; readonly most: number } {
  if (instance.priority === 255) return { least: 255, most: 255 };
  const weights = tracked(instance).map(({ weight }) => weight);
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const clamp = (value: number): number => Math.min(254, Math.max(1, value));
  return {
    least: clamp(instance.priority + sum(weights.filter((weight) => weight < 0))),
    most: clamp(instance.priority + sum(weights.filter((weight) => weight > 0))),
  };
}
