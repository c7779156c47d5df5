import type { ServiceRecord } from "../bpf/layout.ts";
import type { Service, ServiceKey } from "../forward/service.ts";
import type { DestinationCounters } from "../forward/service-table.ts";
import { trafficOf } from "./counter-records.ts";
import type { DirectorMaps } from "./director-maps.ts";
import { listOf, schedulerName } from "./schedule-publisher.ts";
import { destinationOf } from "./service-records.ts";

/** A service of the maps with its destinations, in the order they were added. */
export function serviceFrom(
  maps: DirectorMaps,
  { key, record }: { readonly key: ServiceKey; readonly record: ServiceRecord },
): Service {
  const destinations = listOf(maps, record).flatMap((id) => {
    const destination = maps.destinations.get(id);
    return destination === undefined ? [] : [destinationOf(destination)];
  });
  return {
    key,
    scheduler: schedulerName(record.scheduler),
    schedulerFlags: [],
    onePacket: false,
    destinations: destinations.reverse(),
  };
}

/** What is counted for the destination with this id. @throws {Error} when there is none. */
export function destinationCounters(maps: DirectorMaps, id: number): DestinationCounters {
  const record = maps.destinations.get(id);
  const counters = maps.destinationCounters.get(id);
  if (record === undefined || counters === undefined) {
    throw new Error(`The forwarder's list names destination ${id}, which does not exist`);
  }
  const { address, port } = destinationOf(record);
  return {
    address,
    port,
    active: counters.active,
    inactive: counters.total - counters.active,
    persistent: counters.persistent,
    traffic: trafficOf(counters.traffic, maps.destinationBases.get(id)),
  };
}
