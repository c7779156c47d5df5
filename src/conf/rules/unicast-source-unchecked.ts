import { instance } from "./example.ts";
import { rule } from "./rule.ts";

/** Multicast advertisements must have TTL 255; unicast ones cross routers, so only their source tells who sent them. */
export const unicastSourceUnchecked = rule({
  code: "unicast-source-unchecked",
  severity: "hint",
  summary: "Unicast peers without check_unicast_src: anybody's advertisement counts.",
  reason:
    "A multicast advertisement cannot come from beyond the network, because its TTL must be 255. A unicast one can come from anywhere, and without check_unicast_src its source is not compared with the list of peers.",
  mend: "add check_unicast_src",
  example: {
    bad: instance("unicast_src_ip 192.0.2.1", "unicast_peer {\n        192.0.2.2\n    }"),
    line: 9,
    good: instance(
      "unicast_src_ip 192.0.2.1",
      "unicast_peer {\n        192.0.2.2\n    }",
      "check_unicast_src",
    ),
  },
  check: ({ instances, isMisread }, tell) => {
    for (const { instance, section } of instances) {
      if (instance.unicastPeers.length === 0 || instance.checkUnicastSource || isMisread(section)) continue;
      tell(section.placeOf("unicast_peer"), {
        message: `${instance.name} takes advertisements from any address, not only from its ${instance.unicastPeers.length === 1 ? "peer" : "peers"}`,
      });
    }
  },
});
