import type { ValueShape } from "../../src/grammar/keyword.ts";
import { keywordsOf } from "../../src/grammar/vocabulary.ts";
import { type KeywordFact, keywordFacts } from "./keyword-facts.ts";
import { placeOf } from "./keyword-samples.ts";

/** A keyword with a value that it may not like, on line `line` of a configuration that is clean without it. */
export interface OddCase {
  readonly path: string;
  readonly keyword: string;
  readonly value: string;
  readonly line: number;
  readonly text: string;
}

/** Scripts of the places run as root and are checked, so that keepalived has nothing to say of them. */
const HEAD = "global_defs {\nenable_script_security\nscript_user root\n}\n";

const NUMBERS = ["", "abc", "-1", "0", "1.5", "99999999999", "7 extra", "1e3"];

/** Values to try, by the shape of a keyword; "" is no value at all. */
function oddValues(shape: ValueShape): readonly string[] {
  switch (shape.kind) {
    case "none":
      return ["", "extra"];
    case "boolean":
      return ["", "maybe", "off extra", "1"];
    case "integer":
      return [...NUMBERS, String(shape.max), String(shape.max + 1), String(shape.min)];
    case "decimal":
      return [...NUMBERS, String(shape.min), "0.1234567"];
    case "enum":
      return ["", "abc", `${shape.words[0]} extra`];
    case "address":
      return ["", "abc", "192.0.2.300", "fe80::1", "192.0.2.1/24", "192.0.2.1 extra"];
    case "endpoint":
      return ["", "abc", "192.0.2.99", "192.0.2.99 99999", "192.0.2.99 abc", "192.0.2.99 80 extra"];
    case "interface":
      return ["", "nosuch0", "averyveryverylonginterface", "eth0 extra"];
    case "word":
      return ["", "abc", "abc extra"];
    case "words":
      return ["", "abc", "7", "99999999999", "7 extra"];
    case "command":
      return ["", "/nonexistent", '"/bin/true" nosuchuser'];
    case "entries":
    case "block":
      return [];
  }
}

/** Where keywords of these blocks are tried; the other checks take theirs from the same tables. */
const LEFT_OUT = /\/(?:PING_CHECK|SSL_GET|SMTP_CHECK\/host|SSL_GET\/url)$/;

/** Every keyword of 2.2.7 with every value its shape suggests. */
export function oddCases(): readonly OddCase[] {
  return (
    keywordFacts
      // keepalived makes the folder of config_save_dir, even with -t.
      .filter(({ in227, path, name }) => in227 && !LEFT_OUT.test(path) && name !== "config_save_dir")
      .flatMap((fact) => oddValuesOf(fact).map((value) => oddCase(fact, value)))
  );
}

function oddValuesOf(fact: KeywordFact): readonly string[] {
  const shape = keywordsOf(fact.path)?.get(fact.name)?.value;
  return shape ? oddValues(shape) : [];
}

/** One case; exported for the clean text, which has an empty line in place of the keyword. */
export function oddCase(fact: KeywordFact, value: string | undefined): OddCase {
  const place = HEAD + placeOf(fact);
  const line = place.slice(0, place.indexOf("%")).split("\n").length;
  const written = value === undefined ? "" : `${fact.name} ${value}`.trim();
  return {
    path: fact.path,
    keyword: fact.name,
    value: value ?? "(without the keyword)",
    line,
    text: place.replace("%", () => written),
  };
}
