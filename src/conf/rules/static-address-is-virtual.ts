import { instance } from "./example.ts";
import { rule } from "./rule.ts";

/** static_ipaddress is added on every router at the start; a virtual address belongs to one at a time. */
export const staticAddressIsVirtual = rule({
  code: "static-address-is-virtual",
  severity: "error",
  summary: "A virtual address is also in static_ipaddress.",
  reason:
    "Static addresses are added when the program starts and stay. With the virtual address among them, both routers hold it at once, whoever is master.",
  mend: "remove the address from static_ipaddress",
  example: {
    bad: `static_ipaddress {\n    192.0.2.10/24 dev eth0\n}\n${instance()}`,
    line: 2,
    good: `static_ipaddress {\n    192.0.2.1/24 dev eth0\n}\n${instance()}`,
  },
  check: ({ root, instances }, tell) => {
    const owners = new Map<string, (typeof instances)[number]>();
    for (const each of instances) {
      for (const { address } of [...each.instance.virtualAddresses, ...each.instance.excludedAddresses])
        owners.set(address, each);
    }
    for (const block of root("static_ipaddress")) {
      for (const line of block.lines) {
        const [word] = line.words;
        const owner = word && owners.get(word.text.split("/", 1)[0] ?? "");
        if (!word || !owner) continue;
        tell(word, {
          message: `${word.text} is a static address of this machine and a virtual address of ${owner.instance.name}, so both routers hold it`,
          related: [{ message: owner.instance.name, place: owner.section.place }],
        });
      }
    }
  },
});
