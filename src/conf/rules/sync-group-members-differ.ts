import { instance, instanceCalled } from "./example.ts";
import { rule } from "./rule.ts";

const group = "vrrp_sync_group site {\n    group {\n        web\n        inside\n    }\n}\n";
const inside = ["interface eth1", "virtual_router_id 52", "virtual_ipaddress {\n        10.0.0.1/24\n    }"];

/** Members of a group move together; with different wishes they pull each other to and fro. */
export const syncGroupMembersDiffer = rule({
  code: "sync-group-members-differ",
  severity: "warning",
  summary: "The members of a sync group differ in priority or in nopreempt.",
  reason:
    "A group moves as one: when one member becomes backup, all do. If one member of this router has the higher priority and another the lower one, each change pulls the others along and the group may go to and fro.",
  mend: "give all members of the group the same priority and the same nopreempt",
  example: {
    bad: group + instance() + instanceCalled("inside", ["priority 90", ...inside]),
    line: 4,
    good: group + instance() + instanceCalled("inside", inside),
  },
  check: ({ root, instances }, tell) => {
    const known = new Map(instances.map((each) => [each.instance.name, each]));
    for (const section of root("vrrp_sync_group")) {
      const words = section.entries("group").flat();
      const first = known.get(words[0]?.text ?? "");
      for (const word of words.slice(1)) {
        const other = known.get(word.text);
        if (!first || !other) continue;
        const [a, b] = [first.instance, other.instance];
        const difference =
          a.priority !== b.priority
            ? `${a.name} has priority ${a.priority}, ${b.name} has ${b.priority}`
            : a.preempt !== b.preempt
              ? `${a.preempt ? b.name : a.name} has nopreempt, ${a.preempt ? a.name : b.name} has not`
              : undefined;
        if (difference === undefined) continue;
        tell(word, {
          message: `the members of ${section.name} do not want the same: ${difference}`,
          related: [
            { message: a.name, place: first.section.placeOf("priority") },
            { message: b.name, place: other.section.placeOf("priority") },
          ],
        });
      }
    }
  },
});
