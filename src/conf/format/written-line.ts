import { stripComment } from "../strip-comment.ts";
import { type Brace, type TidyPart, tidyWords } from "./tidy-words.ts";

/** `@ID` or `@^ID` before a line. */
export interface Condition {
  readonly id: string;
  readonly negated: boolean;
}

/** One line of a file, taken apart as far as a formatter needs. */
export type WrittenLine =
  | { readonly kind: "blank" }
  /** A line that no reader looks at, so that nothing in it may move. */
  | { readonly kind: "untouched"; readonly text: string }
  | { readonly kind: "comment"; readonly comment: string; readonly inDefinition: boolean }
  | CodeLine;

/** A line with more on it than a comment. */
export interface CodeLine {
  readonly kind: "code";
  /** The whole line, tidied, without its comment. */
  readonly text: string;
  /** With its sign; empty when there is none. */
  readonly comment: string;
  readonly condition?: Condition;
  /** `at` counts in the line as written. */
  readonly braces: readonly Brace[];
  /** The same line on several; one part when it has to stay on one line. */
  readonly parts: readonly TidyPart[];
  /** False for whatever the preprocessor looks at: such a line is neither split nor joined with another. */
  readonly plain: boolean;
  /** `opens`: the first line of a definition of several lines; `inside`: one of its further lines. */
  readonly definition: "none" | "single" | "opens" | "inside";
}

/** A double quote that is never closed. */
export interface OpenQuote {
  /** From 1. */
  readonly line: number;
  /** From 0. */
  readonly at: number;
  readonly length: number;
}

/** A file taken apart. */
export interface WrittenLines {
  readonly lines: readonly WrittenLine[];
  readonly openQuotes: readonly OpenQuote[];
}

/** Takes lines apart, in the order in which `expand` looks at them: comments, definitions of several lines, conditions. */
export function readWrittenLines(physical: readonly string[]): WrittenLines {
  const openQuotes: OpenQuote[] = [];
  let collecting = false;
  let first = false;
  const lines = physical.map((raw, index): WrittenLine => {
    const untouched: WrittenLine = { kind: "untouched", text: raw.replace(/\r$/, "") };
    if (raw.includes("\0")) return untouched;
    const written = raw.replace(/[ \t\r]+$/, "");
    const stripped = stripComment(written);
    if (stripped.openQuote !== undefined)
      openQuotes.push({ line: index + 1, at: stripped.openQuote, length: written.length });
    const code = stripped.text.replace(/^[ \t]+|[ \t]+$/g, "");
    const comment = written.slice(stripped.text.length);
    if (code === "")
      return comment === "" ? { kind: "blank" } : { kind: "comment", comment, inDefinition: collecting };
    const indent = stripped.text.length - stripped.text.replace(/^[ \t]+/, "").length;
    const line = readCode({ code, comment, indent, collecting, first });
    first = line.definition === "opens" ? /=[ \t]*\\$/.test(code) : first && code === "\\";
    collecting = line.definition !== "none" && line.definition !== "single" && code.endsWith("\\");
    return line.unclosed ? untouched : line;
  });
  return { lines, openQuotes };
}

interface Code {
  readonly code: string;
  readonly comment: string;
  readonly indent: number;
  readonly collecting: boolean;
  /** The definition has no text before this line, so that this line goes where the name is used, perhaps within another. */
  readonly first: boolean;
}

function readCode({
  code,
  comment,
  indent,
  collecting,
  first,
}: Code): CodeLine & { readonly unclosed: boolean } {
  const conditional = collecting ? null : /^@(\^?)([^\s"]*)(?:[ \t]+|$)/.exec(code);
  const start = conditional?.[0].length ?? 0;
  // On a machine that does not take the first line of the definition, this one is a condition.
  const foreign = collecting && code.startsWith("@");
  const read = readRest(code.slice(start));
  const rest = foreign || (collecting && first) ? { ...special(code), braces: read.braces } : read;
  const prefix = conditional ? `@${conditional[1]}${conditional[2]}` : "";
  const text = [prefix, rest.text].filter((part) => part !== "").join(" ");
  const definition = collecting
    ? "inside"
    : !rest.isDefinition
      ? "none"
      : code.endsWith("\\")
        ? "opens"
        : "single";
  const plain = !collecting && rest.plain && isPlain(code);
  const split = plain && comment === "" && !rest.parts.some((part) => isSpecial(part.text));
  const braces = shifted(rest.braces, indent + start);
  const unclosed = rest.unclosed || (!collecting && conditional === null && code.startsWith("@"));
  return {
    kind: "code",
    unclosed,
    text,
    comment,
    ...(conditional ? { condition: { id: conditional[2] ?? "", negated: conditional[1] === "^" } } : {}),
    braces,
    parts: split
      ? rest.parts.map((part) => ({ ...part, braces: shifted(part.braces, indent) }))
      : [{ text, braces }],
    plain,
    definition,
  };
}

interface Rest {
  readonly text: string;
  readonly braces: readonly Brace[];
  readonly parts: readonly TidyPart[];
  readonly plain: boolean;
  readonly isDefinition: boolean;
  readonly unclosed: boolean;
}

/** What follows a condition or the head of a sequence. */
function readRest(text: string): Rest {
  const definition = /^\$[A-Za-z_][A-Za-z0-9_]*=/.exec(text);
  if (definition) {
    const start = definition[0].length;
    return {
      ...special(text),
      braces: shifted(tidyWords(text.slice(start)).braces, start),
      isDefinition: true,
    };
  }
  const sequence = /^~(?:SEQx?|LST)\([^)]*\)?/.exec(text);
  if (sequence && sequence[0].split('"').length % 2 === 0) return { ...special(text), unclosed: true };
  if (sequence) {
    const blanks = /^[ \t]*/.exec(text.slice(sequence[0].length))?.[0].length ?? 0;
    const start = sequence[0].length + blanks;
    const body = readRest(text.slice(start));
    const joined = body.text === "" ? sequence[0] : `${sequence[0]} ${body.text}`;
    const { isDefinition, unclosed } = body;
    return { ...special(joined), braces: shifted(body.braces, start), isDefinition, unclosed };
  }
  const include = /^(include[rmwba]?)(?:[ \t]+(.*))?$/.exec(text);
  if (include) return special([include[1], include[2]].filter(Boolean).join(" "));
  return { ...tidyWords(text), plain: true, isDefinition: false };
}

/** A line that is not to be split, without braces of its own. */
function special(text: string): Rest {
  return {
    text,
    braces: [],
    parts: [{ text, braces: [] }],
    plain: false,
    isDefinition: false,
    unclosed: false,
  };
}

function shifted(braces: readonly Brace[], by: number): readonly Brace[] {
  return braces.map((brace) => ({ ...brace, at: brace.at + by }));
}

/**
 * True when a line means the same wherever its parts stand: no names, no quotes of commands, no quotes within words
 * (which protect a brace from one reader and not from the other), no signs that look blank.
 */
function isPlain(code: string): boolean {
  if (isSpecial(code) || /[$'\\]|[^\S \t]/.test(code)) return false;
  return !code.replace(/(^|[\s{}])"[^"]*"(?=[\s{}]|$)/g, "$1").includes('"');
}

/** True for what is more than words when it stands at the start of a line. */
function isSpecial(text: string): boolean {
  return /^(?:[@~$]|include)/.test(text);
}
