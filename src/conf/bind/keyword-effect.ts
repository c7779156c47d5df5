import type { EntryToken, Keyword } from "../../grammar/keyword.ts";
import type { Word } from "../tree.ts";
import { type BindContext, tell } from "./context.ts";

/** Says of a keyword that does not work, or a word inside a list, what becomes of it and why. */
export function tellEffect(context: BindContext, word: Word, entry: Keyword | EntryToken): void {
  const { effect } = entry;
  if (effect === undefined || effect === "works") return;
  if (effect === "accepted") {
    tell(context, word, {
      code: "not-yet-supported",
      severity: entry.status?.kind === "no-effect" ? "hint" : "warning",
      message: `${word.text} is accepted but has no effect in this version of locum`,
      help: `what it would do: ${entry.meaning}`,
    });
    return;
  }
  const refused = effect.kind === "refused";
  tell(context, word, {
    code: "without-effect",
    severity: "warning",
    message: `${word.text} is ${refused ? "refused" : "accepted without effect"}: ${effect.why}`,
    help: `what it does in keepalived: ${entry.meaning}`,
  });
}
