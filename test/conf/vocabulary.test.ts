import { describe, expect, it } from "vitest";
import { keywordsOf, vocabulary } from "../../src/grammar/vocabulary.ts";

const blocks = [...vocabulary.values()];
const keywords = blocks.flatMap((block) => block.keywords.map((keyword) => ({ path: block.path, keyword })));

describe("the vocabulary", () => {
  it("has every keyword of keepalived's", () => {
    expect(keywords).toHaveLength(531);
  });

  it("names each keyword of a block once", () => {
    for (const block of blocks) {
      const names = block.keywords.map((keyword) => keyword.name);
      expect(new Set(names).size, block.path).toBe(names.length);
    }
  });

  it("has a vocabulary for every block it names", () => {
    const missing = keywords.filter(
      ({ keyword }) => keyword.value.kind === "block" && keywordsOf(keyword.value.block) === undefined,
    );
    expect(missing).toEqual([]);
  });

  it("points from what is out of date to something", () => {
    const silent = keywords.filter(
      ({ keyword }) => keyword.status?.kind === "deprecated" && keyword.status.use === "",
    );
    expect(silent).toEqual([]);
  });

  it.each(
    keywords.filter(({ keyword }) => keyword.value.kind === "integer" || keyword.value.kind === "decimal"),
  )("$path/$keyword.name has a range that holds something", ({ keyword }) => {
    const { value } = keyword;
    if (value.kind !== "integer" && value.kind !== "decimal") throw new Error("not a number");
    expect(value.min).toBeLessThan(value.max);
  });

  it.each(keywords)("$path/$keyword.name says what it does", ({ keyword }) => {
    expect(keyword.meaning).toMatch(/^\S.{3,}$/);
    expect(keyword.meaning).not.toContain("\n");
  });
});
