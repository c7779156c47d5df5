import type { Diagnostic, Report, Span } from "./diagnostic.ts";
import type { FoundFile, ReadConfig, SourceFile } from "./source.ts";

/** Which problems of an include count as errors (`include_check`, and the letters of the include family). */
export interface IncludeStrictness {
  readonly read: boolean;
  readonly match: boolean;
  readonly wildcardMatch: boolean;
  readonly braceMatch: boolean;
}

/** What plain `include` has: nothing counts. */
export const noStrictness: IncludeStrictness = {
  read: false,
  match: false,
  wildcardMatch: false,
  braceMatch: false,
};

/** What finding files needs to know. */
export interface IncludeContext {
  /** The line that includes; undefined for the main file. */
  readonly include: { readonly keyword: string; readonly span: Span } | undefined;
  readonly read: ReadConfig;
  readonly directory: string;
  readonly strictness: IncludeStrictness;
  readonly report: Report;
}

/** The strictness that one keyword of the include family brings by itself. */
export function strictnessOf(keyword: string): IncludeStrictness {
  const all = keyword === "includea";
  return {
    read: all || keyword === "includer",
    match: all || keyword === "includem",
    wildcardMatch: all || keyword === "includew",
    braceMatch: all || keyword === "includeb",
  };
}

/** Applies the words of an `include_check` line: `name` sets, `+name` adds, `-name` removes; none means all. */
export function readIncludeCheck(current: IncludeStrictness, text: string): IncludeStrictness {
  const words = text.trim().split(/\s+/).filter(Boolean);
  if (words.length === 0) return strictnessOf("includea");
  const relative = words.some((word) => word.startsWith("+") || word.startsWith("-"));
  const result = { ...(relative ? current : noStrictness) };
  for (const word of words) {
    const on = !word.startsWith("-");
    const name = word.replace(/^[+-]/, "");
    if (name === "read") result.read = on;
    else if (name === "match") result.match = on;
    else if (name === "wildcard_match") result.wildcardMatch = on;
    else if (name === "brace_match") result.braceMatch = on;
  }
  return result;
}

/**
 * The usable files that a pattern names, with `{a,b}` alternatives tried one by one. keepalived skips folders and executable files (keepalived-syntax.md section 4).
 */
export function findFiles(pattern: string, context: IncludeContext): readonly SourceFile[] {
  const { include } = context;
  const own = strictnessOf(include?.keyword ?? "");
  const strict = {
    read: own.read || context.strictness.read,
    match: own.match || context.strictness.match,
    wildcardMatch: own.wildcardMatch || context.strictness.wildcardMatch,
    braceMatch: own.braceMatch || context.strictness.braceMatch,
  };
  const span = include?.span ?? { file: pattern, line: 0, column: 1, endColumn: 1 };
  const usable: SourceFile[] = [];
  const seen = new Set<string>();
  let matches = 0;
  for (const alternative of braceAlternatives(pattern)) {
    const found = context.read(alternative, context.directory);
    matches += found.length;
    const emptyAlternative = found.length === 0 && alternative !== pattern && strict.braceMatch;
    if (emptyAlternative) context.report(nothingMatches(alternative, span, true));
    for (const file of found) {
      if (seen.has(file.path)) continue;
      seen.add(file.path);
      if (file.kind === "file") usable.push(file);
      else context.report(skipped(file, span, strict.read));
    }
  }
  if (matches === 0) {
    const counts = strict.match || (strict.wildcardMatch && /[*?[]/.test(pattern));
    context.report(include ? nothingMatches(pattern, span, counts) : nothingToRead(pattern, span, counts));
  }
  return usable;
}

/** `a{b,c}d` as `abd`, `acd`, in order; nested braces too. A pattern without braces stands for itself. */
export function braceAlternatives(pattern: string): readonly string[] {
  const open = pattern.indexOf("{");
  if (open < 0) return [pattern];
  let depth = 0;
  let start = open + 1;
  const parts: string[] = [];
  for (let at = open; at < pattern.length; at++) {
    const character = pattern[at];
    if (character === "{") depth++;
    else if (character === "}") depth--;
    if (depth === 0 || (depth === 1 && character === ",")) {
      parts.push(pattern.slice(start, at));
      start = at + 1;
    }
    if (depth === 0) {
      const [head, tail] = [pattern.slice(0, open), pattern.slice(at + 1)];
      return parts.flatMap((part) => braceAlternatives(head + part + tail));
    }
  }
  return [pattern];
}

function nothingMatches(pattern: string, span: Span, counts: boolean): Diagnostic {
  return {
    code: "include-nothing",
    severity: counts ? "error" : "warning",
    message: `no file matches ${pattern}, so nothing is included`,
    help: "correct the path (a relative one counts from the file that includes it), create the file, or remove the line",
    span,
    related: [],
    ...(counts ? { fatal: 6 } : {}),
    keepalived: { texts: [`Config files missing '${pattern}'.`], stage: "read", exitCode: counts ? 6 : 0 },
  };
}

function nothingToRead(pattern: string, span: Span, counts: boolean): Diagnostic {
  return {
    code: "no-configuration",
    severity: "error",
    message: `cannot read the configuration ${pattern}: there is no such file`,
    help: "give the path of an existing file with -f (a glob such as '/etc/keepalived/*.conf' may name several)",
    span,
    related: [],
    fatal: 6,
    keepalived: { texts: [`Config files missing '${pattern}'.`], stage: "read", exitCode: counts ? 4 : 0 },
  };
}

function skipped(file: Extract<FoundFile, { kind: "skipped" }>, span: Span, counts: boolean): Diagnostic {
  const reasons = {
    directory: {
      message: `${file.path} is a directory, so it is skipped`,
      help: `name the files in it, such as '${file.path.replace(/\/$/, "")}/*.conf'`,
      text: `Configuration file '${file.path.replace(/\/?$/, "/")}' is a directory - skipping`,
    },
    executable: {
      message: `${file.path} is executable, so it is taken for a program and skipped`,
      help: `take the execute permission away: chmod a-x ${file.path}`,
      text: `Configuration file '${file.path}' is not a regular non-executable file - skipping`,
    },
    unreadable: {
      message: `${file.path} cannot be read: ${file.detail ?? "unknown reason"}`,
      help: "make it readable for the user that runs locum",
      text: `Configuration file '${file.path}' open problem (${file.detail ?? "unknown"}) - skipping`,
    },
  };
  const reason = reasons[file.reason];
  return {
    code: `include-${file.reason}`,
    severity: span.line === 0 || counts ? "error" : "warning",
    message: reason.message,
    help: reason.help,
    span,
    related: [],
    ...(span.line === 0 || counts ? { fatal: 6 } : {}),
    keepalived: { texts: [reason.text], stage: "read", exitCode: counts ? 6 : 0 },
  };
}
