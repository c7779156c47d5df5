import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Candidate } from "../../../src/forward/schedule/scheduler.ts";
import { schedulers } from "../../../src/forward/schedule/schedulers.ts";
import { wrr, wrrWeights } from "../../../src/forward/schedule/wrr.ts";
import { play, recordedRuns } from "./recorded-sequences.ts";
import { specifiedChooser } from "./specified-chooser.ts";

describe("schedulers choose as the kernel did", () => {
  it.each(recordedRuns)("$title", (run) => {
    const { chosen, expected } = play(run, specifiedChooser(run.scheduler));
    expect(chosen).toBe(expected);
  });
});

const candidates = fc
  .array(
    fc.record({
      weight: fc.nat({ max: 50 }),
      overloaded: fc.boolean(),
      active: fc.nat({ max: 20 }),
      inactive: fc.nat({ max: 20 }),
    }),
    { maxLength: 8 },
  )
  .map((list) =>
    list.map(
      ({ weight, overloaded, active, inactive }, id): Candidate => ({
        id,
        weight,
        overloaded,
        active,
        total: active + inactive,
      }),
    ),
  );

describe("every scheduler", () => {
  it.each([...schedulers.values()])(
    "$name never chooses who may not serve, and finds who may",
    (scheduler) => {
      fc.assert(
        fc.property(candidates, fc.nat({ max: 8 }), (list, turns) => {
          let state = scheduler.start(list);
          for (let turn = 0; turn < turns; turn++) state = scheduler.choose(list, state).state;
          const { index } = scheduler.choose(list, state);
          const able = list.some(({ weight, overloaded }) => weight > 0 && !overloaded);
          if (index === undefined) {
            // ovf refuses when all are past their weight; none always does.
            expect(able && scheduler.name !== "ovf" && scheduler.name !== "none").toBe(false);
          } else {
            expect(list[index]?.overloaded).toBe(false);
            expect(list[index]?.weight).toBeGreaterThan(0);
          }
        }),
      );
    },
  );
});

describe("wrr", () => {
  it("gives every destination its exact share over one whole cycle", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 6 }), (weights) => {
        const list = weights.map((weight, id) => ({ id, weight, overloaded: false, active: 0, total: 0 }));
        const { divisor } = wrrWeights(list);
        const cycle = weights.reduce((sum, weight) => sum + weight / divisor, 0);
        const counts = weights.map(() => 0);
        let state = wrr.start(list);
        for (let turn = 0; turn < cycle; turn++) {
          const choice = wrr.choose(list, state);
          state = choice.state;
          if (choice.index !== undefined) counts[choice.index] = (counts[choice.index] ?? 0) + 1;
        }
        expect(counts).toEqual(weights.map((weight) => weight / divisor));
      }),
    );
  });
});
