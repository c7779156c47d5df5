import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "../../src/conf/parser.ts";
import type { Directive, Document } from "../../src/conf/tree.ts";

/** A tree as nested arrays of words: `["a b", [inner]]`. */
function shape(directives: readonly Directive[]): unknown[] {
  return directives.map((directive) => {
    const words = directive.words.map((word) => word.text).join(" ");
    return directive.block ? [words, shape(directive.block.directives)] : words;
  });
}

describe("blocks", () => {
  it.each([
    ["a 1\nb 2", ["a 1", "b 2"]],
    ["a {\nb\n}", [["a", ["b"]]]],
    ["a\n\n{\nb\n}", [["a", ["b"]]]],
    ["a { b c }", [["a", ["b c"]]]],
    ["a { b } c", [["a", ["b"]], "c"]],
    ["a{b{c}d}e", [["a", [["b", ["c"]], "d"]], "e"]],
    ["{ b }", [["", ["b"]]]],
    ["a {", [["a", []]]],
    ['a "b c" d', ["a b c d"]],
    ["a ${x} {\n}", [["a ${x}", []]]],
    ["", []],
  ])("%j", (text, expected) => {
    expect(shape(parse(text).directives)).toEqual(expected);
  });

  it("shows a brace too many and one too few", () => {
    expect(parse("a }\nb").strayCloses).toEqual([2]);
    expect(parse("a {\nb").directives[0]?.block?.close).toBeUndefined();
    expect(parse("a {\nb\n}").directives[0]?.block?.close).toBe(6);
  });

  it("marks a quote that is never closed", () => {
    expect(parse('a "b c\nd').directives[0]?.words[1]).toMatchObject({ text: "b c", unclosed: true });
  });
});

describe("comments", () => {
  it("stay with the line they belong to", () => {
    const { directives, comments } = parse("# before\na 1 # beside\n{ # inside\nb\n# last\n}\n! end");
    const [first] = directives;
    expect(first?.leading.map((comment) => comment.text)).toEqual(["# before"]);
    expect(first?.trailing?.text).toBe("# beside");
    expect(first?.block?.directives[0]?.leading.map((comment) => comment.text)).toEqual(["# inside"]);
    expect(first?.block?.comments.map((comment) => comment.text)).toEqual(["# last"]);
    expect(comments.map((comment) => comment.text)).toEqual(["! end"]);
  });
});

describe("any text", () => {
  const piece = fc.constantFrom(
    "a",
    "{",
    "}",
    "\n",
    " ",
    '"',
    "#",
    "!",
    "$",
    "${x}",
    "\\",
    "\\#",
    "é",
    "\t",
    "'",
    "b c",
  );

  it("is read without an exception, and every word lies where it says", () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const text = pieces.join("");
        for (const word of wordsOf(parse(text))) {
          const written = text.slice(word.start, word.end);
          expect(word.quoted ? written.replaceAll('"', "") : written).toBe(word.text);
        }
      }),
    );
  });

  it("loses no character but blanks, line ends and braces", () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const text = pieces.join("");
        const covered = new Uint8Array(text.length);
        const tree = parse(text);
        for (const { start, end } of [...wordsOf(tree), ...commentsOf(tree)]) covered.fill(1, start, end);
        const left = [...covered].map((mark, at) => (mark === 1 ? "" : text[at])).join("");
        expect(left).toMatch(/^[\s{}]*$/);
      }),
    );
  });
});

function wordsOf(tree: Document) {
  const collect = (directive: Directive): Directive["words"] => [
    ...directive.words,
    ...(directive.block?.directives.flatMap(collect) ?? []),
  ];
  return tree.directives.flatMap(collect);
}

function commentsOf(tree: Document) {
  const collect = (directive: Directive): Directive["leading"] => [
    ...directive.leading,
    ...(directive.trailing ? [directive.trailing] : []),
    ...(directive.block?.directives.flatMap(collect) ?? []),
    ...(directive.block?.comments ?? []),
  ];
  return [...tree.directives.flatMap(collect), ...tree.comments];
}
