import { instance, instanceCalled } from "../rules/example.ts";
import { pairRule } from "./pair-rule.ts";

/** An instance that only one router has cannot fail over. */
export const pairInstanceMissing = pairRule({
  code: "pair-instance-missing",
  severity: "error",
  summary: "A vrrp_instance exists on one director only.",
  reason: "When its router fails, nobody takes its addresses.",
  mend: "add the instance to the other file, with the same virtual_router_id and addresses",
  example: {
    a:
      instance() +
      instanceCalled("mail", ["virtual_router_id 52", "virtual_ipaddress {\n        192.0.2.11/24\n    }"]),
    b: instance("priority 90"),
    side: "a",
    line: 9,
    goodA: instance(),
  },
  check: ({ alone }, tell) => {
    for (const { side, written } of alone) {
      const { name, virtualRouterId, family } = written.instance;
      tell(
        { side, place: written.section.place },
        {
          message: `${name} (virtual_router_id ${virtualRouterId}, IPv${family}) has no counterpart on the other director`,
        },
      );
    }
  },
});
