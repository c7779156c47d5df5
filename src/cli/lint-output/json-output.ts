import type { LintReport } from "./lint-report.ts";

/** What `--format json` prints: the findings as data, each with keepalived's own words where it has some. */
export function jsonOutput({ files, diagnostics }: LintReport): string {
  const found = diagnostics.map(({ keepalived, ...each }) => ({
    ...each,
    ...(keepalived ? { keepalived: keepalived.texts } : {}),
  }));
  return `${JSON.stringify({ files, diagnostics: found }, null, 2)}\n`;
}
