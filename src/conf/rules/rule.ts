import type { Diagnostic, Report, Span } from "../diagnostic.ts";
import type { Config, SourceLine } from "../model/config.ts";

/** Looks at a whole configuration for one kind of mistake that keepalived does not see. */
export type Rule = (config: Config, report: Report) => void;

/** The span of a line as a whole, for rules that know no columns. */
export function lineSpan(at: SourceLine): Span {
  return { file: at.file, line: at.line, column: 1, endColumn: 1 };
}

/** A finding of a rule, which keepalived does not make. */
export function finding(
  at: SourceLine,
  rest: Pick<Diagnostic, "code" | "severity" | "message"> & {
    readonly help: string;
    readonly related?: Diagnostic["related"];
  },
): Diagnostic {
  return { ...rest, span: lineSpan(at), related: rest.related ?? [] };
}
