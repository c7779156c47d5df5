import type { DestinationMethod, ServiceProtocol } from "../forward/service.ts";
import { bytes, list, networkU16, type StructCodec, struct, u8, u16, u32, u64 } from "./struct-codec.ts";

/** The same structs as layout.h, field by field; test/bpf/layout.test.ts holds the two together. */

/** 16 bytes: an IPv4 address in the first four. */
const address = bytes(16, 4);

type ValueOf<Codec> = Codec extends StructCodec<infer Value> ? Value : never;

export const serviceKeyCodec = struct("service_key", {
  address,
  mark: u32,
  port: networkU16,
  protocol: u8,
  family: u8,
});
export type ServiceKeyRecord = ValueOf<typeof serviceKeyCodec>;

export const serviceCodec = struct("service", {
  id: u32,
  generation: u32,
  count: u32,
  flags: u32,
  gcd: u32,
  max_weight: u32,
  scheduler: u32,
  scheduler_flags: u32,
});
export type ServiceRecord = ValueOf<typeof serviceCodec>;

export const listKeyCodec = struct("list_key", { service: u32, generation: u32, index: u32 });
export const listEntryCodec = struct("list_entry", { destination: u32, weight: u32, limited: u32 });
export const stateKeyCodec = struct("state_key", { service: u32, generation: u32 });
export const scheduleStateCodec = struct("schedule_state", { word: u64 });

export const destinationKeyCodec = struct("destination_key", {
  owner: serviceKeyCodec,
  address,
  port: networkU16,
  family: u16,
});
export type DestinationKeyRecord = ValueOf<typeof destinationKeyCodec>;

export const destinationCodec = struct("destination", {
  owner: serviceKeyCodec,
  address,
  weight: u32,
  upper_threshold: u32,
  lower_threshold: u32,
  flags: u32,
  port: networkU16,
  method: u8,
  family: u8,
  spare: u32,
  removed_at: u64,
});
export type DestinationRecord = ValueOf<typeof destinationCodec>;

export const trafficCodec = struct("traffic", {
  connections: u64,
  in_packets: u64,
  out_packets: u64,
  in_bytes: u64,
  out_bytes: u64,
});
export type TrafficRecord = ValueOf<typeof trafficCodec>;

export const destinationCountersCodec = struct("destination_counters", {
  traffic: trafficCodec,
  active: u32,
  total: u32,
  persistent: u32,
  spare: u32,
});
export type DestinationCountersRecord = ValueOf<typeof destinationCountersCodec>;

export const sessionKeyCodec = struct("session_key", {
  client: address,
  peer: address,
  client_port: networkU16,
  peer_port: networkU16,
  protocol: u8,
  family: u8,
  spare: bytes(2, 2),
});
export type SessionKeyRecord = ValueOf<typeof sessionKeyCodec>;

export const sessionCodec = struct("session", {
  timer: bytes(16, 8),
  expires: u64,
  armed: u64,
  destination: u32,
  service: u32,
  state: u32,
  in_packets: u32,
  real: address,
  real_port: networkU16,
  method: u8,
  spare: bytes(5, 1),
});
export type SessionRecord = ValueOf<typeof sessionCodec>;

export const settingsCodec = struct("settings", {
  tcp_timeout: list(u32, { length: 16 }),
  udp_timeout: u32,
  new_timeout: u32,
  reuse_mode: u32,
  flags: u32,
});
export type SettingsRecord = ValueOf<typeof settingsCodec>;

/** Every struct that crosses the map boundary. */
export const layouts = [
  serviceKeyCodec,
  serviceCodec,
  listKeyCodec,
  listEntryCodec,
  stateKeyCodec,
  scheduleStateCodec,
  destinationKeyCodec,
  destinationCodec,
  trafficCodec,
  destinationCountersCodec,
  sessionKeyCodec,
  sessionCodec,
  settingsCodec,
] as const;

/** The data path's numbers for the schedulers it knows (enum scheduler). */
export const schedulerNumbers: Readonly<Record<string, number>> = {
  none: 0,
  rr: 1,
  wrr: 2,
  lc: 3,
  wlc: 4,
  sed: 5,
  nq: 6,
  fo: 7,
  ovf: 8,
};

/** enum method, the kernel's own numbers. */
export const methodNumbers: Readonly<Record<DestinationMethod, number>> = {
  masquerade: 0,
  tunnel: 2,
  route: 3,
};

/** IP protocol numbers. */
export const protocolNumbers: Readonly<Record<ServiceProtocol, number>> = { tcp: 6, udp: 17, sctp: 132 };

/** enum tcp_state in order, by the names of /proc/net/ip_vs_conn. */
export const tcpStateNames = [
  "NONE",
  "ESTABLISHED",
  "SYN_SENT",
  "SYN_RECV",
  "FIN_WAIT",
  "TIME_WAIT",
  "CLOSE",
  "CLOSE_WAIT",
  "LAST_ACK",
  "LISTEN",
  "SYNACK",
] as const;

/** enum event in order: what the data path counts besides traffic. */
export const eventNames = [
  "scheduled",
  "no destination",
  "session table full",
  "destination gone",
  "no route",
  "too big",
  "TTL expired",
  "fragment",
  "expired",
  "contended",
] as const;

export const destinationRemoved = 1;
export const sessionStateMask = 0xff;
export const sessionDead = 0x80000000;
export const settingExpireNodest = 1;
export const settingSloppyTcp = 2;

/** The maps by their pinned names, with the type of key and value where a struct. */
export const mapNames = [
  "services",
  "lists",
  "schedule_states",
  "destination_ids",
  "destinations",
  "overloads",
  "settings",
  "sequence",
  "service_traffic",
  "destination_counters",
  "service_bases",
  "destination_bases",
  "sessions",
  "replies",
  "events",
] as const;
export type MapName = (typeof mapNames)[number];

/** IPVS's timeouts in ms (ip_vs_proto_tcp.c, ip_vs_proto_udp.c), by TCP state number. */
export const defaultSettings: SettingsRecord = {
  tcp_timeout: [
    2_000, 900_000, 120_000, 60_000, 120_000, 120_000, 10_000, 60_000, 30_000, 120_000, 120_000, 0, 0, 0, 0,
    0,
  ],
  udp_timeout: 300_000,
  new_timeout: 3_000,
  reuse_mode: 1,
  flags: 0,
};
