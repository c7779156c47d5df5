import { service } from "./example.ts";
import { rule } from "./rule.ts";

/** A quorum decides about the sorry server and the two commands; without them nothing. */
export const quorumWithoutConsequence = rule({
  code: "quorum-without-consequence",
  severity: "hint",
  summary: "A quorum is set, but nothing depends on it.",
  reason:
    "Losing the quorum brings in the sorry server and runs quorum_down. With neither of them the living real servers go on serving as before, and the number only shows in the log.",
  mend: "add sorry_server or quorum_down and quorum_up, or remove quorum",
  example: {
    bad: service(
      "quorum 2",
      "real_server 10.0.0.11 80 {\n        weight 2\n        TCP_CHECK {\n            connect_timeout 3\n        }\n    }",
    ),
    line: 6,
    good: service(
      "quorum 1",
      "sorry_server 10.0.0.99 80",
      "real_server 10.0.0.11 80 {\n        weight 2\n        TCP_CHECK {\n            connect_timeout 3\n        }\n    }",
    ),
  },
  check: ({ services }, tell) => {
    for (const { server, section } of services) {
      const used = server.sorryServer || server.quorumUp || server.quorumDown;
      if (used || !section.has("quorum") || server.quorum <= 1) continue;
      tell(section.placeOf("quorum"), {
        message: `the quorum ${server.quorum} has no consequence: there is no sorry_server, no quorum_up and no quorum_down`,
      });
    }
  },
});
