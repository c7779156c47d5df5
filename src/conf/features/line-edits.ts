import type { LineRange } from "./block-symbols.ts";

/** The replacement of a range of text. */
export interface LineEdit {
  readonly range: LineRange;
  readonly text: string;
}

/**
 * The edits that turn one text into another: single lines where both have as many, else all from the first line that
 * differs to the last, so that an editor keeps its cursor and marks.
 */
export function lineEdits(before: string, after: string): readonly LineEdit[] {
  if (before === after) return [];
  const [old, fresh] = [before.split("\n"), after.split("\n")];
  const lengthOf = (index: number): number => old[index]?.length ?? 0;
  if (old.length === fresh.length) {
    return fresh.flatMap((text, index) => {
      const line = index + 1;
      const range = { line, column: 1, endLine: line, endColumn: lengthOf(index) + 1 };
      return text === old[index] ? [] : [{ range, text }];
    });
  }
  const limit = Math.min(old.length, fresh.length);
  let head = 0;
  while (head < limit && old[head] === fresh[head]) head++;
  let tail = 0;
  while (tail < limit - head && old[old.length - 1 - tail] === fresh[fresh.length - 1 - tail]) tail++;
  return [replaceLines({ old, fresh, head, tail })];
}

/** Whole lines with their ends, except at the end of the text, where the line end before them goes along. */
function replaceLines(of: {
  readonly old: readonly string[];
  readonly fresh: readonly string[];
  readonly head: number;
  readonly tail: number;
}): LineEdit {
  const { old, fresh, head, tail } = of;
  const text = fresh.slice(head, fresh.length - tail);
  if (tail > 0) {
    const range = { line: head + 1, column: 1, endLine: old.length - tail + 1, endColumn: 1 };
    return { range, text: text.map((line) => `${line}\n`).join("") };
  }
  const endColumn = (old[old.length - 1]?.length ?? 0) + 1;
  if (head === 0)
    return { range: { line: 1, column: 1, endLine: old.length, endColumn }, text: text.join("\n") };
  const column = (old[head - 1]?.length ?? 0) + 1;
  return {
    range: { line: head, column, endLine: old.length, endColumn },
    text: text.map((line) => `\n${line}`).join(""),
  };
}
