import type { EntryToken, Keyword } from "../../grammar/keyword.ts";
import { preprocessorTokens } from "../../grammar/preprocessor.ts";
import { vocabulary } from "../../grammar/vocabulary.ts";
import { entryTokensOf } from "../features/place.ts";

/** Something the manual has an entry for; `path` leads to it from the top level, as in `vrrp_instance/priority`. */
export type ManualPlace = KeywordPlace | TokenPlace | PreprocessorPlace;

/** A keyword of a block. */
export interface KeywordPlace {
  readonly kind: "keyword";
  readonly path: string;
  readonly keyword: Keyword;
}

/** A word inside the lines of a list. */
export interface TokenPlace {
  readonly kind: "token";
  readonly path: string;
  readonly token: EntryToken;
  /** The keyword of the list. */
  readonly list: Keyword;
}

/** What is read before keywords are. */
export interface PreprocessorPlace {
  readonly kind: "preprocessor";
  readonly path: string;
  readonly token: EntryToken;
}

let places: readonly ManualPlace[] | undefined;

/** Everything the language knows, in the order of the vocabulary. */
export function everyPlace(): readonly ManualPlace[] {
  places ??= [
    ...[...vocabulary.values()].flatMap((block) =>
      block.keywords.flatMap((keyword) => keywordPlaces(block.path, keyword)),
    ),
    ...preprocessorTokens.tokens.map(
      (token): ManualPlace => ({ kind: "preprocessor", path: token.name, token }),
    ),
  ];
  return places;
}

function keywordPlaces(block: string, keyword: Keyword): readonly ManualPlace[] {
  const path = block === "" ? keyword.name : `${block}/${keyword.name}`;
  // A block may have the name of a list elsewhere, as track_file has.
  const words = keyword.value.kind === "block" ? [] : entryTokensOf(keyword.name);
  const tokens = words.map(
    (token): ManualPlace => ({ kind: "token", path: `${path}/${token.name}`, token, list: keyword }),
  );
  return [{ kind: "keyword", path, keyword }, ...tokens];
}

/** The entries right inside a block or list. */
export function placesInside(path: string): readonly ManualPlace[] {
  return everyPlace().filter(
    (place) =>
      place.path.startsWith(`${path}/`) &&
      !place.path.slice(path.length + 1).includes("/") &&
      place.kind !== "preprocessor",
  );
}

/** The last part of a path: the word itself. */
export function nameOf(place: ManualPlace): string {
  return place.kind === "keyword" ? place.keyword.name : place.token.name;
}
