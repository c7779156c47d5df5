/** One line to be written. */
export interface Row {
  readonly kind: "blank" | "comment" | "code" | "untouched";
  readonly text: string;
  /** The comment behind the text, with its sign; empty when there is none. */
  readonly comment: string;
  readonly depth: number;
  /** The text begins with `}`. */
  readonly closes: boolean;
  /** The text ends with the `{` of a block that goes on below. */
  readonly opens: boolean;
  /** `head`: words a `{` on the next line may follow; `brace`: such a line. */
  readonly joins: "head" | "brace" | "no";
}

/** An empty line. */
export const BLANK_ROW: Row = {
  kind: "blank",
  text: "",
  comment: "",
  depth: 0,
  closes: false,
  opens: false,
  joins: "no",
};

/** keepalived reads 1024 bytes of a line at a time; what the indent would push over this edge is not indented. */
const LONGEST_LINE = 1_000;

/** Text longer than this does not push the comments of its neighbours to the right. */
const WIDEST_ALIGNED = 72;

const INDENT = "    ";

/**
 * Adds a row: a lone `{` goes behind its keyword; blank lines come one at a time, and neither after a `{` nor before a
 * `}` nor at the start.
 */
export function addRow(rows: Row[], row: Row): void {
  const last = rows[rows.length - 1];
  if (row.kind === "blank") {
    if (last && last.kind !== "blank" && !last.opens) rows.push(row);
    return;
  }
  if (row.joins === "brace") {
    const head = last?.kind === "blank" ? rows[rows.length - 2] : last;
    if (head && canJoin(head, row)) {
      if (last?.kind === "blank") rows.pop();
      rows[rows.length - 1] = {
        ...head,
        text: `${head.text} ${row.text}`,
        comment: head.comment + row.comment,
        opens: row.opens,
        joins: "no",
      };
      return;
    }
  }
  if (row.closes && last?.kind === "blank") rows.pop();
  rows.push(row);
}

function canJoin(head: Row, brace: Row): boolean {
  if (head.joins !== "head" || (head.comment !== "" && brace.comment !== "")) return false;
  return byteLength(head.text) + byteLength(brace.text) < LONGEST_LINE;
}

/** Writes rows: indented, comments behind the text in one column as long as lines with a comment follow one another. */
export function writeRows(rows: readonly Row[], lineEnd: string): string {
  const kept = rows[rows.length - 1]?.kind === "blank" ? rows.slice(0, -1) : rows;
  const columns = commentColumns(kept);
  return kept.map((row, at) => writeRow(row, columns[at] ?? 0) + lineEnd).join("");
}

function writeRow(row: Row, column: number): string {
  if (row.kind === "blank" || row.kind === "untouched") return row.text;
  const indented = INDENT.repeat(row.depth) + row.text;
  const text = byteLength(indented) > LONGEST_LINE ? row.text : indented;
  if (row.comment === "") return text;
  if (row.text === "") return text + row.comment;
  const blanks = Math.max(1, column - width(text));
  return `${text}${" ".repeat(byteLength(text) > LONGEST_LINE ? 1 : blanks)}${row.comment}`;
}

/** The column of the comment of each row, 0 where it comes right behind the text. */
function commentColumns(rows: readonly Row[]): readonly number[] {
  const columns: number[] = [];
  for (let from = 0; from < rows.length; ) {
    let to = from;
    while (to < rows.length && belongTogether(rows[from], rows[to])) to++;
    const run = rows.slice(from, Math.max(to, from + 1));
    const widths = run.map((row) => row.depth * INDENT.length + width(row.text));
    const widest = Math.max(0, ...widths.filter((each) => each <= WIDEST_ALIGNED));
    for (const each of widths) columns.push(each <= WIDEST_ALIGNED ? widest + 1 : 0);
    from += run.length;
  }
  return columns;
}

function belongTogether(first: Row | undefined, next: Row | undefined): boolean {
  const commented = (row: Row | undefined): boolean => row?.kind === "code" && row.comment !== "";
  return commented(first) && commented(next) && first?.depth === next?.depth;
}

/** Columns, counting each character as one. */
function width(text: string): number {
  return [...text].length;
}

function byteLength(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
