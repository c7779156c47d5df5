import { familyOf, ipv4FromNumber, ipv4Number } from "../../base/ip-address.ts";
import { instance } from "./example.ts";
import { rule } from "./rule.ts";

/** The first and the last address of an IPv4 network belong to no host; RFC 3021 excepts networks of two. */
export const virtualAddressIsNetwork = rule({
  code: "virtual-address-is-network",
  severity: "error",
  summary: "A virtual address is the network or broadcast address of its prefix.",
  reason:
    "Hosts do not send to the first and the last address of a network as to a host, so the address is announced and nobody reaches it. Mostly a digit is missing.",
  mend: "write the address of a host, or correct the length of the prefix",
  example: {
    bad: instance("virtual_ipaddress {\n        192.0.2.255/24\n    }"),
    line: 6,
    good: instance("virtual_ipaddress {\n        192.0.2.25/24\n    }"),
  },
  check: ({ instances }, tell) => {
    for (const { instance, section } of instances) {
      const lists = [
        ...section.entries("virtual_ipaddress"),
        ...section.entries("virtual_ipaddress_excluded"),
      ];
      for (const { address, prefixLength } of [...instance.virtualAddresses, ...instance.excludedAddresses]) {
        if (familyOf(address) !== 4 || prefixLength > 30 || prefixLength === 0) continue;
        const hosts = 2 ** (32 - prefixLength);
        const place = ipv4Number(address) % hosts;
        if (place !== 0 && place !== hosts - 1) continue;
        const word = lists.find(([first]) => first?.text.split("/", 1)[0] === address)?.[0];
        tell(word ?? section.place, {
          message: `${instance.name}: ${address} is the ${place === 0 ? "network" : "broadcast"} address of ${ipv4FromNumber(ipv4Number(address) - place)}/${prefixLength}, not a host`,
        });
      }
    }
  },
});
