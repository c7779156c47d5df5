import { type Definition, readDefinition, substitute, undefinedUses } from "./definitions.ts";
import type { Diagnostic, KeepalivedReport, Severity } from "./diagnostic.ts";
import { columnOf, type Expanded, type ExpandedLine, expandedOf, sliceLine } from "./expanded.ts";
import {
  findFiles,
  type IncludeContext,
  type IncludeStrictness,
  noStrictness,
  readIncludeCheck,
  strictnessOf,
} from "./include.ts";
import { readSequence, splitSequence } from "./sequence.ts";
import { directoryOf, type Environment, type ReadConfig, type SourceFile } from "./source.ts";
import { stripComment } from "./strip-comment.ts";

/** What expansion needs to know besides the files. */
export interface ExpandOptions {
  /** `-i ID`: which `@ID` lines count. keepalived takes the host name up to its first dot when none is given. */
  readonly configId: string;
  readonly environment?: Environment;
  readonly read: ReadConfig;
  /** `-e`: every problem with an include is an error. */
  readonly allIncludesMustRead?: boolean;
}

/** Deeper nesting of includes is a file that includes itself; keepalived runs until it has no descriptor left. */
const INCLUDE_DEPTH = 64;

interface State {
  readonly options: ExpandOptions;
  readonly lines: ExpandedLine[];
  readonly files: string[];
  readonly diagnostics: Diagnostic[];
  readonly definitions: Map<string, Definition>;
  /** Files being read now, outermost first. */
  readonly open: string[];
  strictness: IncludeStrictness;
  /** The multi-line definition being collected. */
  collecting: { readonly name: string; readonly lines: string[] } | undefined;
}

/**
 * Reads a configuration with everything it includes, in keepalived's order (keepalived-syntax.md section 1):
 * comments, `@` conditions, definitions, sequences, substitution, includes. Never throws; what is wrong is told.
 */
export function expand(
  root: string,
  options: ExpandOptions,
): { readonly text: Expanded; readonly diagnostics: readonly Diagnostic[] } {
  const state: State = {
    options,
    lines: [],
    files: [],
    diagnostics: [],
    definitions: new Map(),
    open: [],
    strictness: options.allIncludesMustRead ? strictnessOf("includea") : noStrictness,
    collecting: undefined,
  };
  for (const file of findFiles(root, includeContext(state, undefined))) expandFile(state, file);
  return { text: expandedOf(state.lines, state.files), diagnostics: state.diagnostics };
}

function includeContext(state: State, include: IncludeContext["include"]): IncludeContext {
  return {
    include,
    read: state.options.read,
    directory: directoryOf(state.open[state.open.length - 1] ?? ""),
    strictness: state.strictness,
    report: (found) => state.diagnostics.push(found),
  };
}

function expandFile(state: State, file: SourceFile): void {
  const outer = state.strictness;
  if (!state.files.includes(file.path)) state.files.push(file.path);
  state.open.push(file.path);
  const physical = file.text.split("\n");
  if (physical[physical.length - 1] === "") physical.pop();
  for (const [index, text] of physical.entries()) {
    const nul = text.indexOf("\0");
    if (nul >= 0) {
      report(state, wholeLine({ text, file: file.path, line: index + 1, column: 1 }), {
        code: "nul-byte",
        severity: "error",
        message: "this line holds a NUL byte, so it is skipped",
        help: "remove the byte; was the file written by another program, or in UTF-16?",
        texts: ["Config file contains an embedded NUL character - skipping line"],
      });
      continue;
    }
    expandPhysical(state, {
      text: text.endsWith("\r") ? text.slice(0, -1) : text,
      file: file.path,
      line: index + 1,
      column: 1,
    });
  }
  state.open.pop();
  state.strictness = outer;
}

function expandPhysical(state: State, written: ExpandedLine): void {
  const stripped = stripComment(written.text);
  if (stripped.openQuote !== undefined) reportOpenQuote(state, written, stripped.openQuote);
  const line =
    stripped.text === written.text ? written : sliceLine(written, { start: 0, end: stripped.text.length });
  if (state.collecting) {
    collect(state, line.text);
    return;
  }
  if (line.text.trim() === "") return;
  const kept = applyCondition(line, state.options.configId);
  if (kept && kept.text.trim() !== "") expandLogical(state, kept);
}

function reportOpenQuote(state: State, written: ExpandedLine, quote: number): void {
  const shown = written.text.trim();
  report(state, sliceLine(written, { start: quote }), {
    code: "unterminated-quote",
    severity: "error",
    message: "this double quote is never closed, so the rest of the line is lost",
    help: 'close it on the same line: "..."',
    texts: [`Unterminated quote '${shown}'`, `Unmatched quote: '${shown}'`],
    stage: "every",
  });
}

