import { service } from "./example.ts";
import { rule } from "./rule.ts";

/** The granularity says how wide persistence groups clients; without persistence it groups nobody. */
export const granularityWithoutPersistence = rule({
  code: "granularity-without-persistence",
  severity: "warning",
  summary: "persistence_granularity without persistence_timeout.",
  reason:
    "The granularity is the netmask within which clients count as one for persistence. Without persistence_timeout the service is not persistent, and the line has no effect.",
  mend: "add persistence_timeout SECONDS, or remove persistence_granularity",
  example: {
    bad: service("persistence_granularity 255.255.255.0"),
    line: 6,
    good: service("persistence_timeout 300", "persistence_granularity 255.255.255.0"),
  },
  check: ({ services }, tell) => {
    for (const { section } of services) {
      if (!section.has("persistence_granularity") || section.has("persistence_timeout")) continue;
      tell(section.placeOf("persistence_granularity"), {
        message: "persistence_granularity has no effect, because the service has no persistence_timeout",
      });
    }
  },
});
