import type { PairRule } from "../pair/pair-rule.ts";
import type { RulePage } from "../rules/rule.ts";

/** The page of a finding that is made while the language is read. */
export interface LanguagePage extends RulePage {
  /** False when keepalived 2.2.7 says nothing of it. */
  readonly keepalived?: false;
}

/** The page of a finding in one configuration. */
export interface SinglePage extends LanguagePage {
  readonly kind: "single";
  /** Who finds it: a rule of ours, the reading of the language, or the comments that turn rules off. */
  readonly source: "rule" | "language" | "comment";
}

/** The page of a finding between two configurations. */
export interface PairPage extends Omit<PairRule, "check"> {
  readonly kind: "pair";
}

/** What docs/rules, `--explain` and SARIF say of a finding. */
export type Page = SinglePage | PairPage;
