import { basename, dirname, join } from "node:path";
import { unreachable } from "../base/assert.ts";
import { failed, ok } from "../base/result.ts";
import { defaultSettings, mapNames, type ServiceRecord, schedulerNumbers } from "../bpf/layout.ts";
import {
  type Destination,
  type Outcome,
  type Service,
  type ServiceDefinition,
  type ServiceKey,
  type ServiceOp,
  type ServiceRefusal,
  type ServiceSet,
  serviceKeyText,
} from "../forward/service.ts";
import type {
  AdministeredTable,
  Counters,
  ServiceCounters,
  Session,
  SessionTimeouts,
} from "../forward/service-table.ts";
import { directorObjectPath, loadBpfObject, objectDigest, unpin } from "./bpf-object.ts";
import { refuseDestination, refuseService } from "./bpf-table-limits.ts";
import { noTrafficRecord, sessionOf, trafficOf } from "./counter-records.ts";
import { binDestination, emptyBin, monotonicNanoseconds } from "./destination-bin.ts";
import { type DirectorMaps, openDirectorMaps, programName } from "./director-maps.ts";
import { withIpvsLock } from "./ipvs-lock.ts";
import { listOf, publish, unpublish } from "./schedule-publisher.ts";
import {
  destinationKeyRecord,
  destinationRecord,
  serviceKeyOf,
  serviceKeyRecord,
} from "./service-records.ts";
import { destinationCounters, serviceFrom } from "./table-reading.ts";

/** The place in the map of numbers where the digest of the loaded object is kept. */
const digestSlot = 2;

/** Where a table lives, and what to do when the data path was loaded anew. */
export interface BpfTableOptions {
  /** The folder of pinned maps: one per network namespace. */
  readonly folder: string;
  /** Attaches the program pinned at that path to the interfaces that lack it; called when loaded, and for each new service. */
  readonly attach: (program: string) => void;
  /** The compiled data path; the one that this program ships when absent. */
  readonly objectPath?: string;
}

/**
 * The built-in forwarder's table: pinned BPF maps, which any process may read and change with or without a daemon,
 * one process at a time. Nothing is loaded until the first service comes; deleted services leave their sessions to
 * run out, as in IPVS.
 */
export class BpfTable implements AdministeredTable {
  readonly #folder: string;
  readonly #attach: (program: string) => void;
  readonly #objectPath: string;
  #maps: DirectorMaps | undefined;

  /** @throws {Error} when the maps belong to another version of this program. */
  constructor(options: BpfTableOptions) {
    this.#folder = options.folder;
    this.#attach = options.attach;
    this.#objectPath = options.objectPath ?? directorObjectPath;
    this.#maps = openDirectorMaps(options.folder);
  }

  /** The folder of pinned maps. */
  get folder(): string {
    return this.#folder;
  }

  /**
   * Loads and attaches the data path unless it is there. When a build other than this program's is there, its program
   * is replaced without a gap, and services, sessions and counters stay.
   * @throws {BpfUnavailable}
   */
  load(): DirectorMaps {
    return this.#locked(() => this.#load());
  }

