/**
 * The shape of what may follow a keyword on its line. Everything that reads a configuration (the binder, the linter,
 * later completion and the man page) looks here, so that they cannot disagree.
 */
export type ValueShape =
  /** Nothing; further words are ignored, as keepalived does. */
  | { readonly kind: "none" }
  /** `true on yes` / `false off no`; no word at all means true. */
  | { readonly kind: "boolean" }
  | { readonly kind: "integer"; readonly min: number; readonly max: number; readonly unit?: Unit }
  /** A decimal number in `unit`; `places` is how many decimal places count. */
  | {
      readonly kind: "decimal";
      readonly min: number;
      readonly max: number;
      readonly unit: Unit;
      readonly places: number;
    }
  /** One of `words`; `anyCase` where keepalived compares without regard to case. */
  | { readonly kind: "enum"; readonly words: readonly string[]; readonly anyCase?: true }
  /** One address. */
  | { readonly kind: "address" }
  /** An address and, if wanted, a port. */
  | { readonly kind: "endpoint" }
  | { readonly kind: "interface" }
  /** One word of free text. */
  | { readonly kind: "word" }
  /** Several words whose meaning `syntax` tells. */
  | { readonly kind: "words" }
  /** A command, split by keepalived's own quoting rules, not by a shell. */
  | { readonly kind: "command" }
  /** Lines between braces, each an entry of its own. */
  | { readonly kind: "entries" }
  /** A block of keywords; `block` names its vocabulary, and the words before the brace follow `syntax`. */
  | { readonly kind: "block"; readonly block: string };

/** The unit of a number. */
export type Unit = "seconds" | "milliseconds" | "microseconds" | "bytes";

/** What became of a keyword over time. */
export type KeywordStatus =
  | { readonly kind: "deprecated"; readonly use: string }
  | { readonly kind: "alias"; readonly of: string }
  /** Read, but without any effect in keepalived itself. */
  | { readonly kind: "no-effect" }
  /** An extension of locum's; keepalived calls it unknown and ignores the line. */
  | { readonly kind: "own" };

/**
 * What this version of locum does with a bound keyword; whoever writes one that does not work is told so.
 * `works`: some part of the daemon acts on it. `accepted`: nothing acts on it yet (`not-yet-supported`).
 * `without-effect`: nothing acts on it, for a reason that will not go away soon (`without-effect`).
 * `refused`: it cannot be done here, and what needs it does not run (`without-effect` too). `why` is a clause without stop
 * that says the reason, and the way out where there is one.
 */
export type KeywordEffect =
  | "works"
  | "accepted"
  | { readonly kind: "without-effect"; readonly why: string }
  | { readonly kind: "refused"; readonly why: string };

/** One keyword of one block. */
export interface Keyword {
  readonly name: string;
  readonly value: ValueShape;
  /** How many words must follow. Fewer is keepalived's fatal "missing a parameter". */
  readonly needs: number;
  /** The arguments as documentation shows them; empty when there are none. */
  readonly syntax: string;
  /** The value when the keyword is absent, in words; empty when there is none to speak of. */
  readonly default: string;
  /** The keepalived release that brought it; "" when unknown. */
  readonly since: string;
  /** False for keywords newer than keepalived 2.2.7, which that release reports as unknown. */
  readonly in227: boolean;
  readonly status?: KeywordStatus;
  /** What it does, in one line. */
  readonly meaning: string;
  /** Every keyword is read, checked and bound; this says what becomes of it then. */
  readonly effect: KeywordEffect;
}

/** A word inside an entry line, such as `dev` in an address line. */
export interface EntryToken {
  readonly name: string;
  readonly syntax: string;
  readonly default: string;
  readonly status?: KeywordStatus;
  readonly meaning: string;
  /** What becomes of the word; that of its list when absent. */
  readonly effect?: KeywordEffect;
}

/** The vocabulary of one block; `path` is its place, as in `virtual_server/real_server/TCP_CHECK`. */
export interface BlockGrammar {
  readonly path: string;
  readonly keywords: readonly Keyword[];
}

/** The vocabulary of the lines of a list block. */
export interface EntryGrammar {
  /** The list keywords whose lines it describes. */
  readonly lists: readonly string[];
  readonly tokens: readonly EntryToken[];
}
