import { describe, expect, it } from "vitest";
import { ebnf } from "../../src/conf/manual/ebnf.ts";
import { vocabulary } from "../../src/grammar/vocabulary.ts";

/** The tokens of EBNF; comments, `? ... ?` and strings are whole. */
const TOKEN = /\(\*[\s\S]*?\*\)|"[^"]*"|'[^']*'|\?[^?]*\?|[A-Za-z][A-Za-z0-9-]*|[=|,;(){}[\]-]/g;

const text = ebnf();
const tokens = (text.match(TOKEN) ?? []).filter((token) => !token.startsWith("(*"));

/** The rules as lists of tokens, by name. */
function rules(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (let at = 0; at < tokens.length; ) {
    const end = tokens.indexOf(";", at);
    expect(tokens[at + 1], `what follows ${tokens[at]}`).toBe("=");
    expect(found.has(tokens[at] ?? ""), `two rules ${tokens[at]}`).toBe(false);
    found.set(tokens[at] ?? "", tokens.slice(at + 2, end));
    at = end + 1;
  }
  return found;
}

describe("the grammar on paper", () => {
  it("consists of nothing but rules", () => {
    expect(text.replace(TOKEN, "").trim()).toBe("");
    expect(rules().size).toBeGreaterThan(vocabulary.size);
  });

  it("has a rule for every name it uses, and balanced brackets", () => {
    const all = rules();
    for (const [name, body] of all) {
      const used = body.filter((token) => /^[A-Za-z]/.test(token));
      expect(
        used.filter((each) => !all.has(each)),
        `names in ${name}`,
      ).toEqual([]);
      for (const [open, close] of ["()", "{}", "[]"])
        expect(body.filter((token) => token === open).length, `${open} in ${name}`).toBe(
          body.filter((token) => token === close).length,
        );
    }
  });

  it("uses every rule", () => {
    const all = rules();
    const used = new Set([...all.values()].flat());
    expect([...all.keys()].filter((name) => !used.has(name))).toEqual(["file", "configuration"]);
  });

  it("has every keyword", () => {
    for (const block of vocabulary.values())
      for (const { name } of block.keywords) expect(tokens).toContain(`"${name}"`);
  });
});
