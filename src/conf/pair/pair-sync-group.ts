import { instance, instanceCalled } from "../rules/example.ts";
import type { Section } from "../rules/section.ts";
import { pairRule, type Side } from "./pair-rule.ts";

const inside = instanceCalled("inside", [
  "interface eth1",
  "virtual_router_id 52",
  "virtual_ipaddress {\n        10.0.0.1/24\n    }",
]);
const both = "vrrp_sync_group site {\n    group {\n        web\n        inside\n    }\n}\n";
const lower = (text: string): string => text.replaceAll("priority 100", "priority 90");

/** Instances that move together on one router have to move together on the other. */
export const pairSyncGroup = pairRule({
  code: "pair-sync-group",
  severity: "warning",
  summary: "Instances are in one sync group on one director and not on the other.",
  reason:
    "A group moves its members together. When only one director groups them, a fault of one member moves all of its instances, and on the other way back only one; the addresses end up on different directors.",
  mend: "write the same vrrp_sync_group on both directors",
  example: {
    a: both + instance() + inside,
    b: lower(instance() + inside),
    side: "a",
    line: 4,
    goodB: both + lower(instance() + inside),
  },
  check: ({ a, b, routers }, tell) => {
    const counterpart = {
      a: new Map(routers.map((each) => [each.a.instance.name, each.b.instance.name])),
      b: new Map(routers.map((each) => [each.b.instance.name, each.a.instance.name])),
    };
    const sides = { a, b };
    for (const side of ["a", "b"] as const) {
      const far: Side = side === "a" ? "b" : "a";
      const groups = groupsOf(sides[far].root("vrrp_sync_group"));
      for (const section of sides[side].root("vrrp_sync_group")) {
        const members = section.entries("group").flat();
        const [first] = members;
        const home = first && groups.get(counterpart[side].get(first.text) ?? "");
        for (const word of members.slice(1)) {
          const other = counterpart[side].get(word.text);
          if (!first || other === undefined || !counterpart[side].has(first.text)) continue;
          if (home !== undefined && groups.get(other) === home) continue;
          tell(
            { side, place: word },
            {
              message: `${first.text} and ${word.text} move together here (${section.name}), but not on the other director`,
            },
          );
        }
      }
    }
  },
});

/** The group of each instance. */
function groupsOf(sections: readonly Section[]): ReadonlyMap<string, string> {
  return new Map(
    sections.flatMap((section) =>
      section
        .entries("group")
        .flat()
        .map((word) => [word.text, section.name] as const),
    ),
  );
}
