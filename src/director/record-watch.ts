import type { Instant } from "../base/time.ts";
import type { Config } from "../conf/model/config.ts";
import type { RouterEntry, VrrpDirectorState } from "./vrrp-director-state.ts";

/** A record is also written this often for its counters' sake, in microseconds. */
const REFRESH = 10_000_000;

/** What of a router has to change for the record to be written again. */
interface Told {
  readonly role: string;
  readonly master: string | undefined;
  readonly priority: number;
  readonly said: string | undefined;
  readonly faults: number;
}

/** Decides after each step whether a process writes its record again, or only the instants that move all the time. */
export class RecordWatch {
  /** Of each slot, what the record says. */
  #told: readonly Told[] = [];
  /** Those of the configuration that the record is of; another configuration has others. */
  #slots: readonly RouterEntry[] | undefined;
  #config: Config | undefined;
  #writtenAt = Number.NEGATIVE_INFINITY;

  /**
   * Whether the record has to be written; it counts as written then. Only the routers that the step touched are looked at,
   * for with hundreds of them a packet for one must not cost a look at all.
   */
  isStale(state: VrrpDirectorState, now: Instant): boolean {
    const isAnother = state.slots !== this.#slots || state.config !== this.#config;
    if (!isAnother && now - this.#writtenAt <= REFRESH && !this.#differs(state)) return false;
    this.#config = state.config;
    this.#slots = state.slots;
    this.#told = state.slots.map(toldOf);
    this.#writtenAt = now;
    return true;
  }

  #differs({ touched }: VrrpDirectorState): boolean {
    for (const { slot, state, priority, faults, told: said } of touched) {
      const told = this.#told[slot];
      const same =
        told?.role === state.role.kind &&
        told.master === state.master?.address &&
        told.priority === priority &&
        told.said === said &&
        told.faults === faults.size;
      if (!same) return true;
    }
    return false;
  }
}

function toldOf({ state, priority, told: said, faults }: RouterEntry): Told {
  return { role: state.role.kind, master: state.master?.address, priority, said, faults: faults.size };
}
