import { describe, expect, it } from "vitest";
import { format } from "../../../src/conf/format/format.ts";

function formatted(...lines: readonly string[]): string {
  const result = format(lines.join("\n"), { file: "x.conf" });
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

const text = (...lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");

describe("the shape", () => {
  it("indents by four, puts one blank between words and { behind its keyword", () => {
    expect(formatted("vrrp_instance   V", "", "{", "\tstate\tMASTER  ", "track_script{ a }", " }")).toBe(
      text("vrrp_instance V {", "    state MASTER", "    track_script { a }", "}"),
    );
  });

  it("splits what stands behind braces, but keeps a block that fits on a line", () => {
    expect(formatted("a { b { c d", "}} e { f }")).toBe(
      text("a {", "    b {", "        c d", "    }", "}", "e { f }"),
    );
  });

  it("aligns the comments of lines that follow one another, and no others", () => {
    expect(formatted("a { # A", "b 1   # B", "long_word 1 ! C", "c", "d#D", "  # alone ", "}")).toBe(
      text("a { # A", "    b 1         # B", "    long_word 1 ! C", "    c", "    d #D", "    # alone", "}"),
    );
  });

  it("lets a very long line not push the comments of its neighbours away", () => {
    const long = `script ${"x".repeat(80)}`;
    expect(formatted("a 1 # A", `${long} # B`, "bb 1 # C")).toBe(text("a 1  # A", `${long} # B`, "bb 1 # C"));
  });

  it("keeps groups of lines apart by one empty line", () => {
    expect(formatted("", "a {", "", "b", "", " ", "c", "", "}", "", "", "d", "", "")).toBe(
      text("a {", "    b", "", "    c", "}", "", "d"),
    );
  });

  it("moves the comment of a keyword behind its brace, and leaves two comments where they are", () => {
    expect(formatted("a # A", "{", "}", "b # B", "{ # C", "}")).toBe(
      text("a { # A", "}", "b # B", "{ # C", "}"),
    );
  });

  it("keeps the line ends of most lines, and ends the last one", () => {
    expect(formatted("a {\r", "b\r", "}")).toBe("a {\r\n    b\r\n}\r\n");
    expect(formatted("a {\r", "b", "}")).toBe("a {\n    b\n}\n");
    expect(formatted("")).toBe("");
    expect(formatted(" ", "")).toBe("");
  });

  it("does not push a line over the edge at which keepalived cuts it", () => {
    const long = `script "${"x".repeat(990)}"`;
    expect(formatted("a {", long, "}")).toBe(text("a {", long, "}"));
  });
});

describe("what stays as it is", () => {
  it.each([
    ["blanks in quotes", `script "a  b"  'c  d'`, `script "a  b" 'c  d'`],
    ["blanks behind a backslash", "script a\\  b  c", "script a\\  b c"],
    ["an apostrophe and what follows", "router_id it's  me", "router_id it's  me"],
    ["the value of a definition", "$A=a  b", "$A=a  b"],
    ["the head of a sequence", "~LST({a, b},  {1,2})   x  ${a}", "~LST({a, b},  {1,2}) x ${a}"],
    ["the pattern of an include", "include   /a  b/{c,d}.conf", "include /a  b/{c,d}.conf"],
    ["a line that starts with a name", "${A}/24   dev eth0", "${A}/24   dev eth0"],
    ["a name before a brace", "$A{ }", "$A{ }"],
    ["a line with a NUL byte", "  a \0  {", "  a \0  {"],
    ["a byte order mark", "\ufeffa  b", "\ufeffa b"],
    ["blanks that are none for keepalived", "a\u00a0 b", "a\u00a0 b"],
    ["an escaped comment sign", "a\\#b  c", "a\\#b c"],
    ["an include that is none, behind a brace", "a { b include  c } d", "a { b include c }\nd"],
    ["what would become an include on a line of its own", "a { } include c", "a { } include c"],
  ])("%s", (_what, written, expected) => {
    expect(formatted(written)).toBe(`${expected}\n`);
  });

  it("the lines of a definition, one deeper", () => {
    expect(formatted("$A= \\", "a { \\", "", "  b   c\\", "# why \\", "}", "$A", "b { }")).toBe(
      text("$A= \\", "    a { \\", "        b c\\", "        # why \\", "    }", "$A", "b { }"),
    );
  });

  it("lines for some machines only", () => {
    expect(formatted("@a x 1 {", "@b x 2 {", "@^a  y", "z", "}", "@b   w")).toBe(
      text("@a x 1 {", "@b x 2 {", "    @^a y", "    z", "}", "@b w"),
    );
  });

  it("a file whose braces come from definitions", () => {
    expect(formatted("$OPEN=a {", "$OPEN", "b", "}")).toBe(text("$OPEN=a {", "$OPEN", "b", "}"));
  });
});

describe("what is refused", () => {
  it.each([
    ["a quote without end", 'a\n  b "c', "unterminated-quote@2:5"],
    ["a brace that closes nothing", "a {\n}\n } b", "extra-close@3:2"],
    ["a block without end", "a {\n  b {\n }", "missing-close@1:3"],
    ["a block without end, on every machine", "@x a {\n@^x b {", "missing-close@2:7"],
    ["each quote without end", 'a "\nb "', "unterminated-quote@1:3 unterminated-quote@2:3"],
  ])("%s", (_what, written, expected) => {
    const result = format(written, { file: "x.conf" });
    const found = result.ok ? [] : result.error;
    expect(found.map(({ code, span }) => `${code}@${span.line}:${span.column}`).join(" ")).toBe(expected);
  });
});
