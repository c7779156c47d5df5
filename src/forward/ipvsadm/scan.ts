import { longSwitches, type Switch, type SwitchName, shortSwitches } from "./vocabulary.ts";

/** One option found on the command line, or why there is none: the word that is at fault. */
export type Scanned =
  | { readonly kind: "switch"; readonly name: SwitchName; readonly word: string; readonly value?: string }
  | { readonly kind: "unknown"; readonly word: string }
  | { readonly kind: "missing argument"; readonly word: string };

/** The options in order, and the words that are none. */
export interface Scan {
  readonly found: readonly Scanned[];
  readonly rest: readonly string[];
}

/**
 * Takes a command line apart the way popt does it for ipvsadm: clusters of letters, `-w5`, `-w=5`, `--weight 5`,
 * `--weight=5`, no abbreviations, `--` ends the options. A required value takes the next word whatever it looks like;
 * an optional one only when it does not begin with `-`. What follows a fault is not looked at.
 */
export function scan(words: readonly string[]): Scan {
  const found: Scanned[] = [];
  const rest: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (word === "--") {
      rest.push(...words.slice(at + 1));
      break;
    }
    if (!word.startsWith("-") || word === "-") {
      rest.push(word);
      continue;
    }
    const next = words[at + 1];
    const taken = word.startsWith("--") ? scanLong(word, next) : scanCluster(word, next);
    found.push(...taken.found);
    if (found.at(-1)?.kind !== "switch") break;
    if (taken.tookNext) at++;
  }
  return { found, rest };
}

interface Taken {
  readonly found: readonly Scanned[];
  readonly tookNext: boolean;
}

function scanLong(word: string, next: string | undefined): Taken {
  const equals = word.indexOf("=");
  const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
  const option = Object.hasOwn(longSwitches, name) ? longSwitches[name] : undefined;
  if (option === undefined) return { found: [{ kind: "unknown", word }], tookNext: false };
  const attached = equals < 0 ? undefined : word.slice(equals + 1);
  return withValue(option, { word, attached, next });
}

function scanCluster(word: string, next: string | undefined): Taken {
  const found: Scanned[] = [];
  for (let at = 1; at < word.length; at++) {
    const letter = word[at] ?? "";
    const option = Object.hasOwn(shortSwitches, letter) ? shortSwitches[letter] : undefined;
    if (option === undefined) return { found: [...found, { kind: "unknown", word }], tookNext: false };
    if (option.argument === "none") {
      found.push({ kind: "switch", name: option.name, word: `-${letter}` });
      continue;
    }
    const remainder = word.slice(at + 1);
    const attached = remainder === "" ? undefined : remainder.replace(/^=/, "");
    const taken = withValue(option, { word: attached === undefined ? word : `-${letter}`, attached, next });
    return { found: [...found, ...taken.found], tookNext: taken.tookNext };
  }
  return { found, tookNext: false };
}

function withValue(
  option: Switch,
  from: { readonly word: string; readonly attached: string | undefined; readonly next: string | undefined },
): Taken {
  const { name } = option;
  const { word, attached, next } = from;
  if (option.argument === "none") return { found: [{ kind: "switch", name, word }], tookNext: false };
  if (attached !== undefined)
    return { found: [{ kind: "switch", name, word, value: attached }], tookNext: false };
  if (option.argument === "maybe" && (next === undefined || next.startsWith("-"))) {
    return { found: [{ kind: "switch", name, word }], tookNext: false };
  }
  if (next === undefined) return { found: [{ kind: "missing argument", word }], tookNext: false };
  return { found: [{ kind: "switch", name, word, value: next }], tookNext: true };
}
