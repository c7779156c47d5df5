import { failed, ok, type Result } from "../base/result.ts";

/** Whether an option takes a value: never, always (the next word will do), or only when it is glued on. */
export type OptionArity = "none" | "required" | "attached";

/** One option of a program that reads its command line with getopt_long(3). */
export interface OptionSpecification {
  readonly long: string;
  readonly short?: string;
  readonly arity: OptionArity;
}

/** What was written, in order, with the value where there is one. */
export interface ParsedOption {
  readonly long: string;
  readonly value?: string;
}

/** A whole command line: its options in order and the words that are none. */
export interface ParsedCommandLine {
  readonly options: readonly ParsedOption[];
  readonly operands: readonly string[];
}

/** An option that cannot be taken, as getopt_long names the problem. */
export interface OptionError {
  readonly kind: "unknown" | "missing-value" | "unwanted-value" | "ambiguous";
  readonly option: string;
}

/**
 * Splits a command line as getopt_long(3) does: clusters (`-nlD`), glued values (`-fFILE`), `--long=VALUE`, unique
 * abbreviations of long options, operands anywhere, `--` ends the options.
 */
export function parseOptions(
  words: readonly string[],
  specification: readonly OptionSpecification[],
): Result<ParsedCommandLine, OptionError> {
  const options: ParsedOption[] = [];
  const operands: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string;
    if (word === "--") {
      operands.push(...words.slice(at + 1));
      break;
    }
    if (!word.startsWith("-") || word === "-") {
      operands.push(word);
      continue;
    }
    const taken = word.startsWith("--")
      ? takeLong(word, words[at + 1], specification)
      : takeCluster(word, words[at + 1], specification);
    if (!taken.ok) return taken;
    options.push(...taken.value.options);
    if (taken.value.usedNext) at++;
  }
  return ok({ options, operands });
}

interface Taken {
  readonly options: readonly ParsedOption[];
  readonly usedNext: boolean;
}

function takeLong(
  word: string,
  next: string | undefined,
  specification: readonly OptionSpecification[],
): Result<Taken, OptionError> {
  const equals = word.indexOf("=");
  const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
  const value = equals < 0 ? undefined : word.slice(equals + 1);
  const exact = specification.find((option) => option.long === name);
  const candidates = exact ? [exact] : specification.filter((option) => option.long.startsWith(name));
  const option = candidates[0];
  if (option === undefined) return failed({ kind: "unknown", option: word });
  if (candidates.length > 1) return failed({ kind: "ambiguous", option: word });
  if (option.arity === "none") {
    if (value !== undefined) return failed({ kind: "unwanted-value", option: `--${option.long}` });
    return ok({ options: [{ long: option.long }], usedNext: false });
  }
  if (value !== undefined) return ok({ options: [{ long: option.long, value }], usedNext: false });
  if (option.arity === "attached") return ok({ options: [{ long: option.long }], usedNext: false });
  if (next === undefined) return failed({ kind: "missing-value", option: `--${option.long}` });
  return ok({ options: [{ long: option.long, value: next }], usedNext: true });
}

function takeCluster(
  word: string,
  next: string | undefined,
  specification: readonly OptionSpecification[],
): Result<Taken, OptionError> {
  const options: ParsedOption[] = [];
  for (let at = 1; at < word.length; at++) {
    const letter = word[at] as string;
    const option = specification.find((candidate) => candidate.short === letter);
    if (option === undefined) return failed({ kind: "unknown", option: `-${letter}` });
    if (option.arity === "none") {
      options.push({ long: option.long });
      continue;
    }
    const glued = word.slice(at + 1);
    if (glued !== "") options.push({ long: option.long, value: glued });
    else if (option.arity === "attached") options.push({ long: option.long });
    else if (next === undefined) return failed({ kind: "missing-value", option: `-${letter}` });
    else return ok({ options: [...options, { long: option.long, value: next }], usedNext: true });
    return ok({ options, usedNext: false });
  }
  return ok({ options, usedNext: false });
}
