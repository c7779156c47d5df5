import { describe, expect, it } from "vitest";
import { runSeed } from "../../src/sim/random-pair.ts";
import { traceLine } from "../../src/sim/scenario.ts";

/**
 * Seeds 1 to 200, or what LOCUM_SEEDS says: a number of seeds, or one seed as `=N` to replay it with its whole trace.
 */
const wanted = process.env.LOCUM_SEEDS ?? "200";
const single = wanted.startsWith("=") ? Number(wanted.slice(1)) : undefined;
const seeds = single === undefined ? Array.from({ length: Number(wanted) }, (_, at) => at + 1) : [single];

describe("a pair of directors through faults drawn from a seed", () => {
  it(`keeps its promises in ${seeds.length} worlds: no two masters that hear each other, exactly one after quiet`, () => {
    for (const seed of seeds) {
      const outcome = runSeed(seed);
      if (single !== undefined) console.log(outcome.trace.map(traceLine).join("\n"));
      const replay = `LOCUM_SEEDS==${seed} npx vitest run --project fast test/sim/random-pair.test.ts`;
      expect(outcome.broken, `seed ${seed} (${outcome.about}); replay with: ${replay}`).toEqual([]);
    }
  });

  it("tells the same story for the same seed, and another for another", () => {
    const story = (seed: number): string => runSeed(seed).trace.map(traceLine).join("\n");
    expect(story(7)).toBe(story(7));
    expect(story(7)).not.toBe(story(8));
  });

  it("meets every kind of fault and of configuration", () => {
    const all = seeds.slice(0, 200).map((seed) => runSeed(seed));
    const told = all.map(({ about, trace }) => `${about}\n${trace.map(traceLine).join("\n")}`).join("\n");
    const kinds = [
      "bad network",
      "cut a>b b>a",
      "cut a>b\n",
      "hold",
      "kill",
      "power off",
      "stop",
      "link of",
      "delete the address",
    ];
    const configurations = ["version 2", "version 3", "nopreempt", "255", "every 0.01 s"];
    for (const kind of single === undefined ? [...kinds, ...configurations] : [])
      expect(told).toContain(kind);
  });
});
