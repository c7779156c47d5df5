import {
  type SessionKeyRecord,
  type SessionRecord,
  sessionDead,
  sessionStateMask,
  type TrafficRecord,
  tcpStateNames,
} from "../bpf/layout.ts";
import type { Session, Traffic } from "../forward/service-table.ts";
import { addressOf, methodOf, protocolOf } from "./service-records.ts";

/** Counters that never counted. */
export const noTrafficRecord: TrafficRecord = {
  connections: 0n,
  in_packets: 0n,
  out_packets: 0n,
  in_bytes: 0n,
  out_bytes: 0n,
};

/** Traffic counters as the forwarder's contract names them, counted from `base`. */
export function trafficOf(record: TrafficRecord, base: TrafficRecord = noTrafficRecord): Traffic {
  return {
    connections: record.connections - base.connections,
    inPackets: record.in_packets - base.in_packets,
    outPackets: record.out_packets - base.out_packets,
    inBytes: record.in_bytes - base.in_bytes,
    outBytes: record.out_bytes - base.out_bytes,
  };
}

/** A session of the maps; `now` in ns on the monotonic clock. Undefined for one that is just being removed. */
export function sessionOf({
  key,
  record,
  now,
}: {
  readonly key: SessionKeyRecord;
  readonly record: SessionRecord;
  readonly now: bigint;
}): Session | undefined {
  if ((record.state & sessionDead) !== 0) return undefined;
  const protocol = protocolOf(key.protocol);
  const left = record.expires > now ? record.expires - now : 0n;
  return {
    protocol,
    client: addressOf(key.client, key.family),
    clientPort: key.client_port,
    virtual: addressOf(key.peer, key.family),
    virtualPort: key.peer_port,
    real: addressOf(record.real, key.family),
    realPort: record.real_port,
    method: methodOf(record.method),
    state: protocol === "tcp" ? (tcpStateNames[record.state & sessionStateMask] ?? "NONE") : "UDP",
    expiresIn: Number(left / 1_000_000_000n),
  };
}
