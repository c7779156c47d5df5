import type { Keyword } from "../../grammar/keyword.ts";
import type { Directive, Word } from "../tree.ts";
import type { Value } from "./read-value.ts";

/** One keyword as a block sets it. */
export interface Setting {
  readonly keyword: Keyword;
  readonly directive: Directive;
  /** The words after the keyword. */
  readonly words: readonly Word[];
  /** Absent when the value was refused; the keyword's default counts then. */
  readonly value?: Value;
}

/** The lines of a list block, each as its words; an entry is one line. */
export function entriesOf(setting: Setting): readonly (readonly Word[])[] {
  return (setting.directive.block?.directives ?? [])
    .map((directive) => directive.words)
    .filter((words) => words.length > 0);
}
