import { realServer, service } from "./example.ts";
import { rule } from "./rule.ts";

const three = (port: number): string =>
  service(realServer("10.0.0.11 8080"), realServer("10.0.0.12 8080"), realServer(`10.0.0.13 ${port}`));

/** One server among several with a port of its own. */
export const oddPortOut = rule({
  code: "odd-port-out",
  severity: "hint",
  summary: "One real server of several has another port than all the others.",
  reason:
    "Real servers of one service mostly listen on one port. A single one that differs is mostly a slip of the pen.",
  mend: "correct the port, or leave it when it is meant",
  example: { bad: three(8008), line: 16, good: three(8080) },
  check: ({ services }, tell) => {
    for (const { realServers } of services) {
      const [first, second, third] = realServers;
      if (!first || !second || !third) continue;
      const ports = [first, second, third].map((each) => each.server.port).sort((a, b) => a - b);
      const usual = ports[1];
      const odd = realServers.filter((each) => each.server.port !== usual);
      const [only] = odd;
      if (
        !only ||
        odd.length > 1 ||
        realServers.filter((each) => each.server.address === only.server.address).length > 1
      )
        continue;
      tell(only.section.place, {
        message: `${only.server.address} has port ${only.server.port}, all ${realServers.length - 1} others have ${usual}`,
      });
    }
  },
});
