import { instance } from "../rules/example.ts";
import { bothPlaces, pairRule } from "./pair-rule.ts";

/** A file copied without changing the source. */
export const pairSameSource = pairRule({
  code: "pair-same-source",
  severity: "error",
  summary: "Both directors send from the same address.",
  reason:
    "Only one machine can have an address. The other cannot send, and a router takes an advertisement from its own address for its own.",
  mend: "write on each director an address of its own",
  example: {
    a: instance("mcast_src_ip 192.0.2.1"),
    b: instance("priority 90", "mcast_src_ip 192.0.2.1"),
    side: "b",
    line: 8,
    goodB: instance("priority 90", "mcast_src_ip 192.0.2.2"),
  },
  check: ({ routers }, tell) => {
    for (const router of routers) {
      const source = router.b.instance.sourceAddress;
      if (source === undefined || source !== router.a.instance.sourceAddress) continue;
      const { at, other } = bothPlaces(router, "unicast_src_ip", "mcast_src_ip");
      tell(at, { message: `${router.b.instance.name} sends from ${source} on both directors`, other });
    }
  },
});
