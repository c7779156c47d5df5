import { instance } from "./example.ts";
import { rule } from "./rule.ts";

/** Addresses that no router can hold for others. */
const KINDS: readonly (readonly [RegExp, string])[] = [
  [/^127\.|^::1$/, "a loopback address, which never leaves the machine"],
  [/^(22[4-9]|23\d)\.|^ff/, "a multicast address, which belongs to a group and not to a host"],
  [/^0\.|^::$/, "no address of a host"],
  [/^(24\d|25[0-5])\./, "reserved, and no host sends to it"],
];

/** An address that cannot be anybody's cannot be moved. */
export const virtualAddressUnusable = rule({
  code: "virtual-address-unusable",
  severity: "error",
  summary: "A virtual address is a loopback, multicast or reserved address.",
  reason: "No client on the network can reach such an address, whoever holds it.",
  mend: "write an address of the network that the clients use",
  example: {
    bad: instance("virtual_ipaddress {\n        127.0.0.10/8\n    }"),
    line: 6,
    good: instance("virtual_ipaddress {\n        192.0.2.10/24\n    }"),
  },
  check: ({ instances }, tell) => {
    for (const { instance, section } of instances) {
      const lists = [
        ...section.entries("virtual_ipaddress"),
        ...section.entries("virtual_ipaddress_excluded"),
      ];
      for (const { address } of [...instance.virtualAddresses, ...instance.excludedAddresses]) {
        const kind = KINDS.find(([pattern]) => pattern.test(address));
        if (!kind) continue;
        const word = lists.find(([first]) => first?.text.split("/", 1)[0] === address)?.[0];
        tell(word ?? section.place, {
          message: `${instance.name}: the virtual address ${address} is ${kind[1]}`,
        });
      }
    }
  },
});
