/** A stretch of one written line. Lines and columns count from 1; `endColumn` is the first column after it. */
export interface Span {
  readonly file: string;
  /** 0 when the finding belongs to the file as a whole. */
  readonly line: number;
  readonly column: number;
  readonly endColumn: number;
}

/** error: it will not do what it says; warning: probably not what is meant; hint: it could be said better. */
export type Severity = "error" | "warning" | "hint";

/** Another place that belongs to a finding. */
export interface Related {
  readonly message: string;
  readonly span: Span;
}

/** One replacement of written text. */
export interface Edit {
  readonly span: Span;
  readonly text: string;
  /** The line goes away with its end when nothing but blanks is left on it. */
  readonly dropsLine?: true;
}

/** A change that mends a finding without changing anything else. */
export interface Fix {
  readonly title: string;
  readonly edits: readonly Edit[];
  /** True when the meaning stays what it is, so that it may be applied without asking; a guess has none. */
  readonly safe?: true;
}

/**
 * What keepalived 2.2.7 itself says of the same thing, for the `keepalived -t` personality. `stage` is the pass that
 * says it, and decides prefix and order: the parent's pass (`(Line N)`), the checkers', VRRP's, or the checks at the
 * end of either, which carry no prefix.
 */
export interface KeepalivedReport {
  readonly texts: readonly string[];
  readonly stage: KeepalivedStage;
  /** The line keepalived names, when it is not the line of the span. */
  readonly line?: number;
  /** 5 for an ordinary finding, 2 when it gives up on the spot, 6 for security, 4 for a fatal one; 0 says a text that does not count. */
  readonly exitCode: 0 | 2 | 4 | 5 | 6;
}

/** The pass of keepalived that makes a finding; `every` is all of them, `-end` its checks after the last line. */
export type KeepalivedStage =
  | "read"
  | "every"
  | "global"
  | "checker"
  | "checker-end"
  | "vrrp"
  | "vrrp-end"
  | "bfd";

/** One finding about a configuration. */
export interface Diagnostic {
  /** Stable name in kebab-case. */
  readonly code: string;
  readonly severity: Severity;
  /** What is wrong, with the value found and the value wanted. */
  readonly message: string;
  /** How to mend it. */
  readonly help?: string;
  readonly span: Span;
  readonly related: readonly Related[];
  readonly fix?: Fix;
  /** Set when a daemon must not start or reload with this finding: the exit code keepalived uses (2 configuration, 6 no configuration). */
  readonly fatal?: number;
  /** Absent when keepalived does not see it. */
  readonly keepalived?: KeepalivedReport;
}

/** Takes a finding. */
export type Report = (found: Diagnostic) => void;

/** The exit code with which a daemon has to refuse a configuration with these findings; undefined when it may run. */
export function fatalExitCode(diagnostics: readonly Diagnostic[]): number | undefined {
  return diagnostics.find((found) => found.fatal !== undefined)?.fatal;
}
