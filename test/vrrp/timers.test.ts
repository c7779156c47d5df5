import { describe, expect, it } from "vitest";
import { seconds } from "../../src/base/time.ts";
import { masterDownInterval, skewTime } from "../../src/vrrp/timers.ts";

describe("TM-1 skew", () => {
  it.each([
    [1, 996_093],
    [100, 609_375],
    [150, 414_062],
    [254, 7_812],
    [255, 3_906],
  ])("version 2, priority %i: %i microseconds whatever the interval", (priority, skew) => {
    expect(skewTime({ version: 2, priority, interval: seconds(1) })).toBe(skew);
    expect(skewTime({ version: 2, priority, interval: seconds(30) })).toBe(skew);
  });

  it.each([
    [100, 1, 609_375],
    [100, 0.1, 60_937],
    [100, 0.01, 6_093],
    [255, 40.95, 159_960],
    [1, 0.01, 9_960],
  ])("version 3, priority %i, %f s: %i microseconds, a share of the interval", (priority, interval, skew) => {
    expect(skewTime({ version: 3, priority, interval: seconds(interval) })).toBe(skew);
  });
});

describe("TM-2, TM-10 down interval", () => {
  it.each([
    [2, 1, 3_609_375],
    [3, 0.1, 360_937],
    [3, 0.01, 36_093],
  ] as const)("version %i at %f s with priority 100: %i microseconds", (version, interval, wanted) => {
    const inputs = { version, priority: 100, interval: seconds(interval), downTimerAdvertisements: 3 };
    expect(masterDownInterval(inputs)).toBe(wanted);
  });

  it("counts as many advertisements as down_timer_adverts says", () => {
    const inputs = { version: 2, priority: 100, interval: seconds(1), downTimerAdvertisements: 10 } as const;
    expect(masterDownInterval(inputs)).toBe(10_609_375);
  });
});
