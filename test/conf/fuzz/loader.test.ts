import { describe, expect, it } from "vitest";
import { loadMany } from "./load-many.ts";
import { ownSeeds } from "./seeds.ts";

describe("the loader", () => {
  it("survives 3,000 mutations of our own inputs", () => {
    expect(loadMany({ seeds: ownSeeds(), seed: 3, count: 3_000 })).toBeLessThan(1_000);
  });
});
