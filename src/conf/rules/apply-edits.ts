import type { Edit } from "../diagnostic.ts";

/** A text after some edits; `applied` counts those that were made. */
export interface EditedText {
  readonly text: string;
  readonly applied: number;
}

/**
 * Makes edits of one file. What stands outside of them stays byte for byte. The same edit twice (a line that a
 * sequence repeats) counts once; of two that overlap the first is made.
 */
export function applyEdits(text: string, edits: readonly Edit[]): EditedText {
  const starts = lineStarts(text);
  const ranges = edits
    .map((edit) => rangeOf(text, { edit, starts }))
    .filter((range) => range !== undefined)
    .sort((a, b) => a.start - b.start || a.end - b.end);
  const parts: string[] = [];
  let at = 0;
  let applied = 0;
  for (const range of ranges) {
    if (range.start < at) continue;
    parts.push(text.slice(at, range.start), range.text);
    at = range.end;
    applied++;
  }
  return { text: parts.join("") + text.slice(at), applied };
}

interface Range {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

function rangeOf(
  text: string,
  from: { readonly edit: Edit; readonly starts: readonly number[] },
): Range | undefined {
  const { edit, starts } = from;
  const begin = starts[edit.span.line - 1];
  if (begin === undefined) return undefined;
  const next = starts[edit.span.line] ?? text.length;
  const start = begin + edit.span.column - 1;
  const end = begin + edit.span.endColumn - 1;
  const lineEnd = next - (/\r?\n$/.exec(text.slice(begin, next))?.[0].length ?? 0);
  if (start > end || end > lineEnd) return undefined;
  const left = text.slice(begin, start) + edit.text + text.slice(end, next);
  if (edit.dropsLine && left.trim() === "") return { start: begin, end: next, text: "" };
  const blanks = edit.dropsLine
    ? text.slice(begin, start).length - text.slice(begin, start).trimEnd().length
    : 0;
  const rest = text.slice(end, next).trim();
  return { start: rest === "" ? start - blanks : start, end, text: edit.text };
}
