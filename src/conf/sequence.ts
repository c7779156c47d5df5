import { failed, ok, type Result } from "../base/result.ts";
import { type ExpandedLine, sliceLine } from "./expanded.ts";

/** One `~SEQ(...)`, `~SEQx(...)` or `~LST(...)`: which names get which values, round by round. */
export interface Sequence {
  readonly variables: readonly string[];
  readonly rounds: readonly (readonly string[])[];
}

/** More repetitions than a configuration can mean; a longer sequence is a slip of the pen. */
const ROUND_LIMIT = 65_536;

/** The parenthesised head of a line that starts with a sequence, and what is to be repeated; undefined for other lines. */
export function splitSequence(
  line: ExpandedLine,
): { readonly head: ExpandedLine; readonly body: ExpandedLine } | undefined {
  const match = /^\s*~(?:SEQx?|LST)\([^)]*\)?\s*/.exec(line.text);
  if (!match) return undefined;
  return {
    head: sliceLine(line, { start: 0, end: match[0].length }),
    body: sliceLine(line, { start: match[0].length }),
  };
}

/** Reads the head of a sequence, names in it already replaced; the error is a sentence for the user. */
export function readSequence(head: string): Result<Sequence, string> {
  const match = /^\s*~(SEQx?|LST)\(([^)]*)(\))?/.exec(head);
  if (!match || match[3] === undefined) return failed("the list in parentheses is not closed");
  const inside = match[2] as string;
  if (match[1] === "LST") return readList(inside);
  const parts = inside.split(",").map((part) => part.trim());
  const name = parts[0] ?? "";
  const numbers = parts.slice(1).map(Number);
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || numbers.length < 1 || numbers.length > 3) {
    return failed(`~SEQ wants (variable, [start, [step,]] end), but got (${inside.trim()})`);
  }
  if (!numbers.every(Number.isInteger)) return failed(`~SEQ wants whole numbers, but got (${inside.trim()})`);
  return count(name, { numbers, hexadecimal: match[1] === "SEQx" });
}

function count(
  name: string,
  form: { readonly numbers: readonly number[]; readonly hexadecimal: boolean },
): Result<Sequence, string> {
  const { numbers } = form;
  const end = numbers[numbers.length - 1] as number;
  const start = numbers.length > 1 ? (numbers[0] as number) : 1;
  const step = numbers.length > 2 ? (numbers[1] as number) : end < start ? -1 : 1;
  if (step === 0 || Math.sign(end - start) === -Math.sign(step)) {
    return failed(`~SEQ can never get from ${start} to ${end} in steps of ${step}`);
  }
  if (Math.abs((end - start) / step) > ROUND_LIMIT) {
    return failed(`~SEQ from ${start} to ${end} has more than ${ROUND_LIMIT} values`);
  }
  const rounds: string[][] = [];
  for (let value = start; step > 0 ? value <= end : value >= end; value += step) {
    rounds.push([form.hexadecimal ? value.toString(16) : String(value)]);
  }
  return ok({ variables: [name], rounds });
}

function readList(inside: string): Result<Sequence, string> {
  const items = splitList(inside);
  const [names, ...rounds] = items;
  if (!names || rounds.length === 0)
    return failed(`~LST wants (variable, value, ...), but got (${inside.trim()})`);
  if (rounds.some((round) => round.length !== names.length)) {
    return failed(
      `~LST sets ${names.length} variables, but not every round gives as many values: (${inside.trim()})`,
    );
  }
  return ok({ variables: names, rounds });
}

/** `a, b` or `{a,b}, {c,d}` as groups of words. */
function splitList(inside: string): string[][] {
  const items = inside.match(/\{[^}]*\}|[^,\s][^,]*/g) ?? [];
  return items.map((item) => {
    const text = item.trim();
    if (!text.startsWith("{")) return [text];
    return text
      .slice(1, -1)
      .split(",")
      .map((part) => part.trim());
  });
}
