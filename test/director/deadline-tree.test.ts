import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { earliest, type Instant, instant } from "../../src/base/time.ts";
import {
  type DeadlineTree,
  dueSlots,
  earliestDeadline,
  emptyDeadlineTree,
  valueAt,
  withValue,
} from "../../src/director/deadline-tree.ts";

const entry = fc.record({
  slot: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 2 ** 20 })),
  value: fc.option(fc.string(), { nil: undefined }),
  deadline: fc.option(fc.integer({ min: 0, max: 50 }).map(instant), { nil: undefined }),
});

describe("a deadline tree", () => {
  it("holds what a map holds, and knows the earliest deadline and what is due", () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 60 }), fc.integer({ min: 0, max: 50 }), (entries, at) => {
        let tree: DeadlineTree<string> = emptyDeadlineTree();
        const map = new Map<number, { value: string; deadline: Instant | undefined }>();
        for (const { slot, value, deadline } of entries) {
          tree = withValue(tree, { slot, value, deadline });
          if (value === undefined) map.delete(slot);
          else map.set(slot, { value, deadline });
        }
        for (const { slot } of entries) expect(valueAt(tree, slot)).toBe(map.get(slot)?.value);
        expect(earliestDeadline(tree)).toBe(earliest([...map.values()].map(({ deadline }) => deadline)));
        const due = [...map].filter(([, { deadline }]) => deadline !== undefined && deadline <= at);
        expect(dueSlots(tree, instant(at))).toEqual(due.map(([slot]) => slot).toSorted((a, b) => a - b));
      }),
    );
  });

  it("leaves the older tree as it was", () => {
    const one = withValue(emptyDeadlineTree<string>(), { slot: 3, value: "a", deadline: instant(5) });
    const two = withValue(one, { slot: 3, value: "b", deadline: instant(1) });
    expect([valueAt(one, 3), earliestDeadline(one)]).toEqual(["a", 5]);
    expect([valueAt(two, 3), earliestDeadline(two)]).toEqual(["b", 1]);
  });

  it("shares all but the path to the changed slot", () => {
    let tree = emptyDeadlineTree<number>();
    for (let slot = 0; slot < 1024; slot++)
      tree = withValue(tree, { slot, value: slot, deadline: instant(slot) });
    const changed = withValue(tree, { slot: 0, value: -1, deadline: instant(0) });
    expect(changed.root?.right).toBe(tree.root?.right);
    expect(changed.root?.left?.right).toBe(tree.root?.left?.right);
  });

  it("has nothing at a slot beyond its size", () => {
    expect(valueAt(emptyDeadlineTree(), 0)).toBeUndefined();
    expect(valueAt(emptyDeadlineTree(), 2 ** 40)).toBeUndefined();
  });
});
