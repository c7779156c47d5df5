import type { Word } from "../tree.ts";
import { type BindContext, tell } from "./context.ts";
import { entriesOf, type Setting } from "./setting.ts";

/** One line of a `track_*` list. */
export interface TrackLine {
  readonly name: string;
  readonly word: Word;
  /** Absent when the line gave none. */
  readonly weight?: number;
  readonly reverse?: boolean;
}

/** How keepalived names the kind of tracker in its messages. */
export interface TrackKind {
  readonly keyword: "track_interface" | "track_script" | "track_file" | "track_process" | "track_bfd";
  /** Largest weight; the smallest is its negative. */
  readonly limit: number;
}

/** Reads the lines of a `track_*` list: `NAME [weight N [reverse|noreverse]]`. Refused lines drop out. */
export function readTrackList(
  context: BindContext,
  from: { readonly settings: readonly Setting[]; readonly kind: TrackKind },
): readonly TrackLine[] {
  const lines: TrackLine[] = [];
  for (const words of from.settings.flatMap(entriesOf)) {
    const [word] = words;
    if (!word) continue;
    if (lines.some((line) => line.name === word.text)) {
      tell(context, word, {
        code: "duplicate-track",
        severity: "warning",
        message: `${word.text} is tracked twice; the second line has no effect`,
        help: "remove one of the lines",
        texts: [`(${context.owner}) duplicate ${from.kind.keyword} ${word.text} - ignoring`],
      });
      continue;
    }
    const line = readTrackLine(context, { words, word, kind: from.kind });
    if (line) lines.push(line);
  }
  return lines;
}

function readTrackLine(
  context: BindContext,
  from: { readonly words: readonly Word[]; readonly word: Word; readonly kind: TrackKind },
): TrackLine | undefined {
  const { words, word, kind } = from;
  const [, option, value, turn] = words;
  if (!option) return { name: word.text, word };
  if (option.text !== "weight") {
    tellOption(context, option, kind, word);
    return undefined;
  }
  if (!value) {
    const what = kind.keyword === "track_interface" ? "track_interface" : kind.keyword.replace("_", " ");
    tell(context, option, {
      code: "missing-weight",
      severity: "error",
      message: `the number after weight is missing for ${word.text}; the line is dropped`,
      help: `write ${word.text} weight N with N from ${-kind.limit} to ${kind.limit}`,
      texts: [`(${context.owner}) weight without value specified for ${what} ${word.text} - ignoring`],
    });
    return undefined;
  }
  const number = readNumber(context, { value, word, kind });
  if (number === undefined) return undefined;
  const known = turn === undefined || turn.text === "reverse" || turn.text === "noreverse";
  if (turn && (!known || isNewerTurn(context, turn, kind))) tellTurn(context, { turn, word, kind });
  if (!known && TEXTS[kind.keyword].dropsLine) return undefined;
  return {
    name: word.text,
    word,
    weight: number,
    ...(turn && known ? { reverse: turn.text === "reverse" } : {}),
  };
}

/** What keepalived 2.2.7 says of the lines of each list; `%n` is the name of what is tracked. */
const TEXTS: Readonly<
  Record<
    TrackKind["keyword"],
    {
      readonly option: string;
      readonly turn: string;
      readonly weight: string;
      /** A word after the weight that it does not know makes it forget the whole line. */
      readonly dropsLine: boolean;
    }
  >
> = {
  track_interface: {
    option: "unknown track_interface %n option",
    turn: "unknown track_interace %n weight option",
    weight: "weight %v for %n must be between %s inclusive. Ignoring...",
    dropsLine: false,
  },
  track_script: {
    option: "unknown track script option",
    turn: "unknown track_script %n weight option",
    weight: "track script %n: weight must be between %s inclusive, ignoring...",
    dropsLine: false,
  },
  track_file: {
    option: "unknown track file option",
    turn: "unknown track file %n weight option",
    weight: "weight for track file %n must be in %s inclusive. Ignoring...",
    dropsLine: true,
  },
  track_process: {
    option: "unknown track process option",
    turn: "unknown track_process %n weight option",
    weight: "weight for track process %n must be in %s inclusive. Ignoring...",
    dropsLine: false,
  },
  track_bfd: {
    option: "unknown track bfd %n option",
    turn: "unknown track bfd %n weight option",
    weight: "weight for track bfd %n must be in %s inclusive. Ignoring...",
    dropsLine: true,
  },
};

