import { familyOf } from "../../base/ip-address.ts";
import { instance } from "./example.ts";
import { rule } from "./rule.ts";

/** RFC 5798 section 5.2.4: 255 is for the router that owns the addresses, whatever it tracks. */
export const ownerPriority = rule({
  code: "owner-priority",
  severity: "hint",
  summary: "Priority 255 makes the router the owner of the address.",
  reason:
    "255 says that the virtual address is the router's own. Such a router becomes master at once, takes the address back whenever it comes up, ignores nopreempt, and no weight of a script or interface lowers it. Few pairs want that.",
  mend: "write 254 or less, unless the address is configured on this router for good",
  example: { bad: instance("priority 255"), line: 4, good: instance("priority 200") },
  check: ({ instances }, tell) => {
    for (const { instance, section } of instances) {
      if (instance.priority !== 255 || !section.has("priority")) continue;
      if (instance.strict && instance.initialState === "master") continue;
      const what = instance.virtualAddresses[0]?.address;
      tell(section.placeOf("priority"), {
        message: `${instance.name} has priority 255, which says that ${what ? `${what} (IPv${familyOf(what)})` : "the virtual address"} belongs to this router for good`,
      });
    }
  },
});
