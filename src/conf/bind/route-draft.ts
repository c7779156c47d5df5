import type { Word } from "../tree.ts";
import type { EntryLine } from "./entry-line.ts";

/** What helps where addresses of both families stand in a route. */
export const ONE_FAMILY = "write addresses of one family in a route";

/** What a line of routes says so far. */
export interface RouteDraft {
  family?: 4 | 6;
  /** As it is written. */
  destination?: Word;
  via?: true;
  device?: true;
  /** `or` made two next hops of `via` and itself. */
  hops?: true;
  protocol?: Word;
  noTrack?: true;
  group?: Word;
}

/** Whether a list is one of the file or of an instance; groups follow only the former. */
export type ListKind = "static" | "virtual";

/** A line of routes as it is read. */
export interface RouteReading {
  readonly line: EntryLine;
  readonly draft: RouteDraft;
  readonly kind: ListKind;
  /** As locum reads it, and not with keepalived's slips. */
  readonly asMeant: boolean;
}

/** Some words count for one family only; the line is then of that. */
export function onlyFor(
  family: 4 | 6,
  {
    line,
    draft,
    word,
    text,
  }: Pick<RouteReading, "line" | "draft"> & { readonly word: Word; readonly text: string },
): void {
  draft.family ??= family;
  if (draft.family === family) return;
  line.clash(word, `${word.text} counts for IPv${family} alone`, { text, help: `leave ${word.text} out` });
}
