import { describe, expect, it } from "vitest";
import { addressTokens } from "../../src/grammar/address-tokens.ts";
import type { EntryGrammar, KeywordStatus, ValueShape } from "../../src/grammar/keyword.ts";
import { lvsSyncDaemonTokens } from "../../src/grammar/lvs-sync-daemon-tokens.ts";
import { preprocessorTokens } from "../../src/grammar/preprocessor.ts";
import { routeTokens } from "../../src/grammar/route-tokens.ts";
import { ruleTokens } from "../../src/grammar/rule-tokens.ts";
import { trackTokens } from "../../src/grammar/track-tokens.ts";
import { unicastPeerTokens } from "../../src/grammar/unicast-peer-tokens.ts";
import { useVmacTokens } from "../../src/grammar/use-vmac-tokens.ts";
import { virtualServerGroupTokens } from "../../src/grammar/virtual-server-group-tokens.ts";
import { keywordsOf, vocabulary } from "../../src/grammar/vocabulary.ts";
import { type KeywordFact, keywordFacts, tokenFacts } from "./keyword-facts.ts";

const blocks = [...vocabulary.values()];
const keywords = blocks.flatMap((block) => block.keywords.map((keyword) => ({ path: block.path, keyword })));

/** What a keyword of each kind may look like. */
const SHAPES: Readonly<Record<KeywordFact["kind"], readonly ValueShape["kind"][]>> = {
  block: ["block", "entries"],
  list: ["entries"],
  flag: ["none", "boolean", "words"],
  script: ["command"],
  value: ["words", "word", "integer", "decimal", "enum", "address", "endpoint", "interface"],
  token: [],
  directive: [],
  predefined: [],
};

/** Values that may be left out though their notation does not begin with a bracket. */
const OPTIONAL = new Set([
  "lvs_timeouts",
  "vrrp_ipsets",
  "include_check",
  "use_vmac",
  "use_ipvlan",
  "init_file",
]);

/** Where 2.2.7 reads a wider range than the manual gives (its messages name it), and takes the nearest that will do. */
const WIDER: Readonly<Record<string, readonly [number, number]>> = {
  "global_defs/vrrp_rt_priority": [0, 4294967295],
  "global_defs/checker_rt_priority": [0, 4294967295],
  "global_defs/bfd_rt_priority": [0, 4294967295],
  "virtual_server/weight": [1, 2147483647],
  "virtual_server/real_server/weight": [0, 2147483647],
};

function statusText(status: KeywordStatus | undefined): string {
  switch (status?.kind) {
    case undefined:
      return "";
    case "deprecated":
      return `deprecated→${status.use}`;
    case "alias":
      return `alias${status.of === "" ? "" : `→${status.of}`}`;
    case "no-effect":
      return "no-effect";
    case "own":
      return "own";
  }
}

const TOKENS = [
  addressTokens,
  routeTokens,
  ruleTokens,
  virtualServerGroupTokens,
  unicastPeerTokens,
  trackTokens,
  useVmacTokens,
  lvsSyncDaemonTokens,
];

/** The grammar that describes the lines a row of the table belongs to. */
function grammarOf({ path }: KeywordFact): EntryGrammar {
  if (path === "PREPROCESSOR") return preprocessorTokens;
  if (path.startsWith("*track_")) return trackTokens;
  const found = TOKENS.find(({ lists }) => lists.some((list) => path.includes(list)));
  if (!found) throw new Error(`no grammar describes ${path}`);
  return found;
}

describe("the vocabulary", () => {
  it("has every keyword of keepalived's, and no other but those marked as locum's own", () => {
    const names = (all: readonly { path: string; name: string }[]) =>
      all.map(({ path, name }) => `${path}/${name}`).sort();
    const theirs = keywords.filter(({ keyword }) => keyword.status?.kind !== "own");
    expect(names(theirs.map(({ path, keyword }) => ({ path, name: keyword.name })))).toEqual(
      names(keywordFacts),
    );
  });

  it("says of each keyword what keepalived's manual and source say", () => {
    const ours = keywordFacts.map(({ path, name }) => {
      const keyword = keywordsOf(path)?.get(name);
      if (!keyword) throw new Error(`${path}/${name} is not in the vocabulary`);
      const { syntax, default: fallback, since, in227, status } = keyword;
      return { path, name, syntax, default: fallback, since, in227, status: statusText(status) };
    });
    const wanted = keywordFacts.map(({ kind: _kind, since, ...fact }) => ({
      ...fact,
      since: since === "?" ? "" : since,
    }));
    expect(ours).toEqual(wanted);
  });

  it.each(keywordFacts)("$path $name has a shape of its kind", ({ path, name, kind, syntax }) => {
    const keyword = keywordsOf(path)?.get(name);
    expect(SHAPES[kind]).toContain(keyword?.value.kind);
    if (kind === "block") expect(["block", "entries"]).toContain(keyword?.value.kind);
    const optional = syntax === "" || /^\[[^\]]*(?:\[[^\]]*\][^\]]*)*\]$/.test(syntax) || kind === "list";
    if (kind === "value" && !optional && !OPTIONAL.has(name)) expect(keyword?.needs).toBeGreaterThan(0);
    if (kind === "flag" || syntax === "") expect(keyword?.needs).toBe(0);
  });

  it.each(keywordFacts.filter(({ syntax }) => /(?:^|\s)-?\d+(?:\.\d+)?\.\.\d/.test(syntax)))(
    "$path/$name has the range $syntax",
    ({ path, name, syntax }) => {
      const shape = keywordsOf(path)?.get(name)?.value;
      if (shape?.kind !== "integer" && shape?.kind !== "decimal") return;
      const [, low, high] = /(-?\d+(?:\.\d+)?)\.\.(\d+(?:\.\d+)?)(?![\d^])/.exec(syntax) ?? [];
      const wider = WIDER[`${path}/${name}`];
      if (low === undefined) return;
      expect([shape.min, shape.max]).toEqual(wider ?? [Number(low), Number(high)]);
    },
  );

  it.each(tokenFacts)("$path has the word $name", (fact) => {
    const token = grammarOf(fact).tokens.find(({ name }) => name === fact.name);
    expect(token).toMatchObject({
      syntax: fact.syntax,
      default: fact.default,
    });
    expect(statusText(token?.status)).toBe(fact.status);
  });

  it("has no word that keepalived has not", () => {
    const count = [...new Set(tokenFacts.map(grammarOf))].reduce((sum, each) => sum + each.tokens.length, 0);
    expect(count).toBe(tokenFacts.length);
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
