import { instance } from "../rules/example.ts";
import { bothPlaces, pairRule } from "./pair-rule.ts";

/** `state MASTER` on both sides means two masters at every start. */
export const pairBothStartAsMaster = pairRule({
  code: "pair-both-start-as-master",
  severity: "warning",
  summary: "Both directors start in state MASTER.",
  reason:
    "state MASTER makes a router claim the addresses at once, before it has heard anybody. Each start of the lower one takes the address away from the higher one for a moment.",
  mend: "write state BACKUP on the director with the lower priority, or on both",
  example: {
    a: instance("state MASTER", "priority 150"),
    b: instance("state MASTER"),
    side: "b",
    line: 8,
    goodB: instance("state BACKUP"),
  },
  check: ({ routers }, tell) => {
    for (const router of routers) {
      if (router.a.instance.initialState !== "master" || router.b.instance.initialState !== "master")
        continue;
      const { at, other } = bothPlaces(router, "state");
      tell(at, { message: `${router.b.instance.name} starts as MASTER on both directors`, other });
    }
  },
});
