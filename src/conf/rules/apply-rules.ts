import type { Diagnostic } from "../diagnostic.ts";
import type { Rule } from "./rule.ts";
import type { Subject } from "./subject.ts";

/** Runs rules over one configuration; their findings come in the order of the rules. */
export function applyRules(subject: Subject, rules: readonly Rule[]): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const rule of rules) {
    rule.check(subject, (place, told) => {
      found.push({
        code: rule.code,
        severity: told.severity ?? rule.severity,
        message: told.message,
        help: told.help ?? rule.mend,
        span: subject.spanOf(place),
        related: (told.related ?? []).map((each) => ({
          message: each.message,
          span: subject.spanOf(each.place),
        })),
      });
    });
  }
  return found;
}
