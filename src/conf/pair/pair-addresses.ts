import type { VirtualAddress, VrrpInstance } from "../model/vrrp-instance.ts";
import { instance } from "../rules/example.ts";
import { bothPlaces, pairRule } from "./pair-rule.ts";

/** Both routers must move the same addresses. */
export const pairAddresses = pairRule({
  code: "pair-addresses",
  severity: "error",
  summary: "The directors move different virtual addresses.",
  reason:
    "A backup compares the advertised list with its own and drops an advertisement that does not match, unless skip_check_adv_addr is set. And an address that only one director knows does not fail over.",
  mend: "write the same virtual_ipaddress and virtual_ipaddress_excluded on both directors",
  example: {
    a: instance(),
    b: instance("priority 90", "virtual_ipaddress {\n        192.0.2.11/24\n    }"),
    side: "b",
    line: 5,
    goodB: instance("priority 90"),
  },
  check: ({ routers }, tell) => {
    const lists: readonly (readonly [string, (each: VrrpInstance) => readonly VirtualAddress[]])[] = [
      ["virtual_ipaddress", (each) => each.virtualAddresses],
      ["virtual_ipaddress_excluded", (each) => each.excludedAddresses],
    ];
    for (const router of routers) {
      for (const [keyword, of] of lists) {
        const [a, b] = [router.a, router.b].map(
          (each) =>
            new Set(of(each.instance).map(({ address, prefixLength }) => `${address}/${prefixLength}`)),
        );
        const onlyHere = [...(b ?? [])].filter((each) => !a?.has(each));
        const onlyThere = [...(a ?? [])].filter((each) => !b?.has(each));
        if (onlyHere.length === 0 && onlyThere.length === 0) continue;
        const { at, other } = bothPlaces(router, keyword);
        const parts = [
          ...(onlyHere.length > 0 ? [`only here: ${onlyHere.slice(0, 5).join(", ")}`] : []),
          ...(onlyThere.length > 0
            ? [`only on the other director: ${onlyThere.slice(0, 5).join(", ")}`]
            : []),
        ];
        tell(at, {
          message: `${router.b.instance.name} does not move the same addresses on both directors (${parts.join("; ")})`,
          ...(keyword === "virtual_ipaddress" ? {} : { severity: "warning" }),
          other,
        });
      }
    }
  },
});
