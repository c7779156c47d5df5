import type * as Chevrotain from "chevrotain";

/**
 * chevrotain's entry on npm loads over a hundred files, 300 ms and more of start-up; the bundle that lies in the same
 * package takes under 20 ms. It is not in the package's export list, so it is addressed beside the entry; where that
 * fails (another layout, a bundler), the entry is used.
 */
async function loadChevrotain(): Promise<typeof Chevrotain> {
  try {
    const bundle = new URL("../chevrotain.min.mjs", import.meta.resolve("chevrotain"));
    return (await import(/* @vite-ignore */ bundle.href)) as typeof Chevrotain;
  } catch {
    return await import("chevrotain");
  }
}

/** The parser library; `conf/tokens.ts` and `conf/parser.ts` alone know it. */
export const chevrotain = await loadChevrotain();

const { createToken, Lexer } = chevrotain;

/** Blanks between words. */
const Blank = createToken({ name: "Blank", pattern: /[ \t\r\v\f]+/, group: Lexer.SKIPPED });

/** The end of a line, with all blank lines after it and the indentation of the next. */
export const LineEnd = createToken({ name: "LineEnd", pattern: /\n\s*/, line_breaks: true });

/** `#` or `!` up to the end of the line. */
export const CommentText = createToken({ name: "CommentText", pattern: /[#!][^\n]*/ });

/** `{` */
export const Open = createToken({ name: "Open", pattern: /\{/ });

/** `}` */
export const Close = createToken({ name: "Close", pattern: /\}/ });

/** A word of any kind; the parser asks for no more. */
export const AnyWord = createToken({ name: "AnyWord", pattern: Lexer.NA });

/** A word in double quotes; no escape counts inside (keepalived-syntax.md section 2). */
export const Quoted = createToken({ name: "Quoted", pattern: /"[^"\n]*"/, categories: [AnyWord] });

/**
 * A word without quotes at its start. A quote inside it is an ordinary character, save that it protects comment signs
 * and braces up to the next one; `${NAME}` is part of the word, so that its braces open no block; `\#` and `\!` do not
 * start a comment.
 */
export const Bare = createToken({
  name: "Bare",
  categories: [AnyWord],
  pattern: /(?:\$\{[^}\n]*\}|\\[#!]|[^\s{}#!"])(?:\$\{[^}\n]*\}|\\[#!]|"[^"\s]*"|[^\s{}#!])*/,
});

/** A quote that is never closed, with the rest of its line. */
export const OpenQuote = createToken({ name: "OpenQuote", pattern: /"[^"\n]*/, categories: [AnyWord] });

/** Every kind of token; a written character always belongs to one of them. */
export const tokenTypes = [Blank, LineEnd, CommentText, Open, Close, AnyWord, Quoted, OpenQuote, Bare];

const lexer = new Lexer(tokenTypes, { positionTracking: "onlyOffset", skipValidations: true });

/** Cuts text into tokens. Never fails: every character has a token. */
export function tokenize(text: string): Chevrotain.IToken[] {
  return lexer.tokenize(text).tokens;
}
