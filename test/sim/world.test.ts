import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { IpAddress } from "../../src/base/ip-address.ts";
import { seededRandom } from "../../src/base/random.ts";
import { instant, microseconds, seconds } from "../../src/base/time.ts";
import { EventQueue } from "../../src/sim/event-queue.ts";
import { CALM, Segment } from "../../src/sim/segment.ts";
import { simulatedConfig } from "../../src/sim/simulated-config.ts";
import { World } from "../../src/sim/world.ts";
import type { RouterConfig } from "../../src/vrrp/router-config.ts";

const VIRTUAL = "192.0.2.1" as IpAddress;

function pair(first: Partial<RouterConfig> = {}, second: Partial<RouterConfig> = {}, seed = 1): World {
  const world = new World({
    seed,
    lateAlarms: false,
    routers: [
      {
        name: "a",
        address: "192.0.2.11" as IpAddress,
        config: simulatedConfig({ name: "a", priority: 150, ...first }),
      },
      { name: "b", address: "192.0.2.12" as IpAddress, config: simulatedConfig({ name: "b", ...second }) },
    ],
  });
  for (const router of world.routers.values()) world.act(() => router.start(world.now));
  return world;
}

describe("the event queue", () => {
  it("gives the earliest first, and of equals the one put in first", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (times) => {
        const queue = new EventQueue<number>();
        times.forEach((time, order) => {
          queue.push(instant(time), order);
        });
        const out: { at: number; item: number }[] = [];
        for (let next = queue.pop(); next !== undefined; next = queue.pop())
          out.push({ at: next.at, item: next.item });
        const wanted = times.map((at, item) => ({ at, item })).sort((x, y) => x.at - y.at || x.item - y.item);
        expect(out).toEqual(wanted);
      }),
    );
  });
});

describe("the segment", () => {
  it("loses, doubles and delays about as often as it was told", () => {
    const segment = new Segment(seededRandom(3));
    segment.conditions = { ...CALM, loss: 0.25, duplication: 0.5, jitter: microseconds(100) };
    const frames = Array.from({ length: 4_000 }, () => segment.deliveries("a", "b"));
    expect(frames.filter((copies) => copies.length === 0).length).toBeGreaterThan(850);
    expect(frames.filter((copies) => copies.length === 0).length).toBeLessThan(1_150);
    expect(frames.filter((copies) => copies.length === 2).length).toBeGreaterThan(1_300);
    expect(frames.flat().every((delay) => delay >= 50 && delay <= 150)).toBe(true);
  });

  it("cuts one way only", () => {
    const segment = new Segment(seededRandom(3));
    segment.cut("a", "b");
    expect([segment.joins("a", "b"), segment.joins("b", "a")]).toEqual([false, true]);
    expect(segment.deliveries("a", "b")).toEqual([]);
    segment.mend("a", "b");
    expect(segment.deliveries("a", "b")).toEqual([50]);
  });
});

describe("the world", () => {
  it("moves the client with the master", () => {
    const world = pair();
    world.runUntil(instant(5_000_000));
    expect([world.masters, world.believed(VIRTUAL)]).toEqual([["a"], "a"]);
    world.act(() => world.router("a").powerOff());
    world.runUntil(instant(10_000_000));
    expect([world.masters, world.believed(VIRTUAL)]).toEqual([["b"], "b"]);
  });

  it("a killed process leaves its addresses behind, a new one removes them first (ST-12)", () => {
    const world = pair();
    world.runUntil(instant(5_000_000));
    const a = world.router("a");
    world.act(() => a.kill());
    world.runUntil(instant(10_000_000));
    expect([...a.addresses]).toEqual([VIRTUAL]);
    world.act(() => a.start(world.now));
    expect([...a.addresses]).toEqual([]);
  });

  it("says which routers it has when asked for another", () => {
    expect(() => pair().router("c")).toThrow(/"c".*a, b/);
  });
});

describe("ST-14 a network that loses three packets in ten", () => {
  it("keeps the client away from the master for less than two hundredths of the time", () => {
    let samples = 0;
    let dark = 0;
    for (let seed = 1; seed <= 10; seed++) {
      const quick = { version: 3, advertisementInterval: seconds(0.1) } as const;
      const world = pair(quick, quick, seed);
      world.runUntil(instant(2_000_000));
      world.segment.conditions = { ...CALM, loss: 0.3 };
      for (let time = 2_000_000; time < 42_000_000; time += 5_000) {
        world.runUntil(instant(time));
        const believed = world.believed(VIRTUAL);
        samples++;
        if (believed === undefined || world.router(believed).role !== "master") dark++;
      }
    }
    expect(dark / samples).toBeLessThan(0.02);
  });
});

describe("the invariants notice", () => {
  it("two masters that could hear each other", () => {
    const world = pair({ virtualRouterId: 1 }, { virtualRouterId: 2 });
    world.runUntil(instant(8_000_000));
    expect(world.violations[0]?.what).toMatch(
      /a and b hear each other and were both master for 1\.\d+ s, allowed 1\.\d+ s/,
    );
  });

  it("but not while they cannot hear each other", () => {
    const world = pair();
    world.segment.cut("a", "b");
    world.segment.cut("b", "a");
    world.runUntil(instant(20_000_000));
    expect([world.masters, world.violations]).toEqual([["a", "b"], []]);
  });

  it("an address that is not where it should be", () => {
    const world = pair();
    world.runUntil(instant(5_000_000));
    world.act(() => world.router("b").addresses.add(VIRTUAL));
    expect(world.violations[0]?.what).toBe("b is backup with the addresses 192.0.2.1");
  });

  it("nothing in a week of peace", () => {
    const quick = { version: 3, advertisementInterval: seconds(40) } as const;
    const world = pair(quick, quick);
    world.runUntil(instant(7 * 86_400 * 1_000_000));
    expect([world.masters, world.violations, world.believed(VIRTUAL)]).toEqual([["a"], [], "a"]);
  });
});