/** `@ID rest` and `@^ID rest`: the rest when it applies, undefined when the line drops out. */
function applyCondition(line: ExpandedLine, configId: string): ExpandedLine | undefined {
  const match = /^(\s*)@(\^?)(\S*)(\s+|$)/.exec(line.text);
  if (!match) return line;
  const same = match[3] === configId && configId !== "";
  const applies = match[3] !== "" && (match[2] === "^" ? !same : same);
  return applies ? sliceLine(line, { start: match[0].length }) : undefined;
}

/** Takes the next line of a multi-line definition; the first one without a trailing backslash ends it. */
function collect(state: State, text: string): void {
  const { collecting } = state;
  if (!collecting || text.trim() === "") return;
  const trimmed = text.trimEnd();
  const more = trimmed.endsWith("\\");
  collecting.lines.push((more ? trimmed.slice(0, -1) : trimmed).trim());
  if (more) return;
  state.definitions.set(collecting.name, {
    lines: collecting.lines.filter((line) => line !== ""),
    multiLine: true,
  });
  state.collecting = undefined;
}

function expandLogical(state: State, line: ExpandedLine): void {
  const definition = readDefinition(line.text);
  if (definition) {
    define(state, definition.name, definition.value.trimEnd());
    return;
  }
  const sequence = splitSequence(line);
  if (sequence) {
    expandSequence(state, line, sequence);
    return;
  }
  const result = substitute(line, names(state));
  if (result.kind === "endless") {
    reportEndless(state, line, result.name);
    return;
  }
  const [only] = result.lines;
  if (result.lines.length === 1 && only) emit(state, only);
  else for (const each of result.lines) expandLogical(state, each);
}

/** Expands the body once for each round, with the variables of the sequence defined meanwhile. */
function expandSequence(
  state: State,
  line: ExpandedLine,
  sequence: { readonly head: ExpandedLine; readonly body: ExpandedLine },
): void {
  const head = substitute(sequence.head, names(state));
  const text = head.kind === "lines" ? (head.lines[0]?.text ?? "") : sequence.head.text;
  const read = readSequence(text);
  if (!read.ok) {
    reportSequence(state, line, read.error);
    return;
  }
  const { variables, rounds } = read.value;
  const before = variables.map((name) => [name, state.definitions.get(name)] as const);
  for (const values of rounds) {
    for (const [at, name] of variables.entries()) {
      state.definitions.set(name, { lines: [values[at] ?? ""], multiLine: false });
    }
    if (sequence.body.text.trim() !== "") expandLogical(state, sequence.body);
  }
  for (const [name, definition] of before) {
    if (definition) state.definitions.set(name, definition);
    else state.definitions.delete(name);
  }
}

function names(state: State): Parameters<typeof substitute>[1] {
  return { definitions: state.definitions, predefined: (name) => predefined(state, name) };
}

function define(state: State, name: string, value: string): void {
  if (value.endsWith("\\")) {
    const first = value.slice(0, -1).trim();
    state.collecting = { name, lines: first === "" ? [] : [first] };
    return;
  }
  state.definitions.set(name, { lines: [value], multiLine: false });
}

function emit(state: State, line: ExpandedLine): void {
  const include = /^\s*(include[rmwba]?)(?:\s+(.*))?$/.exec(line.text);
  if (include?.[2]) {
    includeFiles(state, line, { keyword: include[1] as string, pattern: include[2].trim() });
    return;
  }
  const check = /^\s*include_check(?:\s+(.*))?$/.exec(line.text);
  if (check) state.strictness = readIncludeCheck(state.strictness, check[1] ?? "");
  // `$NAME = VALUE` with a blank is told once, as the unknown keyword that keepalived takes it for.
  const blank = /^\s*\$\w+\s+=/.test(line.text);
  for (const use of blank ? [] : undefinedUses(line.text)) reportUndefined(state, line, use);
  state.lines.push(line);
}

