import { checked, mapMemory, systemCall } from "dgram-extra";
import { type Instant, instant } from "../../base/time.ts";
import type { Config } from "../../conf/model/config.ts";
import type { RouterEntry, VrrpDirectorState } from "../../director/vrrp-director-state.ts";
import {
  type Legacy,
  movingInstant,
  type VrrpRecord,
  vrrpRecord,
  withMovingInstant,
} from "../../director/vrrp-record.ts";

const MFD_CLOEXEC = 1;
/** Bytes of each of the two places a record may stand in; memory is taken only as far as it is written. */
const PLACE = 1 << 20;
const HEADER = 16;
/** A record is also written this often for its counters' sake, in microseconds. */
const REFRESH = 10_000_000;

/**
 * Memory shared by the parent and its VRRP process, in which the child keeps what its successor has to know. It survives
 * a SIGKILL at any instant, and writing it costs no system call: roles when they change, two numbers at each step.
 *
 * Layout: the instant of the last step (f64), which place holds (f64: 0 none, 1, 2); then the places, each with the
 * record's length and the number of routers (u32), a moving instant for each router (f64), and the record as JSON.
 */
export class RoleJournal {
  readonly #bytes: Uint8Array;
  readonly #head: Float64Array;
  #instants: Float64Array = new Float64Array(0);
  /** Of each slot, what the record says. */
  #told: readonly Told[] = [];
  /** Those of the configuration that the record is of; another configuration has others. */
  #slots: readonly RouterEntry[] | undefined;
  #config: Config | undefined;
  #writtenAt = Number.NEGATIVE_INFINITY;

  /** @param descriptor from `createJournalMemory`. @throws {SystemError} */
  constructor(descriptor: number, options: { readonly writable: boolean }) {
    const memory = mapMemory({ descriptor, length: HEADER + 2 * PLACE, writable: options.writable });
    this.#bytes = new Uint8Array(memory);
    this.#head = new Float64Array(memory, 0, 2);
  }

  /**
   * The child notes where it stands after a step: of the routers that the step touched, for with hundreds of them a packet
   * for one must not cost a look at all. A state too large for its place is not recorded.
   */
  note(state: VrrpDirectorState, now: Instant): void {
    const isAnother = state.slots !== this.#slots || state.config !== this.#config;
    if (isAnother || now - this.#writtenAt > REFRESH || this.#differs(state)) {
      this.#write(state, now);
    } else {
      for (const { slot, state: router } of state.touched) {
        this.#instants[slot] = movingInstant(router.role) ?? 0;
      }
    }
    this.#head[0] = now;
  }

  /** The parent reads what a child left; undefined when it left nothing. */
  read(): Legacy | undefined {
    const place = this.#head[1] ?? 0;
    if (place !== 1 && place !== 2) return undefined;
    const { lengths, instants, text } = this.#place(place);
    const json = Buffer.from(text.subarray(0, lengths[0])).toString("utf8");
    const record = JSON.parse(json) as VrrpRecord;
    const routers = record.routers.map((router, at) => ({
      ...router,
      role: withMovingInstant(router.role, instant(instants[at] ?? 0)),
    }));
    return { record: { ...record, routers }, diedAt: instant(this.#head[0] ?? 0) };
  }

  /** Forgets what was read: the next child is to begin anew unless it writes something. */
  clear(): void {
    this.#head[1] = 0;
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

  #write(state: VrrpDirectorState, now: Instant): void {
    this.#config = state.config;
    const text = Buffer.from(JSON.stringify(vrrpRecord(state)));
    const next = this.#head[1] === 1 ? 2 : 1;
    this.#slots = state.slots;
    this.#told = state.slots.map((entry) => ({
      role: entry.state.role.kind,
      master: entry.state.master?.address,
      priority: entry.priority,
      said: entry.told,
      faults: entry.faults.size,
    }));
    this.#writtenAt = now;
    if (8 + state.routers.size * 8 + text.length > PLACE) {
      this.#instants = new Float64Array(0);
      this.#head[1] = 0;
      return;
    }
    const lengths = new Uint32Array(this.#bytes.buffer, HEADER + (next - 1) * PLACE, 2);
    lengths[0] = text.length;
    lengths[1] = state.routers.size;
    const place = this.#place(next);
    place.text.set(text);
    this.#instants = place.instants;
    let at = 0;
    for (const { state: router } of state.routers.values()) {
      this.#instants[at++] = movingInstant(router.role) ?? 0;
    }
    this.#head[1] = next;
  }

  #place(place: number): { lengths: Uint32Array; instants: Float64Array; text: Uint8Array } {
    const start = HEADER + (place - 1) * PLACE;
    const { buffer } = this.#bytes;
    const lengths = new Uint32Array(buffer, start, 2);
    const routers = lengths[1] ?? 0;
    const textAt = start + 8 + routers * 8;
    return {
      lengths,
      instants: new Float64Array(buffer, start + 8, routers),
      text: this.#bytes.subarray(textAt, start + PLACE),
    };
  }
}

/** What of a router has to change for the record to be written again. */
interface Told {
  readonly role: string;
  readonly master: string | undefined;
  readonly priority: number;
  readonly said: string | undefined;
  readonly faults: number;
}

/** Makes the memory, to be inherited by children; nothing of it is ever on a disk. @throws {SystemError} */
export function createJournalMemory(): number {
  const descriptor = checked(
    systemCall("memfd_create", "locum-roles", MFD_CLOEXEC),
    "Cannot make shared memory",
  );
  checked(systemCall("ftruncate", descriptor, HEADER + 2 * PLACE), "Cannot size shared memory");
  return descriptor;
}
