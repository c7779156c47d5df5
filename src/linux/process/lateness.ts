import { between, type Instant } from "../../base/time.ts";

/** Upper bounds of the classes in microseconds: 1, 2, 4 ... 2^24 (17 s), and what is later. */
const CLASSES = 26;

/** How late the alarms of a process rang; each value is the upper bound of its class in microseconds. */
export interface LatenessFigures {
  readonly alarms: number;
  /** Absent before the first alarm. */
  readonly median?: number;
  readonly percentile99?: number;
  readonly latest?: number;
}

/** Counts how late alarms rang after their deadlines, in classes that double: a few additions for each alarm. */
export class Lateness {
  readonly #counts = new Uint32Array(CLASSES);
  #alarms = 0;
  #latest = 0;

  /** Takes one alarm. */
  note(deadline: Instant | undefined, now: Instant): void {
    if (deadline === undefined || now < deadline) return;
    const late = between(deadline, now);
    const place = Math.min(CLASSES - 1, late <= 1 ? 0 : Math.ceil(Math.log2(late)));
    this.#counts[place] = (this.#counts[place] ?? 0) + 1;
    this.#alarms++;
    this.#latest = Math.max(this.#latest, late);
  }

  /** The figures since the start of the process. */
  figures(): LatenessFigures {
    if (this.#alarms === 0) return { alarms: 0 };
    return {
      alarms: this.#alarms,
      median: this.#percentile(0.5),
      percentile99: this.#percentile(0.99),
      latest: this.#latest,
    };
  }

  #percentile(share: number): number {
    const wanted = Math.ceil(this.#alarms * share);
    let seen = 0;
    for (const [place, count] of this.#counts.entries()) {
      seen += count;
      if (seen >= wanted) return Math.min(this.#latest, 2 ** place);
    }
    return this.#latest;
  }
}
