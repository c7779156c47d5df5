import { instance } from "./example.ts";
import { rule } from "./rule.ts";

const group = "virtual_server_group web {\n    192.0.2.10 80\n}\n";
const user =
  "virtual_server group web {\n    delay_loop 10\n    lb_algo rr\n    lb_kind NAT\n    protocol TCP\n    real_server 10.0.0.11 80 {\n        TCP_CHECK {\n        }\n    }\n}\n";

/** A group serves only through a virtual_server that names it. */
export const unusedServerGroup = rule({
  code: "unused-server-group",
  severity: "hint",
  summary: "A virtual_server_group is used by no virtual_server.",
  reason:
    "The group is a list of addresses and nothing more; without a virtual_server that names it, nobody serves them.",
  mend: "add virtual_server group NAME { ... }, or remove the block",
  example: { bad: group + instance(), line: 1, good: group + instance() + user },
  check: ({ root }, tell) => {
    const used = new Set(
      root("virtual_server")
        .filter((section) => section.name === "group")
        .map((section) => section.directive.words[2]?.text),
    );
    for (const section of root("virtual_server_group")) {
      if (used.has(section.name)) continue;
      tell(section.place, {
        message: `the virtual_server_group ${section.name} is used by no virtual_server`,
      });
    }
  },
});
