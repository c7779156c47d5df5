import { service } from "./example.ts";
import { rule } from "./rule.ts";
import { isCheck } from "./written-check.ts";

/** delay_loop is 60 s when nothing is written. */
export const checkPeriodDefault = rule({
  code: "check-period-default",
  severity: "warning",
  summary: "No delay_loop: each server is checked once a minute.",
  reason:
    "Without delay_loop a server is checked every 60 seconds, so a dead one gets requests for a minute and more. Few people know the default, and fewer want it.",
  mend: "add delay_loop 5 (seconds), or what suits the service",
  example: {
    bad: service().replace("    delay_loop 10\n", ""),
    line: 1,
    good: service("delay_loop 5"),
  },
  check: ({ services, isMisread }, tell) => {
    for (const { section, realServers } of services) {
      if (section.has("delay_loop") || isMisread(section)) continue;
      const without = realServers.find(
        ({ section: own }) =>
          !own.has("delay_loop") &&
          own.lines.some(
            (line) =>
              isCheck(line) && !line.block?.directives.some((inner) => inner.words[0]?.text === "delay_loop"),
          ),
      );
      if (!without) continue;
      tell(section.place, {
        message: "no delay_loop is set, so the real servers are checked only every 60 s",
      });
    }
  },
});
