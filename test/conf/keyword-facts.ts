import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * One row of the table of keepalived's language: a keyword of a block, a word inside the lines of a list, or a
 * directive of the preprocessor. "" stands for nothing; the top level has the empty path.
 */
export interface KeywordFact {
  readonly path: string;
  readonly name: string;
  readonly kind: "block" | "value" | "flag" | "list" | "script" | "token" | "directive" | "predefined";
  /** The arguments, in the notation of the manual. */
  readonly syntax: string;
  readonly default: string;
  /** The first release with it; "?" when that is not known. */
  readonly since: string;
  readonly in227: boolean;
  /** `deprecated→NEW`, `alias→NAME`, `no-effect` or nothing. */
  readonly status: string;
}

function readFacts(): readonly KeywordFact[] {
  const path = fileURLToPath(new URL("keyword-facts.tsv", import.meta.url));
  const [, ...lines] = readFileSync(path, "utf8").trimEnd().split("\n");
  return lines.map((line) => {
    const [
      block = "",
      name = "",
      kind = "",
      syntax = "",
      fallback = "",
      since = "",
      in227 = "",
      status = "",
    ] = line.split("\t");
    return {
      path: block,
      name,
      kind: kind as KeywordFact["kind"],
      syntax,
      default: fallback,
      since,
      in227: in227 === "y",
      status,
    };
  });
}

const facts = readFacts();

/** The 531 keywords of blocks. */
export const keywordFacts: readonly KeywordFact[] = facts.filter(
  ({ path }) => !path.includes("{") && path !== "PREPROCESSOR",
);

/** The words of entry lines and the preprocessor's directives. */
export const tokenFacts: readonly KeywordFact[] = facts.filter(
  ({ path }) => path.includes("{") || path === "PREPROCESSOR",
);
