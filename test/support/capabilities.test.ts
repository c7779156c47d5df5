import { describe, expect, it } from "vitest";
import { findProgram, lack } from "./capabilities.ts";
import { isRequired } from "./require.ts";

describe("capabilities", () => {
  it("finds a program that every machine has, and none that nobody has", () => {
    expect(findProgram("sh")).toMatch(/\/sh$/);
    expect(findProgram("no-such-program-of-locum")).toBeUndefined();
  });

  it("says of root what the process is", () => {
    expect(lack("root") === undefined).toBe(process.geteuid?.() === 0);
  });

  it.each([
    ["all", true],
    ["bpf", true],
    ["root, bpf", true],
    ["root", false],
    ["", false],
    [undefined, false],
  ])("LOCUM_REQUIRE=%s demands bpf: %s", (setting, expected) => {
    expect(isRequired("bpf", setting)).toBe(expected);
  });

  it("demands the corpus, which no clone has, only by its name", () => {
    expect(isRequired("corpus", "all")).toBe(false);
    expect(isRequired("corpus", "all,corpus")).toBe(true);
  });
});
