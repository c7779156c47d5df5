import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { format } from "../../../src/conf/format/format.ts";
import { stripComment } from "../../../src/conf/strip-comment.ts";
import { describeWith } from "../../support/require.ts";
import { corpusFiles } from "../corpus.ts";
import { keepalivedCases } from "../keepalived-cases.ts";
import { meaningOf, substanceOf } from "./same-meaning.ts";

/** Refused for a lone brace or quote, or formatted, twice, to the same meaning. */
function check(text: string): "refused" | "formatted" {
  const once = format(text, { file: "main.conf" });
  if (!once.ok) return "refused";
  expect(substanceOf(once.value)).toEqual(substanceOf(text));
  expect(format(once.value, { file: "main.conf" })).toEqual(once);
  expect(meaningOf(once.value)).toEqual(meaningOf(text));
  return "formatted";
}

describeWith({ title: "the corpus", needs: ["corpus"] }, () => {
  it("means the same, with every word and comment in its place", () => {
    const corpus = corpusFiles();
    const refused = corpus.filter(({ text }) => check(text) === "refused").map(({ name }) => name);
    console.info(
      `fmt: ${corpus.length} files, refused for a lone brace or quote: ${refused.join(" ") || "none"}`,
    );
    expect(refused.length).toBeLessThanOrEqual(corpus.length * 0.05);
  });
});

describe("the cases that keepalived was asked about", () => {
  it("mean the same, with every word and comment in its place", () => {
    const refused = keepalivedCases.filter(({ text }) => check(text) === "refused").map(({ name }) => name);
    expect(refused.length).toBeLessThan(keepalivedCases.length / 5);
  });
});

const word = fc.constantFrom(
  ..."vrrp_instance VI_1 interface eth0 priority 100 192.0.2.1/24 dev state MASTER notify_master".split(" "),
  ...`"a  b" "x#y" 'p  q' it's a\\ b c"d  e"f $V \${V} \${W}/32 $B \${_PWD} {} \\ \\# ~ @ é \u00a0 $V{ "" "{"`.split(
    " ",
  ),
);
const blanks = fc.constantFrom(" ", " ", " ", "  ", "\t", " \t ");
const words = fc
  .array(fc.tuple(word, blanks), { minLength: 1, maxLength: 5 })
  .map((pairs) => pairs.flat().join(""));
const comment = fc.constantFrom("", "", "", "# c", "! c {", "#c  d }", '#"', "#\\", "# é \\");
const start = fc.constantFrom(
  ..."@low |@^low |@high|$V=|@low $V=|$B= \\\n|include part.conf|~SEQ(i, 1, 2) |~LST({a,b}, {1,2})".split(
    "|",
  ),
  ..."include  |  } |} }|{ |~SEQ(i,2) ~SEQ(j,2) |~SEQ(i,1,2) $V|||||||".split("|"),
);
const line = fc
  .tuple(blanks, start, words, fc.constantFrom("", "", " {", "{", "}", " }", "{ a }", " \\", "\\"), comment)
  .map((parts) => parts.join(""));
const filler = fc.constantFrom("", "", " \t", "}", "}", "{", "# alone", "#\\", "  ! alone");
const end = fc.constantFrom("\n", "\n", "\n", "\r\n", " \n");
const file = fc
  .array(fc.tuple(fc.oneof(line, filler), end), { maxLength: 14 })
  .map((lines) => lines.flat().join(""));
const balanced = file.map((text) => {
  const missing = text.split("{").length - text.split("}").length;
  return missing > 0 ? `${text}\n${"}\n".repeat(missing)}` : text;
});

/** A definition of several lines that uses a name can stand for ever more lines; that is for expand.test.ts. */
function growsWithoutEnd(text: string): boolean {
  const lines = text.split("\n").map((line) => stripComment(line).text.trimEnd());
  return lines.some(
    (line, at) => (lines[at - 1]?.endsWith("\\") || line.endsWith("\\")) && /\$\{?[VB]\b(?!=)/.test(line),
  );
}

describe("files made up of whatever can go wrong", () => {
  it("keep their meaning, their words and their comments", () => {
    let formatted = 0;
    fc.assert(
      fc.property(balanced, (text) => {
        fc.pre(!growsWithoutEnd(text));
        if (check(text) === "formatted") formatted++;
      }),
      {
        numRuns: Number(process.env.LOCUM_RUNS ?? 400),
        seed: process.env.LOCUM_RUNS ? Date.now() : 20_261_121,
      },
    );
    expect(formatted).toBeGreaterThan(50);
  });
});
