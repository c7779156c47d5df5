import { describe, expect, it } from "vitest";
import { loadMany } from "./load-many.ts";
import { ownSeeds, seeds } from "./seeds.ts";

/** How many texts in all, and which. */
const CASES = Number(process.env.LOCUM_FUZZ_LOADS ?? 100_000);
const SEED = Number(process.env.LOCUM_FUZZ_SEED ?? 20_260_102);

describe("the loader, at length", () => {
  it(`survives ${CASES} mutations, seed ${SEED}`, { timeout: 900_000 }, () => {
    const many = Math.ceil(CASES * 0.9);
    const short = loadMany({ seeds: ownSeeds(), seed: SEED, count: many });
    const long = loadMany({ seeds: seeds(), seed: SEED + 1, count: CASES - many });
    const megabytes = process.memoryUsage().heapUsed / 1_048_576;
    console.info(
      `loader: ${CASES} texts; the slowest took ${Math.max(short, long).toFixed(0)} ms; ${megabytes.toFixed(0)} MiB of heap at the end`,
    );
    expect(megabytes).toBeLessThan(512);
  });
});
