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
  const weight = Number(value.text);
  const span = `[${-kind.limit}..${kind.limit}]`;
  if (!/^[+-]?\d+$/.test(value.text) || Math.abs(weight) > kind.limit) {
    tell(context, value, {
      code: "weight-out-of-range",
      severity: "error",
      message: `the weight of ${word.text} is '${value.text}', but it must be a whole number from ${-kind.limit} to ${kind.limit}; the line is dropped`,
      help: `write a weight in ${span}; 0 means that a failure is a fault`,
      texts:
        kind.keyword === "track_interface"
          ? [
              /^[+-]?\d+$/.test(value.text)
                ? `number '${value.text}' outside range [-254, 254]`
                : `invalid number '${value.text}'`,
              `(${context.owner}) weight ${value.text} for ${word.text} must be between ${span} inclusive. Ignoring...`,
            ]
          : [
              `(${context.owner}) track script ${word.text}: weight must be between ${span} inclusive, ignoring...`,
            ],
    });
    return undefined;
  }
  if (turn && turn.text !== "reverse" && turn.text !== "noreverse") {
    tellOption(context, turn, kind, word);
    return undefined;
  }
  return { name: word.text, word, weight, ...(turn ? { reverse: turn.text === "reverse" } : {}) };
}

function tellOption(context: BindContext, option: Word, kind: TrackKind, name: Word): void {
  const text =
    kind.keyword === "track_interface"
      ? `(${context.owner}) unknown track_interface ${name.text} option ${option.text} - ignoring`
      : `(${context.owner}) unknown ${kind.keyword.replace("_", " ")} option ${option.text} - ignoring`;
  tell(context, option, {
    code: "unknown-track-option",
    severity: "error",
    message: `'${option.text}' means nothing after ${name.text} in ${kind.keyword}; the line is dropped`,
    help: `write NAME or NAME weight N [reverse], one per line`,
    texts: [text],
  });
}
