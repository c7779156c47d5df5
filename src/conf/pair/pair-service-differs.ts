import type { VirtualServer } from "../model/virtual-server.ts";
import { serviceName } from "../rules/duplicate-virtual-server.ts";
import { realServer, service } from "../rules/example.ts";
import { pairRule } from "./pair-rule.ts";

/** A service should not change with the director that serves it. */
export const pairServiceDiffers = pairRule({
  code: "pair-service-differs",
  severity: "warning",
  summary: "A virtual_server is not the same on both directors.",
  reason:
    "After a failover clients meet other real servers, other weights or another way of forwarding. Mostly one file was changed and the other forgotten.",
  mend: "write the same virtual_server on both directors",
  example: {
    a: service(),
    b: service(realServer("10.0.0.11 80"), realServer("10.0.0.13 80")),
    side: "b",
    line: 1,
    goodB: service(),
  },
  check: ({ a, b }, tell) => {
    const there = new Map(a.services.map((each) => [serviceName(each.server.key), each]));
    for (const here of b.services) {
      const other = there.get(serviceName(here.server.key));
      const difference = other && differenceOf(here.server, other.server);
      if (!other || difference === undefined) continue;
      tell(
        { side: "b", place: here.section.place },
        {
          message: `${serviceName(here.server.key)} is not the same on both directors: ${difference}`,
          other: { side: "a", place: other.section.place, message: "the other one" },
        },
      );
    }
  },
});

/** The first difference of two services, in words. */
function differenceOf(here: VirtualServer, there: VirtualServer): string | undefined {
  const plain = [
    ["lb_algo", here.scheduler, there.scheduler],
    ["lb_kind", here.forwarding.toUpperCase(), there.forwarding.toUpperCase()],
    ["persistence_timeout", here.persistenceTimeout ?? "off", there.persistenceTimeout ?? "off"],
    ["quorum", here.quorum, there.quorum],
    ["sorry_server", sorryOf(here), sorryOf(there)],
  ] as const;
  const changed = plain.find(([, own, other]) => own !== other);
  if (changed) return `${changed[0]} is ${changed[1]} here and ${changed[2]} there`;
  const [own, other] = [serversOf(here), serversOf(there)];
  for (const [name, weight] of own) {
    const far = other.get(name);
    if (far === undefined) return `the real server ${name} is only here`;
    if (far !== weight) return `the real server ${name} is ${weight} here and ${far} there`;
  }
  const missing = [...other.keys()].find((name) => !own.has(name));
  return missing === undefined ? undefined : `the real server ${missing} is only there`;
}

function sorryOf({ sorryServer }: VirtualServer): string {
  return sorryServer ? `${sorryServer.address} ${sorryServer.port}` : "absent";
}

function serversOf(server: VirtualServer): ReadonlyMap<string, string> {
  return new Map(
    server.realServers.map((each) => [
      `${each.address} port ${each.port}`,
      `${each.forwarding.toUpperCase()} with weight ${each.weight}`,
    ]),
  );
}
