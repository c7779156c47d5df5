import { realServer, service } from "./example.ts";
import { rule } from "./rule.ts";
import { isCheck } from "./written-check.ts";

const check = (port: number): string =>
  realServer(
    "10.0.0.11 80",
    `TCP_CHECK {\n            connect_port ${port}\n            connect_timeout 3\n        }`,
  );

/** A check of another port says nothing about the one that is served. */
export const checkOnOtherPort = rule({
  code: "check-on-other-port",
  severity: "hint",
  summary: "A real server is checked on another port than the one it serves.",
  reason:
    "The server counts as alive while the checked port answers, also when the served one does not. That is right for a health page on a port of its own, and wrong when the port was copied from another service.",
  mend: "remove connect_port, or add a second check of the served port",
  example: { bad: service(check(8080)), line: 8, good: service(check(80)) },
  check: ({ services }, tell) => {
    for (const { server, section } of services.flatMap((each) => each.realServers)) {
      if (server.port === 0 || server.checkers.some((each) => each.target.port === server.port)) continue;
      const other = server.checkers.find((each) => each.target.port !== 0);
      if (!other) continue;
      const lines = section.lines.filter(isCheck).flatMap((each) => each.block?.directives ?? []);
      const line = lines.find((each) => each.words[0]?.text === "connect_port");
      tell(line?.words[0] ?? section.place, {
        message: `${server.address} serves port ${server.port}, but only port ${other.target.port} is checked`,
      });
    }
  },
});
