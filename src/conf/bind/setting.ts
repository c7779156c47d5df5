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

/**
 * The lines of a list block, each as its words; an entry is one line. keepalived reads a list line by line up to the
 * next `}`, so the lines of a block inside are entries too.
 */
export function entriesOf(setting: Setting): readonly (readonly Word[])[] {
  const { block } = setting.directive;
  return block ? linesOf(block.directives) : [];
}

function linesOf(directives: readonly Directive[]): readonly (readonly Word[])[] {
  if (directives.every((directive) => !directive.block && directive.words.length > 0)) {
    return directives.map((directive) => directive.words);
  }
  return directives.flatMap(({ words, block }) => [
    ...(words.length > 0 ? [words] : []),
    ...(block ? linesOf(block.directives) : []),
  ]);
}
