import type { Place } from "../bind/context.ts";
import type { Severity } from "../diagnostic.ts";
import type { HostFacts } from "../source.ts";
import type { Subject } from "./subject.ts";

/**
 * What the page of a finding says, and an example that shows it. The example is executed by a test: `bad` gives this
 * code on `line` and nothing else (save for `also`), `good` gives nothing at all.
 */
export interface RulePage {
  /** Stable name in kebab-case; the name of the finding, of the file and of the page. */
  readonly code: string;
  readonly severity: Severity;
  /** One line for the index. */
  readonly summary: string;
  /** Why it matters, in a few sentences. */
  readonly reason: string;
  /** How to mend it. */
  readonly mend: string;
  readonly example: RuleExample;
}

/** A configuration that gets the finding, and the same one mended. */
export interface RuleExample {
  readonly bad: string;
  /** The line of `bad` on which the finding stands. */
  readonly line: number;
  readonly good: string;
  /** Other findings that `bad` cannot avoid. */
  readonly also?: readonly string[];
  /** Other files that both include, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** What is known of the machine, when the finding depends on it. */
  readonly host?: HostFacts;
  /** The machine of the good example, when that is what differs. */
  readonly goodHost?: HostFacts;
  /** A remark below the example, such as what the machine is like. */
  readonly note?: string;
  /** Which keepalived judges; the newest when absent. */
  readonly compat?: "2.2.7";
}

/** A mistake that keepalived does not see: its page, and how it is found. */
export interface Rule extends RulePage {
  /** Looks at a whole configuration; its cost grows no faster than the text. */
  readonly check: (subject: Subject, tell: Tell) => void;
}

/** Takes one finding of a rule. Code and severity are the rule's own. */
export type Tell = (place: Place, told: Told) => void;

/** One finding of a rule before it has its span. */
export interface Told {
  /** What is wrong, with the value found and the value wanted. */
  readonly message: string;
  /** How to mend it here, when that is more than the rule's own words. */
  readonly help?: string;
  /** When this case is more or less grave than the rule usually is. */
  readonly severity?: Severity;
  readonly related?: readonly { readonly message: string; readonly place: Place }[];
}

/** Declares a rule; nothing but a place for its type. */
export function rule(definition: Rule): Rule {
  return definition;
}
