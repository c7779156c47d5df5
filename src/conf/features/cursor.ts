import type { OutlineLine, Statement } from "./outline.ts";
import { type Place, placeInside, placeWithin } from "./place.ts";
import type { ProjectFile } from "./project.ts";
import type { WrittenWord } from "./written-line.ts";

/** A position in a file; both from 1, and columns stand before the character they count. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** What is around a position. */
export interface Cursor {
  readonly written: OutlineLine["written"];
  readonly place: Place;
  /** The words of its statement that end before the position. */
  readonly before: readonly WrittenWord[];
  /** The word that the position is in, or at an end of. */
  readonly word?: WrittenWord;
  /** True when it stands in a comment. */
  readonly inComment: boolean;
  /** True when nothing but blanks follows on the line. */
  readonly atEnd: boolean;
}

/** What is around a position; undefined when the file has no such line. Works in text that is not complete yet. */
export function cursorAt(file: ProjectFile, at: Position): Cursor | undefined {
  const line = file.outline.lines[at.line - 1];
  if (!line) return undefined;
  const { written, scope } = line;
  let place = placeInside(line.enclosing, { scope, beginnings: file.beginnings });
  const around: Place[] = [];
  let enclosing: Statement | undefined = line.enclosing;
  let words: readonly WrittenWord[] = [];
  for (const part of written.parts) {
    const start = part.kind === "words" ? (part.words[0]?.column ?? 1) : part.column;
    if (start >= at.column && !(part.kind === "words" && start === at.column)) break;
    if (part.kind === "words") words = part.words;
    else if (part.kind === "open") {
      around.push(place);
      place = placeWithin(place, openerOf(words, file, at.line));
      words = [];
    } else {
      enclosing = around.length > 0 ? enclosing : enclosing?.parent;
      place = around.pop() ?? placeInside(enclosing, { scope, beginnings: file.beginnings });
      words = [];
    }
  }
  const word = words.find((each) => each.column <= at.column && at.column <= each.endColumn);
  const before = words.filter((each) => each !== word && each.endColumn <= at.column);
  return {
    written,
    place,
    before,
    ...(word ? { word } : {}),
    inComment: written.comment !== undefined && at.column > written.comment.column,
    atEnd: written.text.slice(at.column - 1).trim() === "",
  };
}

/** The words before a brace; for a brace that begins its line, those of the statement it belongs to. */
function openerOf(words: readonly WrittenWord[], file: ProjectFile, line: number): readonly WrittenWord[] {
  if (words.length > 0) return words;
  for (let at = line - 1; at > 0; at--) {
    const parts = file.outline.lines[at - 1]?.written.parts ?? [];
    const last = parts[parts.length - 1];
    if (last) return last.kind === "words" ? last.words : [];
  }
  return [];
}
