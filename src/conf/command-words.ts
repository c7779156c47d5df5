/** A command split into its words, or the quote that is never closed. */
export type CommandWords =
  | { readonly kind: "words"; readonly words: readonly string[] }
  | { readonly kind: "open-quote"; readonly quote: string };

const ESCAPES: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  E: "\x1b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/**
 * Splits the value of a script keyword as keepalived does, which is near to, but not the same as a shell
 * (keepalived-syntax.md section 2): single and double quotes group, a backslash escapes. A value that is one quoted
 * string is split once more, so that `"/bin/check -p 80"` has three words.
 */
export function commandWords(text: string): CommandWords {
  const once = split(text);
  if (once.kind === "open-quote" || once.words.length !== 1) return once;
  return /^\s*["']/.test(text) ? split(once.words[0] as string) : once;
}

function split(text: string): CommandWords {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string;
    if (quote === "" && /\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (quote === "" && (character === '"' || character === "'")) {
      quote = character;
      word ??= "";
    } else if (character === quote) {
      quote = "";
    } else if (character === "\\" && at + 1 < text.length) {
      const escaped = readEscape(text, at + 1);
      word = (word ?? "") + escaped.text;
      at = escaped.last;
    } else {
      word = (word ?? "") + character;
    }
  }
  if (quote !== "") return { kind: "open-quote", quote };
  if (word !== undefined) words.push(word);
  return { kind: "words", words };
}

/** The character after a backslash at `at - 1`, and the index of the last character it took. */
function readEscape(text: string, at: number): { readonly text: string; readonly last: number } {
  const rest = text.slice(at);
  const octal = /^[0-7]{1,3}/.exec(rest)?.[0];
  if (octal)
    return { text: String.fromCharCode(Number.parseInt(octal, 8) & 0xff), last: at + octal.length - 1 };
  const hexadecimal = /^x([0-9a-fA-F]{1,2})/.exec(rest);
  if (hexadecimal) {
    return {
      text: String.fromCharCode(Number.parseInt(hexadecimal[1] as string, 16)),
      last: at + hexadecimal[0].length - 1,
    };
  }
  const control = /^c([A-Za-z])/.exec(rest);
  if (control) {
    const code = (control[1] as string).toUpperCase().charCodeAt(0) - 64;
    return { text: String.fromCharCode(code), last: at + 1 };
  }
  const character = text[at] as string;
  return { text: ESCAPES[character] ?? character, last: at };
}
