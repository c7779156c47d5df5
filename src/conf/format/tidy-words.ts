import { Close, Open, OpenQuote, tokenize } from "../tokens.ts";

/** A brace that opens or closes a block, and where it stands in its line, from 0. */
export interface Brace {
  readonly kind: "open" | "close";
  readonly at: number;
}

/** Words and braces with the blanks between them made even. */
export interface TidyWords {
  readonly text: string;
  /** Positions count in the text as it was given. */
  readonly braces: readonly Brace[];
  /** The parts that may stand on lines of their own; one part when nothing is to be split. */
  readonly parts: readonly TidyPart[];
  /** The reader of words sees a quote without end, where the reader of comments sees none: each blank may count. */
  readonly unclosed: boolean;
}

/** A stretch of a line that may stand on a line of its own. */
export interface TidyPart {
  readonly text: string;
  readonly braces: readonly Brace[];
}

interface Piece {
  readonly image: string;
  readonly start: number;
  readonly brace?: "open" | "close";
  readonly unclosed?: true;
}

/**
 * Makes the blanks between words even: one between two words, one at least beside a brace. Blanks in quotes, blanks
 * after a backslash and characters that only look blank stay: a command is split by other rules than a word is, so
 * both readings of a quote have to agree that a blank is one. A line whose first word is a name to be replaced stays
 * as it is, for nobody knows what it will turn out to be.
 */
export function tidyWords(text: string): TidyWords {
  const pieces = piecesOf(text);
  const braces = bracesOf(pieces);
  const [first] = pieces;
  const unclosed = pieces.some((piece) => piece.unclosed);
  if (first === undefined || first.image.includes("$") || unclosed)
    return { text, braces, parts: [{ text, braces }], unclosed };
  const quoted = quotedPlaces(text);
  const gaps = pieces.map((piece, at) => gapBefore(text, { piece, previous: pieces[at - 1], quoted }));
  const last = pieces[pieces.length - 1] as Piece;
  const write = (from: number, to: number): string =>
    pieces
      .slice(from, to)
      .map((piece, at) => (at === 0 ? "" : gaps[from + at]) + piece.image)
      .join("");
  const rest = text.slice(last.start + last.image.length);
  const whole = `${gaps[0]}${write(0, pieces.length)}${rest}`;
  const parts = partRanges(pieces).map(([from, to]) => ({
    text: write(from, to),
    braces: bracesOf(pieces.slice(from, to)),
  }));
  return { text: whole, braces, parts: parts.length > 1 ? parts : [{ text: whole, braces }], unclosed };
}

function piecesOf(text: string): readonly Piece[] {
  return tokenize(text).map((token) => ({
    image: token.image,
    start: token.startOffset,
    ...(token.tokenType === Open ? { brace: "open" as const } : {}),
    ...(token.tokenType === Close ? { brace: "close" as const } : {}),
    ...(token.tokenType === OpenQuote ? { unclosed: true as const } : {}),
  }));
}

function bracesOf(pieces: readonly Piece[]): readonly Brace[] {
  return pieces.flatMap(({ brace, start }) => (brace === undefined ? [] : [{ kind: brace, at: start }]));
}

function gapBefore(
  text: string,
  at: {
    readonly piece: Piece;
    readonly previous: Piece | undefined;
    readonly quoted: readonly boolean[];
  },
): string {
  const { piece, previous, quoted } = at;
  const end = previous === undefined ? 0 : previous.start + previous.image.length;
  const gap = text.slice(end, piece.start);
  if (previous === undefined || quoted[end]) return gap;
  if (/^[ \t]+$/.test(gap)) return text[end - 1] === "\\" ? gap : " ";
  // `$NAME` is a use only before a blank, so none may appear behind it.
  const beside = piece.brace !== undefined || previous.brace !== undefined;
  return gap === "" && beside && !previous.image.includes("$") ? " " : gap;
}

/** For each character: whether it is within quotes for a plain word or for a command. */
function quotedPlaces(text: string): readonly boolean[] {
  let plain = false;
  let command = "";
  let escaped = false;
  return Array.from({ length: text.length }, (_, at) => {
    const character = text[at] as string;
    const inside = plain || command !== "";
    if (character === '"') plain = !plain;
    if (escaped) escaped = false;
    else if (character === "\\") escaped = true;
    else if (command === character) command = "";
    else if (command === "" && /["']/.test(character)) command = character;
    return inside;
  });
}

/**
 * Where a line may be split: after a `{` whose `}` is not on the line, around a `}` whose `{` is not, and after the
 * end of a block that stands on the line as a whole.
 */
function partRanges(pieces: readonly Piece[]): readonly (readonly [number, number])[] {
  const ranges: [number, number][] = [];
  let from = 0;
  const cut = (to: number): void => {
    if (to > from) ranges.push([from, to]);
    from = to;
  };
  for (let at = 0; at < pieces.length; at++) {
    const brace = pieces[at]?.brace;
    if (brace === "close") cut(at);
    if (brace === "open") at = closingOf(pieces, at) ?? at;
    if (brace !== undefined) cut(at + 1);
  }
  cut(pieces.length);
  return ranges;
}

/** The `}` that belongs to the `{` at `open`; undefined when it is on a later line. */
function closingOf(pieces: readonly Piece[], open: number): number | undefined {
  let depth = 0;
  for (let at = open; at < pieces.length; at++) {
    const brace = pieces[at]?.brace;
    if (brace === "open") depth++;
    if (brace === "close" && --depth === 0) return at;
  }
  return undefined;
}
