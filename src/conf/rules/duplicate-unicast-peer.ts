import { instance } from "./example.ts";
import { rule } from "./rule.ts";

/** Each line of unicast_peer is one packet per interval. */
export const duplicateUnicastPeer = rule({
  code: "duplicate-unicast-peer",
  severity: "warning",
  summary: "A unicast peer is listed twice.",
  reason:
    "It gets every advertisement twice. Often the second line was meant to be a third router, which now gets none.",
  mend: "remove the line, or write the address that was meant",
  example: {
    bad: instance(
      "unicast_src_ip 192.0.2.1",
      "unicast_peer {\n        192.0.2.2\n        192.0.2.2\n    }",
      "check_unicast_src",
    ),
    line: 11,
    good: instance(
      "unicast_src_ip 192.0.2.1",
      "unicast_peer {\n        192.0.2.2\n        192.0.2.3\n    }",
      "check_unicast_src",
    ),
  },
  check: ({ instances }, tell) => {
    for (const { instance, section } of instances) {
      const seen = new Set<string>();
      for (const [word] of section.entries("unicast_peer")) {
        if (!word) continue;
        if (seen.has(word.text))
          tell(word, { message: `${instance.name} lists the peer ${word.text} twice` });
        seen.add(word.text);
      }
    }
  },
});
