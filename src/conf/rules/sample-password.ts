import { instance } from "./example.ts";
import { rule } from "./rule.ts";

/** Passwords of the samples that everybody copies. */
const SAMPLES = new Set([
  "1111",
  "1234",
  "12345",
  "123456",
  "12345678",
  "password",
  "secret",
  "keepalived",
  "changeme",
  "test",
  "pass",
]);

/** The password keeps neighbours apart that use the same VRID by accident; a sample's does not. */
export const samplePassword = rule({
  code: "sample-password",
  severity: "hint",
  summary: "auth_pass is the password of a well known sample.",
  reason:
    "The password travels in clear, so it stops no attacker. What it does is to keep apart two pairs that use the same virtual_router_id by accident, and that works only when the passwords differ.",
  mend: "choose eight characters of your own, the same on every router of the pair",
  example: {
    bad: instance("authentication {\n        auth_type PASS\n        auth_pass 1111\n    }"),
    line: 10,
    good: instance("authentication {\n        auth_type PASS\n        auth_pass k8Vq2xWz\n    }"),
  },
  check: ({ instances }, tell) => {
    for (const { instance, section } of instances) {
      if (instance.authentication.kind === "none") continue;
      const line = section.sections("authentication")[0]?.last("auth_pass");
      const word = line?.words[1];
      if (!word || !SAMPLES.has(word.text.toLowerCase())) continue;
      tell(word, {
        message: `the auth_pass of ${instance.name} is the one of a well known sample, so another pair may have it too`,
      });
    }
  },
});
