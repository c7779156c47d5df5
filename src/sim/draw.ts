import type { Random } from "../base/random.ts";

/** Random choices. */
export interface Draw {
  /** True with this chance. */
  one(chance: number): boolean;
  /** A whole number from 0, below `limit`. */
  below(limit: number): number;
  pick<Item>(items: readonly Item[]): Item;
  /** The number of an item, each as likely as its weight says. */
  weighted(weights: readonly number[]): number;
  /** A number between two, with no more decimals than a microsecond in seconds has. */
  between(least: number, most: number): number;
}

/** Choices made with the numbers of a source. */
export function draw(random: Random): Draw {
  const below = (limit: number): number => Math.floor(random() * limit);
  return {
    one: (chance) => random() < chance,
    below,
    pick: <Item>(items: readonly Item[]) => items[below(items.length)] as Item,
    weighted(weights) {
      let left = random() * weights.reduce((sum, weight) => sum + weight, 0);
      for (const [at, weight] of weights.entries()) {
        left -= weight;
        if (left < 0) return at;
      }
      return weights.length - 1;
    },
    between: (least, most) => Math.round((least + random() * (most - least)) * 1_000_000) / 1_000_000,
  };
}
