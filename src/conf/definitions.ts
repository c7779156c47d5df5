import { columnOf, type ExpandedLine, replaceInLine } from "./expanded.ts";
import { expansionLimits } from "./expansion-limits.ts";

/** What `$NAME=` gave a name: one text, or the lines of a multi-line definition. */
export interface Definition {
  readonly lines: readonly string[];
  readonly multiLine: boolean;
}

/** All definitions made so far, by name without the dollar sign. */
export type Definitions = ReadonlyMap<string, Definition>;

/** How one use of a name ended. */
export type Substitution =
  | { readonly kind: "lines"; readonly lines: readonly ExpandedLine[] }
  | { readonly kind: "endless"; readonly name: string };

/** A name used in a line that nobody defined; it stays in the text as written, as in keepalived. */
export interface UndefinedUse {
  readonly name: string;
  readonly braced: boolean;
  /** Index in the text of the line. */
  readonly start: number;
  readonly end: number;
}

/** Gives the value of a predefined name such as `_PWD` or `_RANDOM 1 9`; undefined when there is none. */
export type Predefined = (name: string) => string | undefined;

/** More substitutions than any real line has; past it a definition leads back to itself. */
const SUBSTITUTION_LIMIT = 1_000;

/**
 * A definition line `$NAME=VALUE`, or undefined. No blank may precede the `=` (keepalived-syntax.md section 6).
 */
export function readDefinition(text: string): { readonly name: string; readonly value: string } | undefined {
  const match = /^\s*\$([A-Za-z_][A-Za-z0-9_]*)=\s*(.*)$/.exec(text);
  return match ? { name: match[1] as string, value: match[2] as string } : undefined;
}

/**
 * Replaces every `$NAME` (when blank, `,`, `)` or the end follows) and `${NAME}` until nothing changes. A multi-line
 * definition turns the line into several. Undefined names stay.
 */
export function substitute(
  line: ExpandedLine,
  names: { readonly definitions: Definitions; readonly predefined: Predefined },
): Substitution {
  const { definitions, predefined } = names;
  let current = line;
  let from = 0;
  for (let count = 0; ; count++) {
    const use = nextUse(current.text, from);
    if (!use) return { kind: "lines", lines: [current] };
    if (count > SUBSTITUTION_LIMIT || current.text.length > expansionLimits.expandedLine)
      return { kind: "endless", name: use.name };
    const definition = use.name.startsWith("_") ? undefined : definitions.get(use.name);
    const value = definition?.lines[0] ?? (use.braced ? predefined(use.name) : undefined);
    if (definition?.multiLine) return { kind: "lines", lines: unfold(current, use, definition) };
    if (value === undefined) {
      from = use.end;
      continue;
    }
    current = replaceInLine(current, { start: use.start, end: use.end, text: value });
    from = use.start;
  }
}

/** The names a line still uses after substitution. */
export function undefinedUses(text: string): readonly UndefinedUse[] {
  const found: UndefinedUse[] = [];
  for (let use = nextUse(text, 0); use; use = nextUse(text, use.end)) found.push(use);
  return found;
}

function nextUse(text: string, from: number): UndefinedUse | undefined {
  const at = text.indexOf("$", from);
  if (at < 0) return undefined;
  const pattern = /\$(?:\{(_?[A-Za-z_][^{}$]*)\}|([A-Za-z_][A-Za-z0-9_]*)(?=[\s,)]|$))/g;
  pattern.lastIndex = at;
  const match = pattern.exec(text);
  if (!match) return undefined;
  const braced = match[1] !== undefined;
  return {
    name: (match[1] ?? match[2]) as string,
    braced,
    start: match.index,
    end: match.index + match[0].length,
  };
}

/** The lines of a multi-line definition; all of them point at its use. */
function unfold(line: ExpandedLine, use: UndefinedUse, definition: Definition): readonly ExpandedLine[] {
  const origin = { from: columnOf(line, use.start).from, to: columnOf(line, use.end - 1).to };
  const first = replaceInLine(line, {
    start: use.start,
    end: line.text.length,
    text: definition.lines[0] ?? "",
  });
  const rest = definition.lines.slice(1).map((text) => ({
    text,
    file: line.file,
    line: line.line,
    column: origin.from,
    columns: Array.from({ length: text.length }, () => origin),
  }));
  return [first, ...rest];
}
