import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  type DestinationCountersRecord,
  type DestinationKeyRecord,
  type DestinationRecord,
  destinationCodec,
  destinationCountersCodec,
  destinationKeyCodec,
  listEntryCodec,
  listKeyCodec,
  type MapName,
  type ServiceKeyRecord,
  type ServiceRecord,
  type SessionKeyRecord,
  type SessionRecord,
  type SettingsRecord,
  scheduleStateCodec,
  serviceCodec,
  serviceKeyCodec,
  sessionCodec,
  sessionKeyCodec,
  settingsCodec,
  stateKeyCodec,
  type TrafficRecord,
  trafficCodec,
} from "../bpf/layout.ts";
import { type FieldCodec, u32 } from "../bpf/struct-codec.ts";
import { BpfMap, type Codec, fieldCodec } from "./bpf-map.ts";
import { mapShape, openPinned } from "./bpf-syscall.ts";

type ValueOf<C> = C extends FieldCodec<infer Value> ? Value : never;

/** The data path's maps that user space reads or writes, open. */
export interface DirectorMaps {
  readonly services: BpfMap<ServiceKeyRecord, ServiceRecord>;
  readonly lists: BpfMap<ValueOf<typeof listKeyCodec>, ValueOf<typeof listEntryCodec>>;
  readonly scheduleStates: BpfMap<ValueOf<typeof stateKeyCodec>, ValueOf<typeof scheduleStateCodec>>;
  readonly destinationIds: BpfMap<DestinationKeyRecord, number>;
  readonly destinations: BpfMap<number, DestinationRecord>;
  readonly overloads: BpfMap<number, number>;
  readonly settings: BpfMap<number, SettingsRecord>;
  readonly sequence: BpfMap<number, number>;
  readonly serviceTraffic: BpfMap<number, TrafficRecord>;
  readonly destinationCounters: BpfMap<number, DestinationCountersRecord>;
  readonly serviceBases: BpfMap<number, TrafficRecord>;
  readonly destinationBases: BpfMap<number, TrafficRecord>;
  readonly sessions: BpfMap<SessionKeyRecord, SessionRecord>;
}

const id = fieldCodec(u32);

/**
 * Opens the maps pinned in `folder`; undefined when the data path is not loaded there.
 * @throws {Error} when a map has another layout than this program's: they belong to another version.
 */
export function openDirectorMaps(folder: string): DirectorMaps | undefined {
  if (!existsSync(join(folder, programName))) return undefined;
  const open = <Key, Value>(name: MapName, codecs: { key: Codec<Key>; value: Codec<Value> }) =>
    openMap(join(folder, name), codecs);
  return {
    services: open("services", { key: serviceKeyCodec, value: serviceCodec }),
    lists: open("lists", { key: listKeyCodec, value: listEntryCodec }),
    scheduleStates: open("schedule_states", { key: stateKeyCodec, value: scheduleStateCodec }),
    destinationIds: open("destination_ids", { key: destinationKeyCodec, value: id }),
    destinations: open("destinations", { key: id, value: destinationCodec }),
    overloads: open("overloads", { key: id, value: id }),
    settings: open("settings", { key: id, value: settingsCodec }),
    sequence: open("sequence", { key: id, value: id }),
    serviceTraffic: open("service_traffic", { key: id, value: trafficCodec }),
    destinationCounters: open("destination_counters", { key: id, value: destinationCountersCodec }),
    serviceBases: open("service_bases", { key: id, value: trafficCodec }),
    destinationBases: open("destination_bases", { key: id, value: trafficCodec }),
    sessions: open("sessions", { key: sessionKeyCodec, value: sessionCodec }),
  };
}

/** The pinned name of the program; it is pinned last, so where it is the maps are too. */
export const programName = "director_ingress";

function openMap<Key, Value>(
  path: string,
  codecs: { key: Codec<Key>; value: Codec<Value> },
): BpfMap<Key, Value> {
  const descriptor = openPinned(path);
  if (descriptor === undefined)
    throw new Error(`Cannot use the forwarder: there is no BPF map ${path}. ${wayOut}`);
  const shape = mapShape(descriptor);
  if (shape.keySize !== codecs.key.size || shape.valueSize !== codecs.value.size) {
    throw new Error(
      `Cannot use the BPF map ${path}: its keys and values have ${shape.keySize} and ${shape.valueSize} bytes, this version wants ${codecs.key.size} and ${codecs.value.size}. ${wayOut}`,
    );
  }
  return new BpfMap(descriptor, codecs);
}

const wayOut =
  "Another version of locum loaded it: stop the daemon, remove the forwarder with `locum ipvsadm --unload`, start the daemon";
