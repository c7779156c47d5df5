import { realServer, service } from "./example.ts";
import { rule } from "./rule.ts";

/** The fo scheduler sends everything to the heaviest server that lives. */
export const failoverWithoutOrder = rule({
  code: "failover-without-order",
  severity: "warning",
  summary: "The scheduler fo with real servers of equal weight.",
  reason:
    "fo sends everything to the living server with the highest weight. With equal weights it is left to the order in the table which one that is, and the two directors may differ.",
  mend: "give each real server a weight of its own; the highest serves first",
  example: {
    bad: service("lb_algo fo"),
    line: 3,
    good: service(
      "lb_algo fo",
      realServer("10.0.0.11 80", "weight 2"),
      realServer("10.0.0.12 80", "weight 1"),
    ),
  },
  check: ({ services }, tell) => {
    for (const { server, section } of services) {
      if (server.scheduler !== "fo") continue;
      const weights = server.realServers.map(({ weight }) => weight).filter((weight) => weight > 0);
      if (new Set(weights).size === weights.length) continue;
      tell(section.placeOf(section.has("lb_algo") ? "lb_algo" : "lvs_sched"), {
        message: "real servers of equal weight have no order, so it is chance which one fo prefers",
      });
    }
  },
});
