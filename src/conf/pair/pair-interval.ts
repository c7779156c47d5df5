import { inSeconds } from "../../base/time.ts";
import { instance } from "../rules/example.ts";
import { bothPlaces, pairRule } from "./pair-rule.ts";

/** RFC 3768 section 7.1 has a router drop version 2 advertisements with another interval; version 3 takes the master's. */
export const pairInterval = pairRule({
  code: "pair-interval",
  severity: "error",
  summary: "The directors advertise at different intervals.",
  reason:
    "In version 2 a router drops advertisements whose interval is not its own, so both become master. In version 3 a backup follows the master's interval; the time to a failover then depends on who is master.",
  mend: "write the same advert_int on both directors",
  example: {
    a: instance("advert_int 1"),
    b: instance("advert_int 2", "priority 90"),
    side: "b",
    line: 8,
    goodB: instance("advert_int 1", "priority 90"),
  },
  check: ({ routers }, tell) => {
    for (const router of routers) {
      const [a, b] = [router.a.instance, router.b.instance];
      if (a.advertisementInterval === b.advertisementInterval) continue;
      const { at, other } = bothPlaces(router, "advert_int");
      const lenient = a.version === 3 && b.version === 3;
      tell(at, {
        message: `${b.name} advertises every ${inSeconds(b.advertisementInterval)} s here and every ${inSeconds(a.advertisementInterval)} s on the other director${lenient ? "" : ", so each drops what the other says"}`,
        ...(lenient ? { severity: "warning" } : {}),
        other,
      });
    }
  },
});
