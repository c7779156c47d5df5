/** A physical line without its comment. */
export interface StrippedLine {
  readonly text: string;
  /** Index of the double quote that is never closed; keepalived loses the rest of the line from there. */
  readonly openQuote?: number;
}

/**
 * Cuts a comment off a line: `#` or `!` anywhere outside double quotes, even inside a word. Single quotes do not
 * protect (keepalived-syntax.md section 2). Deviation: `\#` and `\!` keep the character, as keepalived's authors
 * intended; in keepalived the backslash is removed in the first pass, so that the second one cuts the line.
 */
export function stripComment(line: string): StrippedLine {
  if (!/[#!"]/.test(line)) return { text: line };
  let quote = -1;
  for (let at = 0; at < line.length; at++) {
    const character = line[at];
    if (character === '"') quote = quote < 0 ? at : -1;
    else if (quote >= 0) continue;
    else if ((character === "#" || character === "!") && line[at - 1] !== "\\")
      return { text: line.slice(0, at) };
  }
  return quote < 0 ? { text: line } : { text: line, openQuote: quote };
}
