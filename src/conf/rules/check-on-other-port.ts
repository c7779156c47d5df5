import type { RealServer } from "../model/virtual-server.ts";
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
    for (const { realServers } of services) {
      const elsewhere = realServers.filter(({ server }) => isCheckedElsewhere(server));
      const [first] = elsewhere;
      const port = first && portsOf(first.server).find((each) => each !== 0);
      if (!first || port === undefined) continue;
      const lines = first.section.lines.filter(isCheck).flatMap((each) => each.block?.directives ?? []);
      const line = lines.find((each) => each.words[0]?.text === "connect_port");
      const others = elsewhere.length - 1;
      tell(line?.words[0] ?? first.section.place, {
        message: `${first.server.address} serves port ${first.server.port}, but only port ${port} is checked${others > 0 ? `; so it is with ${others} more of this service` : ""}`,
      });
    }
  },
});

/** True when there are checks, and none of them asks the port that is served. */
function isCheckedElsewhere({ port, checkers }: RealServer): boolean {
  const ports = portsOf({ checkers }).filter((each) => each !== 0);
  return port !== 0 && ports.length > 0 && !ports.includes(port);
}

/** The ports that are asked; a BFD_CHECK asks none. */
function portsOf({ checkers }: Pick<RealServer, "checkers">): readonly number[] {
  return checkers.flatMap((each) => (each.kind === "bfd" ? [] : [each.target.port]));
}
