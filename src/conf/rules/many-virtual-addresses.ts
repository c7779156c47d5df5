import { instance } from "./example.ts";
import { rule } from "./rule.ts";

const MANY = 20;

/** Every advertisement names every address; other routers and older releases take 20 of them. */
export const manyVirtualAddresses = rule({
  code: "many-virtual-addresses",
  severity: "hint",
  summary: "An instance advertises more than 20 addresses.",
  reason:
    "Each advertisement carries the whole list, and the backups compare it. Routers of other makes, and older releases of keepalived, accept 20 at most; beyond 255 the count does not fit into the packet at all.",
  mend: "keep one address in virtual_ipaddress and move the others to virtual_ipaddress_excluded on every router",
  example: {
    bad: instance(`virtual_ipaddress {\n${addresses(1, 21)}    }`),
    line: 5,
    good: instance(
      "virtual_ipaddress {\n        192.0.2.1/24\n    }",
      `virtual_ipaddress_excluded {\n${addresses(2, 21)}    }`,
    ),
  },
  check: ({ instances }, tell) => {
    for (const { instance, section } of instances) {
      const count = instance.virtualAddresses.length;
      if (count <= MANY) continue;
      tell(section.placeOf("virtual_ipaddress"), {
        message: `${instance.name} advertises ${count} addresses, but ${count > 255 ? "the packet can count 255" : `other routers may take only ${MANY}`}`,
        ...(count > 255 ? { severity: "error" } : {}),
      });
    }
  },
});

function addresses(from: number, to: number): string {
  const numbers = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  return numbers.map((number) => `        192.0.2.${number}/24\n`).join("");
}
