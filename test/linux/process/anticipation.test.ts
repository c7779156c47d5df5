import { describe, expect, it } from "vitest";
import { type Instant, instant } from "../../../src/base/time.ts";
import { Anticipation } from "../../../src/linux/process/anticipation.ts";

/** A process whose clock goes on by 10 us with each look at it. */
function process(takeover?: number) {
  let now = 0;
  const told: string[] = [];
  const world = {
    takeover: takeover === undefined ? undefined : instant(takeover),
    timer: undefined as Instant | undefined,
    told,
    wake(at: number) {
      now = at;
      anticipation.ring();
    },
    note: (deadline: number) => anticipation.note(instant(deadline)),
  };
  const anticipation = new Anticipation({
    nextTakeover: () => world.takeover,
    rehearse: () => told.push("rehearse"),
    prepare: () => told.push("prepare"),
    later: (action) => action(),
    ringNow: () => told.push(`ring at ${now >= (world.takeover ?? 0) ? "its time" : "the wrong time"}`),
    now: () => {
      now += 10;
      return instant(now);
    },
    setTimer: (at) => {
      world.timer = at;
    },
  });
  told.length = 0;
  return world;
}

describe("the anticipation of a takeover", () => {
  it("rehearses 1.5 ms before, stays awake, and rings at the instant", () => {
    const world = process(36_000);
    world.note(36_000);
    expect(world.timer).toBe(34_500);
    world.wake(34_520);
    expect(world.told).toEqual(["rehearse", "prepare", "ring at its time"]);
  });

  it("is not moved by advertisements, and sets itself anew when it rang for nothing", () => {
    const world = process(36_000);
    world.note(36_000);
    world.takeover = instant(66_000);
    world.note(66_000);
    expect(world.timer).toBe(34_500);
    world.wake(34_500);
    expect(world.told).toEqual([]);
    expect(world.timer).toBe(64_500);
  });

  it("is moved by a resignation, which brings the takeover nearer", () => {
    const world = process(36_000);
    world.note(36_000);
    world.takeover = instant(8_000);
    world.note(8_000);
    expect(world.timer).toBe(6_500);
  });

  it("leaves a takeover alone that it woke too late for", () => {
    const world = process(36_000);
    world.note(36_000);
    world.wake(35_400);
    expect(world.told).toEqual([]);
  });

  it("a master's advertisements ask for nothing", () => {
    const world = process();
    world.note(10_000);
    expect(world.timer).toBeUndefined();
    world.wake(10_000);
    expect(world.told).toEqual([]);
  });
});
