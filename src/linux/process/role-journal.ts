import { checked, mapMemory, systemCall } from "dgram-extra";
import { type Instant, instant } from "../../base/time.ts";
import { RecordWatch } from "../../director/record-watch.ts";
import type { VrrpDirectorState } from "../../director/vrrp-director-state.ts";
import {
  type Legacy,
  movingInstant,
  signedUntil,
  type VrrpRecord,
  vrrpRecord,
  withMovingInstant,
} from "../../director/vrrp-record.ts";

const MFD_CLOEXEC = 1;
/** Bytes of each of the two places a record may stand in; memory is taken only as far as it is written. */
const PLACE = 1 << 20;
const HEADER = 16;
const PLACE_HEADER = 16;

/**
 * Memory shared by the parent and its VRRP process, in which the child keeps what its successor has to know. It survives
 * a SIGKILL at any instant, and writing it costs no system call: roles when they change, three numbers at each step.
 *
 * Layout: the instant of the last step (f64), which place holds (f64: 0 none, 1, 2); then the places, each with the
 * record's length, the number of routers and that of the configuration (u32, and four bytes of nothing), a moving instant for each router (f64), and the record as JSON; at their
 * end what the signed packets of each router have counted to (u64).
 */
export class RoleJournal {
  readonly #bytes: Uint8Array;
  readonly #head: Float64Array;
  #instants: Float64Array = new Float64Array(0);
  #sequences: BigUint64Array = new BigUint64Array(0);
  readonly #watch = new RecordWatch();

  /** @param descriptor from `createJournalMemory`. @throws {SystemError} */
  constructor(descriptor: number, options: { readonly writable: boolean }) {
    const memory = mapMemory({ descriptor, length: HEADER + 2 * PLACE, writable: options.writable });
    this.#bytes = new Uint8Array(memory);
    this.#head = new Float64Array(memory, 0, 2);
  }

  /**
   * The child notes where it stands after a step, and which configuration of its parent's it has then. A state too large for
   * its place is not recorded.
   */
  note(state: VrrpDirectorState, now: Instant, configuration: number): void {
    if (this.#watch.isStale(state, now)) this.#write(state, configuration);
    else {
      for (const entry of state.touched) {
        this.#instants[entry.slot] = movingInstant(entry.state.role) ?? 0;
        this.#sequences[entry.slot] = signedUntil(entry);
      }
    }
    this.#head[0] = now;
  }

  /** The parent reads what a child left; undefined when it left nothing. */
  read(): (Legacy & { readonly configuration: number }) | undefined {
    const place = this.#head[1] ?? 0;
    if (place !== 1 && place !== 2) return undefined;
    const { lengths, instants, sequences, text } = this.#place(place);
    const json = Buffer.from(text.subarray(0, lengths[0])).toString("utf8");
    const record = JSON.parse(json) as VrrpRecord;
    const routers = record.routers.map((router, at) => ({
      ...router,
      role: withMovingInstant(router.role, instant(instants[at] ?? 0)),
      sequence: String(sequences[at] ?? 0),
    }));
    return {
      record: { ...record, routers },
      diedAt: instant(this.#head[0] ?? 0),
      configuration: lengths[2] ?? 0,
    };
  }

  /** Forgets what was read: the next child is to begin anew unless it writes something. */
  clear(): void {
    this.#head[1] = 0;
  }

  #write(state: VrrpDirectorState, configuration: number): void {
    const text = Buffer.from(JSON.stringify(vrrpRecord(state)));
    const next = this.#head[1] === 1 ? 2 : 1;
    if (PLACE_HEADER + state.routers.size * 16 + text.length > PLACE) {
      this.#instants = new Float64Array(0);
      this.#sequences = new BigUint64Array(0);
      this.#head[1] = 0;
      return;
    }
    const lengths = new Uint32Array(this.#bytes.buffer, HEADER + (next - 1) * PLACE, 3);
    lengths[0] = text.length;
    lengths[1] = state.routers.size;
    lengths[2] = configuration;
    const place = this.#place(next);
    place.text.set(text);
    this.#instants = place.instants;
    this.#sequences = place.sequences;
    let at = 0;
    for (const entry of state.routers.values()) {
      this.#instants[at] = movingInstant(entry.state.role) ?? 0;
      this.#sequences[at++] = signedUntil(entry);
    }
    this.#head[1] = next;
  }

  #place(place: number): {
    lengths: Uint32Array;
    instants: Float64Array;
    sequences: BigUint64Array;
    text: Uint8Array;
  } {
    const start = HEADER + (place - 1) * PLACE;
    const { buffer } = this.#bytes;
    const lengths = new Uint32Array(buffer, start, 3);
    const routers = lengths[1] ?? 0;
    const textAt = start + PLACE_HEADER + routers * 8;
    return {
      lengths,
      instants: new Float64Array(buffer, start + PLACE_HEADER, routers),
      sequences: new BigUint64Array(buffer, start + PLACE - 8 * routers, routers),
      text: this.#bytes.subarray(textAt, start + PLACE),
    };
  }
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
