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
  readonly parent?: Statement;
  /** The multi-line definition whose value it is part of. */
  readonly scope?: VariableDefinition;
  readonly block?: StatementBlock;
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
  readonly enclosing?: Statement;
  readonly scope?: VariableDefinition;
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
  block?: GrowingBlock;
  parent?: GrowingStatement;
}
interface GrowingDefinition extends Mutable<Omit<VariableDefinition, "statements">> {
  statements: GrowingStatement[];
}

/** Where the next statement goes, for the file or for the value of a definition. */
interface Level {
  readonly top: GrowingStatement[];
  enclosing?: GrowingStatement;
  /** The statement to which a `{` that comes next belongs. */
  last?: GrowingStatement;
}

/**
 * Reads the structure of a text. Never fails: a brace too many is passed over, a brace too few lets the block reach to
 * the end. Lines that `previous` has already are taken from there, so that after an edit only changed ones are read.
 */
export function readOutline(text: string, previous?: Outline): Outline {
  const lines = writtenLines(text, previous);
  const file: Level = { top: [] };
  const definitions: GrowingDefinition[] = [];
  const out: OutlineLine[] = [];
  let open: { readonly definition: GrowingDefinition; readonly level: Level } | undefined;
  for (const [index, written] of lines.entries()) {
    const line = index + 1;
    const outer: Level = open?.level ?? file;
    out.push({
      written,
      ...(outer.enclosing ? { enclosing: outer.enclosing } : {}),
      ...(open ? { scope: open.definition } : {}),
    });
    if (!open && written.definition) {
      const definition = { name: written.definition, line, endLine: line, statements: [] };
      definitions.push(definition);
      if (written.continued) open = { definition, level: { top: definition.statements } };
      else continue;
    }
    addLine(written, { line, level: open?.level ?? file, ...(open ? { scope: open.definition } : {}) });
    if (!open) continue;
    open.definition.endLine = line;
    if (!written.continued && !isEmpty(written)) open = undefined;
  }
  return { lines: out, statements: file.top, definitions };
}

/** Blank lines and comments do not end a value of several lines (keepalived-syntax.md section 6). */
function isEmpty(written: WrittenLine): boolean {
  return written.text.slice(0, written.comment ? written.comment.column - 1 : undefined).trim() === "";
}

function addLine(
  written: WrittenLine,
  into: { readonly line: number; readonly level: Level; readonly scope?: VariableDefinition },
): void {
  const { line, level, scope } = into;
  for (const part of written.parts) {
    const parent = level.enclosing;
    const siblings = parent?.block?.statements ?? level.top;
    const place = { line, ...(parent ? { parent } : {}), ...(scope ? { scope } : {}) };
    if (part.kind === "words") {
      const statement: GrowingStatement = { words: part.words, ...place };
      siblings.push(statement);
      level.last = statement;
    } else if (part.kind === "open") {
      const owner: GrowingStatement = level.last ?? { words: [], ...place };
      if (!level.last) siblings.push(owner);
      const { column, endColumn } = part;
      owner.block = { open: { line, column, endColumn }, statements: [] };
      level.enclosing = owner;
      delete level.last;
    } else {
      const { column, endColumn } = part;
      if (parent?.block) parent.block.close = { line, column, endColumn };
      if (parent?.parent) level.enclosing = parent.parent;
      else delete level.enclosing;
      delete level.last;
    }
  }
}

/** The lines of a text, with those that begin and end it alike taken from the previous reading. */
function writtenLines(text: string, previous: Outline | undefined): readonly WrittenLine[] {
  const texts = text.split("\n").map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
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
  return texts.map((line, index) => {
    const at = index < head ? index : index >= texts.length - tail ? index + shift : -1;
    return known[at]?.written ?? readWrittenLine(line);
  });
}
