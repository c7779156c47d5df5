import { type Place, placeOf } from "../bind/context.ts";
import type { Directive, Word } from "../tree.ts";

/** The lines of each block by keyword: dozens of rules ask the same blocks for the same words. */
const indexes = new WeakMap<Directive, ReadonlyMap<string, readonly Directive[]>>();

/** Blocks of so few lines are looked through faster than an index is made. */
const SMALL = 12;

const nothing: readonly Directive[] = [];

function indexOf(directive: Directive): ReadonlyMap<string, readonly Directive[]> {
  const known = indexes.get(directive);
  if (known) return known;
  const index = new Map<string, Directive[]>();
  for (const line of directive.block?.directives ?? nothing) {
    const keyword = line.words[0]?.text;
    if (keyword === undefined) continue;
    const same = index.get(keyword);
    if (same) same.push(line);
    else index.set(keyword, [line]);
  }
  indexes.set(directive, index);
  return index;
}

/** A block as written, for rules that ask what stands in it and where. */
export class Section {
  readonly directive: Directive;

  constructor(directive: Directive) {
    this.directive = directive;
  }

  /** The word after the keyword: the name of an instance, a script, a group. */
  get name(): string {
    return this.directive.words[1]?.text ?? "";
  }

  /** The line that opens the block. */
  get place(): Place {
    return placeOf(this.directive);
  }

  /** Every line of the block. */
  get lines(): readonly Directive[] {
    return this.directive.block?.directives ?? [];
  }

  /** Every line with this keyword. */
  every(keyword: string): readonly Directive[] {
    const { lines } = this;
    if (lines.length > SMALL) return indexOf(this.directive).get(keyword) ?? nothing;
    return lines.filter((line) => line.words[0]?.text === keyword);
  }

  /** The last line with this keyword, which is the one that counts. */
  last(keyword: string): Directive | undefined {
    if (this.lines.length <= SMALL) return this.lines.findLast((line) => line.words[0]?.text === keyword);
    const lines = this.every(keyword);
    return lines[lines.length - 1];
  }

  has(keyword: string): boolean {
    if (this.lines.length > SMALL) return indexOf(this.directive).has(keyword);
    return this.lines.some((line) => line.words[0]?.text === keyword);
  }

  /** The first word after the keyword. */
  value(keyword: string): string | undefined {
    return this.last(keyword)?.words[1]?.text;
  }

  /** The inner blocks with this keyword. */
  sections(keyword: string): readonly Section[] {
    return this.every(keyword).map((line) => new Section(line));
  }

  /** The lines of every list block with this keyword, each as its words. */
  entries(keyword: string): readonly (readonly Word[])[] {
    return this.every(keyword)
      .flatMap((line) => line.block?.directives ?? [])
      .map((entry) => entry.words)
      .filter((words) => words.length > 0);
  }

  /** Where a keyword stands; where the block is opened when it does not. */
  placeOf(keyword: string): Place {
    const line = this.last(keyword);
    return line ? placeOf(line) : this.place;
  }
}
