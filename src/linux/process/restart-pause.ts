/** A child that has run this long before it died is started again at once (keepalived's rule), and its past is forgotten. */
const STABLE_MS = 60_000;

/** So many deaths in a row are answered at once. */
const AT_ONCE = 5;

/** The longest pause before a child is started again. */
const LONGEST_PAUSE_S = 60;

/**
 * How long to wait before a child that died is started again: not at all for the first deaths, then 1, 2, 4 ... 60 s.
 * Deviation: keepalived waits from the first death on if the child had run for less than a minute. A router whose process
 * is back within a down interval goes on as if nothing had happened, so the first pauses would be the damage.
 */
export class RestartPause {
  #deaths = 0;

  /** The pause after a life of so many milliseconds, in seconds. */
  afterLifeOf(milliseconds: number): number {
    this.#deaths = milliseconds > STABLE_MS ? 1 : this.#deaths + 1;
    if (this.#deaths <= AT_ONCE) return 0;
    return Math.min(LONGEST_PAUSE_S, 2 ** (this.#deaths - AT_ONCE - 1));
  }
}
