import { realServer, service } from "./example.ts";
import { rule } from "./rule.ts";

const server = (lower: number): string => realServer("10.0.0.11 80", "uthreshold 100", `lthreshold ${lower}`);

/** A server leaves at the upper threshold and returns at the lower one. */
export const thresholdsCrossed = rule({
  code: "thresholds-crossed",
  severity: "warning",
  summary: "lthreshold is not below uthreshold.",
  reason:
    "A server that reaches uthreshold connections gets no new ones until it is below lthreshold. When that is as high or higher, the server goes in and out with each connection.",
  mend: "write an lthreshold below uthreshold, such as three quarters of it",
  example: { bad: service(server(200)), line: 8, good: service(server(75)) },
  check: ({ services }, tell) => {
    for (const { server, section } of services.flatMap((each) => each.realServers)) {
      if (server.upperThreshold === 0 || server.lowerThreshold < server.upperThreshold) continue;
      tell(section.placeOf("lthreshold"), {
        message: `${server.address}: lthreshold ${server.lowerThreshold} is not below uthreshold ${server.upperThreshold}`,
      });
    }
  },
});
