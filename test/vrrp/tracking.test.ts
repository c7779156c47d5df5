import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  afterScriptResult,
  effectivePriority,
  initialScriptStanding,
  type ScriptStanding,
  type Standing,
  type Tracker,
  trackerFaults,
} from "../../src/vrrp/tracking.ts";

function script(weight: number, standing: Standing, reverse = false): Tracker {
  return { kind: "script", name: "web", weight, standing, reverse };
}

function file(value: number, weight: number, reverse = false): Tracker {
  return { kind: "file", name: "f", weight, value, reverse };
}

describe("effective priority", () => {
  it.each([
    ["a positive weight counts while up", 20, "up", 120],
    ["a positive weight does not count while down", 20, "down", 100],
    ["a negative weight counts while down", -20, "down", 80],
    ["a negative weight does not count while up", -20, "up", 100],
    ["an unknown script does not count", 20, "unknown", 100],
    ["an unknown script takes nothing away", -20, "unknown", 100],
    ["a weight of 0 never counts", 0, "down", 100],
  ] as const)("%s", (_, weight, standing, wanted) => {
    expect(effectivePriority(100, [script(weight, standing)])).toBe(wanted);
  });

  it.each([
    // Seen with keepalived 2.2.7: `weight 20 reverse` takes 20 away while the script succeeds.
    [20, "up", 80],
    [20, "down", 100],
    [-20, "up", 100],
    [-20, "down", 120],
  ] as const)("reverse turns the sign: weight %i while %s", (weight, standing, wanted) => {
    expect(effectivePriority(100, [script(weight, standing, true)])).toBe(wanted);
  });

  it.each([
    ["number times weight", 5, 3, false, 115],
    ["a negative weight", 5, -3, false, 85],
    ["reverse", 5, 3, true, 85],
    ["253 at most", 1_000, 1, false, 254],
    ["a fault takes nothing away besides", -254, 1, false, 100],
    ["weight 0 with the number 0", 0, 0, false, 100],
  ] as const)("a file adds its number times its weight: %s", (_, value, weight, reverse, wanted) => {
    expect(effectivePriority(100, [file(value, weight, reverse)])).toBe(wanted);
  });

  it("is the sum, held within 1..254, and the owner's is 255 for ever", () => {
    expect(effectivePriority(100, [script(20, "up"), script(-50, "down")])).toBe(70);
    expect(effectivePriority(250, [script(100, "up")])).toBe(254);
    expect(effectivePriority(10, [script(-100, "down")])).toBe(1);
    expect(effectivePriority(255, [script(-100, "down")])).toBe(255);
  });
});

describe("faults of trackers of weight 0", () => {
  it("a failed script, one not heard of yet, an interface that is down", () => {
    const eth1: Tracker = { kind: "interface", name: "eth1", weight: 0, reverse: false, standing: "down" };
    expect(
      trackerFaults([script(0, "down"), script(0, "unknown"), script(0, "up"), script(5, "down"), eth1]),
    ).toEqual([
      { kind: "script", name: "web" },
      { kind: "script-pending", name: "web" },
      { kind: "interface-down", interface: "eth1" },
    ]);
  });

  it.each([
    ["weight 0 and a number", 1, 0, false, true],
    ["weight 0 and 0", 0, 0, false, false],
    ["weight 0, reverse, and a number", 1, 0, true, false],
    ["weight 0, reverse, and 0", 0, 0, true, true],
    ["a product of -254", -127, 2, false, true],
    ["a product below", -300, 1, false, true],
    ["a product of -253", -253, 1, false, false],
    ["reverse: a product of 254", 254, 1, true, true],
  ] as const)("a file: %s", (_, value, weight, reverse, faulty) => {
    expect(trackerFaults([file(value, weight, reverse)])).toEqual(
      faulty ? [{ kind: "file", name: "f" }] : [],
    );
  });

  it.each(["process", "bfd"] as const)("a %s that is down, or up with reverse", (kind) => {
    const tracker = { kind, name: "x", weight: 0, reverse: false, standing: "down" } as const;
    expect(trackerFaults([tracker])).toEqual([{ kind, name: "x" }]);
    expect(trackerFaults([{ ...tracker, standing: "up" }])).toEqual([]);
    expect(trackerFaults([{ ...tracker, standing: "up", reverse: true }])).toEqual([{ kind, name: "x" }]);
    expect(trackerFaults([{ ...tracker, weight: -5 }])).toEqual([]);
  });

  it("reverse makes success the fault", () => {
    expect(trackerFaults([script(0, "up", true)])).toEqual([{ kind: "script", name: "web" }]);
  });
});

describe("rise and fall", () => {
  function play(start: ScriptStanding, results: string): string {
    let standing = start;
    let seen = "";
    for (const result of results) {
      standing = afterScriptResult(standing, { success: result === "+", rise: 2, fall: 3 });
      seen += standing.standing === "up" ? "U" : "d";
    }
    return seen;
  }

  it.each([
    ["the first result decides alone", false, "+", "U"],
    ["the first result decides alone", false, "-", "d"],
    ["the first success decides alone after init_fail too", true, "+", "U"],
    ["a failure after init_fail is the first result", true, "-+-++", "ddddU"],
    ["fall failures in a row bring it down", false, "+---", "UUUd"],
    ["a success in between starts the count again", false, "+--+---", "UUUUUUd"],
    ["rise successes in a row bring it up", false, "-+-++", "ddddU"],
  ])("%s (init_fail %s, %s)", (_, initFail, results, wanted) => {
    expect(play(initialScriptStanding(initFail), results)).toBe(wanted);
  });

  it("never changes without enough equal results at the end", () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean()),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 5 }),
        (results, rise, fall) => {
          let standing: ScriptStanding = { standing: "down", against: 0 };
          for (const [at, success] of results.entries()) {
            const before = standing.standing;
            standing = afterScriptResult(standing, { success, rise, fall });
            if (standing.standing === before) continue;
            const needed = success ? rise : fall;
            expect(results.slice(at + 1 - needed, at + 1)).toEqual(new Array(needed).fill(success));
          }
        },
      ),
    );
  });
});
