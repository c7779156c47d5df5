import { describe, expect, it } from "vitest";
import { type Instant, instant, milliseconds } from "../../src/base/time.ts";
import { longestOutage, outages, type Probe } from "../../src/lab/outages.ts";

const patience = milliseconds(250);

/** Probes every 2 ms: `.` answered after 0.1 ms, `x` never, `~` answered after 300 ms, when the address was back. */
function probes(text: string): readonly Probe[] {
  return [...text].map((char, index): Probe => {
    const sentAt = instant(index * 2_000);
    if (char === "x") return { sentAt };
    return { sentAt, answeredAt: (sentAt + (char === "~" ? 300_000 : 100)) as Instant };
  });
}

function found(text: string): readonly string[] {
  return outages(probes(text), patience).map(({ from, to, lost }) => `${from / 1e3}..${to / 1e3} (${lost})`);
}

describe("outages in a sequence of probes", () => {
  it.each([
    ["....", []],
    ["..xxx..", ["4..10 (3)"]],
    ["x..xx.", ["0..2 (1)", "6..10 (2)"]],
    ["..xx", ["4..6 (2)"]],
    ["..xx~~.", ["4..12 (4)"]],
    ["", []],
  ])("%s", (text, expected) => {
    expect(found(text)).toEqual(expected);
  });

  it("tells the longest", () => {
    expect(longestOutage(outages(probes("x..xxx.x."), patience))).toMatchObject({ lost: 3 });
    expect(longestOutage([])).toBeUndefined();
  });
});
