import { expect, it } from "vitest";
import { instant } from "../../../src/base/time.ts";
import { ArrivalClock } from "../../../src/linux/process/arrival-clock.ts";

it("counts a packet from when the kernel got it, and anything else from now", () => {
  const clock = new ArrivalClock();
  expect(clock.instantOf(instant(10_000), instant(10_400))).toBe(10_000);
  expect(clock.instantOf(undefined, instant(10_500))).toBe(10_500);
});

it("never goes back: a packet read after an alarm counts from the alarm", () => {
  const clock = new ArrivalClock();
  clock.instantOf(undefined, instant(10_500));
  expect(clock.instantOf(instant(10_300), instant(10_600))).toBe(10_500);
});

it("lets what waited in the socket through a long sleep count as 2 ms old", () => {
  const clock = new ArrivalClock();
  expect(clock.instantOf(instant(10_000), instant(5_000_000))).toBe(4_998_000);
});

it("does not believe an arrival in the future", () => {
  const clock = new ArrivalClock();
  expect(clock.instantOf(instant(20_000), instant(10_000))).toBe(10_000);
});
