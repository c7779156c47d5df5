import { realServer, service } from "./example.ts";
import { rule } from "./rule.ts";
import { isCheck } from "./written-check.ts";

const check = (address: string): string =>
  realServer(
    "10.0.0.11 80",
    `TCP_CHECK {\n            connect_ip ${address}\n            connect_timeout 3\n        }`,
  );

/** A check of another host says nothing about this one. */
export const checkOnOtherHost = rule({
  code: "check-on-other-host",
  severity: "warning",
  summary: "A real server is checked by asking another host.",
  reason:
    "connect_ip sends the check elsewhere, so the real server counts as alive while the other host answers. Mostly the block was copied from the neighbour and its address was not changed.",
  mend: "remove connect_ip, or write the address of this real server",
  example: { bad: service(check("10.0.0.12")), line: 8, good: service(check("10.0.0.11")) },
  check: ({ services }, tell) => {
    for (const { server, section } of services.flatMap((each) => each.realServers)) {
      const others = server.checkers
        .filter((each) => each.kind !== "bfd")
        .filter((each) => each.target.address !== server.address);
      const [other] = others;
      if (!other || others.length < server.checkers.length) continue;
      const lines = section.lines.filter(isCheck).flatMap((each) => each.block?.directives ?? []);
      const line = lines.find((each) => each.words[0]?.text === "connect_ip");
      tell(line?.words[0] ?? section.place, {
        message: `the check of ${server.address} asks ${other.target.address}, so it does not see whether ${server.address} is alive`,
      });
    }
  },
});
