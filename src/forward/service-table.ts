import type { IpAddress } from "../base/ip-address.ts";
import type {
  DestinationMethod,
  Outcome,
  ServiceKey,
  ServiceOp,
  ServiceProtocol,
  ServiceSet,
} from "./service.ts";

/** Packets and bytes (IP total length) since the counter began; `connections` counts scheduled sessions. */
export interface Traffic {
  readonly connections: bigint;
  readonly inPackets: bigint;
  readonly outPackets: bigint;
  readonly inBytes: bigint;
  readonly outBytes: bigint;
}

/** What a table counts for one destination. */
export interface DestinationCounters {
  readonly address: IpAddress;
  readonly port: number;
  readonly active: number;
  readonly inactive: number;
  readonly persistent: number;
  readonly traffic: Traffic;
}

/** What a table counts for one service; destinations in the order of `Service.destinations`. */
export interface ServiceCounters {
  readonly traffic: Traffic;
  readonly destinations: readonly DestinationCounters[];
}

/** All counters of a table, keyed by `serviceKeyText`. */
export type Counters = ReadonlyMap<string, ServiceCounters>;

/** One session of a table. */
export interface Session {
  readonly protocol: ServiceProtocol;
  readonly client: IpAddress;
  readonly clientPort: number;
  readonly virtual: IpAddress;
  readonly virtualPort: number;
  readonly real: IpAddress;
  readonly realPort: number;
  readonly method: DestinationMethod;
  /** As in /proc/net/ip_vs_conn: ESTABLISHED, TIME_WAIT, UDP ... */
  readonly state: string;
  /** Seconds until it ends unless a packet comes. */
  readonly expiresIn: number;
}

/** ipvsadm's --set, in whole seconds; 0 leaves a value as it is. */
export interface SessionTimeouts {
  readonly tcp: number;
  readonly tcpFin: number;
  readonly udp: number;
}

/** A forwarder's table: the built-in data path's, the kernel's own IPVS, or a simulated one. */
export interface ServiceTable {
  /** What the table holds now, whoever put it there. */
  read(): ServiceSet;
  /** Makes one change; a refusal changes nothing. */
  apply(op: ServiceOp): Outcome;
  sessions(): Iterable<Session>;
  counters(): Counters;
}

/** A table that ipvsadm can work on. */
export interface AdministeredTable extends ServiceTable {
  /** The session timeouts in force. */
  timeouts(): SessionTimeouts;
  /** Existing sessions follow at their next packet. */
  setTimeouts(timeouts: SessionTimeouts): void;
  /** Counts one service's traffic, or everything's, anew from now on; false when there is no such service. */
  zero(key?: ServiceKey): boolean;
}

/** The counters of something that never saw a packet. */
export const noTraffic: Traffic = {
  connections: 0n,
  inPackets: 0n,
  outPackets: 0n,
  inBytes: 0n,
  outBytes: 0n,
};
