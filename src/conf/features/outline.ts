import { type Columns, readWrittenLine, type WrittenLine, type WrittenWord } from "./written-line.ts";

/** The braces of a statement and what stands between them. Lines count from 1. */
export interface StatementBlock {
  readonly open: { readonly line: number } & Columns;
  /** Absent when the text ends first. */
  readonly close?: { readonly line: number } & Columns;
  readonly statements: readonly Statement[];
}

/** Words up to the end of a line or to a brace, with the block they open; a block without a keyword has no words. */
export interface Statement {
  readonly words: readonly WrittenWord[];
  readonly line: number;
  /** The statement in whose block it stands. */
  readonly parent: Statement | undefined;
  /** The multi-line definition whose value it is part of. */
  readonly scope: VariableDefinition | undefined;
  readonly block: StatementBlock | undefined;
}

/** A `$NAME=VALUE`. */
export interface VariableDefinition {
  readonly name: WrittenWord;
  readonly line: number;
  /** The last line of its value. */
  readonly endLine: number;
  /** What its value says when it has several lines; a value of one line is text, not statements. */
  readonly statements: readonly Statement[];
}

/** A line in the structure: what encloses its first character. */
export interface OutlineLine {
  readonly written: WrittenLine;
  readonly enclosing: Statement | undefined;
  readonly scope: VariableDefinition | undefined;
}

