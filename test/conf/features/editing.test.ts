import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../../../src/conf/diagnostic.ts";
import { type BlockSymbol, blockSymbolsOf, foldedLinesOf } from "../../../src/conf/features/block-symbols.ts";
import { lineEdits } from "../../../src/conf/features/line-edits.ts";
import { readOutline } from "../../../src/conf/features/outline.ts";
import { quickFixesFor, safeEdits } from "../../../src/conf/features/quick-fixes.ts";
import { markedProject } from "./marked-project.ts";

const shown = ({ name, kind, range, children }: BlockSymbol): string =>
  `${kind} ${name} ${range.line}:${range.column}-${range.endLine}:${range.endColumn}${children.length > 0 ? ` (${children.map(shown).join(", ")})` : ""}`;

describe("the table of contents", () => {
  it("has blocks in blocks, lists and definitions", () => {
    const { file } = markedProject(
      "$B= \\\n a { \\\n }\nvrrp_instance V {\n  virtual_ipaddress {\n    192.0.2.1\n  }\n  priority 1\n}\nvirtual_server 192.0.2.1 80\n{\n",
    );
    expect(blockSymbolsOf(file).map(shown)).toEqual([
      "definition $B 1:1-3:3 (block a 2:2-3:3)",
      "block vrrp_instance V 4:1-9:2 (list virtual_ipaddress 5:3-7:4)",
      "block virtual_server 192.0.2.1 80 10:1-12:1",
    ]);
  });

  it("folds blocks, definitions and comments", () => {
    const outline = readOutline("# a\n# b\na {\n  b {\n    c\n  }\n}\nt { x }\n$D= \\\n x\n# one\n");
    expect(foldedLinesOf(outline).map(({ line, endLine, kind }) => `${kind} ${line}-${endLine}`)).toEqual([
      "comment 1-2",
      "block 3-6",
      "block 4-5",
      "block 9-10",
    ]);
  });
});

const finding = (line: number, more: Partial<Diagnostic> = {}): Diagnostic => ({
  code: "some-rule",
  severity: "warning",
  message: "",
  span: { file: "main.conf", line, column: 3, endColumn: 5 },
  related: [],
  ...more,
});

/** The text after an edit of a quick fix. */
function applied(text: string, fix: ReturnType<typeof quickFixesFor>[number] | undefined): string {
  const lines = text.split("\n");
  for (const { span, text: fresh } of fix?.edits ?? []) {
    const line = lines[span.line - 1] ?? "";
    lines[span.line - 1] = line.slice(0, span.column - 1) + fresh + line.slice(span.endColumn - 1);
  }
  return lines.join("\n");
}

describe("quick fixes", () => {
  const fixes = (text: string, findings: readonly Diagnostic[], line = 2) =>
    quickFixesFor(findings, { file: "main.conf", from: line, to: line, outline: readOutline(text) });

  it("offer the fix of a finding first", () => {
    const text = "a {\n  bb 1\n}";
    const mending = finding(2, {
      fix: {
        title: "write cc",
        edits: [{ span: { file: "main.conf", line: 2, column: 3, endColumn: 5 }, text: "cc" }],
      },
    });
    const found = fixes(text, [mending, finding(3), finding(2, { span: { ...finding(2).span, file: "x" } })]);
    expect(found.map((fix) => fix.title)).toEqual(["write cc", "Turn off some-rule for this line"]);
    expect(applied(text, found[0])).toBe("a {\n  cc 1\n}");
    expect(applied(text, found[1])).toBe("a {\n  # locum-disable-next-line some-rule\n  bb 1\n}");
  });

  it("add to the comment that is there", () => {
    const text = "  # locum-disable-next-line other\n  bb 1";
    expect(applied(text, fixes(text, [finding(2)])[0])).toBe(
      "  # locum-disable-next-line other some-rule\n  bb 1",
    );
  });

  it("add before the reason that is given there", () => {
    const text = "# locum-disable-next-line other -- because\nbb 1";
    expect(applied(text, fixes(text, [finding(2)])[0])).toBe(
      "# locum-disable-next-line other some-rule -- because\nbb 1",
    );
  });

  it("offer no comment where none helps", () => {
    expect(fixes("a\nb", [finding(2, { fatal: 2 }), finding(2, { code: "unused-suppression" })])).toEqual([]);
  });

  it("make all safe edits that do not touch each other", () => {
    const edit = (line: number, column: number, endColumn: number) => ({
      span: { file: "main.conf", line, column, endColumn },
      text: "x",
    });
    const fixed = (safe: boolean, ...edits: ReturnType<typeof edit>[]) =>
      finding(1, { fix: { title: "", edits, ...(safe ? { safe } : {}) } });
    const all = [
      fixed(true, edit(2, 1, 3)),
      fixed(true, edit(1, 4, 6), edit(1, 1, 3)),
      fixed(true, edit(1, 2, 5)),
      fixed(false, edit(3, 1, 2)),
    ];
    expect(safeEdits(all, "main.conf")).toEqual([edit(1, 1, 3), edit(1, 4, 6), edit(2, 1, 3)]);
    expect(safeEdits(all, "other.conf")).toEqual([]);
  });

  it("turn nothing off for a whole file, and each rule once", () => {
    const whole = finding(0, { code: "whole" });
    expect(fixes("a", [whole], 1)).toEqual([]);
    expect(fixes("a\nb", [finding(2), finding(2)])).toHaveLength(1);
  });
});

/** Applies edits, which do not touch each other, from the last to the first. */
function edited(before: string, after: string): string {
  const offset = (line: number, column: number): number =>
    before
      .split("\n")
      .slice(0, line - 1)
      .reduce((sum, text) => sum + text.length + 1, 0) +
    column -
    1;
  return [...lineEdits(before, after)].reverse().reduce((text, { range, text: fresh }) => {
    const [from, to] = [offset(range.line, range.column), offset(range.endLine, range.endColumn)];
    return text.slice(0, from) + fresh + text.slice(to);
  }, before);
}

describe("line edits", () => {
  const texts = [
    "",
    "\n",
    "a",
    "a\n",
    "a\nb\n",
    "b\na\n",
    "a\n\nb\n",
    "x\na\nb",
    "a\nb\nc\n",
    "a\nc\n",
    "a\r\nb\r\n",
  ];

  it("lead from any text to any other", () => {
    for (const before of texts)
      for (const after of texts)
        expect([before, after, edited(before, after)]).toEqual([before, after, after]);
  });

  it("touch only what differs", () => {
    expect(lineEdits("a\nb\nc\n", "a\nB\nc\n")).toHaveLength(1);
    expect(lineEdits("a\nb\n\n\nc\nd", "a\nb\n\nc\nd")[0]?.range).toMatchObject({ line: 4, endLine: 5 });
  });
});
