import type { Directive } from "../tree.ts";
import { realServer, service } from "./example.ts";
import { rule } from "./rule.ts";
import { isCheck } from "./written-check.ts";

const check = (retry: number): string =>
  realServer(
    "10.0.0.11 80",
    `TCP_CHECK {\n            connect_timeout 3\n            retry ${retry}\n        }`,
  );

/** retry 0 takes a server out at its first failure. */
export const checkWithoutRetry = rule({
  code: "check-without-retry",
  severity: "hint",
  summary: "retry 0: one lost packet takes a real server out of service.",
  reason:
    "Without a second try a single refused or lost connection removes the server, and its connections are cut. It comes back with the next check, so a busy server flaps.",
  mend: "write retry 1 or more, with a short delay_before_retry",
  example: { bad: service(check(0)), line: 9, good: service(check(2)) },
  check: ({ services }, tell) => {
    const look = (line: Directive): void => {
      const [word, value] = line.words;
      if (!word || (word.text !== "retry" && word.text !== "nb_get_retry") || value?.text !== "0") return;
      tell(word, { message: "without a retry one failed check takes the real server out of service" });
    };
    for (const { section, realServers } of services) {
      section.lines.forEach(look);
      for (const { section: own } of realServers) {
        own.lines.forEach(look);
        for (const each of own.lines.filter(isCheck)) each.block?.directives.forEach(look);
      }
    }
  },
});