/** The structure of one file as written, without anything being expanded. Index 0 of `lines` is line 1. */
export interface Outline {
  /** The text, with plain line ends. */
  readonly text: string;
  readonly lines: readonly OutlineLine[];
  readonly statements: readonly Statement[];
  readonly definitions: readonly VariableDefinition[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
interface GrowingBlock extends Mutable<Omit<StatementBlock, "statements">> {
  statements: GrowingStatement[];
}
interface GrowingStatement extends Mutable<Omit<Statement, "block" | "parent">> {
  block: GrowingBlock | undefined;
  parent: GrowingStatement | undefined;
}
interface GrowingDefinition extends Mutable<Omit<VariableDefinition, "statements">> {
  statements: GrowingStatement[];
}

/** Where the next statement goes, for the file or for the value of a definition. */
interface Level {
  readonly top: GrowingStatement[];
  readonly scope: GrowingDefinition | undefined;
  enclosing: GrowingStatement | undefined;
  /** The statement to which a `{` that comes next belongs. */
  last: GrowingStatement | undefined;
}

/**
 * Reads the structure of a text. Never fails: a brace too many is passed over, a brace too few lets the block reach to
 * the end. What `previous` has already is taken from there: lines that did not change, and blocks before the change;
 * blocks after it as well, when no line was added or removed. An editor asks after every letter.
 */
export function readOutline(text: string, previous?: Outline): Outline {
  const plain = text.includes("\r") ? text.replaceAll("\r\n", "\n").replace(/\r$/, "") : text;
  const changed = previous ? changeBetween(previous, plain) : { head: 0, tail: 0, middle: readLines(plain) };
  const before = previous ?? NOTHING;
  const { head, tail, middle } = changed;
  const count = head + middle.length + tail;
  const shift = before.lines.length - count;
  const start = lastCleanLine(before, head - 1);
  const out = before.lines.slice(0, start);
  const statements = before.statements.slice(0, countBefore(before.statements, start + 1));
  const definitions = before.definitions.filter((each) => each.line <= start);
  const file: Level = {
    top: statements as GrowingStatement[],
    scope: undefined,
    enclosing: undefined,
    last: undefined,
  };
  let level = file;
  for (let index = start; index < count; index++) {
    const line = index + 1;
    const after = shift === 0 && index >= count - tail && level === file && !file.enclosing;
    if (after && isClean(before, index))
      return joined(before, { text: plain, line, out, statements, definitions });
    const written = middle[index - head] ?? before.lines[index < head ? index : index + shift]?.written;
    if (!written) break;
    out.push({ written, enclosing: level.enclosing, scope: level.scope });
    if (!level.scope && written.definition) {
      const definition = { name: written.definition, line, endLine: line, statements: [] };
      definitions.push(definition);
      if (!written.continued) continue;
      level = { top: definition.statements, scope: definition, enclosing: undefined, last: undefined };
    }
    addLine(written, { line, level });
    if (!level.scope) continue;
    level.scope.endLine = line;
    if (!written.continued && !isEmpty(written)) level = file;
  }
  return { text: plain, lines: out, statements, definitions };
}

const NOTHING: Outline = { text: "", lines: [], statements: [], definitions: [] };

/** What was read up to a line, and from there on what was known before. */
function joined(
  before: Outline,
  read: {
    readonly text: string;
    readonly line: number;
    readonly out: readonly OutlineLine[];
    readonly statements: readonly Statement[];
    readonly definitions: readonly VariableDefinition[];
  },
): Outline {
  const { text, line, out, statements, definitions } = read;
  return {
    text,
    lines: out.concat(before.lines.slice(line - 1)),
    statements: statements.concat(before.statements.slice(countBefore(before.statements, line))),
    definitions: definitions.concat(before.definitions.filter((each) => each.line >= line)),
  };
}

/** True when nothing before the line has a say in it: it is at the top level, and begins with a word. */
function isClean(outline: Outline, index: number): boolean {
  const line = outline.lines[index];
  if (!line || line.enclosing || line.scope) return false;
  return line.written.parts[0]?.kind === "words" && line.written.definition === undefined;
}

/** The index of the last such line up to `limit`; 0 when there is none. */
function lastCleanLine(outline: Outline, limit: number): number {
  for (let index = Math.min(limit, outline.lines.length - 1); index > 0; index--)
    if (isClean(outline, index)) return index;
  return 0;
}

/** How many statements begin before a line. */
function countBefore(statements: readonly Statement[], line: number): number {
  let low = 0;
  let high = statements.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((statements[middle]?.line ?? 0) < line) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Blank lines and comments do not end a value of several lines (keepalived-syntax.md section 6). */
function isEmpty(written: WrittenLine): boolean {
  return written.text.slice(0, written.comment ? written.comment.column - 1 : undefined).trim() === "";
}

function addLine(written: WrittenLine, into: { readonly line: number; readonly level: Level }): void {
  const { line, level } = into;
  const { scope } = level;
  for (const part of written.parts) {
    const parent = level.enclosing;
    const siblings = parent?.block?.statements ?? level.top;
    if (part.kind === "words") {
      const statement = { words: part.words, line, parent, scope, block: undefined };
      siblings.push(statement);
      level.last = statement;
    } else if (part.kind === "open") {
      const owner = level.last ?? { words: [], line, parent, scope, block: undefined };
      if (!level.last) siblings.push(owner);
      const { column, endColumn } = part;
      owner.block = { open: { line, column, endColumn }, statements: [] };
      level.enclosing = owner;
      level.last = undefined;
    } else {
      const { column, endColumn } = part;
      if (parent?.block) parent.block.close = { line, column, endColumn };
      level.enclosing = parent?.parent;
      level.last = undefined;
    }
  }
}

function readLines(text: string): readonly WrittenLine[] {
  return text.split("\n").map(readWrittenLine);
}

/** Whole lines that both texts begin and end with, as numbers, and what stands between them now. */
interface Change {
  readonly head: number;
  readonly tail: number;
  /** At least one line, for head and tail never claim the same line end. */
  readonly middle: readonly WrittenLine[];
}

function changeBetween(previous: Outline, text: string): Change {
  const { lines } = previous;
  const lengthOf = (index: number): number => (lines[index]?.written.text.length ?? 0) + 1;
  const prefix = commonStart(previous.text, text);
  let head = 0;
  let start = 0;
  while (head < lines.length - 1 && start + lengthOf(head) <= prefix) start += lengthOf(head++);
  const suffix = commonEnd(previous.text.slice(start), text.slice(start));
  let tail = 0;
  let end = 0;
  while (tail < lines.length - head - 1 && end + lengthOf(lines.length - 1 - tail) <= suffix)
    end += lengthOf(lines.length - 1 - tail++);
  return { head, tail, middle: readLines(text.slice(start, text.length - end)) };
}

/** How many characters two texts begin with alike; halving lets the machine compare whole stretches at once. */
function commonStart(a: string, b: string): number {
  let low = 0;
  let high = Math.min(a.length, b.length);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (a.slice(low, middle) === b.slice(low, middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** How many characters two texts end with alike. */
function commonEnd(a: string, b: string): number {
  let low = 0;
  let high = Math.min(a.length, b.length);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    const [from, to] = [middle, low].map((count) => a.length - count);
    const shift = b.length - a.length;
    if (a.slice(from, to) === b.slice((from ?? 0) + shift, (to ?? 0) + shift)) low = middle;
    else high = middle - 1;
  }
  return low;
}
