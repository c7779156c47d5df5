import { failed, ok, type Result } from "../../base/result.ts";
import type { Diagnostic } from "../diagnostic.ts";
import { BraceDepth, type LoneBrace } from "./brace-depth.ts";
import { addRow, BLANK_ROW, type Row, writeRows } from "./row.ts";
import type { TidyPart } from "./tidy-words.ts";
import { type CodeLine, type OpenQuote, readWrittenLines, type WrittenLine } from "./written-line.ts";

/** Where a text comes from, for what is said about it. */
export interface FormatOptions {
  readonly file: string;
}

/**
 * Brings a configuration into the usual shape: four blanks for each block, one blank between words, `{` behind its
 * keyword, comments behind text in one column, at most one empty line in a row. It works on what is written, without
 * reading includes or replacing names, and changes nothing that keepalived or locum could tell apart: quoted text,
 * the values of definitions, the heads of sequences and the patterns of includes stay byte by byte. Formatting its own
 * result changes nothing.
 * @returns the text, or what has to be mended first: a quote or a brace without its partner.
 */
export function format(text: string, options: FormatOptions): Result<string, readonly Diagnostic[]> {
  const physical = text.split("\n");
  if (physical[physical.length - 1] === "") physical.pop();
  const { lines, openQuotes } = readWrittenLines(physical);
  if (openQuotes.length > 0) return failed(openQuotes.map((quote) => tellOpenQuote(quote, options)));
  const layout = new Layout(lines);
  for (const [index, line] of lines.entries()) layout.add(line, index + 1);
  const lone = layout.loneBrace();
  if (lone !== undefined) return failed([tellLoneBrace(lone, options)]);
  const carriageReturns = physical.filter((line) => line.endsWith("\r")).length;
  return ok(writeRows(layout.rows, carriageReturns * 2 > physical.length ? "\r\n" : "\n"));
}

/** Turns lines into rows, with the depth of each. */
class Layout {
  readonly rows: Row[] = [];
  readonly #depth: BraceDepth;
  /** Blocks open inside the definition that is being read. */
  #inside = 0;
  /** A definition opens more blocks than it closes, or the other way round: what is written tells nothing of the whole. */
  #uneven = false;

  constructor(lines: readonly WrittenLine[]) {
    this.#depth = new BraceDepth(lines);
  }

  add(line: WrittenLine, number: number): void {
    switch (line.kind) {
      case "blank":
        addRow(this.rows, BLANK_ROW);
        return;
      case "untouched":
        addRow(this.rows, { ...BLANK_ROW, kind: "untouched", text: line.text });
        return;
      case "comment": {
        const depth = this.#depth.at(undefined) + (line.inDefinition ? 1 + this.#inside : 0);
        addRow(this.rows, { ...BLANK_ROW, kind: "comment", comment: line.comment, depth });
        return;
      }
      case "code":
        if (line.definition === "none") this.#addCode(line, number);
        else this.#addDefinition(line);
    }
  }

  /** The brace without partner that stands in the way, if one does. */
  loneBrace(): LoneBrace | undefined {
    return this.#uneven ? undefined : this.#depth.lone();
  }

  #addCode(line: CodeLine, number: number): void {
    for (const [at, part] of line.parts.entries()) {
      const { condition } = line;
      const depth = this.#depth.at(condition) - leadingCloses(part.text);
      const comment = at === line.parts.length - 1 ? line.comment : "";
      addRow(this.rows, { ...rowOf(part, { line, depth }), comment });
      const { text, braces } = part;
      this.#depth.pass({ text, braces, ...(condition ? { condition } : {}) }, number);
    }
  }

  #addDefinition(line: CodeLine): void {
    const { definition, braces, text } = line;
    const base = this.#depth.at(line.condition);
    const inside = definition === "inside";
    const depth = inside ? base + 1 + this.#inside - leadingCloses(text) : base;
    if (!inside) this.#inside = 0;
    for (const { kind } of braces) {
      this.#inside += kind === "open" ? 1 : -1;
      if (this.#inside < 0) this.#uneven = true;
    }
    this.#inside = Math.max(0, this.#inside);
    const goesOn = definition !== "single" && text.endsWith("\\");
    if (!goesOn) {
      if (this.#inside !== 0) this.#uneven = true;
      this.#inside = 0;
    }
    addRow(this.rows, { ...rowOf({ text, braces }, { line, depth }), comment: line.comment });
  }
}

function rowOf(part: TidyPart, from: { readonly line: CodeLine; readonly depth: number }): Row {
  const { line, depth } = from;
  const { text, braces } = part;
  const opens = /\{(?: \\)?$/.test(text) && braces[braces.length - 1]?.kind === "open";
  const joins = !line.plain ? "no" : text.startsWith("{") ? "brace" : braces.length === 0 ? "head" : "no";
  return {
    kind: "code",
    text,
    comment: "",
    depth: Math.max(0, depth),
    closes: text.startsWith("}"),
    opens,
    joins,
  };
}

/** How many blocks end before the first word of a line. */
function leadingCloses(text: string): number {
  const leading = /^(?:@\S*\s+)?((?:\}\s*)*)/.exec(text)?.[1] ?? "";
  return leading.replace(/\s/g, "").length;
}

function tellOpenQuote(quote: OpenQuote, { file }: FormatOptions): Diagnostic {
  return {
    code: "unterminated-quote",
    severity: "error",
    message: "this double quote is never closed, so nobody can tell where its text ends",
    help: 'close it on the same line: "..."',
    span: { file, line: quote.line, column: quote.at + 1, endColumn: quote.length + 1 },
    related: [],
  };
}

function tellLoneBrace(lone: LoneBrace, { file }: FormatOptions): Diagnostic {
  const { line, at } = lone;
  const span = { file, line, column: at + 1, endColumn: at + 2 };
  if (lone.kind === "close") {
    return {
      code: "extra-close",
      severity: "error",
      message: "this } closes nothing",
      help: "remove it, or add the { that is missing before",
      span,
      related: [],
    };
  }
  return {
    code: "missing-close",
    severity: "error",
    message: `the block of ${lone.keyword === "" ? "{" : lone.keyword} is never closed`,
    help: "add the missing } at its end",
    span,
    related: [],
  };
}
