import { expect } from "vitest";
import { seededRandom } from "../../../src/base/random.ts";
import { load } from "../configuration.ts";
import { mutate, mutateBytes, pick } from "./mutate.ts";
import type { Seed } from "./seeds.ts";

/**
 * A text may take this long; anything longer that is not the machine's fault is a loop without end. One `~SEQ` may make
 * 65,536 lines of one, which take a second and a half; what grows with the square would take minutes.
 */
const PATIENCE_MS = 6_000;

/** Which texts to load, and how many. */
export interface Load {
  readonly seeds: readonly Seed[];
  readonly seed: number;
  readonly count: number;
}

/**
 * Loads so many mutations of the seeds, every third with random bytes as well. Fails with the text of the first one
 * that throws, hangs, or gives a finding that stands nowhere. Returns the longest time one took, in milliseconds.
 */
export function loadMany(from: Load): number {
  const random = seededRandom(from.seed);
  const donors = from.seeds.map((each) => each.text);
  let longest = 0;
  for (let count = 0; count < from.count; count++) {
    const mutated = mutate(pick(from.seeds, random).text, { random, donors });
    const bytes = count % 3 === 0 ? mutateBytes(mutated, random) : mutated;
    const text = Buffer.from(bytes, "latin1").toString("utf8");
    const spent = loadOnce(text, count);
    if (spent > PATIENCE_MS)
      expect(loadOnce(text, count), `case ${count}:\n${text}`).toBeLessThan(PATIENCE_MS);
    else longest = Math.max(longest, spent);
  }
  return longest;
}

function loadOnce(text: string, count: number): number {
  const started = performance.now();
  try {
    const { diagnostics } = load(text, { host: { interfaces: ["lo", "eth0"], hasUser: () => false } });
    const misplaced = diagnostics.find(
      ({ span }) => span.line < 0 || span.column < 1 || span.endColumn < span.column,
    );
    if (misplaced) throw new Error(`${misplaced.code} stands nowhere: ${JSON.stringify(misplaced.span)}`);
  } catch (error) {
    throw new Error(`case ${count} is not survived:\n${JSON.stringify(text)}`, { cause: error });
  }
  return performance.now() - started;
}
