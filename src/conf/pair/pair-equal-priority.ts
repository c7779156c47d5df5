import { instance } from "../rules/example.ts";
import { bothPlaces, pairRule } from "./pair-rule.ts";

/** RFC 5798 section 6.4.3: at equal priority the higher address wins, but only at the start. */
export const pairEqualPriority = pairRule({
  code: "pair-equal-priority",
  severity: "warning",
  summary: "Both directors have the same priority.",
  reason:
    "Then the higher source address decides when both come up at once, and otherwise whoever was first. Nobody can say in advance who is master. Two owners (255) are worse: neither ever yields.",
  mend: "give the directors different priorities, such as 150 and 100",
  example: { a: instance(), b: instance(), side: "b", line: 4, goodB: instance("priority 90") },
  check: ({ routers }, tell) => {
    for (const router of routers) {
      const [a, b] = [router.a.instance, router.b.instance];
      if (a.priority !== b.priority) continue;
      const { at, other } = bothPlaces(router, "priority");
      tell(at, {
        message:
          b.priority === 255
            ? `${b.name} has priority 255 on both directors, but an address has one owner; both stay master`
            : `${b.name} has priority ${b.priority} on both directors`,
        ...(b.priority === 255 ? { severity: "error" } : {}),
        other,
      });
    }
  },
});
