import { codeFrame, type FrameColors } from "../code-frame.ts";
import { countsOf, type LintReport } from "./lint-report.ts";

/** What `--format text` prints: a frame for each finding, and a last line that sums up. */
export function textOutput(report: LintReport, colors: FrameColors): string {
  const { files, diagnostics, texts } = report;
  const split = new Map<string, readonly string[]>();
  const linesOf = (file: string): readonly string[] | undefined => {
    const text = texts.get(file);
    if (text === undefined || split.has(file)) return split.get(file);
    split.set(file, text.split(/\r?\n/).map(withoutSecret));
    return split.get(file);
  };
  const frames = diagnostics.map((each) => `${codeFrame(each, { colors, linesOf })}\n\n`);
  const counts = countsOf(diagnostics);
  const named = files.length === 1 ? (files[0] ?? "") : `${files.length} files`;
  const fixable = diagnostics.filter((each) => each.fix?.safe === true).length;
  const hint = fixable > 0 ? `; ${fixable} can be mended with --fix` : "";
  return `${frames.join("")}${named}: ${counts.length === 0 ? "nothing to complain about" : counts.join(", ")}${hint}\n`;
}

/** A line with its password, if it has one, hidden behind stars; output of a linter lands in tickets and logs. */
function withoutSecret(line: string): string {
  return line.replace(
    /\b(auth_pass\s+|auth_hmac\s+)(\S+)/,
    (_, keyword: string, secret: string) => keyword + "*".repeat(secret.length),
  );
}
