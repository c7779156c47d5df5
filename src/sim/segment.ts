import type { Random } from "../base/random.ts";
import { type Duration, microseconds } from "../base/time.ts";

/** How a shared network treats each frame on its way to each receiver. */
export interface Conditions {
  /** Chance of a frame being lost, 0..1. */
  readonly loss: number;
  /** Chance of a frame arriving twice. */
  readonly duplication: number;
  /** Chance of a frame being held back by up to `heldBack`, so that later ones pass it. */
  readonly reordering: number;
  readonly heldBack: Duration;
  /** Every frame takes `delay` and up to `jitter` more. */
  readonly delay: Duration;
  readonly jitter: Duration;
}

/** A network that loses nothing and takes 50 microseconds. */
export const CALM: Conditions = {
  loss: 0,
  duplication: 0,
  reordering: 0,
  heldBack: microseconds(0),
  delay: microseconds(50),
  jitter: microseconds(0),
};

/** One broadcast domain with faults. Cuts are one-way, so that one side may hear the other and not be heard. */
export class Segment {
  conditions: Conditions = CALM;
  readonly #cut = new Set<string>();
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Nothing sent by `from` reaches `to` any more. */
  cut(from: string, to: string): void {
    this.#cut.add(`${from}>${to}`);
  }

  /** Takes one cut away again. */
  mend(from: string, to: string): void {
    this.#cut.delete(`${from}>${to}`);
  }

  /** Takes every cut away. */
  mendAll(): void {
    this.#cut.clear();
  }

  /** Whether frames of `from` reach `to`, leaving loss aside. */
  joins(from: string, to: string): boolean {
    return !this.#cut.has(`${from}>${to}`);
  }

  /** The delay of each copy of one frame that arrives; empty when it is lost or cut. */
  deliveries(from: string, to: string): readonly Duration[] {
    const { loss, duplication } = this.conditions;
    if (!this.joins(from, to) || (loss > 0 && this.#random() < loss)) return [];
    const copies = duplication > 0 && this.#random() < duplication ? 2 : 1;
    return Array.from({ length: copies }, () => this.#delay());
  }

  #delay(): Duration {
    const { delay, jitter, reordering, heldBack } = this.conditions;
    const held = reordering > 0 && this.#random() < reordering ? this.#random() * heldBack : 0;
    const wobble = jitter > 0 ? this.#random() * jitter : 0;
    return microseconds(delay + wobble + held);
  }
}
