import { after, type Duration, type Instant, inSeconds } from "../base/time.ts";
import type { VrrpHostEvent } from "../director/host.ts";
import type { RouterEntry } from "../director/vrrp-director-state.ts";
import type { Role } from "../vrrp/router-state.ts";

/**
 * When a backup may become master, worked out a second time and in another way than the machine does: not before
 * `down_timer_adverts` intervals have passed since it last heard a master that it has to respect. Better or equal ones
 * are respected always, lower ones with `nopreempt` and during `preempt_delay`.
 */
export class TakeoverRule {
  readonly #entry: RouterEntry;
  #heardBefore: number;
  #zeroBefore: number;
  #respectedUntil: Instant | undefined;
  #firstLower: Instant | undefined;
  /** A reload may have changed the delay that is running; which of the two counts is not judged. */
  #delayIsUnsure = false;

  constructor(entry: RouterEntry) {
    this.#entry = entry;
    this.#heardBefore = entry.counters.advertisementsReceived;
    this.#zeroBefore = entry.counters.priorityZeroReceived;
  }

  /**
   * The rule of a router that goes on for this one, whose process died: time in which it was deaf is no silence of its
   * master. Its record need not know how long a `preempt_delay` has run.
   */
  handedTo(entry: RouterEntry, gap: number): TakeoverRule {
    const heir = new TakeoverRule(entry);
    if (this.#respectedUntil !== undefined)
      heir.#respectedUntil = after(this.#respectedUntil, gap as Duration);
    heir.#delayIsUnsure = true;
    return heir;
  }

  /** A packet was taken in; perhaps it was an advertisement of ours. */
  heard(now: Instant): void {
    const { counters, state, config } = this.#entry;
    if (counters.advertisementsReceived === this.#heardBefore) return;
    this.#heardBefore = counters.advertisementsReceived;
    if (counters.priorityZeroReceived !== this.#zeroBefore) {
      this.#zeroBefore = counters.priorityZeroReceived;
      this.#respectedUntil = undefined;
      return;
    }
    if (state.role.kind !== "backup" || state.master === undefined) return;
    const lower = state.master.priority < state.priority;
    if (!lower) this.#firstLower = undefined;
    else if (config.preemptDelay > 0) this.#firstLower ??= now;
    if (lower && config.preempt && !this.#delayed(now)) return;
    const { masterInterval } = state.role;
    this.#respectedUntil = after(now, (config.downTimerAdvertisements * masterInterval) as Duration);
  }

  /** Another configuration: other intervals and priorities count from now on. */
  reconfigured(): void {
    this.#respectedUntil = undefined;
    this.#delayIsUnsure = true;
  }

  /** The router has another role; what is wrong with that, if anything. */
  changed(
    role: Role["kind"],
    why: { readonly event: VrrpHostEvent; readonly now: Instant },
  ): string | undefined {
    const until = this.#respectedUntil;
    this.#delayIsUnsure = false;
    this.#respectedUntil = undefined;
    this.#firstLower = undefined;
    if (role !== "master" || until === undefined || why.now >= until) return undefined;
    return `became master ${inSeconds((until - why.now) as Duration)} s too early: it had heard a master that it must respect`;
  }

  #delayed(now: Instant): boolean {
    const { preemptDelay } = this.#entry.config;
    return (
      !this.#delayIsUnsure && this.#firstLower !== undefined && now < after(this.#firstLower, preemptDelay)
    );
  }
}
