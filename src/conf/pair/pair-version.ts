import { instance } from "../rules/example.ts";
import { bothPlaces, pairRule } from "./pair-rule.ts";

/** RFC 5798 section 8.4: versions 2 and 3 do not understand each other. */
export const pairVersion = pairRule({
  code: "pair-version",
  severity: "error",
  summary: "The directors speak different versions of VRRP.",
  reason: "A router drops advertisements of another version than its own, so both become master.",
  mend: "write the same version (or vrrp_version in global_defs) on both directors",
  example: {
    a: instance("version 3"),
    b: instance("version 2", "priority 90"),
    side: "b",
    line: 8,
    goodB: instance("version 3", "priority 90"),
  },
  check: ({ routers }, tell) => {
    for (const router of routers) {
      const [a, b] = [router.a.instance, router.b.instance];
      if (a.version === b.version || a.family !== b.family) continue;
      const { at, other } = bothPlaces(router, "version");
      tell(at, {
        message: `${b.name} speaks VRRP version ${b.version} here and ${a.version} on the other director`,
        other,
      });
    }
  },
});
