import { instance } from "../rules/example.ts";
import { bothPlaces, pairRule } from "./pair-rule.ts";

/** RFC 5798 section 5.2.8: version 3 counts a pseudo header into the checksum; some early routers do not. */
export const pairChecksum = pairRule({
  code: "pair-checksum",
  severity: "error",
  summary: "The directors compute the checksum of version 3 differently.",
  reason:
    "v3_checksum_as_v2 leaves the pseudo header out of the checksum. A router with the other setting finds every advertisement damaged and drops it.",
  mend: "write v3_checksum_as_v2 on both directors or on none",
  example: {
    a: instance("version 3"),
    b: instance("version 3", "priority 90", "v3_checksum_as_v2"),
    side: "b",
    line: 9,
    goodB: instance("version 3", "priority 90"),
  },
  check: ({ routers }, tell) => {
    for (const router of routers) {
      const [a, b] = [router.a.instance, router.b.instance];
      const counts = a.version === 3 && b.version === 3 && a.family === 4 && b.family === 4;
      if (!counts || a.checksumPseudoHeader === b.checksumPseudoHeader) continue;
      const { at, other } = bothPlaces(router, "v3_checksum_as_v2");
      tell(at, {
        message: `${b.name} ${b.checksumPseudoHeader ? "does not set" : "sets"} v3_checksum_as_v2 here, and ${a.checksumPseudoHeader ? "does not" : "does"} on the other director`,
        other,
      });
    }
  },
});
