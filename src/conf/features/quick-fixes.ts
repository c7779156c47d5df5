import type { Diagnostic, Edit } from "../diagnostic.ts";
import type { Outline } from "./outline.ts";

/** A change that an editor offers for a finding. */
export interface QuickFix {
  readonly title: string;
  readonly finding: Diagnostic;
  readonly edits: readonly Edit[];
  /** True when it mends the cause; false when it only silences the finding. */
  readonly mends: boolean;
}

/** Findings about comments that turn rules off, and about findings: no comment helps against these. */
const ABOUT_FINDINGS = new Set([
  "unknown-rule",
  "unused-suppression",
  "suppression-refused",
  "more-findings",
]);

/**
 * What can be done about the findings of a file that touch the lines `from` to `to`, counted from 1: their own fixes,
 * and a comment that turns the rule off for one line. A finding that keeps a daemon from starting cannot be turned off.
 */
export function quickFixesFor(
  findings: readonly Diagnostic[],
  where: { readonly file: string; readonly from: number; readonly to: number; readonly outline: Outline },
): readonly QuickFix[] {
  const { file, from, to, outline } = where;
  const touching = findings.filter(
    ({ span }) => span.file === file && Math.max(1, span.line) >= from && Math.max(1, span.line) <= to,
  );
  const mending = touching.flatMap((finding): QuickFix[] =>
    finding.fix ? [{ title: finding.fix.title, finding, edits: finding.fix.edits, mends: true }] : [],
  );
  const silenced = new Set<string>();
  const silencing = touching.flatMap((finding): QuickFix[] => {
    const key = `${finding.code}@${finding.span.line}`;
    const cannot = finding.fatal !== undefined || ABOUT_FINDINGS.has(finding.code);
    if (cannot || finding.span.line === 0 || silenced.has(key)) return [];
    silenced.add(key);
    const title = `Turn off ${finding.code} for this line`;
    return [{ title, finding, edits: [disablingComment(finding, outline)], mends: false }];
  });
  return [...mending, ...silencing];
}

/** The edits of all fixes in a file that change no meaning; of those that touch each other the first. */
export function safeEdits(findings: readonly Diagnostic[], file: string): readonly Edit[] {
  const edits = findings
    .filter(({ fix }) => fix?.safe === true && fix.edits.every((edit) => edit.span.file === file))
    .flatMap(({ fix }) => fix?.edits ?? [])
    .sort((a, b) => a.span.line - b.span.line || a.span.column - b.span.column);
  const kept: Edit[] = [];
  for (const edit of edits) {
    const last = kept[kept.length - 1];
    const sameLine = last?.span.line === edit.span.line;
    const apart = !sameLine || (!last?.dropsLine && last.span.endColumn < edit.span.column);
    if (!last || apart) kept.push(edit);
  }
  return kept;
}

/** `# locum-disable-next-line RULE` above the line, with its indentation; one that is there already takes the name in. */
function disablingComment(finding: Diagnostic, outline: Outline): Edit {
  const { file, line } = finding.span;
  const above = outline.lines[line - 2]?.written.text ?? "";
  const known = /^\s*[#!]\s*locum-disable-next-line(?=\s)[^#!]*?(?=\s+--(?:\s|$)|\s*$|\s*[#!])/.exec(above);
  if (known) {
    const column = known[0].length + 1;
    return { span: { file, line: line - 1, column, endColumn: column }, text: ` ${finding.code}` };
  }
  const indent = /^\s*/.exec(outline.lines[line - 1]?.written.text ?? "")?.[0] ?? "";
  const text = `${indent}# locum-disable-next-line ${finding.code}\n`;
  return { span: { file, line, column: 1, endColumn: 1 }, text };
}