  #load(): DirectorMaps {
    const digest = objectDigest(this.#objectPath);
    const before = this.#maps;
    if (before?.sequence.get(digestSlot) === digest) return before;
    const program = programName;
    const pinning = { folder: this.#folder, maps: mapNames, program, keepMaps: before !== undefined };
    loadBpfObject(this.#objectPath, pinning);
    const maps = openDirectorMaps(this.#folder);
    if (maps === undefined) throw new Error(`The forwarder was loaded but is not pinned in ${this.#folder}`);
    if (before === undefined) maps.settings.set(0, defaultSettings);
    try {
      this.#attach(join(this.#folder, program));
    } catch (error) {
      // What is attached to nothing must not look loaded to the next process.
      if (before === undefined) unpin(this.#folder);
      throw error;
    }
    maps.sequence.set(digestSlot, digest);
    this.#maps = maps;
    return maps;
  }

  read(): ServiceSet {
    const set = new Map<string, Service>();
    const maps = this.#maps;
    if (maps === undefined) return set;
    for (const [key, record] of maps.services.entries()) {
      const service = serviceFrom(maps, { key: serviceKeyOf(key), record });
      set.set(serviceKeyText(service.key), service);
    }
    return set;
  }

  /** @throws {BpfUnavailable} when the first service cannot bring the data path up. */
  apply(op: ServiceOp): Outcome {
    return this.#locked(() => this.#applyLocked(op));
  }

  *sessions(): Generator<Session> {
    const now = monotonicNanoseconds();
    for (const [key, record] of this.#maps?.sessions.entries() ?? []) {
      const session = sessionOf({ key, record, now });
      if (session !== undefined) yield session;
    }
  }

  counters(): Counters {
    const counters = new Map<string, ServiceCounters>();
    const maps = this.#maps;
    if (maps === undefined) return counters;
    for (const [key, record] of maps.services.entries()) {
      const destinations = listOf(maps, record).map((id) => destinationCounters(maps, id));
      counters.set(serviceKeyText(serviceKeyOf(key)), {
        traffic: trafficOf(
          maps.serviceTraffic.get(record.id) ?? noTrafficRecord,
          maps.serviceBases.get(record.id),
        ),
        destinations: destinations.reverse(),
      });
    }
    return counters;
  }

  /** The session timeouts in force. */
  timeouts(): SessionTimeouts {
    const settings = this.#maps?.settings.get(0) ?? defaultSettings;
    const seconds = (ms: number | undefined): number => Math.floor((ms ?? 0) / 1000);
    return {
      tcp: seconds(settings.tcp_timeout[1]),
      tcpFin: seconds(settings.tcp_timeout[4]),
      udp: seconds(settings.udp_timeout),
    };
  }

  /** ipvsadm's --set: 0 leaves a value as it is. Existing sessions follow at their next packet. */
  setTimeouts(timeouts: SessionTimeouts): void {
    const maps = this.load();
    const settings = maps.settings.get(0) ?? defaultSettings;
    const tcp = [...settings.tcp_timeout];
    if (timeouts.tcp > 0) tcp[1] = timeouts.tcp * 1000;
    if (timeouts.tcpFin > 0) tcp[4] = timeouts.tcpFin * 1000;
    const udp = timeouts.udp > 0 ? timeouts.udp * 1000 : settings.udp_timeout;
    maps.settings.set(0, { ...settings, tcp_timeout: tcp, udp_timeout: udp });
  }

  /**
   * Counts one service's traffic, or everything's, from now on; false when there is no such service. The counters in
   * the kernel run on: what they stand at now is remembered and taken off when they are read.
   */
  zero(key?: ServiceKey): boolean {
    const maps = this.#maps;
    const wanted = key === undefined ? undefined : serviceKeyText(key);
    let found = wanted === undefined;
    for (const [at, record] of maps?.services.entries() ?? []) {
      if (maps === undefined || (wanted !== undefined && serviceKeyText(serviceKeyOf(at)) !== wanted))
        continue;
      found = true;
      maps.serviceBases.set(record.id, maps.serviceTraffic.get(record.id) ?? noTrafficRecord);
      for (const id of listOf(maps, record)) {
        maps.destinationBases.set(id, maps.destinationCounters.get(id)?.traffic ?? noTrafficRecord);
      }
    }
    return found;
  }

  /** Does something while no other process changes this table. */
  #locked<Value>(action: () => Value): Value {
    const path = join(dirname(dirname(this.#folder)), `ipvs-${basename(this.#folder)}.lock`);
    return withIpvsLock(path, () => {
      // Another process may have loaded it since.
      this.#maps ??= openDirectorMaps(this.#folder);
      return action();
    });
  }

  #applyLocked(op: ServiceOp): Outcome {
    switch (op.kind) {
      case "add-service":
        return this.#addService(op.service);
      case "edit-service":
        return this.#editService(op.service);
      case "delete-service":
        return this.#deleteService(op.key);
      case "flush":
        for (const service of this.read().values()) this.#deleteService(service.key);
        return ok(undefined);
      case "add-destination":
        return this.#addDestination(op.key, op.destination);
      case "edit-destination":
        return this.#editDestination(op.key, op.destination);
      case "delete-destination":
        return this.#deleteDestination(op.key, op);
      default:
        return unreachable(op);
    }
  }

  #addService(service: ServiceDefinition): Outcome {
    const key = serviceKeyRecord(service.key);
    if (this.#maps?.services.get(key) !== undefined) {
      return refuse("EEXIST", `Service ${serviceKeyText(service.key)} already exists`);
    }
    const refusal = refuseService(service);
    if (refusal !== undefined) return failed(refusal);
    const maps = this.#load();
    // Interfaces may have come since it was loaded, and no daemon need be there to notice.
    this.#attach(join(this.#folder, programName));
    const record: ServiceRecord = {
      id: nextId(maps, "service"),
      generation: 0,
      count: 0,
      flags: 0,
      gcd: 1,
      max_weight: 0,
      scheduler: schedulerNumbers[service.scheduler] ?? 0,
      scheduler_flags: 0,
    };
    maps.serviceTraffic.set(record.id, noTrafficRecord);
    publish(maps, { key, record, destinations: [], change: undefined });
    return ok(undefined);
  }

  #editService(service: ServiceDefinition): Outcome {
    const found = this.#find(service.key);
    if (found === undefined) return noService(service.key);
    const refusal = refuseService(service);
    if (refusal !== undefined) return failed(refusal);
    const { maps, record } = found;
    const scheduler = schedulerNumbers[service.scheduler] ?? 0;
    publish(maps, {
      key: serviceKeyRecord(service.key),
      record: { ...record, scheduler },
      destinations: listOf(maps, record),
      change: scheduler === record.scheduler ? "same" : undefined,
    });
    return ok(undefined);
  }

  #deleteService(key: ServiceKey): Outcome {
    const found = this.#find(key);
    if (found === undefined) return noService(key);
    const { maps, record } = found;
    maps.services.delete(serviceKeyRecord(key));
    for (const id of listOf(maps, record)) binDestination(maps, id);
    unpublish(maps, record);
    maps.serviceTraffic.delete(record.id);
    maps.serviceBases.delete(record.id);
    emptyBin(maps);
    return ok(undefined);
  }

  #addDestination(key: ServiceKey, destination: Destination): Outcome {
    const found = this.#find(key);
    if (found === undefined) return noService(key);
    const refusal = refuseDestination(destination);
    if (refusal?.errno === "ERANGE") return failed(refusal);
    const { maps, record } = found;
    const ids = listOf(maps, record);
    const known = maps.destinationIds.get(destinationKeyRecord(key, destination));
    if (known !== undefined && ids.includes(known)) {
      return refuse("EEXIST", `Destination ${destination.address}:${destination.port} already exists`);
    }
    if (refusal !== undefined) return failed(refusal);
    const id = known ?? nextId(maps, "destination");
    this.#writeDestination(maps, { key, destination, id });
    const change = { kind: "added", index: 0 } as const;
    publish(maps, { key: serviceKeyRecord(key), record, destinations: [id, ...ids], change });
    return ok(undefined);
  }

  #editDestination(key: ServiceKey, destination: Destination): Outcome {
    const found = this.#findDestination(key, destination);
    if (!("id" in found)) return found;
    const refusal = refuseDestination(destination);
    if (refusal !== undefined) return failed(refusal);
    const { maps, record, ids, id } = found;
    this.#writeDestination(maps, { key, destination, id });
    const change = { kind: "edited", index: ids.indexOf(id) } as const;
    publish(maps, { key: serviceKeyRecord(key), record, destinations: ids, change });
    return ok(undefined);
  }

