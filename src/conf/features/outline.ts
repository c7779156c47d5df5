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
  const { lines, head, tail } = writtenLines(text, previous);
  const start = previous ? lastCleanLine(previous, head - 1) : 0;
  const out = previous ? previous.lines.slice(0, start) : [];
  const statements = (previous?.statements.slice(0, countBefore(previous.statements, start + 1)) ??
    []) as GrowingStatement[];
  const definitions = previous ? previous.definitions.filter((each) => each.line <= start) : [];
  const file: Level = { top: statements, scope: undefined, enclosing: undefined, last: undefined };
  const sameFrom = previous?.lines.length === lines.length ? lines.length - tail : lines.length;
  let level = file;
  for (let index = start; index < lines.length; index++) {
    const written = lines[index] as WrittenLine;
    const line = index + 1;
    if (previous && index >= sameFrom && level === file && !file.enclosing && isClean(previous, index)) {
      for (let at = index; at < previous.lines.length; at++) out.push(previous.lines[at] as OutlineLine);
      const rest = previous.statements.slice(countBefore(previous.statements, line));
      for (const statement of rest) statements.push(statement as GrowingStatement);
      for (const each of previous.definitions) if (each.line >= line) definitions.push(each);
      break;
    }
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
  return { lines: out, statements, definitions };
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

/** The lines of a text, with those that begin and end it alike taken from the previous reading. */
function writtenLines(
  text: string,
  previous: Outline | undefined,
): { readonly lines: readonly WrittenLine[]; readonly head: number; readonly tail: number } {
  const texts = (text.includes("\r") ? text.replaceAll("\r\n", "\n").replace(/\r$/, "") : text).split("\n");
  const known = previous?.lines ?? [];
  const limit = Math.min(texts.length, known.length);
  let head = 0;
  while (head < limit && known[head]?.written.text === texts[head]) head++;
  let tail = 0;
  while (
    tail < limit - head &&
    known[known.length - 1 - tail]?.written.text === texts[texts.length - 1 - tail]
  )
    tail++;
  const shift = known.length - texts.length;
  const lines = texts.map((line, index) => {
    const at = index < head ? index : index >= texts.length - tail ? index + shift : -1;
    return known[at]?.written ?? readWrittenLine(line);
  });
  return { lines, head, tail };
}
