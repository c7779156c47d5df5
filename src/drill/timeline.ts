import type { Instant } from "../base/time.ts";

/** What a stretch of a lane means; the drawing follows from it. */
export type Look = "master" | "backup" | "off" | "up" | "down" | "served" | "refused";

/** A stretch of time on a lane, with a word on it where there is room. */
export interface TimelineSpan {
  readonly from: Instant;
  readonly to: Instant;
  readonly look: Look;
  readonly text?: string;
}

/** One row: later spans are drawn over earlier ones. `note` stands at its right end. */
export interface TimelineLane {
  readonly label: string;
  readonly spans: readonly TimelineSpan[];
  readonly note?: string;
}

/** Something that happened at one instant: a number on the axis, a line below. */
export interface TimelineMark {
  readonly at: Instant;
  readonly text: string;
}

/** All that is to be drawn. */
export interface Timeline {
  readonly from: Instant;
  readonly to: Instant;
  readonly lanes: readonly TimelineLane[];
  readonly marks: readonly TimelineMark[];
}

/** Paints a piece of text; identity where there are no colours. */
export type Paint = (look: Look | "dim" | "bold", text: string) => string;

/** How to draw. */
export interface TimelineStyle {
  /** Columns of the whole drawing, at least 60. */
  readonly width: number;
  /** Whether the terminal shows more than ASCII. */
  readonly unicode: boolean;
  readonly paint: Paint;
}

/** Leaves text as it is. */
export const plainPaint: Paint = (_look, text) => text;

const UNICODE: Readonly<Record<Look, string>> = {
  master: "█",
  backup: "░",
  off: " ",
  up: "━",
  down: "×",
  served: "•",
  refused: "×",
};

const ASCII: Readonly<Record<Look, string>> = {
  master: "#",
  backup: ".",
  off: " ",
  up: "=",
  down: "x",
  served: "o",
  refused: "x",
};

interface Cell {
  readonly glyph: string;
  readonly look: Look | undefined;
}

const BLANK: Cell = { glyph: " ", look: undefined };
/** Candidates for the distance of two ticks, in seconds. */
const TICK_SECONDS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600];
/** Columns that a tick with its label needs. */
const LEAST_TICK_COLUMNS = 8;
const MARK_NAMES = "123456789abcdefghijklmnopqrstuvwxyz";

/** The timeline as lines of text: a time axis, numbered events on it, one row a lane, and the events in words. */
export function renderTimeline(timeline: Timeline, style: TimelineStyle): readonly string[] {
  const left = Math.max(6, ...timeline.lanes.map(({ label }) => label.length)) + 2;
  const right = Math.max(0, ...timeline.lanes.map(({ note }) => (note === undefined ? 0 : note.length + 2)));
  const columns = Math.max(20, style.width - left - right);
  const edge = (at: Instant): number => {
    const part = (at - timeline.from) / Math.max(1, timeline.to - timeline.from);
    return Math.min(columns, Math.max(0, Math.floor(part * columns)));
  };
  const marks = [...timeline.marks].sort((a, b) => a.at - b.at);
  const { labels, axis } = drawAxis(timeline, { columns, unicode: style.unicode });
  return [
    `${"time".padEnd(left)}${labels}`.trimEnd(),
    `${" ".repeat(left)}${style.paint("dim", axis)}`,
    `${"events".padEnd(left)}${style.paint(
      "bold",
      drawMarks(
        marks.map(({ at }) => Math.min(columns - 1, edge(at))),
        columns,
      ),
    )}`.trimEnd(),
    ...timeline.lanes.map((lane) => drawLane(lane, { left, columns, edge, style })),
    "",
    ...marks.map((mark, at) => `${MARK_NAMES[at] ?? "*"}  ${sinceStart(timeline, mark.at)}  ${mark.text}`),
  ];
}

/** What the drawing's signs mean, in one line. */
export function timelineLegend(style: TimelineStyle): string {
  const glyphs = style.unicode ? UNICODE : ASCII;
  const sign = (look: Look): string => style.paint(look, glyphs[look].repeat(2));
  return `${sign("master")} master  ${sign("backup")} backup  ${sign("up")} answers  ${sign("down")} gone or out of service  ${sign("served")} requests served`;
}

function sinceStart(timeline: Timeline, at: Instant): string {
  return `${((at - timeline.from) / 1e6).toFixed(2).padStart(6)} s`;
}

function drawAxis(
  timeline: Timeline,
  room: { columns: number; unicode: boolean },
): { labels: string; axis: string } {
  const seconds = Math.max(1e-3, (timeline.to - timeline.from) / 1e6);
  const perSecond = room.columns / seconds;
  const step = TICK_SECONDS.find((candidate) => candidate * perSecond >= LEAST_TICK_COLUMNS) ?? 3_600;
  const [corner, dash] = room.unicode ? ["├", "─"] : ["+", "-"];
  const labels: string[] = new Array<string>(room.columns + LEAST_TICK_COLUMNS).fill(" ");
  const axis: string[] = new Array<string>(room.columns).fill(dash);
  for (let tick = 0; tick <= seconds; tick += step) {
    const column = Math.floor(tick * perSecond);
    if (column >= room.columns) break;
    axis[column] = corner;
    [...`${Number(tick.toFixed(1))} s`].forEach((char, at) => {
      labels[column + at] = char;
    });
  }
  return { labels: labels.join(""), axis: axis.join("") };
}

/** Numbers at their columns; two events in one column stand side by side. */
function drawMarks(at: readonly number[], columns: number): string {
  const row: string[] = new Array<string>(columns + at.length).fill(" ");
  at.forEach((column, index) => {
    let free = column;
    while (row[free] !== " " && free < row.length - 1) free++;
    row[free] = MARK_NAMES[index] ?? "*";
  });
  return row.join("").trimEnd();
}

interface LaneRoom {
  readonly left: number;
  readonly columns: number;
  /** The column that an instant falls in; `columns` for the very end. */
  readonly edge: (at: Instant) => number;
  readonly style: TimelineStyle;
}

function drawLane(lane: TimelineLane, room: LaneRoom): string {
  const glyphs = room.style.unicode ? UNICODE : ASCII;
  const cells: Cell[] = new Array<Cell>(room.columns).fill(BLANK);
  for (const span of lane.spans) {
    const from = Math.min(room.columns - 1, room.edge(span.from));
    const to = Math.max(from + 1, room.edge(span.to));
    cells.fill({ glyph: glyphs[span.look], look: span.look }, from, to);
  }
  for (const span of lane.spans) {
    if (span.text !== undefined) write(cells, { span, text: span.text, from: room.edge(span.from) });
  }
  const note = lane.note === undefined ? "" : `  ${lane.note}`;
  return `${lane.label.padEnd(room.left)}${paintCells(cells, room.style.paint)}${note}`.trimEnd();
}

/** A word begins where its span begins and may run on over what follows, within the row. */
function write(cells: Cell[], word: { span: TimelineSpan; text: string; from: number }): void {
  const start = Math.max(0, Math.min(word.from, cells.length - word.text.length));
  [...word.text].forEach((glyph, at) => {
    if (start + at < cells.length) cells[start + at] = { glyph, look: word.span.look };
  });
}

function paintCells(cells: readonly Cell[], paint: Paint): string {
  let text = "";
  let run = "";
  let look: Look | undefined;
  const flush = (): void => {
    text += look === undefined ? run : paint(look, run);
    run = "";
  };
  for (const cell of cells) {
    if (cell.look !== look) {
      flush();
      look = cell.look;
    }
    run += cell.glyph;
  }
  flush();
  return text;
}
