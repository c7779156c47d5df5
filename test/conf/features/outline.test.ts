import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Outline, readOutline, type Statement } from "../../../src/conf/features/outline.ts";
import { readWrittenLine } from "../../../src/conf/features/written-line.ts";
import { parse } from "../../../src/conf/parser.ts";
import type { Directive } from "../../../src/conf/tree.ts";

/** A statement as `words{line-line: children}`. */
function shown(statement: Statement): string {
  const words = statement.words.map((word) => word.text).join(" ");
  const { block } = statement;
  if (!block) return words;
  const close = block.close ? block.close.line : "end";
  return `${words}{${block.open.line}-${close}: ${block.statements.map(shown).join("; ")}}`;
}

const statements = (outline: Outline): readonly string[] => outline.statements.map(shown);

describe("the outline of a text", () => {
  it.each([
    ["a block", "a b {\n c 1\n}\n", ["a b{1-3: c 1}"]],
    ["a brace on the next line", "a\n# why\n{\n c\n}", ["a{3-5: c}"]],
    ["a block on one line", "t { x }\nu", ["t{1-1: x}", "u"]],
    ["a brace too few", "a {\n b {\n c\n", ["a{1-end: b{2-end: c}}"]],
    ["a brace too many", "a\n}\nb {\n}\n", ["a", "b{3-4: }"]],
    ["a block without a keyword", "{\n a\n}", ["{1-3: a}"]],
    ["comments and quotes", 'a "b # {" # } {\n!x {\nc', ["a b # {", "c"]],
    ["variables with braces", "a ${" + "N} {\n}", ["a ${" + "N}{1-2: }"]],
    ["conditions and sequences", "@^x a 1\n~SEQ(i, 1, 3) ~LST({p,q}, {1,2}) b $i", ["a 1", "b $i"]],
    ["an include", "include x{a,b}.conf\na", ["a"]],
    ["a definition", "$X=1 {\na", ["a"]],
    ["line ends of Windows", "a {\r\n b 1\r\n}\r\n", ["a{1-3: b 1}"]],
  ])("reads %s", (_what, text, wanted) => {
    expect(statements(readOutline(text))).toEqual(wanted);
  });

  it("reads the value of a definition of several lines as statements of its own", () => {
    const text = "$B= \\\n vrrp_instance V { \\\n  # why\n\n  priority 1 \\\n }\nafter\n$C=2";
    const outline = readOutline(text);
    expect(statements(outline)).toEqual(["after"]);
    expect(outline.definitions.map(({ name, line, endLine }) => [name.text, line, endLine])).toEqual([
      ["B", 1, 6],
      ["C", 8, 8],
    ]);
    expect(outline.definitions[0]?.statements.map(shown)).toEqual(["vrrp_instance V{2-6: priority 1}"]);
    expect(outline.lines[4]?.enclosing?.words[0]?.text).toBe("vrrp_instance");
    expect(outline.lines[6]?.scope).toBeUndefined();
  });

  it("takes unchanged lines from the previous reading, and comes to the same", () => {
    const before = "a {\n b 1\n}\nc {\n d\n}\n";
    for (const after of [
      before,
      "a {\n b 12\n}\nc {\n d\n}\n",
      "a {\n}\nc {\n d\n}\n",
      "new\na {\n b 1\n}\nc {\n d\n}\n",
      "",
      "a {\n b 1\n}\na {\n b 1\n}\nc {\n d\n}\n",
    ]) {
      const previous = readOutline(before);
      const outline = readOutline(after, previous);
      expect(outline).toEqual(readOutline(after));
      if (after === before) expect(outline.lines[1]?.written).toBe(previous.lines[1]?.written);
    }
  });
});

/** The tree of the parser in the same form, without lines. */
function parsed({ words, block }: Directive): string {
  const text = words.map((word) => word.text).join(" ");
  return block ? `${text}{${block.directives.map(parsed).join("; ")}}` : text;
}

describe("the structure", () => {
  const word = fc.constantFrom(
    "a",
    "b 1",
    "{",
    "}",
    "\n",
    "\n",
    "# c {\n",
    '"q } r"',
    "$" + "{v}",
    "\\#",
    "x#y\n",
  );

  it("is the one the parser finds in the same text", () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 20 }), (words) => {
        const text = words.join(" ");
        const outline = statements(readOutline(text)).map((each) =>
          each.replaceAll(/\{\d+-(?:\d+|end): /g, "{"),
        );
        const document = parse(text);
        if (document.strayCloses.length > 0) return;
        expect(outline).toEqual(document.directives.map(parsed));
      }),
      { numRuns: 800 },
    );
  });
});

describe("an edit", () => {
  const line = fc.constantFrom(
    "a 1",
    "b {",
    "{",
    "}",
    "",
    "# c",
    "$D= \\\\",
    " x \\\\",
    "$E=1",
    "t { s }",
    "} u {",
    "@h v",
    '"q',
  );
  const lines = fc.array(line, { maxLength: 12 });

  it("leads to what a fresh reading of the text finds", () => {
    fc.assert(
      fc.property(
        lines,
        fc.nat(12),
        fc.nat(3),
        fc.array(line, { maxLength: 3 }),
        (before, at, out, fresh) => {
          const after = before.toSpliced(at, out, ...fresh).join("\n");
          expect(readOutline(after, readOutline(before.join("\n")))).toEqual(readOutline(after));
        },
      ),
      { numRuns: 1_200 },
    );
  });
});

describe("a written line", () => {
  it.each([
    ["$NAME=x", "definition NAME@2"],
    ["@^host $NAME= a \\", "condition @^host@1 definition NAME@9 continued"],
    ["~LST({a,b}, {1,2}) x $a", "counters a@7 b@9 uses a@23"],
    ["~SEQ(n, 1, 3) x${" + "n}y", "counters n@6 uses n@18"],
    ['include "a b.conf" # c', "include include@1 a b.conf@10 comment 20"],
    ["include", "include include@1 @8"],
    ["a $ $1 $b/c", ""],
    ["a # $b", "comment 3"],
  ])("of %s", (text, wanted) => {
    const line = readWrittenLine(text);
    const at = (word: { readonly text: string; readonly column: number }) => `${word.text}@${word.column}`;
    const said = [
      ...(line.condition ? ["condition", at(line.condition)] : []),
      ...(line.definition ? ["definition", at(line.definition)] : []),
      ...(line.include ? ["include", at(line.include.keyword), at(line.include.pattern)] : []),
      ...(line.counters.length > 0 ? ["counters", ...line.counters.map(at)] : []),
      ...(line.variables.length > 0
        ? ["uses", ...line.variables.map((use) => `${use.name}@${use.column}`)]
        : []),
      ...(line.continued ? ["continued"] : []),
      ...(line.comment ? ["comment", line.comment.column] : []),
    ];
    expect(said.join(" ")).toBe(wanted);
  });
});
