import { instance } from "./example.ts";
import { rule } from "./rule.ts";

/** `state MASTER` below 255 decides nothing; the priority does. */
export const masterBelowDefault = rule({
  code: "master-below-default",
  severity: "warning",
  summary: "state MASTER with a priority that any peer without one beats.",
  reason:
    "state makes no router master but the owner of the addresses (priority 255): below that the priority decides alone, and a peer that sets none has 100. This router stays backup while that peer runs, although its file says MASTER.",
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
        message: `${instance.name} says MASTER with priority ${instance.priority}, below the 100 of a router that sets none, so it stays backup beside one`,
      });
    }
  },
});
