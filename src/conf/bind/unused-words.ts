import type { Keyword } from "../../grammar/keyword.ts";
import type { Word } from "../tree.ts";
import { type BindContext, tell } from "./context.ts";

/** How many words a shape uses; undefined where any number may follow. */
function wordsUsed(keyword: Keyword): number | undefined {
  switch (keyword.value.kind) {
    case "none":
      return 0;
    case "boolean":
    case "integer":
    case "decimal":
    case "address":
    case "interface":
      return 1;
    default:
      return undefined;
  }
}

/** keepalived ignores the words after a value in silence; often they are the next keyword, without a line of its own. */
export function tellUnusedWords(
  context: BindContext,
  from: {
    readonly keyword: Keyword;
    readonly words: readonly Word[];
    readonly keywords: ReadonlyMap<string, Keyword>;
  },
): void {
  const used = wordsUsed(from.keyword);
  const first = used === undefined ? undefined : from.words[used];
  const last = from.words[from.words.length - 1];
  if (!first || !last) return;
  const isKeyword = from.keywords.has(first.text);
  tell(
    context,
    { start: first.start, end: last.end },
    {
      code: "unused-words",
      severity: isKeyword ? "warning" : "hint",
      message: `${from.keyword.name} takes ${used === 0 ? "no value" : "one value"}, so what follows it is ignored: ${from.words
        .slice(used)
        .map((word) => word.text)
        .join(" ")}`,
      help: isKeyword
        ? `${first.text} is a keyword: write it on a line of its own`
        : "remove it, or write it as a comment after #",
    },
  );
}
