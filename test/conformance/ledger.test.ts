import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ledger, readLedger } from "./ledger.ts";
import type { Requirement } from "./requirements.ts";

const TESTS = join(import.meta.dirname, "..");

describe("the conformance ledger", () => {
  const { rows, faults } = readLedger(TESTS);

  it("has a positive and a negative test of every MUST, or says why not, and no test names an unknown rule", () => {
    expect(faults).toEqual([]);
  });

  it("has every rule once, without a gap", () => {
    const numbers = { TX: 14, RX: 22, TM: 10, ST: 14, B: 13 };
    const wanted = Object.entries(numbers).flatMap(([part, last]) =>
      Array.from({ length: last }, (_, at) => `${part}-${at + 1}`),
    );
    const later = Array.from({ length: 14 }, (_, at) => `B-${at + 20}`);
    expect(rows.map(({ id }) => id)).toEqual([...wanted, ...later]);
  });
});

describe("what the ledger finds fault with", () => {
  const rule: Requirement = { id: "RX-1", level: "MUST", rule: "TTL" };
  const faultsOf = (titles: readonly string[], said: Partial<Requirement> = {}) =>
    ledger(titles, [{ ...rule, ...said }]).faults.map((fault) => fault.replace(/\(.*/, "").trim());

  it("a side without a test", () => {
    expect(faultsOf(["RX-1 takes 255", "RX-1 refuses 254"])).toEqual([]);
    expect(faultsOf(["RX-1 takes 255"])).toEqual([
      "RX-1: neither a negative test nor a reason why there is none",
    ]);
    expect(faultsOf(["RX-1 refuses 254", "RX-10 takes"], { level: "SHOULD" })).toEqual([
      'RX-10: no such rule, in "RX-10 takes"',
    ]);
  });

  it("a reason that is out of date", () => {
    const said = { withoutTest: { negative: "hard" } };
    expect(faultsOf(["RX-1 takes 255"], said)).toEqual([]);
    expect(faultsOf(["RX-1 takes 255", "RX-1 never takes 254"], said)[0]).toMatch(
      /and a reason why there is none$/,
    );
  });
});
