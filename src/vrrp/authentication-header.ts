import { HmacKey } from "../base/hmac.ts";
import { md5 } from "../base/md5.ts";
import { holdsSecret, passwordOctets } from "./authentication.ts";
import { encodeIpv4Packet, type Ipv4Header } from "./ipv4-packet.ts";
import type { PacketView } from "./packet-view.ts";

/** IP protocol number of the authentication header (RFC 2402 section 2). */
export const AUTHENTICATION_HEADER_PROTOCOL = 51;
/** Octets of the header as keepalived sends it: 12 fixed ones and 96 bits of HMAC-MD5. */
export const AUTHENTICATION_HEADER_LENGTH = 24;
/** The header's own length field: 32-bit words, less two (RFC 2402 section 2.2). */
export const PAYLOAD_LENGTH = AUTHENTICATION_HEADER_LENGTH / 4 - 2;
/**
 * The last number of an association: keepalived stays at it rather than begin anew (RFC 2402 section 3.3.2 forbids that),
 * which at one a second is 136 years away.
 */
export const LAST_SEQUENCE_NUMBER = 0xffff_fffd;

/** Where the header has its sequence number, and its octets. */
export const HEADER_SEQUENCE = { at: 8, length: 4 } as const;
/** Where the header has its value, and its octets. */
export const HEADER_VALUE = { at: 12, length: 12 } as const;
const IPV4_SOURCE = 12;

/** The key that an `auth_pass` makes: its octets as they would stand in a packet, see `passwordOctets`. */
export function headerKey(password: string): HmacKey {
  return new HmacKey(md5, passwordOctets(password));
}

/**
 * Octets of an IPv4 header that are covered as zero, because routers may change them on the way: class, flags with fragment
 * offset, checksum (RFC 2402 section 3.3.3.1.1.1). To peers the TTL may change too; by multicast it is 255 and stays covered.
 */
export function mutableOctets(unicast: boolean): readonly { readonly at: number; readonly length: number }[] {
  const always = [
    { at: 1, length: 1 },
    { at: 6, length: 2 },
    { at: 10, length: 2 },
  ];
  return unicast ? [...always, { at: 8, length: 1 }] : always;
}

const MUTABLE = { byMulticast: mutableOctets(false), toPeers: mutableOctets(true) } as const;

/** What the value depends on beside the packet. */
export interface HeaderSigning {
  readonly key: HmacKey;
  /** See `mutableOctets`. */
  readonly unicast: boolean;
}

/**
 * A VRRP message with its IPv4 and authentication header, as keepalived sends it under `auth_type AH`. The security
 * parameters index is the sender's address, for there is no negotiation that could agree on one.
 */
export function encodeAuthenticatedPacket(
  message: Uint8Array,
  header: Ipv4Header,
  by: HeaderSigning & { readonly sequence: number },
): Uint8Array {
  const payload = new Uint8Array(AUTHENTICATION_HEADER_LENGTH + message.length);
  const packet = encodeIpv4Packet(payload, { ...header, protocol: AUTHENTICATION_HEADER_PROTOCOL });
  const at = packet.length - payload.length;
  packet.set([112, PAYLOAD_LENGTH, 0, 0], at);
  packet.copyWithin(at + 4, IPV4_SOURCE, IPV4_SOURCE + 4);
  new DataView(packet.buffer).setUint32(at + HEADER_SEQUENCE.at, by.sequence);
  packet.set(message, at + AUTHENTICATION_HEADER_LENGTH);
  packet.set(integrityValue(packet, at, by), at + HEADER_VALUE.at);
  return packet;
}

/** The sequence number a view carries. */
export function sequenceNumber(view: PacketView, at: number): number {
  const octet = (offset: number): number => view.bytes[at + offset] as number;
  return octet(8) * 0x100_0000 + ((octet(9) << 16) | (octet(10) << 8) | octet(11));
}

/** Whether a packet's value is right and its index is its source, as keepalived demands; the rest may be believed then. */
export function holdsIntegrityValue(view: PacketView, at: number, by: HeaderSigning): boolean {
  const end = view.at + view.claimed;
  const expected = integrityValue(view.bytes.subarray(0, end), at, by);
  const named = holdsSecret(view.bytes, at + 4, view.source);
  return holdsSecret(view.bytes, at + HEADER_VALUE.at, expected) && named;
}

/** RFC 2402 section 3.3.3: over the whole packet, with what routers may change on the way, and the value itself, as zero. */
function integrityValue(packet: Uint8Array, at: number, { key, unicast }: HeaderSigning): Uint8Array {
  const covered = new Uint8Array(packet);
  const mutable = unicast ? MUTABLE.toPeers : MUTABLE.byMulticast;
  for (const range of mutable) covered.fill(0, range.at, range.at + range.length);
  const value = at + HEADER_VALUE.at;
  covered.fill(0, value, value + HEADER_VALUE.length);
  return key.digest(covered).subarray(0, HEADER_VALUE.length);
}
