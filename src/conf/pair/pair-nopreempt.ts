import { instance } from "../rules/example.ts";
import { bothPlaces, pairRule } from "./pair-rule.ts";

/** nopreempt is a promise of the router that comes back; the other one must give it too, for the day the roles are swapped. */
export const pairNopreempt = pairRule({
  code: "pair-nopreempt",
  severity: "warning",
  summary: "Only one director has nopreempt.",
  reason:
    "nopreempt keeps a router that comes back from taking the address. It counts on the router with the higher priority; written only on the lower one it does nothing, and weights can make either of them the lower one.",
  mend: "write nopreempt on both directors or on none",
  example: {
    a: instance("priority 150"),
    b: instance("nopreempt"),
    side: "b",
    line: 8,
    goodA: instance("priority 150", "nopreempt"),
  },
  check: ({ routers }, tell) => {
    for (const router of routers) {
      const [a, b] = [router.a.instance, router.b.instance];
      if (a.preempt === b.preempt) continue;
      const { at, other } = bothPlaces(router, "nopreempt");
      const lower = a.priority < b.priority ? a : b;
      tell(at, {
        message: `${b.name} has nopreempt ${b.preempt ? "on the other director only" : "here only"}${lower.preempt ? "" : ", where the priority is lower, so the higher one always takes the address back"}`,
        other,
      });
    }
  },
});
