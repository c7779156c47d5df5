import { realServer, service } from "./example.ts";
import { rule } from "./rule.ts";
import { isCheck } from "./written-check.ts";

const check = (kind: string): string =>
  realServer("10.0.0.11 53", `${kind} {\n            connect_timeout 3\n        }`);
const dns = (kind: string): string => service("protocol UDP", check(kind)).replace("10 80", "10 53");

/** A port has two doors; TCP_CHECK knocks at the other one. */
export const udpCheckedByTcp = rule({
  code: "udp-checked-by-tcp",
  severity: "hint",
  summary: "A UDP service is checked over TCP.",
  reason:
    "The UDP side of a port can be dead while the TCP side answers, and for most UDP services nobody listens on TCP at all, so the check always fails.",
  mend: "use UDP_CHECK, DNS_CHECK or MISC_CHECK for a UDP service",
  example: { bad: dns("TCP_CHECK"), line: 7, good: dns("UDP_CHECK") },
  check: ({ services }, tell) => {
    for (const { server, realServers } of services) {
      if (server.key.kind !== "address" || server.key.protocol !== "udp") continue;
      for (const { section } of realServers) {
        const checks = section.lines.filter(isCheck);
        const word = checks[0]?.words[0];
        if (!word || checks.some((line) => line.words[0]?.text !== "TCP_CHECK")) continue;
        tell(word, { message: `the service is UDP, but TCP_CHECK asks the TCP port of the same number` });
      }
    }
  },
});
