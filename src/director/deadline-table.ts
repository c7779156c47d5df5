import type { Instant } from "../base/time.ts";

const NEVER = Number.POSITIVE_INFINITY;

/**
 * Deadlines at numbered slots, changed in place: it belongs to one machine's state. A tournament of minima over a flat
 * array, so that a changed deadline costs about log2(n) comparisons and no object, and the earliest of all stands at
 * the root. With a thousand virtual routers a step must not look at each of them.
 */
export class DeadlineTable {
  /** Node i has its two below at 2i and 2i + 1; the slots are the last half. */
  #nodes = new Float64Array(2).fill(NEVER);

  /** Makes room for `slots` deadlines, none of them set. */
  reset(slots: number): void {
    this.#nodes = new Float64Array(2 * 2 ** Math.ceil(Math.log2(Math.max(1, slots)))).fill(NEVER);
  }

  /** Sets the deadline of a slot; undefined takes it away. */
  set(slot: number, deadline: Instant | undefined): void {
    const nodes = this.#nodes;
    const value = deadline ?? NEVER;
    let node = nodes.length / 2 + slot;
    if (nodes[node] === value) return;
    nodes[node] = value;
    for (node >>= 1; node > 0; node >>= 1) {
      const least = Math.min(nodes[2 * node] ?? NEVER, nodes[2 * node + 1] ?? NEVER);
      if (nodes[node] === least) return;
      nodes[node] = least;
    }
  }

  /** The earliest deadline. */
  earliest(): Instant | undefined {
    const first = this.#nodes[1];
    return first === undefined || first === NEVER ? undefined : (first as Instant);
  }

  /** The slot with the earliest deadline, of several with the same the lowest; undefined when none has come. */
  due(now: Instant): number | undefined {
    const nodes = this.#nodes;
    const first = nodes[1] ?? NEVER;
    if (first > now) return undefined;
    const half = nodes.length / 2;
    let node = 1;
    while (node < half) node = nodes[2 * node] === first ? 2 * node : 2 * node + 1;
    return node - half;
  }
}
