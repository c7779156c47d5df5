import type { AddressFamily } from "../../base/ip-address.ts";
import type { Config } from "../model/config.ts";
import type { PolicyRule } from "../model/route.ts";

/** keepalived's first made-up preference; the next rule of the same family gets one less. */
const FIRST_PREFERENCE = 16_384;

/** Counts down the preferences of rules that have none, for the messages about them. */
export class RulePreferences {
  readonly #next = { 4: FIRST_PREFERENCE, 6: FIRST_PREFERENCE };

  /** What the next one of that family gets. */
  peek(family: AddressFamily): number {
    return this.#next[family];
  }

  /** Gives it away. */
  use(family: AddressFamily): void {
    this.#next[family]--;
  }
}

type WithRules = Pick<Config, "vrrpInstances" | "staticRules">;

/**
 * Gives every rule a preference: keepalived counts down from 16384 in the order of the file, each family by itself. A rule
 * keeps its place in the file and thus its preference as long as no other without one is written before it.
 */
export function withRulePreferences<Part extends WithRules>(config: Part, staticsFirst: boolean): Part {
  const next = { 4: FIRST_PREFERENCE, 6: FIRST_PREFERENCE };
  const settled = (rules: readonly PolicyRule[]): readonly PolicyRule[] =>
    rules.map((rule) =>
      rule.preference === undefined ? { ...rule, preference: next[rule.family ?? 4]-- } : rule,
    );
  const before = staticsFirst ? settled(config.staticRules) : undefined;
  const vrrpInstances = config.vrrpInstances.map((instance) =>
    instance.rules.length === 0 ? instance : { ...instance, rules: settled(instance.rules) },
  );
  return { ...config, vrrpInstances, staticRules: before ?? settled(config.staticRules) };
}
