import type { Place } from "../bind/context.ts";
import type { Severity } from "../diagnostic.ts";
import type { Subject, WrittenInstance } from "../rules/subject.ts";

/** Which of the two files. */
export type Side = "a" | "b";

/** Two directors that are to stand in for each other. */
export interface Pair {
  readonly a: Subject;
  readonly b: Subject;
  /** The instances that mean the same virtual router. */
  readonly routers: readonly RouterPair[];
  /** Instances without a counterpart. */
  readonly alone: readonly { readonly side: Side; readonly written: WrittenInstance }[];
}

/** One virtual router on both sides. */
export interface RouterPair {
  readonly a: WrittenInstance;
  readonly b: WrittenInstance;
}

/** A mistake between two files: its page, and how it is found. */
export interface PairRule {
  /** Stable name in kebab-case, beginning with `pair-`. */
  readonly code: string;
  readonly severity: Severity;
  /** One line for the index. */
  readonly summary: string;
  readonly reason: string;
  readonly mend: string;
  readonly example: PairExample;
  readonly check: (pair: Pair, tell: TellPair) => void;
}

/** Two files that get the finding, and the ones that do not. */
export interface PairExample {
  readonly a: string;
  readonly b: string;
  /** Where the finding stands. */
  readonly side: Side;
  readonly line: number;
  /** The mended files; the bad one counts where none is given. */
  readonly goodA?: string;
  readonly goodB?: string;
}

/** Takes one finding; its place is on one side, what it is compared with on the other. */
export type TellPair = (at: SidePlace, told: ToldPair) => void;

/** A place in one of the two files. */
export interface SidePlace {
  readonly side: Side;
  readonly place: Place;
}

/** One finding between two files. */
export interface ToldPair {
  readonly message: string;
  readonly help?: string;
  readonly severity?: Severity;
  readonly other?: SidePlace & { readonly message: string };
}

/** Declares a rule; nothing but a place for its type. */
export function pairRule(definition: PairRule): PairRule {
  return definition;
}

/** The two places of a keyword in both blocks of a router, the second as the other place of a finding. */
export function bothPlaces(
  router: RouterPair,
  ...keywords: readonly string[]
): { readonly at: SidePlace; readonly other: SidePlace & { readonly message: string } } {
  const keyword = (side: Side): string =>
    keywords.find((each) => router[side].section.has(each)) ?? keywords[0] ?? "";
  return {
    at: { side: "b", place: router.b.section.placeOf(keyword("b")) },
    other: { side: "a", place: router.a.section.placeOf(keyword("a")), message: "on the other side" },
  };
}