function includeFiles(
  state: State,
  line: ExpandedLine,
  include: { readonly keyword: string; readonly pattern: string },
): void {
  const pattern = include.pattern.replace(/^"(.*)"$/, "$1");
  const at = spanOf(line, line.text.indexOf(include.keyword), line.text.length);
  if (state.open.length >= INCLUDE_DEPTH) {
    report(state, line, {
      code: "include-cycle",
      severity: "error",
      message: `files include one another more than ${INCLUDE_DEPTH} deep: ${[...new Set(state.open)].join(" -> ")}`,
      help: "remove the include that leads back to a file already being read",
      texts: [`Configuration file '${pattern}' open problem (Too many open files) - skipping`],
    });
    return;
  }
  const found = findFiles(pattern, includeContext(state, { keyword: include.keyword, span: at }));
  for (const file of found) {
    if (state.open.includes(file.path)) {
      report(state, line, {
        code: "include-cycle",
        severity: "error",
        message: `${file.path} is included while it is being read: ${[...state.open, file.path].join(" -> ")}`,
        help: "remove this include; locum skips it, keepalived reads the file again and again until no descriptor is left",
        texts: [`Configuration file '${pattern}' open problem (Too many open files) - skipping`],
      });
    } else expandFile(state, file);
  }
}

function predefined(state: State, name: string): string | undefined {
  const directory = directoryOf(state.open[state.open.length - 1] ?? "");
  if (name === "_PWD") return directory === "" ? "." : directory.replace(/(.)\/$/, "$1");
  if (name === "_INSTANCE") return state.options.configId;
  if (name === "_HASH") return "#";
  if (name === "_BANG") return "!";
  const random = /^_RANDOM(?:\s+(\d+)(?:\s+(\d+))?)?$/.exec(name);
  if (random) {
    const low = Number(random[1] ?? 0);
    const high = Math.max(low, Number(random[2] ?? 32_767));
    return String(low + Math.floor((state.options.environment?.random?.() ?? 0) * (high - low + 1)));
  }
  const variable = /^_ENV\s+(\S+)$/.exec(name);
  return variable ? state.options.environment?.variables?.[variable[1] as string] : undefined;
}

function reportSequence(state: State, line: ExpandedLine, message: string): void {
  report(state, line, {
    code: "bad-sequence",
    severity: "error",
    message,
    help: "write ~SEQ(var, start, step, end) LINE or ~LST(var, value, ...) LINE",
    texts: [`Invalid sequence '${line.text.trim()}'`],
  });
}

function reportEndless(state: State, line: ExpandedLine, name: string): void {
  report(state, line, {
    code: "definition-cycle",
    severity: "error",
    message: `the value of $${name} leads back to $${name}, so this line can never be finished; it is skipped`,
    help: `give $${name} a value that does not use $${name}`,
    texts: [`Definition '$${name}' is recursive`],
  });
}

function reportUndefined(
  state: State,
  line: ExpandedLine,
  use: { readonly name: string; readonly braced: boolean; readonly start: number; readonly end: number },
): void {
  const written = use.braced ? `\${${use.name}}` : `$${use.name}`;
  const quoted = (line.text.slice(0, use.start).split('"').length - 1) % 2 === 1;
  const known = state.definitions.has(use.name);
  state.diagnostics.push({
    code: "undefined-variable",
    severity: use.braced && !quoted ? "error" : "warning",
    message: `${written} is ${known ? "not usable here" : "not defined"}, so it stays in the text as it is${use.braced && !quoted ? ", and keepalived takes its braces for a block" : ""}`,
    help: `define it before this line with $${use.name}=VALUE, or remove it`,
    span: spanOf(line, use.start, use.end),
    related: [],
    ...(use.braced && !quoted
      ? {
          keepalived: {
            texts: ["Unexpected '{' - ignoring"],
            stage: "every",
            exitCode: 5,
          } as KeepalivedReport,
        }
      : {}),
  });
}

function spanOf(line: ExpandedLine, start: number, end: number): Diagnostic["span"] {
  return {
    file: line.file,
    line: line.line,
    column: columnOf(line, Math.max(0, start)).from,
    endColumn: columnOf(line, Math.max(start, end - 1)).to,
  };
}

function wholeLine(line: ExpandedLine): ExpandedLine {
  return sliceLine(line, { start: /^\s*/.exec(line.text)?.[0].length ?? 0, end: line.text.trimEnd().length });
}

function report(
  state: State,
  at: ExpandedLine,
  found: {
    readonly code: string;
    readonly severity: Severity;
    readonly message: string;
    readonly help: string;
    readonly texts: readonly string[];
    readonly stage?: KeepalivedReport["stage"];
  },
): void {
  const line = wholeLine(at);
  state.diagnostics.push({
    code: found.code,
    severity: found.severity,
    message: found.message,
    help: found.help,
    span: spanOf(line, 0, line.text.length),
    related: [],
    keepalived: { texts: found.texts, stage: found.stage ?? "read", exitCode: 5 },
  });
}
