import { realServer, service } from "./example.ts";
import { rule } from "./rule.ts";
import { isCheck } from "./written-check.ts";

/** A real server without a check stays in the table when it is dead. */
export const uncheckedRealServer = rule({
  code: "unchecked-real-server",
  severity: "hint",
  summary: "A real server has no check.",
  reason: "Without a check it counts as alive for ever, and clients go on being sent to it when it is dead.",
  mend: "add a TCP_CHECK { } or HTTP_GET { } block",
  example: {
    bad: service(realServer("10.0.0.11 80"), "real_server 10.0.0.12 80 {\n        weight 2\n    }"),
    line: 11,
    good: service(realServer("10.0.0.11 80"), realServer("10.0.0.12 80", "weight 2")),
  },
  check: ({ services, isMisread }, tell) => {
    for (const { section, realServers } of services) {
      const without = realServers.filter((each) => !each.section.lines.some(isCheck));
      const [first] = without;
      if (!first || isMisread(section)) continue;
      if (without.length === realServers.length) {
        tell(section.place, {
          message: `none of the ${realServers.length} real servers has a check, so this service sends requests to dead servers`,
        });
        continue;
      }
      for (const { server, section: own } of without) {
        tell(own.place, {
          message: `the real server ${server.address} has no check, though others of its service have, so it gets requests even when it is dead`,
        });
      }
    }
  },
});
