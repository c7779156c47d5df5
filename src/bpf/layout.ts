import type { DestinationMethod, ServiceProtocol } from "../forward/service.ts";
import { bytes, list, networkU16, type StructCodec, struct, u8, u16, u32, u64 } from "./struct-codec.ts";

/** The same structs as layout.h, field by field; test/bpf/layout.test.ts holds the two together. */

/** 16 bytes: an IPv4 address in the first four. */
const address = bytes(16, 4);

type ValueOf<Codec> = Codec extends StructCodec<infer Value> ? Value : never;

/** What a service answers for; `mark` is 0 for address services, the rest 0 for marks. */
export const serviceKeyCodec = struct("service_key", {
  address,
  mark: u32,
  port: networkU16,
  protocol: u8,
  family: u8,
});
/** A service key by field. */
export type ServiceKeyRecord = ValueOf<typeof serviceKeyCodec>;

/** A service: `generation` names the list and the scheduler state that are current. */
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
/** A service by field. */
export type ServiceRecord = ValueOf<typeof serviceCodec>;

/** A place in a generation of a service's list; index 0 is the newest destination. */
export const listKeyCodec = struct("list_key", { service: u32, generation: u32, index: u32 });
/** The destination at that place; `limited` is 1 when it has an upper threshold. */
export const listEntryCodec = struct("list_entry", { destination: u32, weight: u32, limited: u32 });
/** Names the scheduler state of a generation. */
export const stateKeyCodec = struct("state_key", { service: u32, generation: u32 });
/** The scheduler state in the one word that the data path swaps: cursor below, current weight above. */
export const scheduleStateCodec = struct("schedule_state", { word: u64 });

/** The identity of a destination inside a service. */
export const destinationKeyCodec = struct("destination_key", {
  owner: serviceKeyCodec,
  address,
  port: networkU16,
  family: u16,
});
/** A destination key by field. */
export type DestinationKeyRecord = ValueOf<typeof destinationKeyCodec>;

/** A destination; `removed_at` in ns on the monotonic clock, 0 while it is in the table. */
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
/** A destination by field. */
export type DestinationRecord = ValueOf<typeof destinationCodec>;

/** Traffic counters; bytes are IP total lengths. */
export const trafficCodec = struct("traffic", {
  connections: u64,
  in_packets: u64,
  out_packets: u64,
  in_bytes: u64,
  out_bytes: u64,
});
/** Traffic counters by field. */
export type TrafficRecord = ValueOf<typeof trafficCodec>;

/** What the data path counts for a destination; `total` is active and inactive sessions. */
export const destinationCountersCodec = struct("destination_counters", {
  traffic: trafficCodec,
  active: u32,
  total: u32,
  persistent: u32,
  spare: u32,
});
/** Destination counters by field. */
export type DestinationCountersRecord = ValueOf<typeof destinationCountersCodec>;

/** A session as one side sees it: `peer` is the virtual address for the client, the real server for replies. */
export const sessionKeyCodec = struct("session_key", {
  client: address,
  peer: address,
  client_port: networkU16,
  peer_port: networkU16,
  protocol: u8,
  family: u8,
  spare: bytes(2, 2),
});
/** A session key by field. */
export type SessionKeyRecord = ValueOf<typeof sessionKeyCodec>;

/** A session; `expires` in ns on the monotonic clock. */
export const sessionCodec = struct("session", {
  expires: u64,
  destination: u32,
  service: u32,
  state: u32,
  in_packets: u32,
  real: address,
  real_port: networkU16,
  method: u8,
  spare: bytes(5, 1),
});
/** A session by field. */
export type SessionRecord = ValueOf<typeof sessionCodec>;

/** What applies to the whole data path; times in ms. */
export const settingsCodec = struct("settings", {
  tcp_timeout: list(u32, { length: 16 }),
  udp_timeout: u32,
  new_timeout: u32,
  reuse_mode: u32,
  flags: u32,
});
/** The settings by field. */
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
  "no timer",
] as const;

/** Flag of a destination that is no longer in the table. */
export const destinationRemoved = 1;
/** The bits of a session's state that hold the TCP state. */
export const sessionStateMask = 0xff;
/** Bit of a session that is being removed. */
export const sessionDead = 0x80000000;
/** Flag: a session whose destination is gone is scheduled anew (IPVS: expire_nodest_conn). */
export const settingExpireNodest = 1;
/** Flag: TCP sessions begin with any packet but a reset (IPVS: sloppy_tcp). */
export const settingSloppyTcp = 2;

/** The maps by their pinned names. */
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
  "clocks",
  "events",
] as const;
/** The pinned name of a map. */
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
