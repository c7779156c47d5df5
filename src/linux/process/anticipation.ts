import { after, between, type Duration, type Instant, microseconds } from "../../base/time.ts";

/** How long before a takeover it is rehearsed once more. */
const LEAD: Duration = microseconds(1_500);
/** With less time than this left nothing is rehearsed: the takeover must find the process free. */
const LEAST: Duration = microseconds(700);

/** What an Anticipation needs of its process. */
export interface AnticipationOptions {
  /** When the first Backup will take over if its master stays silent. */
  readonly nextTakeover: () => Instant | undefined;
  /** Goes the way of a takeover that leads nowhere; what it needs is made ready by `prepare`. */
  readonly rehearse: () => void;
  /** Takes longer than a rehearsal, and is called `later`, when nothing is urgent. */
  readonly prepare: () => void;
  readonly later: (action: () => void) => void;
  /** Delivers the alarm. */
  readonly ringNow: () => void;
  readonly now: () => Instant;
  /** Has `ring` called at an instant, and at no other that was set before. */
  readonly setTimer: (at: Instant) => void;
}

/**
 * Is awake shortly before a takeover may come. A process that has only listened for hours has lost the way of a takeover
 * from the processor's caches, and it would be woken a while after the instant it was to be woken at: together that is
 * half a millisecond. Mostly the master is heard again in time, so the timer is not moved with each advertisement: when
 * it rings too early it is set anew.
 */
export class Anticipation {
  readonly #options: AnticipationOptions;
  #at: Instant | undefined;

  constructor(options: AnticipationOptions) {
    this.#options = options;
    options.later(options.prepare);
  }

  /** The director's next deadline is this: a takeover may be nearer than was thought. */
  note(deadline: Instant | undefined): void {
    if (deadline === undefined || (this.#at !== undefined && deadline >= after(this.#at, LEAD))) return;
    const takeover = this.#options.nextTakeover();
    if (takeover !== undefined) this.#set(takeover);
  }

  /** The timer has expired. */
  ring(): void {
    const { nextTakeover, now, rehearse, prepare, later, ringNow } = this.#options;
    this.#at = undefined;
    const takeover = nextTakeover();
    if (takeover === undefined) return;
    const left = between(now(), takeover);
    if (left > LEAD) this.#set(takeover);
    else if (left > LEAST) {
      rehearse();
      later(prepare);
      // To sleep and to be woken again would take as long as what is left.
      while (now() < takeover);
      ringNow();
    }
  }

  #set(takeover: Instant): void {
    const at = after(takeover, microseconds(-LEAD));
    if (this.#at !== undefined && this.#at <= at) return;
    this.#at = at;
    this.#options.setTimer(at);
  }
}
