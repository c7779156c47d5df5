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

  it("reverse turns up and down around", () => {
    expect(effectivePriority(100, [script(20, "down", true)])).toBe(120);
    expect(effectivePriority(100, [script(-20, "up", true)])).toBe(80);
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
    ["init_fail wants rise successes", true, "++", "dU"],
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
          let standing = initialScriptStanding(true);
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
