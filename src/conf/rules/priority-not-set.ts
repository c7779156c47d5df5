import { instance } from "./example.ts";
import { rule } from "./rule.ts";

/** The default priority depends on `state`: 255 for MASTER, which makes the router the owner of the address. */
export const priorityNotSet = rule({
  code: "priority-not-set",
  severity: "warning",
  summary: "An instance has no priority, so the default of its state counts.",
  reason:
    "Without a priority a router with state BACKUP takes 100, the same as its peer without one, and the tie is broken by the higher address. A router with state MASTER takes 255, which stands for the owner of the address: it always preempts, and no script weight can lower it.",
  mend: "add priority N with N from 1 to 254, different on each router",
  example: {
    bad: `vrrp_instance web {
    state MASTER
    interface eth0
    virtual_router_id 51
    virtual_ipaddress {
        192.0.2.10/24
    }
}
`,
    line: 1,
    good: instance("state MASTER", "priority 150"),
  },
  check: ({ instances, isMisread }, tell) => {
    for (const { instance, section } of instances) {
      if (section.has("priority") || isMisread(section)) continue;
      tell(section.place, {
        message: `${instance.name} has no priority, so ${instance.priority} counts because of state ${instance.initialState.toUpperCase()}${instance.priority === 255 ? ", which makes this router the owner of the address" : ""}`,
        ...(instance.priority === 255 ? {} : { severity: "hint" }),
      });
    }
  },
});
