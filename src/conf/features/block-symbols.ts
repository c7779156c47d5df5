import type { Outline, Statement } from "./outline.ts";
import { keywordAt, type Place, placeWithin } from "./place.ts";
import type { ProjectFile } from "./project.ts";

/** A range over lines; everything counts from 1. */
export interface LineRange {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** A block or definition as an entry of a table of contents. */
export interface BlockSymbol {
  readonly name: string;
  /** The keyword; empty for a definition. */
  readonly keyword: string;
  readonly kind: "block" | "list" | "definition";
  readonly range: LineRange;
  /** The words before the brace. */
  readonly head: LineRange;
  readonly children: readonly BlockSymbol[];
}

/** Lines that can be folded away, from and to, both counted from 1. */
export interface FoldedLines {
  readonly line: number;
  readonly endLine: number;
  readonly kind: "block" | "comment";
}

/** The table of contents of a file. */
export function blockSymbolsOf(file: ProjectFile): readonly BlockSymbol[] {
  const { outline, beginnings } = file;
  const blocks = outline.statements.flatMap((each) => symbolOf(each, { outline, place: beginnings.file }));
  const definitions = outline.definitions.map((definition): BlockSymbol => {
    const { name, line, endLine, statements } = definition;
    const place = beginnings.definition(definition);
    const { column, endColumn } = name;
    return {
      name: `$${name.text}`,
      keyword: "",
      kind: "definition",
      range: { line, column: 1, endLine, endColumn: endOfLine(outline, endLine) },
      head: { line, column, endLine: line, endColumn },
      children: statements.flatMap((each) => symbolOf(each, { outline, place })),
    };
  });
  return [...blocks, ...definitions].sort((a, b) => a.range.line - b.range.line);
}

/** Blocks, definitions of several lines and runs of comments. */
export function foldedLinesOf(outline: Outline): readonly FoldedLines[] {
  const folded: FoldedLines[] = [];
  const add = (line: number, endLine: number, kind: FoldedLines["kind"]): void => {
    if (endLine > line) folded.push({ line, endLine, kind });
  };
  const visit = (statements: readonly Statement[]): void => {
    for (const { block, line } of statements) {
      if (!block) continue;
      add(line, block.close ? block.close.line - 1 : outline.lines.length, "block");
      visit(block.statements);
    }
  };
  visit(outline.statements);
  for (const { line, endLine, statements } of outline.definitions) {
    add(line, endLine, "block");
    visit(statements);
  }
  let start: number | undefined;
  for (let line = 1; line <= outline.lines.length + 1; line++) {
    const comment = /^\s*[#!]/.test(outline.lines[line - 1]?.written.text ?? "");
    if (comment) start ??= line;
    else if (start !== undefined) {
      add(start, line - 1, "comment");
      start = undefined;
    }
  }
  return folded.sort((a, b) => a.line - b.line);
}

function symbolOf(
  statement: Statement,
  from: { readonly outline: Outline; readonly place: Place },
): readonly BlockSymbol[] {
  const { outline, place } = from;
  const { block, words, line } = statement;
  const [first] = words;
  const last = words[words.length - 1];
  if (!block) return [];
  const keyword = first?.text ?? "";
  const inside = placeWithin(place, statement.words);
  const head = {
    line: first ? line : block.open.line,
    column: first?.column ?? block.open.column,
    endLine: first ? line : block.open.line,
    endColumn: last?.endColumn ?? block.open.endColumn,
  };
  const endLine = block.close?.line ?? outline.lines.length;
  const kind = keywordAt(place, keyword)?.value.kind === "entries" ? "list" : "block";
  return [
    {
      name: words.map((word) => word.text).join(" ") || "{",
      keyword,
      kind,
      range: {
        line: head.line,
        column: head.column,
        endLine,
        endColumn: block.close?.endColumn ?? endOfLine(outline, endLine),
      },
      head,
      children: block.statements.flatMap((each) => symbolOf(each, { outline, place: inside })),
    },
  ];
}

function endOfLine(outline: Outline, line: number): number {
  return (outline.lines[line - 1]?.written.text.length ?? 0) + 1;
}
