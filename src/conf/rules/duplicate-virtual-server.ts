import type { VirtualServerKey } from "../model/virtual-server.ts";
import { service } from "./example.ts";
import { rule } from "./rule.ts";
import type { Section } from "./section.ts";

/** The table can hold a service once; the second block would replace or be refused by the first. */
export const duplicateVirtualServer = rule({
  code: "duplicate-virtual-server",
  severity: "error",
  summary: "Two virtual servers have the same address, port and protocol.",
  reason:
    "The kernel's table holds a service once. The second block is refused or replaces the first, and its real servers never serve.",
  mend: "put all real servers into one block, or correct the address, port or protocol",
  example: {
    bad: service() + service(),
    line: 17,
    good: service() + service().replaceAll("10 80", "10 8080"),
  },
  check: ({ services }, tell) => {
    const seen = new Map<string, Section>();
    for (const { server, section } of services) {
      const name = serviceName(server.key);
      const first = seen.get(name);
      if (!first) {
        seen.set(name, section);
        continue;
      }
      tell(section.place, {
        message: `there are two virtual servers for ${name}; only one service of that name can exist`,
        related: [{ message: "the first one", place: first.place }],
      });
    }
  },
});

/** A service in words, different for different services. */
export function serviceName(key: VirtualServerKey): string {
  return key.kind === "fwmark"
    ? `firewall mark ${key.mark} of IPv${key.family}`
    : `${key.protocol} ${key.address} port ${key.port}`;
}
