import type { IpAddress } from "../base/ip-address.ts";
import {
  AUTHENTICATION_HEADER_LENGTH,
  AUTHENTICATION_HEADER_PROTOCOL,
} from "../vrrp/authentication-header.ts";

/** A packet under way on a segment. */
export interface Packet {
  readonly interface: string;
  readonly family: 4 | 6;
  readonly bytes: Uint8Array;
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly hopLimit: number;
}

/** The fields that matter to the simulation, of a packet that our own encoder has made. */
export function advertised(
  bytes: Uint8Array,
  family: 4 | 6,
): { readonly priority: number; readonly virtualRouterId: number } {
  const header =
    family === 4 && bytes[9] === AUTHENTICATION_HEADER_PROTOCOL ? AUTHENTICATION_HEADER_LENGTH : 0;
  const at = (family === 4 ? 20 : 0) + header;
  return { virtualRouterId: bytes[at + 1] as number, priority: bytes[at + 2] as number };
}

/** What tells the sockets of one interface and family from others. */
export function wireKey(wire: { readonly interface: string; readonly family: 4 | 6 }): string {
  return wire.family === 4 ? wire.interface : `${wire.interface}/6`;
}
