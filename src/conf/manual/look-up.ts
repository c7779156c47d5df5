import { didYouMean } from "../did-you-mean.ts";
import { everyPlace, type ManualPlace, nameOf } from "./places.ts";

/** What a question leads to. */
export type LookUp =
  | { readonly kind: "found"; readonly place: ManualPlace }
  /** The word stands in several places that differ. */
  | { readonly kind: "several"; readonly places: readonly ManualPlace[] }
  /** Nothing has that name; the paths are what may be meant. */
  | { readonly kind: "unknown"; readonly near: readonly string[] };

/**
 * Finds the entry that `question` names: a whole path (`vrrp_instance/priority`), its end (`url/path`), or a single
 * word (`preempt_delay`). A keyword wins over a word inside a list that has the same name.
 */
export function lookUp(question: string): LookUp {
  const wanted = question.replace(/\/+$/, "").replace(/^\/+/, "");
  const all = everyPlace();
  const exact = all.find((place) => place.path === wanted) ?? preprocessorPlace(wanted);
  if (exact) return { kind: "found", place: exact };
  for (const same of [identical, withoutCase]) {
    const matching = all.filter((place) => endsWith(place.path, { end: wanted, same }));
    const keywords = matching.filter((place) => place.kind !== "token");
    const found = keywords.length > 0 ? keywords : matching;
    const [first] = found;
    if (first !== undefined)
      return found.length === 1 ? { kind: "found", place: first } : { kind: "several", places: found };
  }
  return { kind: "unknown", near: nearTo(wanted) };
}

/** `@ID`, `$NAME` and the like stand for whatever a file has in their place. */
function preprocessorPlace(wanted: string): ManualPlace | undefined {
  const name = /^@\^/.test(wanted)
    ? "@^ID"
    : wanted.startsWith("@")
      ? "@ID"
      : /^\$\w+=/.test(wanted)
        ? "$NAME="
        : /^\$(?!\{_)/.test(wanted)
          ? "$NAME"
          : /^\$\{_[A-Z]+/.exec(wanted)?.[0].concat("}");
  return everyPlace().find((place) => place.kind === "preprocessor" && place.path === name);
}

function identical(a: string, b: string): boolean {
  return a === b;
}

function withoutCase(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function endsWith(
  path: string,
  by: { readonly end: string; readonly same: (a: string, b: string) => boolean },
): boolean {
  const { end, same } = by;
  return end !== "" && (same(path, end) || same(path.slice(-end.length - 1), `/${end}`));
}

/** What may be meant: the word in another block, a word like it in the block that is named, or in one named alike. */
function nearTo(wanted: string): readonly string[] {
  const parts = wanted.split("/");
  const last = parts[parts.length - 1] ?? "";
  const within = parts.slice(0, -1).join("/");
  const all = everyPlace();
  const keywords = all.filter((place) => place.kind === "keyword");
  const inside = (block: string): readonly ManualPlace[] =>
    all.filter((place) =>
      endsWith(place.path.slice(0, -nameOf(place).length - 1), { end: block, same: withoutCase }),
    );
  const known = within === "" ? [] : inside(within);
  if (within !== "" && known.length === 0) {
    const block = didYouMean(within, keywords.map((place) => place.path).concat(keywords.map(nameOf)));
    const there = block === undefined ? [] : alike(last, inside(block));
    if (there.length > 0) return there;
  }
  for (const candidates of [known, keywords, all]) {
    const found = alike(last, candidates);
    if (found.length > 0) return found;
  }
  return [];
}

/** The paths of the places with this name, or else with the name most like it. */
function alike(name: string, places: readonly ManualPlace[]): readonly string[] {
  const same = places.filter((place) => withoutCase(nameOf(place), name));
  const near = same.length > 0 ? undefined : didYouMean(name, places.map(nameOf));
  return (same.length > 0 ? same : places.filter((place) => nameOf(place) === near)).map(({ path }) => path);
}
