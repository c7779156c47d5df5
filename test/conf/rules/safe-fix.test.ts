import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Edit } from "../../../src/conf/diagnostic.ts";
import { type LintedConfiguration, lintConfiguration } from "../../../src/conf/lint-configuration.ts";
import { everyPage } from "../../../src/conf/pages/every-page.ts";
import { applyEdits } from "../../../src/conf/rules/apply-edits.ts";
import { instance } from "../../../src/conf/rules/example.ts";
import { memoryReader } from "../configuration.ts";
import { corpusFiles } from "../corpus.ts";

const codes = new Set(everyPage().keys());

function lint(text: string): LintedConfiguration {
  return lintConfiguration({
    root: "main.conf",
    read: memoryReader({ "main.conf": text }),
    options: { configId: "a", compat: "latest" },
    codes: () => codes,
  });
}

/** What a configuration means, without where it is written. */
function meaning({ config }: LintedConfiguration): unknown {
  return JSON.parse(JSON.stringify(config, (key, value) => (key === "at" ? undefined : value)));
}

function safeEdits({ diagnostics }: LintedConfiguration): readonly Edit[] {
  return diagnostics.flatMap(({ fix }) => (fix?.safe ? fix.edits : []));
}

/** Applies safe fixes until there are none. */
function mended(text: string): { readonly text: string; readonly rounds: number } {
  let now = text;
  for (let rounds = 0; rounds < 10; rounds++) {
    const edited = applyEdits(now, safeEdits(lint(now)));
    if (edited.applied === 0) return { text: now, rounds };
    now = edited.text;
  }
  return { text: now, rounds: 10 };
}

const texts: readonly (readonly [string, string])[] = [
  ...[...everyPage().values()].flatMap((page): (readonly [string, string])[] =>
    page.kind === "single" ? [[page.code, page.example.bad]] : [[page.code, page.example.a]],
  ),
  ...corpusFiles().map(({ name, text }): readonly [string, string] => [`corpus ${name}`, text]),
];

describe("safe fixes", () => {
  it.each(texts)("leave the meaning of %s as it is, and nothing of their own kind", (_name, text) => {
    const before = lint(text);
    const after = mended(text);
    expect(after.rounds).toBeLessThan(10);
    expect(safeEdits(lint(after.text))).toEqual([]);
    if (after.text !== text) expect(meaning(lint(after.text))).toEqual(meaning(before));
  });

  it.each([
    ["a zero that counts as one", "garp_master_repeat 0", "garp_master_repeat 1"],
    ["words nobody reads", "advert_int 1 second   # often", "advert_int 1   # often"],
    ["a line without effect", "preempt_delay 10\n    nopreempt", "nopreempt"],
    ["an earlier line that a later one replaces", "advert_int 1\n    advert_int 2", "advert_int 2"],
  ])("mend %s", (_what, written, wanted) => {
    expect(mended(instance(written)).text).toBe(instance(wanted));
  });

  it("keep what else is on the line, and lines that are not theirs", () => {
    const text = instance("preempt_delay 10 # long", "nopreempt").replaceAll("\n", "\r\n");
    expect(mended(text).text).toBe(instance(" # long", "nopreempt").replaceAll("\n", "\r\n"));
  });

  it("do not touch text that stands elsewhere", () => {
    const text = `$N=0\n${instance("garp_master_repeat $N")}`;
    expect(mended(text).text).toBe(text);
  });
});

describe("edits", () => {
  it("change nothing outside of them", () => {
    const line = fc.string({ maxLength: 12 }).map((text) => text.replace(/[\r\n]/g, ""));
    const anywhere = fc.tuple(fc.nat(12), fc.nat(12), fc.nat(6), fc.constantFrom("", "x", "longer text"));
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), fc.array(anywhere), (lines, places) => {
        const edits = places.map(([a, b, at, text]): Edit => {
          const [column, endColumn] = [Math.min(a, b) + 1, Math.max(a, b) + 1];
          return { span: { file: "f", line: at + 1, column, endColumn }, text };
        });
        const { text } = applyEdits(lines.join("\n"), edits);
        const touched = new Set(edits.map(({ span }) => span.line));
        const after = text.split("\n");
        expect(after).toHaveLength(lines.length);
        for (const [at, written] of lines.entries()) {
          if (!touched.has(at + 1)) expect(after[at]).toBe(written);
          const own = edits.filter(
            ({ span }) => span.line === at + 1 && span.endColumn <= written.length + 1,
          );
          const first = Math.min(...own.map(({ span }) => span.column), written.length + 1) - 1;
          expect(after[at]?.startsWith(written.slice(0, first))).toBe(true);
        }
      }),
    );
  });
});
