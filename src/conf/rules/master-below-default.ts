import { instance } from "./example.ts";
import { rule } from "./rule.ts";

/** `state MASTER` decides the first second; from then on the priority decides. */
export const masterBelowDefault = rule({
  code: "master-below-default",
  severity: "warning",
  summary: "state MASTER with a priority that any peer without one beats.",
  reason:
    "state says only how a router begins. As soon as a peer with a higher priority is heard, the priority decides, and a peer that sets none has 100. This router would begin as master, be preempted, and the address would move twice.",
  mend: "give the router that shall be master the higher priority, or write state BACKUP",
  example: {
    bad: instance("state MASTER", "priority 50"),
    line: 4,
    good: instance("state MASTER", "priority 150"),
  },
  check: ({ instances }, tell) => {
    for (const { instance, section } of instances) {
      if (instance.initialState !== "master" || instance.priority >= 100) continue;
      tell(section.placeOf("priority"), {
        message: `${instance.name} starts as MASTER with priority ${instance.priority}, below the 100 of a router that sets none, so it soon is not`,
      });
    }
  },
});
