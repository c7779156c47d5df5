import { readFileSync } from "node:fs";
import type { Diagnostic, Edit } from "../conf/diagnostic.ts";
import { applyEdits } from "../conf/rules/apply-edits.ts";
import { replaceFile } from "./replace-file.ts";

/** What became of one file. */
export interface FixedFile {
  readonly file: string;
  readonly applied: number;
}

/**
 * Applies the safe fixes of findings to their files. Every byte outside of the edits stays, also where a file is no
 * UTF-8: a line that cannot be decoded is not touched. Throws what the system says when a file cannot be written.
 */
export function applySafeFixes(diagnostics: readonly Diagnostic[]): readonly FixedFile[] {
  const edits = new Map<string, Edit[]>();
  for (const edit of diagnostics.flatMap(({ fix }) => (fix?.safe ? fix.edits : []))) {
    const known = edits.get(edit.span.file);
    if (known) known.push(edit);
    else edits.set(edit.span.file, [edit]);
  }
  return [...edits].flatMap(([file, own]) => {
    const bytes = readFileSync(file);
    const text = bytes.toString("latin1");
    const lines = text.split("\n");
    const result = applyEdits(
      text,
      own.map((edit) => inBytes(edit, lines)).filter((edit) => edit !== undefined),
    );
    if (result.applied === 0) return [];
    replaceFile(file, Buffer.from(result.text, "latin1"));
    return [{ file, applied: result.applied }];
  });
}

/** An edit with columns that count bytes; undefined on a line that is no UTF-8. */
function inBytes(edit: Edit, lines: readonly string[]): Edit | undefined {
  const bytes = Buffer.from(lines[edit.span.line - 1] ?? "", "latin1");
  const decoded = bytes.toString("utf8");
  if (!Buffer.from(decoded, "utf8").equals(bytes)) return undefined;
  const column = (at: number): number => Buffer.byteLength(decoded.slice(0, at - 1), "utf8") + 1;
  const span = { ...edit.span, column: column(edit.span.column), endColumn: column(edit.span.endColumn) };
  return { ...edit, span, text: Buffer.from(edit.text, "utf8").toString("latin1") };
}
