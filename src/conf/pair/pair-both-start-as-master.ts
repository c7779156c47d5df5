import { instance } from "../rules/example.ts";
import { bothPlaces, pairRule } from "./pair-rule.ts";

/** `state MASTER` on both sides: one of the two files says what is not so. */
export const pairBothStartAsMaster = pairRule({
  code: "pair-both-start-as-master",
  severity: "warning",
  summary: "Both directors start in state MASTER.",
  reason:
    "Only one can be master, so one of the files misleads whoever reads it. Without a priority, or with 255, state MASTER makes a router claim the addresses at once, before it has heard anybody: two that do so take them from each other. Below 255 the priority decides alone, save that keepalived after 2.2.7 shortens the first wait to one interval.",
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
