import { realServer, service } from "./example.ts";
import { rule } from "./rule.ts";

/** Schedulers of the kernel that look at no weight but 0. */
const BLIND = new Map([
  ["rr", "wrr"],
  ["lc", "wlc"],
  ["dh", "mh"],
]);
const servers = [realServer("10.0.0.11 80", "weight 1"), realServer("10.0.0.12 80", "weight 3")];

/** Different weights with a scheduler that does not read them. */
export const weightIgnoredByScheduler = rule({
  code: "weight-ignored-by-scheduler",
  severity: "warning",
  summary: "The real servers have different weights, but the scheduler ignores weights.",
  reason:
    "rr, lc and dh treat every server alike as long as its weight is not 0. The shares are not those that are written.",
  mend: "use the weighted scheduler (wrr, wlc), or give all the same weight",
  example: { bad: service("lb_algo rr", ...servers), line: 3, good: service("lb_algo wrr", ...servers) },
  check: ({ services }, tell) => {
    for (const { server, section } of services) {
      const better = BLIND.get(server.scheduler);
      const weights = new Set(server.realServers.map(({ weight }) => weight).filter((weight) => weight > 0));
      if (better === undefined || weights.size < 2) continue;
      tell(section.placeOf(section.has("lb_algo") ? "lb_algo" : "lvs_sched"), {
        message: `the real servers have the weights ${[...weights].slice(0, 5).join(", ")}, but the scheduler ${server.scheduler} ignores them`,
        help: `write lb_algo ${better}, or give all real servers the same weight`,
      });
    }
  },
});
