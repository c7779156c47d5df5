import { instance } from "./example.ts";
import { rule } from "./rule.ts";

/** Without unicast_src_ip the primary address of the interface is the source, which need not be the one the peer names. */
export const unicastSourceNotSet = rule({
  code: "unicast-source-not-set",
  severity: "hint",
  summary: "Unicast peers without unicast_src_ip.",
  reason:
    "The source is then the first address of the interface. With several addresses, or after the order of them changed, that is not the one the peer lists, and the peer takes the packets for a stranger's.",
  mend: "add unicast_src_ip with the address that the peer lists in its unicast_peer",
  example: {
    bad: instance("check_unicast_src", "unicast_peer {\n        192.0.2.2\n    }"),
    line: 9,
    good: instance(
      "check_unicast_src",
      "unicast_src_ip 192.0.2.1",
      "unicast_peer {\n        192.0.2.2\n    }",
    ),
  },
  check: ({ instances, isMisread }, tell) => {
    for (const { instance, section } of instances) {
      if (instance.unicastPeers.length === 0 || instance.sourceAddress !== undefined || isMisread(section))
        continue;
      tell(section.placeOf("unicast_peer"), {
        message: `${instance.name} has unicast peers but no unicast_src_ip, so whichever address of ${instance.interface} comes first is the source`,
      });
    }
  },
});
