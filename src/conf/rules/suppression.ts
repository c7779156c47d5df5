import type { Diagnostic, Span } from "../diagnostic.ts";
import { didYouMean } from "../did-you-mean.ts";
import { stripComment } from "../strip-comment.ts";

/** One rule named by a comment that turns it off, and where it holds. */
interface Suppression {
  readonly rule: string;
  readonly scope: "file" | "line";
  readonly file: string;
  /** The line it holds for; 0 for the whole file. */
  readonly line: number;
  /** The name in the comment. */
  readonly span: Span;
  /** The whole comment, and whether it names this one rule only. */
  readonly comment: Span;
  readonly alone: boolean;
}

const MARK = /locum-disable(-next-line|-line)?(?![\w-])([^#!]*)/;

/**
 * Applies the comments `# locum-disable RULE`, `# locum-disable-line RULE` and `# locum-disable-next-line RULE` of the
 * files that were read (several rules with blanks or commas between them; after ` -- ` may stand the reason). A finding
 * that keeps a daemon from starting is never hidden. Tells of names that are no rule and of comments that hide nothing.
 */
export function applySuppressions(
  diagnostics: readonly Diagnostic[],
  from: { readonly texts: ReadonlyMap<string, string>; readonly codes: ReadonlySet<string> },
): readonly Diagnostic[] {
  const written = [...from.texts].flatMap(([file, text]) =>
    text.includes("locum-disable") ? readSuppressions(file, text) : [],
  );
  if (written.length === 0) return diagnostics;
  const used = new Set<Suppression>();
  const refused = new Set<Suppression>();
  const kept = diagnostics.filter((found) => {
    const hiding = written.filter((each) => covers(each, found));
    for (const each of hiding) (found.fatal === undefined ? used : refused).add(each);
    return hiding.length === 0 || found.fatal !== undefined;
  });
  const { codes } = from;
  const told = written.flatMap((each) => {
    if (!codes.has(each.rule)) return [unknownRule(each, codes)];
    if (refused.has(each)) return [refusedSuppression(each)];
    return used.has(each) ? [] : [unusedSuppression(each)];
  });
  return [...kept, ...told];
}

function covers(suppression: Suppression, found: Diagnostic): boolean {
  const { rule, file, line } = suppression;
  return found.code === rule && found.span.file === file && (line === 0 || found.span.line === line);
}

function readSuppressions(file: string, text: string): readonly Suppression[] {
  const lines = text.split("\n").map((line) => line.replace(/\r$/, ""));
  return lines.flatMap((line, index) => {
    if (!line.includes("locum-disable")) return [];
    const start = stripComment(line).text.length;
    const match = MARK.exec(line.slice(start));
    if (!match) return [];
    const at = index + 1;
    const applies = match[1] === undefined ? 0 : match[1] === "-line" ? at : nextWritten(lines, index);
    const from = start + match.index + match[0].length - (match[2]?.length ?? 0);
    const names = namesIn(match[2] ?? "", from);
    const comment = { file, line: at, column: start + 1, endColumn: line.trimEnd().length + 1 };
    if (names.length === 0) names.push({ name: "", column: start + match.index + 1, end: from + 1 });
    return names.map(
      ({ name, column, end }): Suppression => ({
        rule: name,
        scope: applies === 0 ? "file" : "line",
        file,
        line: applies,
        span: { file, line: at, column, endColumn: end },
        comment,
        alone: names.length === 1,
      }),
    );
  });
}

/** The next line with something on it that is no comment. */
function nextWritten(lines: readonly string[], index: number): number {
  for (let at = index + 1; at < lines.length; at++)
    if (stripComment(lines[at] ?? "").text.trim() !== "") return at + 1;
  return lines.length;
}

function namesIn(text: string, offset: number): { name: string; column: number; end: number }[] {
  const list = text.split(/(?:^|\s)--(?:\s|$)/, 1)[0] ?? "";
  return [...list.matchAll(/[^\s,]+/g)].map((match) => ({
    name: match[0],
    column: offset + match.index + 1,
    end: offset + match.index + match[0].length + 1,
  }));
}

function unknownRule(each: Suppression, codes: ReadonlySet<string>): Diagnostic {
  const near = each.rule === "" ? undefined : didYouMean(each.rule, codes);
  return {
    code: "unknown-rule",
    severity: "warning",
    message:
      each.rule === ""
        ? "this comment turns off no rule, because it names none"
        : `this comment turns off '${each.rule}', but there is no such rule`,
    help: near
      ? `did you mean ${near}?`
      : "write the name that stands in brackets after the severity; `locum lint --list-rules` shows all",
    span: each.span,
    related: [],
    ...(near ? { fix: { title: `replace it with ${near}`, edits: [{ span: each.span, text: near }] } } : {}),
  };
}

function refusedSuppression(each: Suppression): Diagnostic {
  return {
    code: "suppression-refused",
    severity: "warning",
    message: `${each.rule} cannot be turned off here, because no daemon starts with this finding`,
    help: "mend what is found, and remove the comment",
    span: each.span,
    related: [],
  };
}

function unusedSuppression(each: Suppression): Diagnostic {
  return {
    code: "unused-suppression",
    severity: "hint",
    message: `this comment turns off ${each.rule}, which finds nothing ${each.scope === "file" ? "in this file" : `on line ${each.line}`}`,
    help: "remove the comment",
    span: each.span,
    related: [],
    ...(each.alone
      ? {
          fix: {
            title: "remove the comment",
            edits: [{ span: each.comment, text: "", dropsLine: true }],
            safe: true,
          },
        }
      : {}),
  };
}
