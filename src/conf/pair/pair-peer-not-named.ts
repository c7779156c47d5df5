import { instance } from "../rules/example.ts";
import { pairRule, type Side } from "./pair-rule.ts";

const speaks = (own: string, other: string, ...rest: readonly string[]): string =>
  instance(...rest, `unicast_src_ip ${own}`, `unicast_peer {\n        ${other}\n    }`, "check_unicast_src");

/** Each router has to list the address the other sends from. */
export const pairPeerNotNamed = pairRule({
  code: "pair-peer-not-named",
  severity: "error",
  summary: "A director does not list the address that the other one sends from.",
  reason:
    "Unicast advertisements go only to the listed peers, and with check_unicast_src they are taken only from them. A peer that is not listed hears nothing and becomes master.",
  mend: "list in unicast_peer the unicast_src_ip of the other director",
  example: {
    a: speaks("192.0.2.1", "192.0.2.2"),
    b: speaks("192.0.2.2", "192.0.2.3", "priority 90"),
    side: "b",
    line: 9,
    goodB: speaks("192.0.2.2", "192.0.2.1", "priority 90"),
  },
  check: ({ routers }, tell) => {
    for (const router of routers) {
      for (const side of ["a", "b"] as const) {
        const far: Side = side === "a" ? "b" : "a";
        const { sourceAddress } = router[far].instance;
        const { unicastPeers, name } = router[side].instance;
        if (
          sourceAddress === undefined ||
          unicastPeers.length === 0 ||
          router[far].instance.unicastPeers.length === 0
        )
          continue;
        if (unicastPeers.some(({ address }) => address === sourceAddress)) continue;
        tell(
          { side, place: router[side].section.placeOf("unicast_peer") },
          {
            message: `${name} lists ${unicastPeers.map(({ address }) => address).join(", ")}, but the other director sends from ${sourceAddress}`,
            other: {
              side: far,
              place: router[far].section.placeOf("unicast_src_ip"),
              message: "what it sends from",
            },
          },
        );
      }
    }
  },
});
