import { instance } from "./example.ts";
import { rule } from "./rule.ts";

/** A file copied from the peer without exchanging the two addresses. */
export const peerIsSelf = rule({
  code: "peer-is-self",
  severity: "error",
  summary: "unicast_peer lists the router's own address, or one of its virtual addresses.",
  reason:
    "Advertisements are sent to the listed addresses. One that is this router itself, or an address that the master holds, never reaches the other router, so both become master. It happens when the file is copied from the peer.",
  mend: "list the fixed address of the other router",
  example: {
    bad: instance(
      "unicast_src_ip 192.0.2.1",
      "unicast_peer {\n        192.0.2.1\n    }",
      "check_unicast_src",
    ),
    line: 10,
    good: instance(
      "unicast_src_ip 192.0.2.1",
      "unicast_peer {\n        192.0.2.2\n    }",
      "check_unicast_src",
    ),
  },
  check: ({ instances }, tell) => {
    for (const { instance, section } of instances) {
      const virtual = new Set(
        [...instance.virtualAddresses, ...instance.excludedAddresses].map(({ address }) => address),
      );
      for (const { address } of instance.unicastPeers) {
        const self = address === instance.sourceAddress;
        if (!self && !virtual.has(address)) continue;
        const word = section.entries("unicast_peer").find(([first]) => first?.text === address)?.[0];
        tell(word ?? section.place, {
          message: `${instance.name}: the peer ${address} is ${self ? "this router's own unicast_src_ip" : "a virtual address, which whoever is master holds"}`,
        });
      }
    }
  },
});
