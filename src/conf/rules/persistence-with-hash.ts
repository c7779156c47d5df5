import { service } from "./example.ts";
import { rule } from "./rule.ts";

/** Schedulers that send a client to the same server by themselves. */
const BY_SOURCE = new Set(["sh", "mh"]);

/** Source hashing keeps a client with its server; persistence on top hides what it does when servers change. */
export const persistenceWithHash = rule({
  code: "persistence-with-hash",
  severity: "hint",
  summary: "persistence_timeout with a scheduler that is sticky by itself.",
  reason:
    "sh and mh choose by the client's address, so a client keeps its server anyway. Persistence adds a table that lives on one director only: after a failover, or when a server returns, the two disagree.",
  mend: "remove persistence_timeout, or use wlc or wrr with it",
  example: {
    bad: service("lb_algo sh", "persistence_timeout 300"),
    line: 6,
    good: service("lb_algo wlc", "persistence_timeout 300"),
  },
  check: ({ services }, tell) => {
    for (const { server, section } of services) {
      if (!section.has("persistence_timeout") || !BY_SOURCE.has(server.scheduler)) continue;
      tell(section.placeOf("persistence_timeout"), {
        message: `the scheduler ${server.scheduler} keeps a client with its server already, so persistence_timeout adds little`,
      });
    }
  },
});
