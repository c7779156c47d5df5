import type { Diagnostic, KeepalivedReport, Severity } from "./diagnostic.ts";
import { columnOf, type ExpandedLine, sliceLine } from "./expanded.ts";
import { expansionLimits } from "./expansion-limits.ts";

/** A NUL byte in a line. */
export function nulByte(line: ExpandedLine): Diagnostic {
  return lineFinding(line, {
    code: "nul-byte",
    severity: "error",
    message: "this line holds a NUL byte, so it is skipped",
    help: "remove the byte; was the file written by another program, or in UTF-16?",
    texts: ["Config file contains an embedded NUL character - skipping line"],
  });
}

/** A double quote at index `quote` that nothing closes. */
export function openQuote(written: ExpandedLine, quote: number): Diagnostic {
  const shown = written.text.trim();
  return lineFinding(sliceLine(written, { start: quote }), {
    code: "unterminated-quote",
    severity: "error",
    message: "this double quote is never closed, so the rest of the line is lost",
    help: 'close it on the same line: "..."',
    texts: [`Unterminated quote '${shown}'`, `Unmatched quote: '${shown}'`],
    stage: "every",
  });
}

/** A line beyond keepalived's buffer; 2.2.7 takes what is left of it for another line. */
export function longLine(line: ExpandedLine): Diagnostic {
  const rest = line.text.slice(expansionLimits.writtenLine).trim().split(/\s/)[0];
  return lineFinding(line, {
    code: "line-too-long",
    severity: "error",
    message: `this line has more than ${expansionLimits.writtenLine} bytes, so it is skipped`,
    help: "break it up: put parts of it into definitions ($NAME=...), or a long command into a script",
    texts: [`Unknown keyword '${rest}'`],
  });
}

/** A limit of `expansionLimits` is passed. */
export function tooLarge(line: ExpandedLine, reason: string): Diagnostic {
  return lineFinding(line, {
    code: "expansion-too-large",
    severity: "error",
    message: `${reason}, so nothing more is expanded`,
    help: "look for a definition that uses itself, or a sequence that is much longer than meant",
    texts: ["Unable to expand the configuration"],
  });
}

/** Files that include one another. */
export function includeCycle(line: ExpandedLine, pattern: string, reason: string): Diagnostic {
  return lineFinding(line, {
    code: "include-cycle",
    severity: "error",
    message: reason,
    help: "remove this include; locum skips it, keepalived reads the file again and again until no descriptor is left",
    texts: [`Configuration file '${pattern}' open problem (Too many open files) - skipping`],
  });
}

/** A `~SEQ` or `~LST` that cannot be read. */
export function badSequence(line: ExpandedLine, message: string): Diagnostic {
  return lineFinding(line, {
    code: "bad-sequence",
    severity: "error",
    message,
    help: "write ~SEQ(var, start, step, end) LINE or ~LST(var, value, ...) LINE",
    texts: [`Invalid sequence '${line.text.trim()}'`],
  });
}

/** A definition that uses itself. */
export function definitionCycle(line: ExpandedLine, name: string): Diagnostic {
  return lineFinding(line, {
    code: "definition-cycle",
    severity: "error",
    message: `the value of $${name} leads back to $${name}, so this line can never be finished; it is skipped`,
    help: `give $${name} a value that does not use $${name}`,
    texts: [`Definition '$${name}' is recursive`],
  });
}

/** A use of a name that has no value. */
export function undefinedVariable(
  line: ExpandedLine,
  use: {
    readonly name: string;
    readonly braced: boolean;
    readonly start: number;
    readonly end: number;
    /** It has a value, but not one that can stand here. */
    readonly known: boolean;
  },
): Diagnostic {
  const written = use.braced ? `\${${use.name}}` : `$${use.name}`;
  const quoted = (line.text.slice(0, use.start).split('"').length - 1) % 2 === 1;
  const broken = use.braced && !quoted;
  return {
    code: "undefined-variable",
    severity: broken ? "error" : "warning",
    message: `${written} is ${use.known ? "not usable here" : "not defined"}, so it stays in the text as it is${broken ? ", and keepalived takes its braces for a block" : ""}`,
    help: `define it before this line with $${use.name}=VALUE, or remove it`,
    span: spanOf(line, { start: use.start, end: use.end }),
    related: [],
    ...(broken
      ? {
          keepalived: { texts: ["Unexpected '{' - ignoring"], stage: "every" as const, exitCode: 5 as const },
        }
      : {}),
  };
}

/** The written place of a part of a line. */
export function spanOf(
  line: ExpandedLine,
  range: { readonly start: number; readonly end: number },
): Diagnostic["span"] {
  const { start, end } = range;
  return {
    file: line.file,
    line: line.line,
    column: columnOf(line, Math.max(0, start)).from,
    endColumn: columnOf(line, Math.max(start, end - 1)).to,
  };
}

function lineFinding(
  at: ExpandedLine,
  found: {
    readonly code: string;
    readonly severity: Severity;
    readonly message: string;
    readonly help: string;
    readonly texts: readonly string[];
    readonly stage?: KeepalivedReport["stage"];
  },
): Diagnostic {
  const start = /^\s*/.exec(at.text)?.[0].length ?? 0;
  const line = sliceLine(at, { start, end: at.text.trimEnd().length });
  return {
    code: found.code,
    severity: found.severity,
    message: found.message,
    help: found.help,
    span: spanOf(line, { start: 0, end: line.text.length }),
    related: [],
    keepalived: { texts: found.texts, stage: found.stage ?? "read", exitCode: 5 },
  };
}
