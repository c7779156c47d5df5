import { instance } from "./example.ts";
import { rule } from "./rule.ts";

/** RFC 5798 section 5.2.9: the first IPv6 address of an advertisement is the link-local one of the virtual router. */
export const linkLocalFirst = rule({
  code: "link-local-first",
  severity: "warning",
  summary: "The first virtual address of an IPv6 instance is not link-local.",
  reason:
    "Hosts learn a gateway's link-local address from its router advertisements, so that address must move with the virtual router; the protocol wants it first in the list. Routers of other makes refuse an advertisement without it.",
  mend: "put a link-local address such as fe80::10/64 before the others, the same on every router",
  example: {
    bad: instance("virtual_ipaddress {\n        2001:db8::10/64\n    }"),
    line: 6,
    good: instance("virtual_ipaddress {\n        fe80::10/64\n        2001:db8::10/64\n    }"),
  },
  check: ({ instances }, tell) => {
    for (const { instance, section } of instances) {
      const first = instance.virtualAddresses[0];
      if (instance.family !== 6 || !first || /^fe[89ab]/.test(first.address)) continue;
      const word = section.entries("virtual_ipaddress")[0]?.[0];
      tell(word ?? section.place, {
        message: `${instance.name} speaks IPv6, but its first virtual address ${first.address} is not link-local (fe80::/10)`,
      });
    }
  },
});
