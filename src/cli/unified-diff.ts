/** A text before and after, and the name to show for both. */
export interface TextChange {
  readonly file: string;
  readonly before: string;
  readonly after: string;
}

type Step = { readonly kind: "same" | "gone" | "new"; readonly line: string };

/** Unchanged lines shown around a change, as diff(1) does. */
const CONTEXT = 3;

/** More cells than this are not compared line by line; the whole stretch is shown as replaced. */
const CELL_LIMIT = 4_000_000;

/** The change in the form that patch(1) reads; empty when there is none. Ends with a line feed. */
export function unifiedDiff({ file, before, after }: TextChange): string {
  if (before === after) return "";
  const hunks = hunksOf(steps(linesOf(before), linesOf(after)));
  return `--- ${file}\n+++ ${file}\n${hunks.join("")}`;
}

/** Lines with their ends, so that a missing last line feed is a difference. */
function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function steps(before: readonly string[], after: readonly string[]): readonly Step[] {
  let head = 0;
  while (head < Math.min(before.length, after.length) && before[head] === after[head]) head++;
  let tail = 0;
  while (
    tail < Math.min(before.length, after.length) - head &&
    before[before.length - 1 - tail] === after[after.length - 1 - tail]
  )
    tail++;
  const same = (line: string): Step => ({ kind: "same", line });
  return [
    ...before.slice(0, head).map(same),
    ...middleSteps(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...before.slice(before.length - tail).map(same),
  ];
}

/** The fewest changes, by the length of the longest common rest from each pair of lines on. */
function middleSteps(before: readonly string[], after: readonly string[]): readonly Step[] {
  const gone = (line: string): Step => ({ kind: "gone", line });
  const fresh = (line: string): Step => ({ kind: "new", line });
  if (before.length * after.length > CELL_LIMIT) return [...before.map(gone), ...after.map(fresh)];
  const width = after.length + 1;
  const common = new Uint32Array((before.length + 1) * width);
  for (let a = before.length - 1; a >= 0; a--) {
    for (let b = after.length - 1; b >= 0; b--) {
      const [down, right] = [common[(a + 1) * width + b] ?? 0, common[a * width + b + 1] ?? 0];
      const both = before[a] === after[b];
      common[a * width + b] = both ? (common[(a + 1) * width + b + 1] ?? 0) + 1 : Math.max(down, right);
    }
  }
  const found: Step[] = [];
  let [a, b] = [0, 0];
  while (a < before.length || b < after.length) {
    const [old, now] = [before[a], after[b]];
    if (old !== undefined && old === now) {
      found.push({ kind: "same", line: old });
      a++;
      b++;
    } else if (
      old !== undefined &&
      (now === undefined || (common[(a + 1) * width + b] ?? 0) >= (common[a * width + b + 1] ?? 0))
    ) {
      found.push(gone(old));
      a++;
    } else if (now !== undefined) {
      found.push(fresh(now));
      b++;
    }
  }
  return found;
}

function hunksOf(all: readonly Step[]): readonly string[] {
  const hunks: string[] = [];
  const place = { before: 1, after: 1 };
  let at = 0;
  while (at < all.length) {
    const next = all.findIndex((step, index) => index >= at && step.kind !== "same");
    if (next < 0) break;
    const from = Math.max(at, next - CONTEXT);
    let [last, to] = [next, next + 1];
    for (; to < all.length && to - last <= 2 * CONTEXT; to++) if (all[to]?.kind !== "same") last = to;
    to = Math.min(all.length, last + 1 + CONTEXT);
    place.before += from - at;
    place.after += from - at;
    const hunk = all.slice(from, to);
    hunks.push(writeHunk(hunk, place));
    place.before += hunk.filter((step) => step.kind !== "new").length;
    place.after += hunk.filter((step) => step.kind !== "gone").length;
    at = to;
  }
  return hunks;
}

function writeHunk(
  hunk: readonly Step[],
  place: { readonly before: number; readonly after: number },
): string {
  const range = (start: number, without: Step["kind"]): string => {
    const count = hunk.filter((step) => step.kind !== without).length;
    return `${count === 0 ? start - 1 : start}${count === 1 ? "" : `,${count}`}`;
  };
  const sign = { same: " ", gone: "-", new: "+" };
  const lines = hunk.map(({ kind, line }) =>
    line.endsWith("\n") ? `${sign[kind]}${line}` : `${sign[kind]}${line}\n\\ No newline at end of file\n`,
  );
  return `@@ -${range(place.before, "new")} +${range(place.after, "gone")} @@\n${lines.join("")}`;
}
