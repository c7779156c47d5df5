import { type Instant, instant } from "../base/time.ts";
import type { Config } from "../conf/model/config.ts";
import { RecordWatch } from "../director/record-watch.ts";
import type { RouterEntry, VrrpDirectorState } from "../director/vrrp-director-state.ts";
import {
  type Legacy,
  movingInstant,
  signedUntil,
  type VrrpRecord,
  vrrpRecord,
  withMovingInstant,
} from "../director/vrrp-record.ts";

/** The parent's memory of its VRRP process, as `linux/process/role-journal` keeps it: as old, and as plain. */
export class SimulatedJournal {
  readonly #instants: number[] = [];
  readonly #sequences: bigint[] = [];
  #watch = new RecordWatch();
  #record: VrrpRecord | undefined;
  /** That the record is of. */
  #config: Config | undefined;
  #lastStep: Instant = instant(0);

  /** Another process writes from now on, which knows nothing of what the one before has written. */
  handOver(): void {
    this.#watch = new RecordWatch();
  }

  /** The process has done what a step asked for. */
  note(state: VrrpDirectorState, now: Instant): void {
    if (this.#watch.isStale(state, now)) {
      this.#record = vrrpRecord(state);
      this.#config = state.config;
      let at = 0;
      for (const entry of state.routers.values()) this.#move(entry, at++);
    } else {
      for (const entry of state.touched) this.#move(entry, entry.slot);
    }
    this.#lastStep = now;
  }

  #move(entry: RouterEntry, at: number): void {
    this.#instants[at] = movingInstant(entry.state.role) ?? 0;
    this.#sequences[at] = signedUntil(entry);
  }

  /** What a successor is given, and the configuration it begins with; nothing when there was no step. */
  read(): { readonly legacy?: Legacy; readonly config?: Config } {
    if (this.#record === undefined || this.#config === undefined) return {};
    const record = JSON.parse(JSON.stringify(this.#record)) as VrrpRecord;
    const routers = record.routers.map((router, at) => ({
      ...router,
      role: withMovingInstant(router.role, instant(this.#instants[at] ?? 0)),
      sequence: String(this.#sequences[at] ?? 0),
    }));
    return { legacy: { record: { ...record, routers }, diedAt: this.#lastStep }, config: this.#config };
  }
}
