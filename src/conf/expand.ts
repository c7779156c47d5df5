import { type Definition, readDefinition, substitute, undefinedUses } from "./definitions.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { type Expanded, type ExpandedLine, expandedOf, sliceLine } from "./expanded.ts";
import {
  badSequence,
  definitionCycle,
  includeCycle,
  longLine,
  nulByte,
  openQuote,
  spanOf,
  tooLarge,
  undefinedVariable,
} from "./expansion-findings.ts";
import { exceedsBytes, expansionLimits } from "./expansion-limits.ts";
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

interface State {
  readonly options: ExpandOptions;
  readonly lines: ExpandedLine[];
  readonly files: string[];
  readonly diagnostics: Diagnostic[];
  readonly definitions: Map<string, Definition>;
  /** Files being read now, outermost first. */
  readonly open: string[];
  strictness: IncludeStrictness;
  /** Definitions and sequences being unfolded now. */
  depth: number;
  /** Characters of the substituted lines so far. */
  substituted: number;
  /** Characters of all lines so far. */
  emitted: number;
  /** Files read so far. */
  reads: number;
  /** A limit was passed, and told. */
  full: boolean;
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
    depth: 0,
    substituted: 0,
    emitted: 0,
    reads: 0,
    full: false,
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
  state.reads++;
  const physical = file.text.split("\n");
  if (physical[physical.length - 1] === "") physical.pop();
  for (const [index, text] of physical.entries()) {
    const nul = text.indexOf("\0");
    if (nul >= 0) {
      state.diagnostics.push(nulByte({ text, file: file.path, line: index + 1, column: 1 }));
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
  if (stripped.openQuote !== undefined) state.diagnostics.push(openQuote(written, stripped.openQuote));
  const line =
    stripped.text === written.text ? written : sliceLine(written, { start: 0, end: stripped.text.length });
  if (state.collecting) {
    collect(state, line.text);
    return;
  }
  if (line.text.trim() === "") return;
  if (exceedsBytes(line.text, expansionLimits.writtenLine)) {
    state.diagnostics.push(longLine(line));
    return;
  }
  const kept = applyCondition(line, state.options.configId);
  if (kept && kept.text.trim() !== "") expandLogical(state, kept);
}

/** `@ID rest` and `@^ID rest`: the rest when it applies, undefined when the line drops out. */
function applyCondition(line: ExpandedLine, configId: string): ExpandedLine | undefined {
  const match = line.text.includes("@") ? /^(\s*)@(\^?)(\S*)(\s+|$)/.exec(line.text) : null;
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
  if (!/[$~]/.test(line.text)) {
    emit(state, line);
    return;
  }
  if (state.full) return;
  if (state.depth >= expansionLimits.depth) {
    stop(state, line, `definitions stand more than ${expansionLimits.depth} deep in one another`);
    return;
  }
  state.depth++;
  expandNamed(state, line);
  state.depth--;
}

function expandNamed(state: State, line: ExpandedLine): void {
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
    state.diagnostics.push(definitionCycle(line, result.name));
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
    state.diagnostics.push(badSequence(line, read.error));
    return;
  }
  const { variables, rounds } = read.value;
  const before = variables.map((name) => [name, state.definitions.get(name)] as const);
  for (const values of rounds) {
    if (state.full) break;
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
  if (line.columns) {
    state.substituted += line.text.length + 1;
    if (line.text.length > expansionLimits.expandedLine || state.substituted > expansionLimits.substituted) {
      stop(
        state,
        line,
        `definitions and sequences make more than ${expansionLimits.substituted} characters of text, or more than ${expansionLimits.expandedLine} in one line`,
      );
      return;
    }
  }
  const include = line.text.includes("include") ? /^\s*(include[rmwba]?)\s+(.*)$/.exec(line.text) : null;
  if (include?.[2]) {
    includeFiles(state, line, { keyword: include[1] as string, pattern: include[2].trim() });
    return;
  }
  const check = line.text.includes("include") ? /^\s*include_check(?:\s+(.*))?$/.exec(line.text) : null;
  if (check) state.strictness = readIncludeCheck(state.strictness, check[1] ?? "");
  // `$NAME = VALUE` with a blank is told once, as the unknown keyword that keepalived takes it for.
  const plain = !line.text.includes("$") || /^\s*\$\w+\s+=/.test(line.text);
  for (const use of plain ? [] : undefinedUses(line.text))
    state.diagnostics.push(undefinedVariable(line, { ...use, known: state.definitions.has(use.name) }));
  state.emitted += line.text.length;
  if (state.emitted <= expansionLimits.emitted) state.lines.push(line);
  else stop(state, line, `the files hold more than ${expansionLimits.emitted} characters`);
}

function includeFiles(
  state: State,
  line: ExpandedLine,
  include: { readonly keyword: string; readonly pattern: string },
): void {
  const pattern = include.pattern.replace(/^"(.*)"$/, "$1");
  const at = spanOf(line, { start: line.text.indexOf(include.keyword), end: line.text.length });
  if (state.open.length >= expansionLimits.includeDepth) {
    const chain = [...new Set(state.open)].join(" -> ");
    const reason = `files include one another more than ${expansionLimits.includeDepth} deep: ${chain}`;
    state.diagnostics.push(includeCycle(line, pattern, reason));
    return;
  }
  const found = findFiles(pattern, includeContext(state, { keyword: include.keyword, span: at }));
  for (const file of found) {
    if (state.reads > expansionLimits.files) {
      stop(state, line, `more than ${expansionLimits.files} files are included`);
      return;
    }
    if (state.open.includes(file.path)) {
      const chain = [...state.open, file.path].join(" -> ");
      state.diagnostics.push(
        includeCycle(line, pattern, `${file.path} is included while it is being read: ${chain}`),
      );
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

/** Told once; after it nothing more is expanded. */
function stop(state: State, line: ExpandedLine, reason: string): void {
  if (!state.full) state.diagnostics.push(tooLarge(line, reason));
  state.full = true;
}
