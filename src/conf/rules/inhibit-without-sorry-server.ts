import { service } from "./example.ts";
import { rule } from "./rule.ts";

/** sorry_server_inhibit says what becomes of a sorry server; there is none. */
export const inhibitWithoutSorryServer = rule({
  code: "inhibit-without-sorry-server",
  severity: "warning",
  summary: "sorry_server_inhibit without a sorry_server.",
  reason:
    "The line says how the sorry server is treated when it is not needed. Without one it has no effect.",
  mend: "add sorry_server ADDRESS PORT, or remove sorry_server_inhibit",
  example: {
    bad: service("sorry_server_inhibit"),
    line: 6,
    good: service("sorry_server 10.0.0.99 80", "sorry_server_inhibit"),
  },
  check: ({ services }, tell) => {
    for (const { section } of services) {
      if (!section.has("sorry_server_inhibit") || section.has("sorry_server")) continue;
      tell(section.placeOf("sorry_server_inhibit"), {
        message: "sorry_server_inhibit has no effect, because this virtual server has no sorry_server",
      });
    }
  },
});
