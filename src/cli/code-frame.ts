import type { Diagnostic, Span } from "../conf/diagnostic.ts";

/** The colours a frame uses; picocolors' functions, or ones that change nothing. */
export interface FrameColors {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
  readonly green: (text: string) => string;
}

/** What drawing needs besides the finding. */
export interface FrameOptions {
  readonly colors: FrameColors;
  /** The lines of a file as read; undefined for a file that is not known. */
  readonly linesOf: (file: string) => readonly string[] | undefined;
}

/** Widest piece of a source line that is shown. */
const WIDTH = 120;

/** A tab is drawn as so many blanks, so that the caret stands under what it means. */
const TAB = "    ";

/**
 * Draws one finding: severity and code, the message, the place, the source line with a caret below the part that is
 * meant, how to mend it, and related places. Ends without a line feed.
 */
export function codeFrame(found: Diagnostic, options: FrameOptions): string {
  const { colors } = options;
  const paint = { error: colors.red, warning: colors.yellow, hint: colors.cyan }[found.severity];
  const lines = [
    `${colors.bold(paint(`${found.severity}[${found.code}]`))}: ${colors.bold(printable(found.message))}`,
  ];
  const { file, line, column } = found.span;
  const gutter = " ".repeat(String(line).length);
  lines.push(`${gutter}${colors.dim("-->")} ${line === 0 ? file : `${file}:${line}:${column}`}`);
  const source = options.linesOf(file)?.[line - 1];
  if (source !== undefined && line > 0) {
    const drawn = drawLine(source, found.span);
    lines.push(`${gutter} ${colors.dim("|")}`);
    lines.push(`${colors.dim(`${line} |`)} ${drawn.text}`);
    lines.push(`${gutter} ${colors.dim("|")} ${paint(drawn.underline)}`);
  }
  if (found.help !== undefined)
    lines.push(`${gutter} ${colors.dim("=")} ${colors.green("help")}: ${printable(found.help)}`);
  for (const related of found.related) {
    lines.push(`${gutter} ${colors.dim("=")} ${related.message}: ${related.span.file}:${related.span.line}`);
  }
  return lines.join("\n");
}

/** The part of a source line around the span, and carets under the span. A span without width underlines the text. */
function drawLine(source: string, span: Span): { readonly text: string; readonly underline: string } {
  const whole = span.endColumn <= span.column;
  const first = whole ? source.length - source.trimStart().length : span.column - 1;
  const last = Math.max(first + 1, whole ? source.trimEnd().length : span.endColumn - 1);
  const from = first > WIDTH - 20 ? first - 20 : 0;
  const to = from + WIDTH;
  const before = printable(source.slice(from, first));
  const marked = printable(source.slice(first, Math.min(last, to)));
  const after = printable(source.slice(Math.min(last, to), to));
  const lead = from > 0 ? "..." : "";
  const tail = source.length > to ? "..." : "";
  return {
    text: `${lead}${before}${marked}${after}${tail}`,
    underline: `${" ".repeat(lead.length + before.length)}${"^".repeat(Math.max(1, marked.length))}`,
  };
}

/** Text that cannot steer a terminal: tabs become blanks, other control characters a sign. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return text.replaceAll("\t", TAB).replace(/[\u0000-\u001f\u007f-\u009f]/g, "\u00b7");
}
