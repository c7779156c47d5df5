import { instance, script } from "./example.ts";
import { rule } from "./rule.ts";
import { tracked } from "./weight-beyond-range.ts";

/** A lowered master is only replaced by a router that may preempt it (keepalived: a backup with nopreempt stays backup). */
export const weightWithNopreempt = rule({
  code: "weight-with-nopreempt",
  severity: "warning",
  summary: "nopreempt together with weights: a failed check causes no failover.",
  reason:
    "A weight lowers the priority of the master and hopes that the peer preempts it. With nopreempt, which must be written on both routers, the peer sees the lower priority and still leaves the master in peace. Only a fault, which is what weight 0 gives, makes the master give up.",
  mend: "track with weight 0, so that a failure is a fault, or remove nopreempt and use preempt_delay",
  example: {
    bad: script() + instance("nopreempt", "track_script {\n        check_web weight -20\n    }"),
    line: 18,
    good: script() + instance("nopreempt", "track_script {\n        check_web weight 0\n    }"),
  },
  check: ({ instances }, tell) => {
    for (const { instance, section } of instances) {
      if (instance.preempt) continue;
      for (const { name, weight, list } of tracked(instance)) {
        if (weight === 0) continue;
        const word = section.entries(list).find(([first]) => first?.text === name)?.[0];
        tell(word ?? section.place, {
          message: `${instance.name} has nopreempt, so the weight ${weight} of ${name} can move the priority but never the address`,
          related: [{ message: "nopreempt", place: section.placeOf("nopreempt") }],
        });
      }
    }
  },
});
