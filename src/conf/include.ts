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

/** The strictness that one keyword of the include family brings by itself, as seen with keepalived 2.2.7. */
export function strictnessOf(keyword: string): IncludeStrictness {
  const all = keyword === "includea";
  return {
    read: /^include[rmwba]$/.test(keyword),
    match: all || keyword === "includem" || keyword === "includew",
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
 * The usable files that a pattern names, with `{a,b}` alternatives tried one by one. keepalived skips folders and executable
 * files (keepalived-syntax.md section 4). Where wildcards stand, it does not ask for each alternative.
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
  const missing: string[] = [];
  for (const alternative of braceAlternatives(pattern)) {
    const found = context.read(alternative, context.directory);
    matches += found.length;
    if (found.length === 0) missing.push(alternative);
    for (const file of found) {
      if (seen.has(file.path)) continue;
      seen.add(file.path);
      if (file.kind === "file") usable.push(file);
      else
        context.report(
          skipped(file, { span, counts: strict.read, named: asNamed(file.path, pattern, context) }),
        );
    }
  }
  const hasWildcard = isWildcard(pattern, context);
  if (matches === 0) {
    const counts = demandOf({ hasWildcard, hasBraces: missing.length > 1 }, strict);
    context.report(
      include
        ? nothingMatches({ pattern, hasWildcard, counts }, span)
        : nothingToRead(pattern, span, strict.match),
    );
  } else if (missing.length > 0 && !hasWildcard) {
    context.report(someMissing({ pattern, missing, counts: strict.braceMatch }, span));
  }
  return usable;
}

/** Whether wildcards stand in it and are looked at: in a folder that is not there they are not, as glob(3) tells keepalived. */
function isWildcard(pattern: string, { read, directory }: IncludeContext): boolean {
  const at = pattern.search(/[*?[]/);
  if (at < 0) return false;
  const folder = pattern.slice(0, pattern.slice(0, at).lastIndexOf("/"));
  return !pattern.slice(0, at).includes("/") || folder === "" || read(folder, directory).length > 0;
}

/** Whether a pattern of this kind has to match something. */
function demandOf(
  pattern: { readonly hasWildcard: boolean; readonly hasBraces: boolean },
  strict: IncludeStrictness,
): boolean {
  if (pattern.hasWildcard) return strict.wildcardMatch;
  return pattern.hasBraces ? strict.braceMatch : strict.match;
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

/** keepalived is silent about wildcards that match nothing, unless they have to. */
function nothingMatches(
  { pattern, hasWildcard, counts }: { pattern: string; hasWildcard: boolean; counts: boolean },
  span: Span,
): Diagnostic {
  const text = hasWildcard ? `No config files matched '${pattern}'.` : `Config files missing '${pattern}'.`;
  return {
    code: "include-nothing",
    severity: counts ? "error" : "warning",
    message: `no file matches ${pattern}, so nothing is included`,
    help: "correct the path (a relative one counts from the file that includes it), create the file, or remove the line",
    span,
    related: [],
    ...(counts ? { fatal: 6 } : {}),
    ...(hasWildcard && !counts
      ? {}
      : { keepalived: { texts: [text], stage: "read", exitCode: counts ? 6 : 0 } as const }),
  };
}

function someMissing(
  { pattern, missing, counts }: { pattern: string; missing: readonly string[]; counts: boolean },
  span: Span,
): Diagnostic {
  return {
    code: "include-nothing",
    severity: counts ? "error" : "warning",
    message: `no file matches ${missing.join(", nor ")}; the rest of ${pattern} is included`,
    help: "correct the path (a relative one counts from the file that includes it), create the file, or take it out of the braces",
    span,
    related: [],
    ...(counts ? { fatal: 6 } : {}),
    keepalived: {
      texts: [`Some config files missing: "${pattern}".`],
      stage: "read",
      exitCode: counts ? 6 : 0,
    },
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

/** keepalived works in the folder of the file that it reads, and names what it finds there without it. */
function asNamed(path: string, pattern: string, { directory, include }: IncludeContext): string {
  if (include === undefined || pattern.startsWith("/")) return path;
  return path.startsWith(directory) ? path.slice(directory.length) : path;
}

function skipped(
  file: Extract<FoundFile, { kind: "skipped" }>,
  { span, counts, named }: { readonly span: Span; readonly counts: boolean; readonly named: string },
): Diagnostic {
  const reasons = {
    directory: {
      message: `${file.path} is a directory, so it is skipped`,
      help: `name the files in it, such as '${file.path.replace(/\/$/, "")}/*.conf'`,
      text: `Configuration file '${named.replace(/\/?$/, "/")}' is a directory - skipping`,
    },
    executable: {
      message: `${file.path} is executable, so it is taken for a program and skipped`,
      help: `take the execute permission away: chmod a-x ${file.path}`,
      text: `Configuration file '${named}' is not a regular non-executable file - skipping`,
    },
    unreadable: {
      message: `${file.path} cannot be read: ${file.detail ?? "unknown reason"}`,
      help: "make it readable for the user that runs locum",
      text: `Configuration file '${named}' open problem (${file.detail ?? "unknown"}) - skipping`,
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
