import type { Diagnostic } from "./diagnostic.ts";
import { type LoadedConfiguration, type LoadRequest, loadConfiguration } from "./load-configuration.ts";
import { withSafeFixes } from "./rules/safe-fix.ts";
import { applySuppressions } from "./rules/suppression.ts";
import type { ReadConfig } from "./source.ts";

/** A configuration as the linter sees it. */
export interface LintedConfiguration extends LoadedConfiguration {
  /** The text of every file that was read, by the name in the spans. */
  readonly texts: ReadonlyMap<string, string>;
}

/** What linting may be given besides what loading needs. */
export interface LintRequest extends LoadRequest {
  /** The names of all rules. Without it the comments that turn rules off are not heeded, and `applySuppressions` can do so later. */
  readonly codes?: () => ReadonlySet<string>;
}

/**
 * Loads a configuration for somebody who reads its findings: safe fixes are attached. With `compat: "2.2.7"` the
 * findings are exactly those of that release, which knows neither our rules nor the comments that turn them off.
 */
export function lintConfiguration(request: LintRequest): LintedConfiguration {
  const texts = new Map<string, string>();
  const read: ReadConfig = (pattern, directory) => {
    const found = request.read(pattern, directory);
    for (const file of found) if (file.kind === "file") texts.set(file.path, file.text);
    return found;
  };
  const loaded = loadConfiguration({ ...request, read });
  const fixed = withSafeFixes(loaded.diagnostics, texts);
  if (request.options.compat === "2.2.7") {
    return { ...loaded, texts, diagnostics: fixed.filter((found) => found.keepalived !== undefined) };
  }
  if (!request.codes) return { ...loaded, texts, diagnostics: fixed };
  const diagnostics = applySuppressions(fixed, { texts, codes: request.codes() });
  return { ...loaded, texts, diagnostics: inOrder(diagnostics, loaded.files) };
}

/** True when keepalived 2.2.7 tests a configuration with these findings as faulty. */
export function isFaultyFor227(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((found) => (found.keepalived?.exitCode ?? 0) !== 0);
}

/** Findings in the order of the text: by file as read, line, column. */
export function inOrder(diagnostics: readonly Diagnostic[], files: readonly string[]): readonly Diagnostic[] {
  const order = new Map(files.map((file, at) => [file, at]));
  const rank = (found: Diagnostic): number => order.get(found.span.file) ?? -1;
  return [...diagnostics].sort(
    (a, b) => rank(a) - rank(b) || a.span.line - b.span.line || a.span.column - b.span.column,
  );
}
