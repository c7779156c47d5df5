import { type IpAddress, ipAddressBytes } from "../../base/ip-address.ts";
import type { Destination, Service, ServiceKey } from "../service.ts";

const protocolNumbers = { tcp: 6, udp: 17, sctp: 132 } as const;

/**
 * ipvsadm's order of services: mark, family, protocol, address, port. It subtracts unsigned numbers into a signed
 * one, so values 2^31 or more apart come the other way round: 224.0.0.5 before 10.0.0.1.
 */
export function compareServices(a: Service, b: Service): number {
  const left = sortKey(a.key);
  const right = sortKey(b.key);
  for (const [at, value] of left.entries()) {
    const difference = wrapped(value, right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Destinations by address and port, with the same wrap; families are compared by their first 32 bits. */
export function compareDestinations(a: Destination, b: Destination): number {
  const left = words(a.address);
  const right = words(b.address);
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const difference = wrapped(left[at] ?? 0, right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.port - b.port;
}

function sortKey(key: ServiceKey): readonly number[] {
  if (key.kind === "fwmark") return [key.mark, key.family, 0, 0, 0, 0, 0, 0];
  const address = [...words(key.address), 0, 0, 0].slice(0, 4);
  return [0, key.address.includes(":") ? 6 : 4, protocolNumbers[key.protocol], ...address, key.port];
}

function words(address: IpAddress): readonly number[] {
  const bytes = ipAddressBytes(address);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length / 4 }, (_, at) => view.getUint32(at * 4));
}

function wrapped(a: number, b: number): number {
  return (a - b) | 0;
}
