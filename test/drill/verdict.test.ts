import { describe, expect, it } from "vitest";
import { passed, type Verdict, verdictJson, verdictSentence } from "../../src/drill/verdict.ts";

const good: Verdict = {
  steps: [
    { name: "A becomes master", ok: true, detail: "priority 150" },
    { name: "power cut on A", ok: true, detail: "gone for 3015 ms" },
  ],
  failoverMs: 3015.2,
  requests: { sent: 600, failed: 0 },
  share: { "10.8.0.11:80": 100, "10.8.0.12:80": 200 },
};

const bad: Verdict = {
  ...good,
  steps: [
    { name: "A becomes master", ok: true, detail: "priority 150" },
    { name: "power cut on A", ok: false, detail: "expected one master; found two" },
  ],
  failoverMs: undefined,
  requests: { sent: 300, failed: 4 },
};

describe("the verdict", () => {
  it("holds when every step does", () => {
    expect(passed(good)).toBe(true);
    expect(passed(bad)).toBe(false);
  });

  it("does not hold when no step was taken", () => {
    expect(passed({ ...good, steps: [] })).toBe(false);
    expect(verdictSentence({ ...good, steps: [] })).toMatch(/^No step was taken/);
  });

  it("is exactly this as data", () => {
    expect(verdictJson(good)).toEqual({
      ok: true,
      steps: [
        { name: "A becomes master", ok: true, detail: "priority 150" },
        { name: "power cut on A", ok: true, detail: "gone for 3015 ms" },
      ],
      failover_ms: 3015.2,
      requests: { sent: 600, failed: 0 },
      share: { "10.8.0.11:80": 100, "10.8.0.12:80": 200 },
    });
  });

  it("has null where nothing was measured, so that the field is always there", () => {
    expect(verdictJson(bad)).toMatchObject({ ok: false, failover_ms: null });
  });

  it("is said in a sentence", () => {
    expect(verdictSentence(good)).toBe(
      "Every step held: 600 of 600 requests answered; at the failover the service was gone for 3.02 s.",
    );
    expect(verdictSentence(bad)).toBe(
      'Step "power cut on A" did not hold: expected one master; found two. 296 of 300 requests answered.',
    );
  });
});
