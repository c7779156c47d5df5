import { serviceName } from "../rules/duplicate-virtual-server.ts";
import { service } from "../rules/example.ts";
import type { WrittenService } from "../rules/subject.ts";
import { pairRule } from "./pair-rule.ts";

/** A service that only one director knows is gone after a failover. */
export const pairServiceMissing = pairRule({
  code: "pair-service-missing",
  severity: "error",
  summary: "A virtual_server exists on one director only.",
  reason: "After a failover the address is there, but nobody serves it.",
  mend: "add the virtual_server to the other file",
  example: {
    a: service() + service().replace("10 80", "10 443"),
    b: service(),
    side: "a",
    line: 17,
    goodA: service(),
  },
  check: ({ a, b }, tell) => {
    const names = (services: readonly WrittenService[]): ReadonlySet<string> =>
      new Set(services.map(({ server }) => serviceName(server.key)));
    const known = { a: names(a.services), b: names(b.services) };
    for (const [side, far] of [
      ["a", "b"],
      ["b", "a"],
    ] as const) {
      for (const { server, section } of (side === "a" ? a : b).services) {
        const name = serviceName(server.key);
        if (known[far].has(name)) continue;
        tell(
          { side, place: section.place },
          { message: `the other director has no virtual server for ${name}` },
        );
      }
    }
  },
});
