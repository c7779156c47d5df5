import { instance } from "./example.ts";
import { rule } from "./rule.ts";

/** Strict mode drops packets to the virtual address on a router that is not its owner: it answers no ping and serves nothing. */
export const strictHidesAddress = rule({
  code: "strict-hides-address",
  severity: "warning",
  summary: "Strict mode makes the virtual address unreachable.",
  reason:
    "In strict mode only the owner of an address (priority 255) accepts packets to it. On every other master the address is there, but a filter drops what is sent to it: no ping, no service. It is the most frequent surprise with keepalived's sample configuration.",
  mend: "remove vrrp_strict or strict_mode, unless the address is only a gateway that nobody talks to",
  example: {
    bad: instance("strict_mode on"),
    line: 8,
    good: instance("strict_mode on", "version 3", "accept"),
  },
  check: ({ instances, root }, tell) => {
    for (const { instance, section } of instances) {
      if (!instance.strict || instance.accept || instance.virtualAddresses.length === 0) continue;
      const global = root("global_defs").find((each) => each.has("vrrp_strict"));
      tell(section.placeOf("strict_mode"), {
        message: `${instance.name} runs in strict mode with priority ${instance.priority}, so packets to ${instance.virtualAddresses[0]?.address} are dropped although it holds the address`,
        ...(global && !section.has("strict_mode")
          ? { related: [{ message: "strict mode is set here", place: global.placeOf("vrrp_strict") }] }
          : {}),
      });
    }
  },
});
