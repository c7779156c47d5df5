import type { Instant } from "../base/time.ts";

/**
 * Values at numbered slots, each with a deadline, as immutable data: replacing one of n values costs about log2(n)
 * small objects, and the earliest deadline of all stands at the root. With thousands of checkers, a step of the
 * health director must neither copy them nor look at them all.
 */
export interface DeadlineTree<Value> {
  readonly root: Branch<Value> | undefined;
  /** Slots below 2 ** depth fit. */
  readonly depth: number;
}

interface Branch<Value> {
  readonly earliest: Instant | undefined;
  readonly left: Branch<Value> | undefined;
  readonly right: Branch<Value> | undefined;
  readonly leaf?: Value;
}

/** A tree with nothing in it. */
export function emptyDeadlineTree<Value>(): DeadlineTree<Value> {
  return { root: undefined, depth: 0 };
}

/** The value at a slot. */
export function valueAt<Value>(tree: DeadlineTree<Value>, slot: number): Value | undefined {
  if (slot >= 2 ** tree.depth) return undefined;
  let branch = tree.root;
  for (let bit = tree.depth - 1; bit >= 0 && branch !== undefined; bit--) {
    branch = (slot >>> bit) & 1 ? branch.right : branch.left;
  }
  return branch?.leaf;
}

/** The tree with another value at a slot; an absent value empties the slot. Slots are whole numbers below 2 ** 31. */
export function withValue<Value>(
  tree: DeadlineTree<Value>,
  entry: { readonly slot: number; readonly value: Value | undefined; readonly deadline: Instant | undefined },
): DeadlineTree<Value> {
  let { root, depth } = tree;
  for (; entry.slot >= 2 ** depth; depth++) {
    if (root !== undefined) root = { earliest: root.earliest, left: root, right: undefined };
  }
  const leaf: Branch<Value> | undefined =
    entry.value === undefined
      ? undefined
      : { earliest: entry.deadline, left: undefined, right: undefined, leaf: entry.value };
  return { root: replace(root, { slot: entry.slot, bit: depth - 1, leaf }), depth };
}

/** The earliest deadline in the tree. */
export function earliestDeadline(tree: DeadlineTree<unknown>): Instant | undefined {
  return tree.root?.earliest;
}

/** The slots whose deadline has come, in the order of their numbers. */
export function dueSlots(tree: DeadlineTree<unknown>, now: Instant): readonly number[] {
  const found: number[] = [];
  collect(tree.root, tree.depth - 1, 0);
  return found;

  function collect(branch: Branch<unknown> | undefined, bit: number, slot: number): void {
    if (branch?.earliest === undefined || branch.earliest > now) return;
    if (bit < 0) {
      found.push(slot);
      return;
    }
    collect(branch.left, bit - 1, slot);
    collect(branch.right, bit - 1, slot + 2 ** bit);
  }
}

function replace<Value>(
  branch: Branch<Value> | undefined,
  change: { readonly slot: number; readonly bit: number; readonly leaf: Branch<Value> | undefined },
): Branch<Value> | undefined {
  const { slot, bit, leaf } = change;
  if (bit < 0) return leaf;
  const right = (slot >>> bit) & 1;
  const below = replace(right ? branch?.right : branch?.left, { slot, bit: bit - 1, leaf });
  return right ? join(branch?.left, below) : join(below, branch?.right);
}

function join<Value>(
  left: Branch<Value> | undefined,
  right: Branch<Value> | undefined,
): Branch<Value> | undefined {
  if (left === undefined && right === undefined) return undefined;
  const a = left?.earliest;
  const b = right?.earliest;
  const earliest = a === undefined ? b : b === undefined || a <= b ? a : b;
  return { earliest, left, right };
}
