import { inSeconds } from "../../base/time.ts";
import { finding, type Rule } from "./rule.ts";

/** A check that may take longer than its period delays the next one, so a dead server is noticed late. */
export const timeoutBeyondLoop: Rule = (config, report) => {
  for (const server of config.virtualServers.flatMap((virtual) => virtual.realServers)) {
    for (const { kind, timing } of server.checkers) {
      if (timing.timeout <= timing.delayLoop) continue;
      report(
        finding(server.at, {
          code: "timeout-beyond-loop",
          severity: "hint",
          message: `the ${kind} check of ${server.address} may take ${inSeconds(timing.timeout)} s, longer than its period of ${inSeconds(timing.delayLoop)} s`,
          help: "lower connect_timeout, or raise delay_loop",
        }),
      );
    }
  }
};