/** The largest number that can be written, which is more than may count; keepalived lowers it. */
const MOST_WRITTEN = 254;

/** The weight of a line; undefined when it is refused. */
function readNumber(
  context: BindContext,
  { value, word, kind }: { readonly value: Word; readonly word: Word; readonly kind: TrackKind },
): number | undefined {
  const weight = Number(value.text);
  const whole = /^[+-]?\d+$/.test(value.text);
  const lowers = kind.keyword === "track_interface" || kind.keyword === "track_script";
  if (whole && lowers && Math.abs(weight) === MOST_WRITTEN) {
    tell(context, value, {
      code: "weight-out-of-range",
      severity: "error",
      message: `the weight of ${word.text} is ${weight}, but it must be from ${-kind.limit} to ${kind.limit}; ${Math.sign(weight) * kind.limit} counts instead`,
      help: `write weight ${Math.sign(weight) * kind.limit}`,
      texts: [`(${context.owner}) weight for ${word.text} cannot be +/-254. Setting to +/-253`],
    });
    return Math.sign(weight) * kind.limit;
  }
  if (whole && Math.abs(weight) <= kind.limit) return weight;
  const span = `[${-kind.limit}..${kind.limit}]`;
  const most = kind.keyword === "track_bfd" ? kind.limit : MOST_WRITTEN;
  const text = TEXTS[kind.keyword].weight
    .replace("%v", () => value.text)
    .replace("%n", () => word.text)
    .replace("%s", span);
  tell(context, value, {
    code: "weight-out-of-range",
    severity: "error",
    message: `the weight of ${word.text} is '${value.text}', but it must be a whole number from ${-kind.limit} to ${kind.limit}; the line is dropped`,
    help: `write a weight in ${span}; 0 means that a failure is a fault`,
    texts: [
      whole ? `number '${value.text}' outside range [${-most}, ${most}]` : `invalid number '${value.text}'`,
      `(${context.owner}) ${text}`,
    ],
  });
  return undefined;
}

/** `noreverse` after the weight of an interface, which 2.2.7 does not know; without it the line means the same. */
function isNewerTurn(context: BindContext, turn: Word, { keyword }: TrackKind): boolean {
  return (
    keyword === "track_interface" && turn.text === "noreverse" && context.environment.compat !== "latest"
  );
}

function tellTurn(
  context: BindContext,
  { turn, word, kind }: { readonly turn: Word; readonly word: Word; readonly kind: TrackKind },
): void {
  const { turn: text, dropsLine } = TEXTS[kind.keyword];
  const texts = [`(${context.owner}) ${text.replace("%n", () => word.text)} ${turn.text} - ignoring`];
  if (isNewerTurn(context, turn, kind)) {
    tell(context, turn, {
      code: "newer-keyword",
      severity: "warning",
      message: "keepalived 2.2.7 does not know noreverse for an interface, and leaves it out",
      help: "remove the word: without it the line means the same",
      texts,
    });
    return;
  }
  tell(context, turn, {
    code: "unknown-track-option",
    severity: "error",
    message: `'${turn.text}' means nothing after the weight of ${word.text} in ${kind.keyword}${dropsLine ? "; the line is dropped" : ", and is left out"}`,
    help: "write NAME or NAME weight N [reverse], one per line",
    texts,
  });
}

function tellOption(context: BindContext, option: Word, kind: TrackKind, name: Word): void {
  const text = TEXTS[kind.keyword].option.replace("%n", () => name.text);
  tell(context, option, {
    code: "unknown-track-option",
    severity: "error",
    message: `'${option.text}' means nothing after ${name.text} in ${kind.keyword}; the line is dropped`,
    help: "write NAME or NAME weight N [reverse], one per line",
    texts: [`(${context.owner}) ${text} ${option.text} - ignoring`],
  });
}
