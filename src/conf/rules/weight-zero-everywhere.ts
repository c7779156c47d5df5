import { realServer, service } from "./example.ts";
import { rule } from "./rule.ts";

const servers = (weight: number): string => realServer("10.0.0.11 80", `weight ${weight}`);

/** Weight 0 keeps connections and takes no new ones. */
export const weightZeroEverywhere = rule({
  code: "weight-zero-everywhere",
  severity: "warning",
  summary: "All real servers of a service have weight 0.",
  reason:
    "A server of weight 0 keeps the connections it has and gets no new ones. With all of them at 0, for instance after a maintenance, every new client is turned away.",
  mend: "give at least one real server a weight of 1 or more",
  example: { bad: service(servers(0)), line: 1, good: service(servers(1)), also: ["quorum-unreachable"] },
  check: ({ services }, tell) => {
    for (const { server, section } of services) {
      const { realServers } = server;
      if (realServers.length === 0 || realServers.some(({ weight }) => weight > 0)) continue;
      tell(section.place, {
        message: `${realServers.length === 1 ? "the only real server has" : `all ${realServers.length} real servers have`} weight 0, so no new connection is accepted`,
      });
    }
  },
});
