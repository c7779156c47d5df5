import { describe, expect, it } from "vitest";
import { loadConfiguration } from "../../src/conf/load-configuration.ts";
import { load, memoryReader } from "./configuration.ts";
import { type KeywordFact, keywordFacts, tokenFacts } from "./keyword-facts.ts";
import { sampleOf } from "./keyword-samples.ts";
import { directiveSample, tokenSample } from "./token-samples.ts";

/** What a text means, without the lines it stands on. */
function meaning(text: string): string {
  return JSON.stringify(load(text).config, (key, value: unknown) => (key === "at" ? undefined : value));
}

/** Findings that say that a word is not known. */
const UNKNOWN = new Set([
  "unknown-keyword",
  "unknown-route-word",
  "unknown-rule-word",
  "unknown-address-word",
  "unknown-track-option",
  "unknown-peer-option",
]);

function unknownWords(text: string): readonly string[] {
  return load(text)
    .diagnostics.filter(({ code }) => UNKNOWN.has(code))
    .map(({ message }) => message);
}

const title = ({ path, name }: KeywordFact) => ({ path: path === "" ? "top level" : path, name });

describe("every keyword of keepalived's table", () => {
  it.each(keywordFacts.map((fact) => ({ ...title(fact), fact })))(
    "$path $name is known, and changes the typed configuration",
    ({ fact }) => {
      const sample = sampleOf(fact);
      expect(unknownWords(sample.with)).toEqual([]);
      expect(meaning(sample.with)).not.toBe(meaning(sample.without));
    },
  );

  it.each(
    keywordFacts
      .filter(({ status }) => status.startsWith("deprecated"))
      .map((fact) => ({ ...title(fact), fact })),
  )("$path $name is said to be out of date", ({ fact }) => {
    const codes = load(sampleOf(fact).with).diagnostics.map(({ code }) => code);
    expect(codes).toContain("deprecated");
  });
});

describe("every word of keepalived's entry lines", () => {
  it.each(tokenFacts.filter(({ path }) => path !== "PREPROCESSOR"))(
    "$path $name is known, and changes the typed configuration",
    (fact) => {
      const sample = tokenSample(fact);
      expect(unknownWords(sample.with)).toEqual([]);
      expect(meaning(sample.with)).not.toBe(meaning(sample.without));
    },
  );
});

describe("every directive of keepalived's preprocessor", () => {
  it.each(tokenFacts.filter(({ path }) => path === "PREPROCESSOR"))("$name is followed", (fact) => {
    const { text, routerId } = directiveSample(fact);
    const read = memoryReader({ "main.conf": text, "part.conf": "router_id included\n" });
    const options = { configId: "host", environment: { HOME: "/root" }, compat: "latest" } as const;
    const { config } = loadConfiguration({ root: "main.conf", read, options });
    expect(config.global.routerId).toBe(routerId);
  });
});
