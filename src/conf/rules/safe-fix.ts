import type { Diagnostic, Edit, Fix } from "../diagnostic.ts";

/** A finding and what is written where it points. */
interface Written {
  readonly found: Diagnostic;
  /** The line without its end. */
  readonly line: string;
  /** The part of the line that the span covers. */
  readonly text: string;
  /** Lines, as `file:line`, on which an error was found. */
  readonly errors: ReadonlySet<string>;
}

/** Keywords that were renamed and kept their meaning. */
const RENAMED = new Map([
  ["nb_get_retry", "retry"],
  ["gw", "via"],
]);

/** For each code the change that writes down what counts anyway; undefined where the line is not as expected. */
const FIXES: Readonly<Record<string, (written: Written) => Fix | undefined>> = {
  "zero-becomes-one": (written) => replaceNumber(written, () => 1),
  "realtime-priority-clamped": (written) =>
    replaceNumber(written, (value) => Math.min(99, Math.max(1, value))),
  "unused-words": removeUnusedWords,
  "duplicate-track": removeLine,
  "tracks-own-interface": removeLine,
  "preempt-delay-without-effect": removeLine,
  "repeated-keyword": removeEarlier,
  "auth-pass-too-long": cutPassword,
  deprecated: rename,
};

/**
 * Adds to findings the change that mends them without changing what the configuration means: it writes what counts
 * anyway, or removes what is ignored. Lines with substituted text stay as they are, because the text stands elsewhere.
 */
export function withSafeFixes(
  diagnostics: readonly Diagnostic[],
  texts: ReadonlyMap<string, string>,
): readonly Diagnostic[] {
  if (!diagnostics.some((found) => FIXES[found.code])) return diagnostics;
  const lines = new Map([...texts].map(([file, text]) => [file, text.split("\n")]));
  const errors = new Set(
    diagnostics.filter((found) => found.severity === "error").map(({ span }) => `${span.file}:${span.line}`),
  );
  return diagnostics.map((found) => {
    const fixOf = FIXES[found.code];
    const line = lines.get(found.span.file)?.[found.span.line - 1]?.replace(/\r$/, "");
    if (!fixOf || found.fix || line === undefined || /[$~@]/.test(line)) return found;
    const text = line.slice(found.span.column - 1, found.span.endColumn - 1);
    const fix = fixOf({ found, line, text, errors });
    return fix ? { ...found, fix } : found;
  });
}

function safe(title: string, edit: Edit): Fix {
  return { title, edits: [edit], safe: true };
}

/** Replaces the number at the end of `KEYWORD NUMBER`. */
function replaceNumber({ found, text }: Written, becomes: (value: number) => number): Fix | undefined {
  const match = /^[a-z_]+(\s+)(-?\d+(?:\.0*)?)$/.exec(text);
  if (!match) return undefined;
  const value = becomes(Number(match[2]));
  const column = found.span.endColumn - (match[2]?.length ?? 0);
  return safe(`write ${value}`, { span: { ...found.span, column }, text: String(value) });
}

/** Words that are ignored go away, but not a keyword that wants a line of its own. */
function removeUnusedWords({ found, line, text }: Written): Fix | undefined {
  if (found.severity !== "hint" || /["'{}#!\\]/.test(text)) return undefined;
  const column = line.slice(0, found.span.column - 1).trimEnd().length + 1;
  return safe("remove what is ignored", { span: { ...found.span, column }, text: "" });
}

/** Removes a line that has no effect, and nothing else: not a line with a brace on it. */
function removeLine({ found, line }: Written): Fix | undefined {
  const written = /^\s*([^#!"'{}\\]*?)\s*(?:[#!].*)?$/.exec(line)?.[1];
  const start = line.length - line.trimStart().length;
  if (written === undefined || written === "" || found.span.column !== start + 1) return undefined;
  const span = { ...found.span, endColumn: start + written.length + 1 };
  return safe("remove the line", { span, text: "", dropsLine: true });
}

/** Removes a line whose value a later one replaces, unless that later one is itself in error. */
function removeEarlier(written: Written): Fix | undefined {
  const counts = written.found.related[0]?.span;
  if (!counts || written.errors.has(`${counts.file}:${counts.line}`)) return undefined;
  return removeLine(written);
}

/** Cuts off what does not count, without repeating the password. */
function cutPassword({ found, text }: Written): Fix | undefined {
  if (!/^[\x21-\x7e]{9,}$/.test(text) || /["'#!{}\\]/.test(text)) return undefined;
  const span = { ...found.span, column: found.span.column + 8 };
  return safe("cut it to 8 characters", { span, text: "" });
}

function rename({ found, text }: Written): Fix | undefined {
  const now = RENAMED.get(text);
  return now === undefined ? undefined : safe(`write ${now}`, { span: found.span, text: now });
}
