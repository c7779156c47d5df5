import type { Diagnostic } from "../../conf/diagnostic.ts";
import { countsOf, type LintReport } from "./lint-report.ts";

const COMMANDS = { error: "error", warning: "warning", hint: "notice" } as const;

/**
 * What `--format github` prints: GitHub Actions' workflow commands, one line each, which it shows beside the lines of
 * a pull request; then a line for the log.
 */
export function githubOutput({ files, diagnostics }: LintReport): string {
  const counts = countsOf(diagnostics).join(", ") || "nothing to complain about";
  return `${diagnostics.map(command).join("")}locum lint: ${files.length} ${files.length === 1 ? "file" : "files"}: ${counts}\n`;
}

function command(found: Diagnostic): string {
  const { file, line, column, endColumn } = found.span;
  const place = [
    `file=${property(file)}`,
    ...(line > 0 ? [`line=${line}`, `endLine=${line}`, `col=${column}`] : []),
    ...(line > 0 && endColumn > column ? [`endColumn=${endColumn}`] : []),
    `title=${property(found.code)}`,
  ];
  const text = found.help === undefined ? found.message : `${found.message}\nhelp: ${found.help}`;
  return `::${COMMANDS[found.severity]} ${place.join(",")}::${message(text)}\n`;
}

/** The three signs that end or change a workflow command. */
function message(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

/** In a property the separators as well. */
function property(text: string): string {
  return message(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
