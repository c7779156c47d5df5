import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Instant, instant } from "../../src/base/time.ts";
import { DeadlineTable } from "../../src/director/deadline-table.ts";

describe("DeadlineTable", () => {
  it("gives the due slots one by one, the earliest first, as a list that is looked through would", () => {
    const change = fc.record({ slot: fc.nat(20), at: fc.option(fc.nat(50), { nil: undefined }) });
    fc.assert(
      fc.property(fc.integer({ min: 21, max: 40 }), fc.array(change), fc.nat(50), (slots, changes, now) => {
        const table = new DeadlineTable();
        table.reset(slots);
        const plain = new Map<number, Instant>();
        for (const { slot, at } of changes) {
          table.set(slot, at === undefined ? undefined : instant(at));
          if (at === undefined) plain.delete(slot);
          else plain.set(slot, instant(at));
          expect(table.earliest() ?? Infinity).toBe(Math.min(Infinity, ...plain.values()));
        }
        const due = [...plain].filter(([, at]) => at <= now).sort(([a, x], [b, y]) => x - y || a - b);
        for (const [slot] of due) {
          expect(table.due(instant(now))).toBe(slot);
          table.set(slot, undefined);
        }
        expect(table.due(instant(now))).toBeUndefined();
      }),
    );
  });

  it("is empty after reset, with room for none and for one", () => {
    const table = new DeadlineTable();
    expect(table.earliest()).toBeUndefined();
    table.reset(1);
    table.set(0, instant(7));
    expect(table.earliest()).toBe(7);
    expect(table.due(instant(7))).toBe(0);
    table.reset(0);
    expect(table.earliest()).toBeUndefined();
    expect(table.due(instant(100))).toBeUndefined();
  });
});
