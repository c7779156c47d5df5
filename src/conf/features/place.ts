import { addressTokens } from "../../grammar/address-tokens.ts";
import type { BlockGrammar, EntryGrammar, EntryToken, Keyword } from "../../grammar/keyword.ts";
import { lvsSyncDaemonTokens } from "../../grammar/lvs-sync-daemon-tokens.ts";
import { routeTokens } from "../../grammar/route-tokens.ts";
import { ruleTokens } from "../../grammar/rule-tokens.ts";
import { trackTokens } from "../../grammar/track-tokens.ts";
import { unicastPeerTokens } from "../../grammar/unicast-peer-tokens.ts";
import { useVmacTokens } from "../../grammar/use-vmac-tokens.ts";
import { virtualServerGroupTokens } from "../../grammar/virtual-server-group-tokens.ts";
import { keywordsOf, vocabulary } from "../../grammar/vocabulary.ts";
import type { Statement, VariableDefinition } from "./outline.ts";
import type { WrittenWord } from "./written-line.ts";

/** Which vocabulary counts at a place. */
export type Place =
  /** Keywords of the block with this path; the empty path is the top level. */
  | { readonly kind: "block"; readonly path: string }
  /** Entries of the list `keyword`, which stands in the block `path`. */
  | { readonly kind: "list"; readonly path: string; readonly keyword: string }
  /** Inside a block that no vocabulary knows. */
  | { readonly kind: "unknown" };

/** Where a file or a definition's value begins, which its own text does not tell. */
export interface Beginnings {
  /** The place at which the file is included; the top level for the main file. */
  readonly file: Place;
  /** The place at which a multi-line definition is used. */
  readonly definition: (definition: VariableDefinition) => Place;
}

/** The top level of a file. */
export const topLevel: Place = { kind: "block", path: "" };

/** The place inside the block of `statement`; without one, where its file or definition begins. */
export function placeInside(
  statement: Statement | undefined,
  from: { readonly scope?: VariableDefinition | undefined; readonly beginnings: Beginnings },
): Place {
  const { scope, beginnings } = from;
  if (!statement) return scope ? beginnings.definition(scope) : beginnings.file;
  return placeWithin(placeInside(statement.parent, from), statement.words);
}

/** The place inside the block that these words open at `around`. */
export function placeWithin(around: Place, words: readonly WrittenWord[]): Place {
  const keyword = keywordAt(around, words[0]?.text ?? "");
  if (!keyword || around.kind !== "block") return { kind: "unknown" };
  if (keyword.value.kind === "block") return { kind: "block", path: keyword.value.block };
  if (keyword.value.kind !== "entries") return { kind: "unknown" };
  return { kind: "list", path: around.path, keyword: keyword.name };
}

/** The place at which a statement stands. */
export function placeOfStatement(statement: Statement, beginnings: Beginnings): Place {
  return placeInside(statement.parent, { scope: statement.scope, beginnings });
}

/** The keyword called `name` at a place; undefined in a list, and for a word that is none. */
export function keywordAt(place: Place, name: string): Keyword | undefined {
  return place.kind === "block" ? keywordsOf(place.path)?.get(name) : undefined;
}

/** The vocabulary of a block; undefined for other places. */
export function grammarAt(place: Place): BlockGrammar | undefined {
  return place.kind === "block" ? vocabulary.get(place.path) : undefined;
}

const entryGrammars: readonly EntryGrammar[] = [
  addressTokens,
  lvsSyncDaemonTokens,
  routeTokens,
  ruleTokens,
  trackTokens,
  unicastPeerTokens,
  useVmacTokens,
  virtualServerGroupTokens,
];

/** The words that may stand in an entry of a list, or after a keyword that takes such words. */
export function entryTokensOf(list: string): readonly EntryToken[] {
  return entryGrammars.find((grammar) => grammar.lists.includes(list))?.tokens ?? [];
}

/** True for a token to be written as it is; `NAME`, `ADDR` and the like stand for something. */
export function isLiteralToken(token: EntryToken): boolean {
  return /[a-z]/.test(token.name);
}
