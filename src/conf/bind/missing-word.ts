import type { Word } from "../tree.ts";
import type { Finding } from "./context.ts";

/** keepalived ends on the spot where a word wants another after it and the line, of these words, is over. */
export function missingWord(words: readonly Word[]): Finding {
  const last = words[words.length - 1]?.text ?? "";
  return {
    code: "missing-value",
    severity: "error",
    message: `a word is missing after ${last}`,
    help: "complete the line, or remove it; keepalived stops here and reads nothing further",
    fatal: 2,
    texts: [
      `*** Configuration line starting \`${words[0]?.text ?? ""}\` is missing a parameter after keyword \`${last}\` at word position ${words.length + 1}`,
    ],
    exitCode: 2,
  };
}
