import { failed, ok, type Result } from "../base/result.ts";
import { type ExpandedLine, replaceInLine, sliceLine } from "./expanded.ts";

/** One `~SEQ(...)`, `~SEQx(...)` or `~LST(...)` at the start of a line. */
interface Sequence {
  readonly variables: readonly string[];
  readonly rounds: readonly (readonly string[])[];
  /** Index of the first character after the closing parenthesis. */
  readonly rest: number;
}

/** More repetitions than a configuration can mean; a longer sequence is a slip of the pen. */
const ROUND_LIMIT = 65_536;

/** True when the line starts with a sequence. */
export function startsSequence(text: string): boolean {
  return /^\s*~(?:SEQx?|LST)\(/.test(text);
}

/**
 * Repeats the rest of a line once for each value; the error is a sentence for the user. The result may start with
 * another sequence: the first one is the outer loop (keepalived-syntax.md section 7).
 */
export function unrollSequence(line: ExpandedLine): Result<readonly ExpandedLine[], string> {
  const sequence = readSequence(line.text);
  if (!sequence.ok) return sequence;
  const { variables, rounds, rest } = sequence.value;
  const body = sliceLine(line, { start: rest + (/^\s*/.exec(line.text.slice(rest))?.[0].length ?? 0) });
  return ok(
    rounds.map((values) => fill(body, new Map(variables.map((name, at) => [name, values[at] ?? ""])))),
  );
}

/** Puts the values of one round into a line; `$i` needs a terminator after it, `${i}` does not. */
function fill(line: ExpandedLine, values: ReadonlyMap<string, string>): ExpandedLine {
  let current = line;
  let from = 0;
  for (;;) {
    const pattern = /\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*)(?=[\s,)]|$))/g;
    pattern.lastIndex = from;
    const match = pattern.exec(current.text);
    if (!match) return current;
    const value = values.get((match[1] ?? match[2]) as string);
    const end = match.index + match[0].length;
    if (value === undefined) {
      from = end;
      continue;
    }
    current = replaceInLine(current, { start: match.index, end, text: value });
    from = match.index + value.length;
  }
}

function readSequence(text: string): Result<Sequence, string> {
  const head = /^\s*~(SEQx?|LST)\(/.exec(text);
  const close = text.indexOf(")");
  if (!head || close < 0) return failed("the list in parentheses is not closed");
  const inside = text.slice(head[0].length, close);
  const rest = close + 1;
  if (head[1] === "LST") return readList(inside, rest);
  const parts = inside.split(",").map((part) => part.trim());
  const name = parts[0] ?? "";
  const numbers = parts.slice(1).map(Number);
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || numbers.length < 1 || numbers.length > 3) {
    return failed(`~SEQ wants (variable, [start, [step,]] end), but got (${inside.trim()})`);
  }
  if (!numbers.every(Number.isInteger)) return failed(`~SEQ wants whole numbers, but got (${inside.trim()})`);
  return count(name, numbers, { hexadecimal: head[1] === "SEQx", rest });
}

function count(
  name: string,
  numbers: readonly number[],
  form: { readonly hexadecimal: boolean; readonly rest: number },
): Result<Sequence, string> {
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
  return ok({ variables: [name], rounds, rest: form.rest });
}

function readList(inside: string, rest: number): Result<Sequence, string> {
  const items = splitList(inside);
  const [names, ...rounds] = items;
  if (!names || rounds.length === 0)
    return failed(`~LST wants (variable, value, ...), but got (${inside.trim()})`);
  if (rounds.some((round) => round.length !== names.length)) {
    return failed(
      `~LST sets ${names.length} variables, but not every round gives as many values: (${inside.trim()})`,
    );
  }
  return ok({ variables: names, rounds, rest });
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
