import type { VrrpInstance } from "../model/vrrp-instance.ts";
import { instance, script } from "./example.ts";
import { rule } from "./rule.ts";

/** Priorities end at 1 and 254; what a weight would move them beyond is lost. */
export const weightBeyondRange = rule({
  code: "weight-beyond-range",
  severity: "warning",
  summary: "A weight moves the priority beyond 1 to 254, where it is cut off.",
  reason:
    "The priority that is announced stays between 1 and 254. The part of a weight beyond that is lost, so the difference to the peer is smaller than written and a failover may not happen.",
  mend: "choose priority and weight so that their sum stays from 1 to 254",
  example: {
    bad: script() + instance("priority 250", "track_script {\n        check_web weight 20\n    }"),
    line: 17,
    good: script() + instance("priority 200", "track_script {\n        check_web weight 20\n    }"),
  },
  check: ({ instances }, tell) => {
    for (const { instance, section } of instances) {
      for (const { name, weight, list } of tracked(instance)) {
        const reached = instance.priority + weight;
        if (weight === 0 || instance.priority === 255 || (reached >= 1 && reached <= 254)) continue;
        const word = section.entries(list).find(([first]) => first?.text === name)?.[0];
        tell(word ?? section.place, {
          message:
            weight > 0
              ? `${instance.name}: priority ${instance.priority} plus the weight ${weight} of ${name} is ${reached}, but more than 254 is cut off, so part of the weight is lost`
              : `${instance.name}: priority ${instance.priority} less ${-weight} for ${name} is ${reached}, but less than 1 is cut off, so part of the weight is lost`,
        });
      }
    }
  },
});

/** What an instance tracks, with the list it stands in. */
export function tracked(
  instance: VrrpInstance,
): readonly { readonly name: string; readonly weight: number; readonly list: string }[] {
  return [
    ...instance.trackScripts.map(({ name, weight }) => ({ name, weight, list: "track_script" })),
    ...instance.trackInterfaces.map(({ name, weight }) => ({ name, weight, list: "track_interface" })),
  ];
}
