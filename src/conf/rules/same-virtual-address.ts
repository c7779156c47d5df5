import type { Place } from "../bind/context.ts";
import { instance, instanceCalled } from "./example.ts";
import { rule } from "./rule.ts";

/** Two instances that move the same address fight for it: each takes it away from the other's master. */
export const sameVirtualAddress = rule({
  code: "same-virtual-address",
  severity: "error",
  summary: "Two instances move the same virtual address, or one lists it twice.",
  reason:
    "Each instance elects its own master. When they choose different routers, both hold the address, and whoever announced it last gets the traffic.",
  mend: "keep the address in one instance; a sync group moves several instances together",
  example: {
    bad: instance() + instanceCalled("mail", ["virtual_router_id 52"]),
    line: 14,
    good:
      instance() +
      instanceCalled("mail", ["virtual_router_id 52", "virtual_ipaddress {\n        192.0.2.11/24\n    }"]),
  },
  check: ({ instances }, tell) => {
    const owners = new Map<string, { readonly name: string; readonly place: Place }>();
    for (const { instance, section } of instances) {
      const lists = [
        ...section.entries("virtual_ipaddress"),
        ...section.entries("virtual_ipaddress_excluded"),
      ];
      const written = new Map(lists.map(([word]) => [word?.text.split("/", 1)[0], word]));
      const moved = [...instance.virtualAddresses, ...instance.excludedAddresses];
      for (const { address } of moved) {
        const place = written.get(address) ?? section.place;
        const first = owners.get(address);
        if (!first) {
          owners.set(address, { name: instance.name, place });
          continue;
        }
        const same = first.name === instance.name;
        tell(place, {
          message: same
            ? `${instance.name} lists the virtual address ${address} twice`
            : `${instance.name} and ${first.name} both move the virtual address ${address}; whichever is master last takes it from the other`,
          ...(same ? { severity: "warning", help: "remove one of the lines" } : {}),
          ...(same ? {} : { related: [{ message: `${first.name} lists it here`, place: first.place }] }),
        });
      }
    }
  },
});
