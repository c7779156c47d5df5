import {
  type DestinationRecord,
  type ServiceKeyRecord,
  type ServiceRecord,
  schedulerNumbers,
} from "../bpf/layout.ts";
import type { Candidate, ListChange, ScheduleState } from "../forward/schedule/scheduler.ts";
import { schedulers } from "../forward/schedule/schedulers.ts";
import { wrrWeights } from "../forward/schedule/wrr.ts";
import type { DirectorMaps } from "./director-maps.ts";

/** A service's next destination list, newest first, and what makes it differ from the present one. */
export interface Publication {
  readonly key: ServiceKeyRecord;
  readonly record: ServiceRecord;
  readonly destinations: readonly number[];
  /** Undefined when the scheduler is bound anew: its state starts from the beginning. */
  readonly change: ListChange | "same" | undefined;
}

/**
 * Writes a whole new generation of a service's list with its scheduler state, then makes it the current one by a
 * single map update: a packet sees the old list or the new one, never a mixture. The generation before the former is
 * removed now; the former stays for packets that are still looking at it.
 */
export function publish(maps: DirectorMaps, publication: Publication): void {
  const { key, record, destinations } = publication;
  const generation = (record.generation + 1) >>> 0;
  const candidates = destinations.map((id) => candidateOf(maps, id));
  for (const [index, id] of destinations.entries()) {
    const destination = destinationWithId(maps, id);
    maps.lists.set(
      { service: record.id, generation, index },
      { destination: id, weight: destination.weight, limited: destination.upper_threshold > 0 ? 1 : 0 },
    );
  }
  const state = nextState(maps, { publication, candidates });
  maps.scheduleStates.set({ service: record.id, generation }, { word: stateWord(state) });
  const { divisor, maximum } = wrrWeights(candidates);
  maps.services.set(key, {
    ...record,
    generation,
    count: destinations.length,
    gcd: divisor,
    max_weight: maximum,
  });
  removeGeneration(maps, { service: record.id, generation: generation - 2 });
}

/** Removes both generations of a service that is gone. */
export function unpublish(maps: DirectorMaps, record: ServiceRecord): void {
  removeGeneration(maps, { service: record.id, generation: record.generation });
  removeGeneration(maps, { service: record.id, generation: record.generation - 1 });
}

/** The ids of a service's destinations, newest first. */
export function listOf(maps: DirectorMaps, record: ServiceRecord): readonly number[] {
  const ids: number[] = [];
  for (let index = 0; index < record.count; index++) {
    const entry = maps.lists.get({ service: record.id, generation: record.generation, index });
    if (entry !== undefined) ids.push(entry.destination);
  }
  return ids;
}

/** The scheduler state in the one word that the data path swaps. */
export function stateWord({ cursor, currentWeight }: ScheduleState): bigint {
  return (BigInt(currentWeight) << 32n) | BigInt(cursor);
}

/** The other way round. */
export function stateOf(word: bigint): ScheduleState {
  return { cursor: Number(word & 0xffffffffn), currentWeight: Number(word >> 32n) };
}

function nextState(
  maps: DirectorMaps,
  { publication, candidates }: { publication: Publication; candidates: readonly Candidate[] },
): ScheduleState {
  const { record, change } = publication;
  const scheduler = schedulers.get(schedulerName(record.scheduler));
  if (scheduler === undefined) throw new RangeError(`No scheduler has the number ${record.scheduler}`);
  const word = maps.scheduleStates.get({ service: record.id, generation: record.generation })?.word;
  if (change === undefined || word === undefined) return scheduler.start(candidates);
  const state = stateOf(word);
  return change === "same" ? state : scheduler.changed({ state, list: candidates, change });
}

/** The name of a scheduler's number. */
export function schedulerName(number: number): string {
  for (const [name, known] of Object.entries(schedulerNumbers)) if (known === number) return name;
  return `unknown-${number}`;
}

function candidateOf(maps: DirectorMaps, id: number): Candidate {
  const counters = maps.destinationCounters.get(id);
  return {
    id,
    weight: destinationWithId(maps, id).weight,
    overloaded: maps.overloads.get(id) === 1,
    active: counters?.active ?? 0,
    total: counters?.total ?? 0,
  };
}

function destinationWithId(maps: DirectorMaps, id: number): DestinationRecord {
  const destination = maps.destinations.get(id);
  if (destination === undefined)
    throw new Error(`The forwarder's list names destination ${id}, which does not exist`);
  return destination;
}

function removeGeneration(
  maps: DirectorMaps,
  at: { readonly service: number; readonly generation: number },
): void {
  if (at.generation < 0) return;
  for (let index = 0; maps.lists.delete({ ...at, index }); index++);
  maps.scheduleStates.delete(at);
}
