import { type BindContext, tell } from "./context.ts";
import type { Setting } from "./setting.ts";

/**
 * The value of a keyword of which keepalived takes the first line, not the last: each further one is told, with
 * keepalived's text (`%v` is the value).
 */
export function firstOf(
  context: BindContext,
  { settings, text }: { readonly settings: readonly Setting[]; readonly text: string },
): string | undefined {
  const [first, ...others] = settings;
  for (const { words, keyword } of others) {
    const [word] = words;
    if (!word) continue;
    tell(context, word, {
      code: "value-already-set",
      severity: "error",
      message: `${keyword.name} is ${first?.words[0]?.text ?? ""} already, so this line has no effect`,
      help: "remove one of the two lines",
      texts: [text.replace("%v", () => word.text)],
    });
  }
  return first?.words[0]?.text;
}
