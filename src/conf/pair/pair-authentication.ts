import { instance } from "../rules/example.ts";
import { bothPlaces, pairRule } from "./pair-rule.ts";

const pass = (password: string): string =>
  `authentication {\n        auth_type PASS\n        auth_pass ${password}\n    }`;

/** A password that differs is as good as a cut cable. */
export const pairAuthentication = pairRule({
  code: "pair-authentication",
  severity: "error",
  summary: "The directors authenticate differently.",
  reason:
    "An advertisement with another kind of authentication or another password is dropped, so both become master.",
  mend: "write the same authentication block on both directors; 8 bytes of the password count",
  example: {
    a: instance(pass("k8Vq2xWz")),
    b: instance("priority 90", pass("k8Vq2xWy")),
    side: "b",
    line: 8,
    goodB: instance("priority 90", pass("k8Vq2xWz")),
  },
  check: ({ routers }, tell) => {
    for (const router of routers) {
      const [a, b] = [router.a.instance.authentication, router.b.instance.authentication];
      const same = a.kind === b.kind && (a.kind === "none" || b.kind === "none" || a.password === b.password);
      if (same) continue;
      const { at, other } = bothPlaces(router, "authentication");
      const words = { none: "no authentication", pass: "a password", ah: "AH" };
      tell(at, {
        message:
          a.kind === b.kind
            ? `${router.b.instance.name} has another password here than on the other director`
            : `${router.b.instance.name} uses ${words[b.kind]} here and ${words[a.kind]} on the other director`,
        other,
      });
    }
  },
});
