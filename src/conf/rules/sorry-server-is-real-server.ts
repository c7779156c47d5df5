import { service } from "./example.ts";
import { rule } from "./rule.ts";

/** A sorry server that is also a real server dies together with it. */
export const sorryServerIsRealServer = rule({
  code: "sorry-server-is-real-server",
  severity: "warning",
  summary: "The sorry server is one of the real servers.",
  reason:
    "The sorry server answers when the real servers are down. When it is one of them, it is down as well.",
  mend: "give the sorry server a host of its own",
  example: { bad: service("sorry_server 10.0.0.11 80"), line: 6, good: service("sorry_server 10.0.0.99 80") },
  check: ({ services }, tell) => {
    for (const { server, section, realServers } of services) {
      const { sorryServer } = server;
      const same = realServers.find(
        (each) => each.server.address === sorryServer?.address && each.server.port === sorryServer.port,
      );
      if (!same) continue;
      tell(section.placeOf("sorry_server"), {
        message: `the sorry server ${same.server.address} port ${same.server.port} is also a real server, so it is down when it is needed`,
        related: [{ message: "the real server", place: same.section.place }],
      });
    }
  },
});