  #deleteDestination(key: ServiceKey, target: Pick<Destination, "address" | "port">): Outcome {
    const found = this.#findDestination(key, target);
    if (!("id" in found)) return found;
    const { maps, record, ids, id } = found;
    const change = { kind: "deleted", index: ids.indexOf(id) } as const;
    const destinations = ids.filter((other) => other !== id);
    publish(maps, { key: serviceKeyRecord(key), record, destinations, change });
    binDestination(maps, id);
    emptyBin(maps);
    return ok(undefined);
  }

  /** Puts a destination's record, identity and zero counters in place; a revived one keeps its counters. */
  #writeDestination(
    maps: DirectorMaps,
    { key, destination, id }: { key: ServiceKey; destination: Destination; id: number },
  ): void {
    const before = maps.destinations.get(id);
    const counters = maps.destinationCounters.get(id);
    if (counters === undefined) {
      maps.destinationCounters.set(id, {
        traffic: noTrafficRecord,
        active: 0,
        total: 0,
        persistent: 0,
        spare: 0,
      });
    }
    const { upperThreshold: upper, lowerThreshold: lower } = destination;
    if (before?.upper_threshold !== upper || before.lower_threshold !== lower) {
      const total = counters?.total ?? 0;
      const reopensBelow = lower || upper - Math.floor(upper / 4);
      if (upper === 0 || total < reopensBelow) maps.overloads.set(id, 0);
      else if (total >= upper) maps.overloads.set(id, 1);
    }
    maps.destinations.set(id, destinationRecord(key, destination));
    maps.destinationIds.set(destinationKeyRecord(key, destination), id);
  }

  #find(key: ServiceKey): { maps: DirectorMaps; record: ServiceRecord } | undefined {
    const record = this.#maps?.services.get(serviceKeyRecord(key));
    return this.#maps === undefined || record === undefined ? undefined : { maps: this.#maps, record };
  }

  #findDestination(
    key: ServiceKey,
    target: Pick<Destination, "address" | "port">,
  ): { maps: DirectorMaps; record: ServiceRecord; ids: readonly number[]; id: number } | Outcome {
    const found = this.#find(key);
    if (found === undefined) return noService(key);
    const ids = listOf(found.maps, found.record);
    const id = found.maps.destinationIds.get(destinationKeyRecord(key, target));
    if (id === undefined || !ids.includes(id)) {
      return refuse(
        "ENOENT",
        `Service ${serviceKeyText(key)} has no destination ${target.address}:${target.port}`,
      );
    }
    return { ...found, ids, id };
  }
}

function nextId(maps: DirectorMaps, of: "service" | "destination"): number {
  const slot = of === "service" ? 0 : 1;
  const id = (maps.sequence.get(slot) ?? 0) + 1;
  maps.sequence.set(slot, id);
  return id;
}

function refuse(errno: ServiceRefusal["errno"], message: string): Outcome {
  return failed({ errno, message });
}

function noService(key: ServiceKey): Outcome {
  return refuse("ESRCH", `There is no service ${serviceKeyText(key)}`);
}
