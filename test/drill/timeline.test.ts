import { describe, expect, it } from "vitest";
import { type Instant, instant } from "../../src/base/time.ts";
import { plainPaint, renderTimeline, type Timeline, timelineLegend } from "../../src/drill/timeline.ts";

const at = (seconds: number): Instant => instant(seconds * 1_000_000);

const failover: Timeline = {
  from: at(100),
  to: at(120),
  marks: [
    { at: at(106), text: "power cut on A" },
    { at: at(101), text: "A is master" },
    { at: at(109), text: "B is master" },
  ],
  lanes: [
    {
      label: "director A",
      spans: [
        { from: at(100), to: at(106), look: "backup" },
        { from: at(101), to: at(106), look: "master" },
        { from: at(106), to: at(120), look: "off", text: "no power" },
      ],
    },
    {
      label: "director B",
      spans: [
        { from: at(100), to: at(120), look: "backup" },
        { from: at(109), to: at(120), look: "master" },
      ],
    },
    {
      label: "192.0.2.10",
      spans: [
        { from: at(101), to: at(120), look: "up" },
        { from: at(106), to: at(109), look: "down" },
      ],
      note: "gone for 3.00 s",
    },
    { label: "requests", spans: [{ from: at(110), to: at(110.1), look: "served", text: "100" }] },
  ],
};

describe("the timeline", () => {
  it("is drawn to scale, with numbered events in the order of time", () => {
    expect(renderTimeline(failover, { width: 69, unicode: true, paint: plainPaint })).toEqual([
      "time        0 s       5 s       10 s      15 s",
      "            ├─────────├─────────├─────────├─────────",
      "events        1         2     3",
      "director A  ░░██████████no power",
      "director B  ░░░░░░░░░░░░░░░░░░██████████████████████",
      "192.0.2.10    ━━━━━━━━━━××××××━━━━━━━━━━━━━━━━━━━━━━  gone for 3.00 s",
      "requests                        100",
      "",
      "1    1.00 s  A is master",
      "2    6.00 s  power cut on A",
      "3    9.00 s  B is master",
    ]);
  });

  it("does with ASCII where the terminal has nothing else", () => {
    const style = { width: 69, unicode: false, paint: plainPaint };
    const lines = [...renderTimeline(failover, style), timelineLegend(style)];
    expect(lines.join("\n")).toMatch(/^[\x20-\x7e\n]*$/);
    expect(lines).toContain("director B  ..................######################");
  });

  it("paints whole stretches, not single cells", () => {
    const painted: string[] = [];
    renderTimeline(failover, {
      width: 69,
      unicode: true,
      paint: (look, text) => {
        painted.push(`${look} ${text}`);
        return text;
      },
    });
    expect(painted).toContain(`down ${"×".repeat(6)}`);
    expect(painted).toContain("served 100");
  });

  it("keeps apart two events in the same column", () => {
    const marks = [5, 5.01, 5.02].map((second) => ({ at: at(100 + second), text: `at ${second}` }));
    const lines = renderTimeline({ ...failover, marks }, { width: 69, unicode: true, paint: plainPaint });
    expect(lines[2]).toBe("events                123");
  });

  it("keeps a word at the right end within its row", () => {
    const late = { from: at(119.9), to: at(120), look: "served", text: "300" } as const;
    const lines = renderTimeline(
      { ...failover, lanes: [{ label: "requests", spans: [late] }] },
      { width: 60, unicode: true, paint: plainPaint },
    );
    expect(lines[3]).toHaveLength(60);
    expect(lines[3]?.endsWith("300")).toBe(true);
  });

  it.each([0.001, 1, 45, 3_000])("draws %d s in the width it is given", (length) => {
    const timeline = { ...failover, from: at(100), to: at(100 + length), lanes: [], marks: [] };
    for (const line of renderTimeline(timeline, { width: 80, unicode: true, paint: plainPaint })) {
      expect(line.length).toBeLessThanOrEqual(80);
    }
  });
});
