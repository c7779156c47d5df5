import { after, type Instant, seconds } from "../base/time.ts";

/** The first rejection of a kind is logged at once, then a summary at most this often. */
const SUMMARY_INTERVAL = seconds(60);

interface Entry {
  count: number;
  unreported: number;
  nextReportAt: Instant;
}

/**
 * Counts rejected packets by virtual router and reason and says when a line is due, so that a flood of bad packets
 * costs a handful of lines (RFC 9568 section 7.1 asks for logging subject to rate limiting). The sender's address is
 * no part of the key: it can be forged.
 */
export class RejectionLog {
  readonly #entries = new Map<string, Entry>();

  /** Counts one rejection; the number of earlier ones to mention when a line is due, undefined when none is. */
  note(key: string, now: Instant): { readonly suppressed: number } | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) {
      this.#entries.set(key, { count: 1, unreported: 0, nextReportAt: after(now, SUMMARY_INTERVAL) });
      return { suppressed: 0 };
    }
    entry.count++;
    if (now < entry.nextReportAt) {
      entry.unreported++;
      return undefined;
    }
    const suppressed = entry.unreported;
    entry.unreported = 0;
    entry.nextReportAt = after(now, SUMMARY_INTERVAL);
    return { suppressed };
  }

  /** How many rejections were counted for a key. */
  count(key: string): number {
    return this.#entries.get(key)?.count ?? 0;
  }
}
