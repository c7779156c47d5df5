import type { Diagnostic } from "../../conf/diagnostic.ts";

/** What there is to print: everything found in the files that were asked for. */
export interface LintReport {
  /** The files as they were named on the command line. */
  readonly files: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
  /** The text of every file that was read, by the name in the spans. */
  readonly texts: ReadonlyMap<string, string>;
}

/** How many findings there are of each severity, in words; empty when there are none. */
export function countsOf(diagnostics: readonly Diagnostic[]): readonly string[] {
  return (["error", "warning", "hint"] as const).flatMap((severity) => {
    const number = diagnostics.filter((each) => each.severity === severity).length;
    return number === 0 ? [] : [`${number} ${severity}${number === 1 ? "" : "s"}`];
  });
}
