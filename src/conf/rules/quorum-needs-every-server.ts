import { service } from "./example.ts";
import { rule } from "./rule.ts";

/** A quorum equal to the whole weight is lost with the first server. */
export const quorumNeedsEveryServer = rule({
  code: "quorum-needs-every-server",
  severity: "warning",
  summary: "The quorum is lost as soon as one real server fails.",
  reason:
    "The quorum counts the weights of the living real servers. When it needs all of them, a single failure makes the whole service count as down: quorum_down runs and the sorry server takes over, though the others are well.",
  mend: "lower the quorum so that the service can lose a server",
  example: {
    bad: service("quorum 2", "sorry_server 10.0.0.99 80"),
    line: 6,
    good: service("quorum 1", "sorry_server 10.0.0.99 80"),
  },
  check: ({ services }, tell) => {
    for (const { server, section } of services) {
      const weights = server.realServers.map(({ weight }) => weight).filter((weight) => weight > 0);
      if (weights.length < 2 || !section.has("quorum")) continue;
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      if (total - Math.min(...weights.slice(0, 1000)) >= server.quorum - server.hysteresis) continue;
      tell(section.placeOf("quorum"), {
        message: `the quorum ${server.quorum} needs every one of the ${weights.length} real servers, which weigh ${total} together`,
      });
    }
  },
});
