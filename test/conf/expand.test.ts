import { describe, expect, it } from "vitest";
import { expand } from "../../src/conf/expand.ts";
import { writtenSpan } from "../../src/conf/expanded.ts";
import { braceAlternatives } from "../../src/conf/include.ts";
import { stripComment } from "../../src/conf/strip-comment.ts";
import { memoryReader } from "./configuration.ts";

function expandText(text: string, files: Readonly<Record<string, string>> = {}) {
  const read = memoryReader({ "/etc/main.conf": text, ...files });
  return expand("/etc/main.conf", { read, configId: "one", environment: { variables: { HOME: "/root" } } });
}

/** The expanded lines, trimmed. */
function linesOf(text: string, files: Readonly<Record<string, string>> = {}): readonly string[] {
  return expandText(text, files).text.lines.map((line) => line.text.trim());
}

describe("comments", () => {
  it.each([
    ["a#b", "a"],
    ["a!b", "a"],
    ['x "g#h" y # z', 'x "g#h" y '],
    ["'k#l'", "'k"],
    ["nothing", "nothing"],
    ["a \\# b", "a \\# b"],
    ["#", ""],
  ])("%s", (line, expected) => {
    expect(stripComment(line).text).toBe(expected);
  });

  it("tells of a quote that is never closed", () => {
    expect(stripComment('router_id "abc')).toEqual({ text: 'router_id "abc', openQuote: 10 });
  });
});

describe("conditions", () => {
  it.each([
    ["@one keep", ["keep"]],
    ["  @one keep", ["keep"]],
    ["@two drop", []],
    ["@^two keep", ["keep"]],
    ["@^one drop", []],
    ["@ never", []],
    ["@one", []],
  ])("%s", (line, expected) => {
    expect(linesOf(line)).toEqual(expected);
  });
});

describe("definitions", () => {
  it.each([
    ["$A=1\nx $A", ["x 1"]],
    ["$A=1\nx ${A}y", ["x 1y"]],
    ["$A=1\nx $A,$A)", ["x 1,1)"]],
    ["$A=1\nx $A/32", ["x $A/32"]],
    ["$A=1\nx $A.1 $A-x", ["x $A.1 $A-x"]],
    ['$A=1\nx "q${A}"', ['x "q1"']],
    ["$A=\nx $A y", ["x  y"]],
    ["$A=1\n$A=2\nx $A", ["x 2"]],
    ["$B=$A\n$A=7\nx $B", ["x 7"]],
    ["x $NOPE", ["x $NOPE"]],
    ["$A = 1", ["$A = 1"]],
    ["$A= \\\n  one \\\n  # comment\n\n  two\nx $A", ["x one", "two"]],
    ["$A= \\\n  p $i \\\n  q\n$i=5\n$A", ["p 5", "q"]],
    ["x ${_PWD} ${_INSTANCE}", ["x /etc one"]],
    ["x ${_RANDOM 4 9}", ["x 4"]],
    ["x ${_ENV HOME}", ["x /root"]],
    ['x "${_HASH}"', ['x "#"']],
  ])("%s", (text, expected) => {
    expect(linesOf(text)).toEqual(expected);
  });

  it("ends where a definition leads back to itself, and says so", () => {
    const { text, diagnostics } = expandText("$A=$A\nx $A\ny");
    expect(text.lines.map((line) => line.text)).toEqual(["y"]);
    expect(diagnostics.map((found) => found.code)).toEqual(["definition-cycle"]);
  });

  it("tells of names that nobody defined", () => {
    const { diagnostics } = expandText("x $NOPE ${ALSO}");
    expect(diagnostics.map((found) => [found.code, found.severity, found.span.column])).toEqual([
      ["undefined-variable", "warning", 3],
      ["undefined-variable", "error", 9],
    ]);
  });
});

describe("sequences", () => {
  it.each([
    ["~SEQ(i, 3) x ${i}", ["x 1", "x 2", "x 3"]],
    ["~SEQ(i, 3, 1) x $i", ["x 3", "x 2", "x 1"]],
    ["~SEQ(i, 1, 2, 5) x $i", ["x 1", "x 3", "x 5"]],
    ["~SEQ(i, -1, 1) x $i", ["x -1", "x 0", "x 1"]],
    ["~SEQx(i, 9, 11) x $i", ["x 9", "x a", "x b"]],
    ["~SEQ(i, 2) x n$i.y", ["x n$i.y", "x n$i.y"]],
    ["~LST(i, a, b c) x $i", ["x a", "x b c"]],
    ["~LST({i,j}, {1,2}, {3,4}) x $i $j", ["x 1 2", "x 3 4"]],
    ["~SEQ(i, 2) ~SEQ(j, 2) x $i $j", ["x 1 1", "x 1 2", "x 2 1", "x 2 2"]],
    ["$FROM=2\n$TO=3\n~SEQ(i, $FROM, $TO) x $i", ["x 2", "x 3"]],
    ["$BODY= \\\n  a $n \\\n  b ${n}\n~SEQ(n, 2) $BODY", ["a 1", "b 1", "a 2", "b 2"]],
  ])("%s", (text, expected) => {
    expect(linesOf(text)).toEqual(expected);
  });

  it.each([
    "~SEQ(i, x) a",
    "~SEQ(i, 1, 0, 5) a",
    "~SEQ(i, 1, -1, 5) a",
    "~SEQ(i, 1 a",
    "~SEQ(i, 9999999) a",
    "~LST(i) a",
  ])("refuses %s", (text) => {
    const { text: expanded, diagnostics } = expandText(text);
    expect(expanded.lines).toEqual([]);
    expect(diagnostics.map((found) => found.code)).toEqual(["bad-sequence"]);
  });
});

