import type { Instant } from "../base/time.ts";

interface Entry<Item> {
  readonly at: Instant;
  readonly order: number;
  readonly item: Item;
}

/** What is to happen, earliest first; of two things at one instant the one put in first (so runs repeat exactly). */
export class EventQueue<Item> {
  readonly #heap: Entry<Item>[] = [];
  #order = 0;

  /** When the next thing happens; undefined when nothing will. */
  get nextAt(): Instant | undefined {
    return this.#heap[0]?.at;
  }

  push(at: Instant, item: Item): void {
    const heap = this.#heap;
    heap.push({ at, order: this.#order++, item });
    let child = heap.length - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.#swapIfEarlier(child, parent)) return;
      child = parent;
    }
  }

  /** Takes the earliest out; see `nextAt` for its time. */
  pop(): Item | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first?.item;
    heap[0] = last;
    let parent = 0;
    for (;;) {
      const left = 2 * parent + 1;
      const child = left + 1 < heap.length && this.#earlier(left + 1, left) ? left + 1 : left;
      if (child >= heap.length || !this.#swapIfEarlier(child, parent)) return first.item;
      parent = child;
    }
  }

  #earlier(left: number, right: number): boolean {
    const a = this.#heap[left] as Entry<Item>;
    const b = this.#heap[right] as Entry<Item>;
    return a.at < b.at || (a.at === b.at && a.order < b.order);
  }

  #swapIfEarlier(child: number, parent: number): boolean {
    if (!this.#earlier(child, parent)) return false;
    const moved = this.#heap[child] as Entry<Item>;
    this.#heap[child] = this.#heap[parent] as Entry<Item>;
    this.#heap[parent] = moved;
    return true;
  }
}
