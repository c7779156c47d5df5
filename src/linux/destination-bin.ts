import { monotonicMicroseconds } from "dgram-extra";
import { destinationRemoved } from "../bpf/layout.ts";
import type { DirectorMaps } from "./director-maps.ts";

/** Seconds that a removed destination with no sessions left keeps its counters, as the kernel's trash does. */
const trashSeconds = 120n;

/** The clock that the data path's times are on. */
export function monotonicNanoseconds(): bigint {
  return BigInt(Math.floor(monotonicMicroseconds())) * 1000n;
}

/** Takes a destination out of service but keeps what its sessions refer to. */
export function binDestination(maps: DirectorMaps, id: number): void {
  const record = maps.destinations.get(id);
  if (record === undefined) return;
  maps.destinations.set(id, {
    ...record,
    flags: record.flags | destinationRemoved,
    removed_at: monotonicNanoseconds(),
  });
}

/** Forgets removed destinations whose sessions are over, two minutes after their removal. */
export function emptyBin(maps: DirectorMaps): void {
  const before = monotonicNanoseconds() - trashSeconds * 1_000_000_000n;
  for (const [id, record] of maps.destinations.entries()) {
    if ((record.flags & destinationRemoved) === 0 || record.removed_at > before) continue;
    if ((maps.destinationCounters.get(id)?.total ?? 0) > 0) continue;
    maps.destinationIds.delete(record);
    maps.destinations.delete(id);
    maps.overloads.delete(id);
    maps.destinationBases.delete(id);
    maps.destinationCounters.delete(id);
  }
}
