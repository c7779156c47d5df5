import { between, type Duration, type Instant, seconds } from "../base/time.ts";
import { type Rejection, type RejectionCounter, type RejectionKind, rejection } from "./rejection.ts";

/** A reason is logged when it first comes up, and then not more often than this while it goes on. */
const LOG_GAP: Duration = seconds(60);

interface Noted {
  readonly loggedAt: Instant;
  unlogged: number;
}

/**
 * Counts refused packets by reason and decides which of them are worth a line (RX-16). The packet's sender plays no
 * part in it, for a sender's address is easily forged. Costs no allocation per packet.
 */
export class RejectionTally {
  readonly #counts = new Map<RejectionKind, number>();
  readonly #noted = new Map<RejectionKind, Noted>();

  /**
   * Counts one. Gives a number when a line is due: how many of the same reason went unlogged since the last line;
   * undefined when none is due.
   */
  note({ kind }: Rejection, now: Instant): number | undefined {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
    const noted = this.#noted.get(kind);
    if (noted !== undefined && between(noted.loggedAt, now) < LOG_GAP) {
      noted.unlogged++;
      return undefined;
    }
    this.#noted.set(kind, { loggedAt: now, unlogged: 0 });
    return noted?.unlogged ?? 0;
  }

  /** How many were refused for this reason. */
  count(kind: RejectionKind): number {
    return this.#counts.get(kind) ?? 0;
  }

  /** The sum of all reasons that keepalived's statistics put under this name. */
  total(counter: RejectionCounter): number {
    let sum = 0;
    for (const [kind, count] of this.#counts) if (rejection(kind).counter === counter) sum += count;
    return sum;
  }
}
