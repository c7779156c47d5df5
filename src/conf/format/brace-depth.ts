import type { Brace } from "./tidy-words.ts";
import type { CodeLine, Condition, WrittenLine } from "./written-line.ts";

/** A brace without its partner. */
export interface LoneBrace {
  readonly kind: Brace["kind"];
  /** From 1. */
  readonly line: number;
  /** From 0. */
  readonly at: number;
  /** For an opening brace: the first word of its line. */
  readonly keyword: string;
}

interface Reading {
  readonly id: string;
  readonly open: LoneBrace[];
  stray: LoneBrace | undefined;
}

/**
 * Counts braces as they are written. A file with `@ID` lines reads differently on each machine, so it is counted once
 * for each name that occurs in it and once for a machine with none of them.
 */
export class BraceDepth {
  readonly #readings: readonly Reading[];

  constructor(lines: readonly WrittenLine[]) {
    const ids = lines.flatMap((line) => (line.kind === "code" && line.condition ? [line.condition.id] : []));
    this.#readings = [...new Set(["", ...ids])].map((id) => ({ id, open: [], stray: undefined }));
  }

  /** How many blocks are open where this line counts. */
  at(condition: Condition | undefined): number {
    return Math.max(0, ...this.#that(condition).map((reading) => reading.open.length));
  }

  /** Goes over the braces of a line. */
  pass(line: Pick<CodeLine, "braces" | "text" | "condition">, number: number): void {
    const keyword = /^(?:@\S*\s+)?([^\s{}]*)/.exec(line.text)?.[1] ?? "";
    for (const reading of this.#that(line.condition)) {
      for (const { kind, at } of line.braces) {
        const brace = { kind, at, line: number, keyword };
        if (kind === "open") reading.open.push(brace);
        else if (reading.open.pop() === undefined) reading.stray ??= brace;
      }
    }
  }

  /** A brace too many or too few on every machine; undefined when there is a machine for which the file is right. */
  lone(): LoneBrace | undefined {
    const lone = this.#readings.map(({ stray, open }) => stray ?? open[open.length - 1]);
    return lone.includes(undefined) ? undefined : lone[0];
  }

  #that(condition: Condition | undefined): readonly Reading[] {
    if (condition === undefined) return this.#readings;
    return this.#readings.filter(({ id }) => (id === condition.id) !== condition.negated);
  }
}