describe("inclusion", () => {
  const files = {
    "/etc/sub/a.conf": "in a\ninclude b.conf",
    "/etc/sub/b.conf": "in b",
    "/etc/c.conf": "in c",
  };

  it("reads a file relative to the one that includes it", () => {
    expect(linesOf("first\ninclude sub/a.conf\nlast", files)).toEqual(["first", "in a", "in b", "last"]);
  });

  it("takes several files by a pattern and by alternatives", () => {
    expect(linesOf("include sub/*", files)).toEqual(["in a", "in b", "in b"]);
    expect(linesOf("include {c,sub/b}.conf", files)).toEqual(["in c", "in b"]);
  });

  it("names every file once", () => {
    expect(expandText("include sub/*", files).text.files).toEqual([
      "/etc/main.conf",
      "/etc/sub/a.conf",
      "/etc/sub/b.conf",
    ]);
  });

  it("stops at a file that includes itself", () => {
    const { text, diagnostics } = expandText("x\ninclude main.conf");
    expect(text.lines.map((line) => line.text)).toEqual(["x"]);
    expect(diagnostics.map((found) => found.code)).toEqual(["include-cycle"]);
  });

  it.each([
    ["include no.conf", undefined, 0],
    ["includer no.conf", undefined, 0],
    ["includem no.conf", 6, 6],
    ["includew no.conf", 6, 6],
    ["includem {no,nix}.conf", undefined, 0],
    ["includeb {no,nix}.conf", 6, 6],
    ["includew no*", 6, 6],
    ["includea no.conf", 6, 6],
    ["include_check match\ninclude no.conf", 6, 6],
  ])("%s", (text, fatal, exitCode) => {
    const [found] = expandText(text).diagnostics;
    expect(found?.code).toBe("include-nothing");
    expect(found?.fatal).toBe(fatal);
    expect(found?.keepalived?.exitCode).toBe(exitCode);
  });

  it("tells that there is no configuration", () => {
    const { diagnostics } = expand("/none", { read: () => [], configId: "x" });
    expect(diagnostics.map((found) => [found.code, found.fatal])).toEqual([["no-configuration", 6]]);
  });

  it.each([
    ["a", ["a"]],
    ["{a,b}", ["a", "b"]],
    ["x{a,b{1,2}}y", ["xay", "xb1y", "xb2y"]],
    ["{a", ["{a"]],
  ])("alternatives of %s", (pattern, expected) => {
    expect(braceAlternatives(pattern)).toEqual(expected);
  });
});

describe("the way back to what was written", () => {
  it("leads from a substituted word to the name that stood there", () => {
    const { text } = expandText("$LONG=abcdef\n  x $LONG y");
    const start = text.text.indexOf("abcdef");
    expect(writtenSpan(text, { start, end: start + 6 })).toEqual({
      file: "/etc/main.conf",
      line: 2,
      column: 5,
      endColumn: 10,
    });
    const after = text.text.indexOf(" y") + 1;
    expect(writtenSpan(text, { start: after, end: after + 1 })).toMatchObject({
      line: 2,
      column: 11,
      endColumn: 12,
    });
  });

  it("leads from a line of a definition to its use", () => {
    const { text } = expandText("$BODY= \\\n a \\\n b\n\n   $BODY");
    const start = text.text.indexOf("b");
    expect(writtenSpan(text, { start, end: start + 1 })).toMatchObject({ line: 5, column: 4, endColumn: 9 });
  });

  it("leads into an included file", () => {
    const { text } = expandText("a\ninclude c.conf", { "/etc/c.conf": "\n\n word" });
    const start = text.text.indexOf("word");
    expect(writtenSpan(text, { start, end: start + 4 })).toEqual({
      file: "/etc/c.conf",
      line: 3,
      column: 2,
      endColumn: 6,
    });
  });
});

describe("odd files", () => {
  it("reads carriage returns, no last line end, and other alphabets", () => {
    expect(linesOf("a\r\nb\r\n")).toEqual(["a", "b"]);
    expect(linesOf("a\nb")).toEqual(["a", "b"]);
    expect(linesOf("rôle 主")).toEqual(["rôle 主"]);
  });

  it("skips a line with a NUL byte and says so", () => {
    const { text, diagnostics } = expandText("a\nb\0c\nd");
    expect(text.lines.map((line) => line.text)).toEqual(["a", "d"]);
    expect(diagnostics.map((found) => [found.code, found.span.line])).toEqual([["nul-byte", 2]]);
  });
});
