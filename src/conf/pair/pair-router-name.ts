import { instance } from "../rules/example.ts";
import { pairRule } from "./pair-rule.ts";

const named = (name: string, priority: number): string =>
  `global_defs {\n    router_id ${name}\n}\n${instance(`priority ${priority}`)}`;

/** router_id is the name a director has in mails and traps. */
export const pairRouterName = pairRule({
  code: "pair-router-name",
  severity: "hint",
  summary: "Both directors have the same router_id.",
  reason:
    "router_id is the name in mails and SNMP traps. With the same one nobody can tell who became master.",
  mend: "give each director a router_id of its own",
  example: { a: named("lb1", 150), b: named("lb1", 100), side: "b", line: 2, goodB: named("lb2", 100) },
  check: ({ a, b }, tell) => {
    const { routerId } = b.config.global;
    if (routerId === undefined || routerId !== a.config.global.routerId) return;
    const [here, there] = [b, a].map((each) =>
      each.root("global_defs").findLast((block) => block.has("router_id")),
    );
    if (!here || !there) return;
    tell(
      { side: "b", place: here.placeOf("router_id") },
      {
        message: `both directors are called ${routerId}`,
        other: { side: "a", place: there.placeOf("router_id"), message: "the other one" },
      },
    );
  },
});
