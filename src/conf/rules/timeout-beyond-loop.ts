import { inSeconds } from "../../base/time.ts";
import { realServer, service } from "./example.ts";
import { rule } from "./rule.ts";

/** A check that may take longer than its period delays the next one, so a dead server is noticed late. */
export const timeoutBeyondLoop = rule({
  code: "timeout-beyond-loop",
  severity: "hint",
  summary: "A check may take longer than the time between two checks.",
  reason:
    "The next check starts delay_loop after the last one ended. A server that does not answer holds its check for connect_timeout, so it is noticed later than delay_loop promises.",
  mend: "lower connect_timeout, or raise delay_loop",
  example: {
    bad: service(
      "delay_loop 2",
      realServer("10.0.0.11 80", "TCP_CHECK {\n            connect_timeout 3\n        }"),
    ),
    line: 8,
    good: service(
      "delay_loop 2",
      realServer("10.0.0.11 80", "TCP_CHECK {\n            connect_timeout 2\n        }"),
    ),
  },
  check: ({ services }, tell) => {
    for (const { server, section } of services.flatMap((each) => each.realServers)) {
      for (const { kind, timing } of server.checkers) {
        if (timing.timeout <= timing.delayLoop) continue;
        const check = section.lines.find((line) => line.block?.directives.some(isTimeout));
        const timeout = check?.block?.directives.find(isTimeout)?.words[0];
        tell(timeout ?? section.place, {
          message: `the ${kind} check of ${server.address} may take ${inSeconds(timing.timeout)} s, longer than its period of ${inSeconds(timing.delayLoop)} s`,
        });
      }
    }
  },
});

function isTimeout(line: { readonly words: readonly { readonly text: string }[] }): boolean {
  return line.words[0]?.text === "connect_timeout";
}
