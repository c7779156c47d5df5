import { describe, expect, it } from "vitest";
import { ourAnswer, recordedAnswers } from "./keepalived-answer.ts";
import { keepalivedCases } from "./keepalived-cases.ts";

const recorded = recordedAnswers();

describe("keepalived -t 2.2.7, as recorded", () => {
  it.each(keepalivedCases)("$name: the same exit code", (each) => {
    expect(ourAnswer(each).exit).toBe(recorded[each.name]?.exit);
  });

  it.each(keepalivedCases.filter((each) => each.linesDiffer === undefined))(
    "$name: the same lines",
    (each) => {
      expect(ourAnswer(each).lines).toEqual(recorded[each.name]?.lines);
    },
  );

  it("has no recorded answer without a case", () => {
    expect(Object.keys(recorded)).toEqual(keepalivedCases.map((each) => each.name));
  });
});
