import { undefinedUses } from "../definitions.ts";
import { stripComment } from "../strip-comment.ts";
import { Close, CommentText, Open, tokenize } from "../tokens.ts";

/** A stretch of one line. Columns count from 1; `endColumn` is the first one after it. */
export interface Columns {
  readonly column: number;
  readonly endColumn: number;
}

/** A word as written; its columns include its quotes, its text does not. */
export interface WrittenWord extends Columns {
  readonly text: string;
  readonly quoted: boolean;
}

/** What a line is made of, from left to right: braces, and the words between them. */
export type LinePart =
  | { readonly kind: "words"; readonly words: readonly WrittenWord[] }
  | ({ readonly kind: "open" } & Columns)
  | ({ readonly kind: "close" } & Columns);

/** The `include` of a line; `pattern` is without its quotes, and its columns may be empty ones after the keyword. */
export interface WrittenInclude {
  readonly keyword: WrittenWord;
  readonly pattern: WrittenWord;
}

/** The use of a variable: `$NAME` or `${NAME}`. The columns are those of the name alone. */
export interface VariableUse extends Columns {
  readonly name: string;
}

/**
 * One line as it was written, before conditions, definitions and sequences do their work (keepalived-syntax.md
 * sections 4 to 7). It depends on nothing but its text, so that an edit costs the lines it touches.
 */
export interface WrittenLine {
  readonly text: string;
  readonly parts: readonly LinePart[];
  /** From the comment sign to the end of the line. */
  readonly comment?: Columns;
  /** The `@ID` or `@^ID` before the rest, with its signs. */
  readonly condition?: WrittenWord;
  /** The variables that `~SEQ` and `~LST` count through. */
  readonly counters: readonly WrittenWord[];
  /** The name that `$NAME=` defines; `parts` is its value then. */
  readonly definition?: WrittenWord;
  readonly include?: WrittenInclude;
  readonly variables: readonly VariableUse[];
  /** It ends in a backslash, which counts inside a definition only. */
  readonly continued: boolean;
}

/** Reads one line, given without its line end. Never fails. */
export function readWrittenLine(text: string): WrittenLine {
  const code = stripComment(text).text;
  const backslash = /\\\s*$/.exec(code);
  const head = readHead(code);
  const include = readInclude(code, head.end);
  return {
    text,
    parts: include ? [] : readParts(code.slice(0, backslash?.index), head.end),
    ...(code.length < text.length
      ? { comment: { column: code.length + 1, endColumn: text.length + 1 } }
      : {}),
    ...(head.condition ? { condition: head.condition } : {}),
    counters: head.counters,
    ...(head.definition ? { definition: head.definition } : {}),
    ...(include ? { include } : {}),
    variables: code.includes("$") ? variablesOf(code) : [],
    continued: backslash !== null,
  };
}

interface LineHead {
  readonly condition?: WrittenWord;
  readonly counters: readonly WrittenWord[];
  readonly definition?: WrittenWord;
  /** Index of the first character after it. */
  readonly end: number;
}

/** What may stand before the words: a condition, sequences, the name that is defined. */
function readHead(code: string): LineHead {
  if (!/[@~$]/.test(code)) return { counters: [], end: 0 };
  const conditional = /^(\s*)(@\^?\S*)(?:\s+|$)/.exec(code);
  let end = conditional?.[0].length ?? 0;
  const counters: WrittenWord[] = [];
  for (;;) {
    const sequence = /^\s*~(?:SEQx?|LST)\(([^)]*)\)?\s*/.exec(code.slice(end));
    if (!sequence) break;
    counters.push(...countersOf(code, end + sequence[0].indexOf("(") + 1));
    end += sequence[0].length;
  }
  const defined = /^(\s*\$)([A-Za-z_][A-Za-z0-9_]*)=/.exec(code.slice(end));
  const nameAt = end + (defined?.[1]?.length ?? 0);
  return {
    ...(conditional ? { condition: wordAt(conditional[2] ?? "", conditional[1]?.length ?? 0) } : {}),
    counters,
    ...(defined ? { definition: wordAt(defined[2] ?? "", nameAt) } : {}),
    end: end + (defined?.[0].length ?? 0),
  };
}

/** The names at the head of a list in parentheses that starts at `from`: `n, 1, 3` or `{a,b}, {1,2}`. */
function countersOf(code: string, from: number): readonly WrittenWord[] {
  const first = /^\s*(?:\{([^})]*)\}?|([A-Za-z_][A-Za-z0-9_]*))/.exec(code.slice(from));
  if (!first) return [];
  const list = first[1] ?? first[2] ?? "";
  const start = from + first[0].lastIndexOf(list);
  return [...list.matchAll(/[A-Za-z_][A-Za-z0-9_]*/g)].map((name) => wordAt(name[0], start + name.index));
}

function wordAt(text: string, index: number): WrittenWord {
  return { text, quoted: false, column: index + 1, endColumn: index + text.length + 1 };
}

function readInclude(code: string, from: number): WrittenInclude | undefined {
  const match = /^(\s*)(include[rmwba]?)(\s+|$)("?)(.*?)("?)\s*$/.exec(code.slice(from));
  if (!match) return undefined;
  const [, blank = "", keyword = "", gap = "", quote = "", pattern = ""] = match;
  const keywordAt = from + blank.length;
  const patternAt = keywordAt + keyword.length + gap.length + quote.length;
  return {
    keyword: wordAt(keyword, keywordAt),
    pattern: { ...wordAt(pattern, patternAt), quoted: quote !== "" },
  };
}

function readParts(code: string, from: number): readonly LinePart[] {
  const parts: LinePart[] = [];
  let words: WrittenWord[] | undefined;
  for (const token of tokenize(from === 0 ? code : code.slice(from))) {
    const start = from + token.startOffset;
    const columns = { column: start + 1, endColumn: start + token.image.length + 1 };
    const brace = token.tokenType === Open ? "open" : token.tokenType === Close ? "close" : undefined;
    if (brace) {
      parts.push({ kind: brace, ...columns });
      words = undefined;
    } else if (token.tokenType !== CommentText) {
      if (!words) {
        words = [];
        parts.push({ kind: "words", words });
      }
      const quoted = token.image.startsWith('"');
      words.push({ text: quoted ? token.image.replace(/^"|"$/g, "") : token.image, quoted, ...columns });
    }
  }
  return parts;
}

function variablesOf(code: string): readonly VariableUse[] {
  return undefinedUses(code).map(({ name, braced, start, end }) => ({
    name,
    column: start + (braced ? 3 : 2),
    endColumn: end + (braced ? 0 : 1),
  }));
}
