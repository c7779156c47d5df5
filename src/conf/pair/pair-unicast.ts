import { instance } from "../rules/example.ts";
import { bothPlaces, pairRule } from "./pair-rule.ts";

const peer = (own: string, other: string): readonly string[] => [
  `unicast_src_ip ${own}`,
  `unicast_peer {\n        ${other}\n    }`,
  "check_unicast_src",
];

/** Unicast goes to the listed peers, multicast to the group; they do not meet. */
export const pairUnicast = pairRule({
  code: "pair-unicast",
  severity: "error",
  summary: "One director speaks unicast and the other multicast, or their multicast groups differ.",
  reason:
    "A router that listens to the group does not hear what is sent to its own address, and the other way round.",
  mend: "write unicast_peer on both directors or on none, and the same group",
  example: {
    a: instance(...peer("192.0.2.1", "192.0.2.2")),
    b: instance("priority 90"),
    side: "b",
    line: 1,
    goodB: instance("priority 90", ...peer("192.0.2.2", "192.0.2.1")),
  },
  check: ({ routers }, tell) => {
    for (const router of routers) {
      const [a, b] = [router.a.instance, router.b.instance];
      const [unicastA, unicastB] = [a.unicastPeers.length > 0, b.unicastPeers.length > 0];
      if (unicastA !== unicastB) {
        const { at, other } = bothPlaces(router, "unicast_peer");
        tell(at, {
          message: `${b.name} speaks ${unicastB ? "unicast" : "multicast"} here and ${unicastA ? "unicast" : "multicast"} on the other director`,
          other,
        });
      } else if (!unicastA && a.family === b.family && a.multicastDestination !== b.multicastDestination) {
        const { at, other } = bothPlaces(router, "mcast_dst_ip");
        tell(at, {
          message: `${b.name} sends to the group ${b.multicastDestination ?? "of the protocol"} here and to ${a.multicastDestination ?? "that of the protocol"} on the other director`,
          other,
        });
      }
    }
  },
});
