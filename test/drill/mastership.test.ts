import { describe, expect, it } from "vitest";
import { instant, seconds } from "../../src/base/time.ts";
import { masterships } from "../../src/drill/mastership.ts";

/** Advertisements once a second, written as `source@second` or `source@second/priority`. */
function heard(text: string): Parameters<typeof masterships>[0] {
  return text.split(" ").map((word) => {
    const [source = "", rest = ""] = word.split("@");
    const [second = "0", priority = "100"] = rest.split("/");
    const at = instant(Number(second) * 1e6);
    return { at, source, priority: Number(priority), interval: seconds(1) };
  });
}

function told(text: string): readonly string[] {
  return masterships(heard(text)).map(({ source, from, to }) => `${source} ${from / 1e6}..${to / 1e6}`);
}

describe("who was master, from the wire", () => {
  it.each([
    ["one master lasts one interval after its last word", "a@1 a@2 a@3", ["a 1..4"]],
    ["the next master ends the time of the one before", "a@1 a@2 b@2.5 b@3.5", ["a 1..2.5", "b 2.5..4.5"]],
    ["a silence is a gap", "a@1 a@2 b@5.6", ["a 1..3", "b 5.6..6.6"]],
    ["a silence of the same master is a gap too", "a@1 a@2 a@9", ["a 1..3", "a 9..10"]],
    ["priority 0 resigns at once", "a@1 a@2 a@2.4/0 b@3", ["a 1..2.4", "b 3..4"]],
    ["priority 0 of nobody's master is nothing", "a@1/0", []],
    ["one late advertisement is not a gap", "a@1 a@2.4 a@3.4", ["a 1..4.4"]],
  ])("%s", (_title, wire, expected) => {
    expect(told(wire)).toEqual(expected);
  });

  it("is nobody when nothing was heard", () => {
    expect(masterships([])).toEqual([]);
  });
});
