import type { Span } from "./diagnostic.ts";

/** One line after inclusion, conditions and substitution, with the way back to what was written. */
export interface ExpandedLine {
  readonly text: string;
  readonly file: string;
  /** The written line, from 1. For a line out of a multi-line definition: the line that uses it. */
  readonly line: number;
  /** Column of the first character, when no text was substituted. */
  readonly column: number;
  /** For lines with substituted text: the written start and end column of each character. */
  readonly columns?: readonly ColumnRange[];
}

/** The written columns one character came from. */
export interface ColumnRange {
  readonly from: number;
  readonly to: number;
}

/** A whole configuration after expansion: what the parser reads, and where each line of it was written. */
export interface Expanded {
  /** The lines joined by newlines. */
  readonly text: string;
  readonly lines: readonly ExpandedLine[];
  /** Offset of the first character of each line in `text`. */
  readonly offsets: readonly number[];
  /** Every file that was read, in order of first reading. */
  readonly files: readonly string[];
}

/** Joins lines into one text and remembers where each starts. */
export function expandedOf(lines: readonly ExpandedLine[], files: readonly string[]): Expanded {
  const offsets: number[] = [];
  let at = 0;
  for (const line of lines) {
    offsets.push(at);
    at += line.text.length + 1;
  }
  return { text: lines.map((line) => line.text).join("\n"), lines, offsets, files };
}

/** The index of the line that holds `offset`. */
export function lineIndexAt(expanded: Expanded, offset: number): number {
  let low = 0;
  let high = expanded.offsets.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((expanded.offsets[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Where the characters from `start` up to, not including, `end` were written. A range over several lines is cut to its first. */
export function writtenSpan(
  expanded: Expanded,
  range: { readonly start: number; readonly end: number },
): Span {
  const { start, end } = range;
  const index = lineIndexAt(expanded, start);
  const line = expanded.lines[index];
  if (!line) return { file: expanded.files[0] ?? "", line: 0, column: 1, endColumn: 1 };
  const base = expanded.offsets[index] ?? 0;
  const last = Math.max(start, end - 1);
  return {
    file: line.file,
    line: line.line,
    column: columnOf(line, start - base).from,
    endColumn: columnOf(line, last - base).to,
  };
}

/** The written columns of the character at `index` of a line; past its end, of the place after its last character. */
export function columnOf(line: ExpandedLine, index: number): ColumnRange {
  if (!line.columns) return { from: line.column + index, to: line.column + index + 1 };
  const known = line.columns[index];
  if (known) return known;
  const last = line.columns[line.columns.length - 1]?.to ?? line.column;
  return { from: last, to: last + 1 };
}

/** A part of a line that keeps its way back; like String.prototype.slice. */
export function sliceLine(
  line: ExpandedLine,
  range: { readonly start: number; readonly end?: number },
): ExpandedLine {
  const { start, end = line.text.length } = range;
  const from = Math.min(start, line.text.length);
  return {
    text: line.text.slice(from, end),
    file: line.file,
    line: line.line,
    column: columnOf(line, from).from,
    ...(line.columns ? { columns: line.columns.slice(from, end) } : {}),
  };
}

/** The line with the characters from `start` to `end` replaced; the new ones all point to what they replace. */
export function replaceInLine(
  line: ExpandedLine,
  change: { readonly start: number; readonly end: number; readonly text: string },
): ExpandedLine {
  const { start, end, text } = change;
  const columns = line.columns ?? Array.from(line.text, (_, index) => columnOf(line, index));
  const origin = { from: columnOf(line, start).from, to: columnOf(line, Math.max(start, end - 1)).to };
  return {
    text: line.text.slice(0, start) + text + line.text.slice(end),
    file: line.file,
    line: line.line,
    column: line.column,
    columns: [
      ...columns.slice(0, start),
      ...Array.from({ length: text.length }, () => origin),
      ...columns.slice(end),
    ],
  };
}
