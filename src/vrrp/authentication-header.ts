import { hmac } from "../base/hmac.ts";
import { md5 } from "../base/md5.ts";
import { holdsSecret } from "./authentication.ts";
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

const VALUE_AT = 12;
const VALUE_LENGTH = 12;
const IPV4_SOURCE = 12;

/** What the value depends on beside the packet. */
export interface HeaderKey {
  /** The password's eight octets, see `passwordOctets`. */
  readonly secret: Uint8Array;
  /** To peers the TTL may change on the way, so it is left out; by multicast it is 255 and stays covered. */
  readonly unicast: boolean;
}

/**
 * A VRRP message with its IPv4 and authentication header, as keepalived sends it under `auth_type AH`. The security
 * parameters index is the sender's address, for there is no negotiation that could agree on one.
 */
export function encodeAuthenticatedPacket(
  message: Uint8Array,
  header: Ipv4Header,
  by: HeaderKey & { readonly sequence: number },
): Uint8Array {
  const payload = new Uint8Array(AUTHENTICATION_HEADER_LENGTH + message.length);
  const packet = encodeIpv4Packet(payload, { ...header, protocol: AUTHENTICATION_HEADER_PROTOCOL });
  const at = packet.length - payload.length;
  packet.set([112, PAYLOAD_LENGTH, 0, 0], at);
  packet.copyWithin(at + 4, IPV4_SOURCE, IPV4_SOURCE + 4);
  new DataView(packet.buffer).setUint32(at + 8, by.sequence);
  packet.set(message, at + AUTHENTICATION_HEADER_LENGTH);
  packet.set(integrityValue(packet, at, by), at + VALUE_AT);
  return packet;
}

/** The sequence number a view carries. */
export function sequenceNumber(view: PacketView, at: number): number {
  const octet = (offset: number): number => view.bytes[at + offset] as number;
  return octet(8) * 0x100_0000 + ((octet(9) << 16) | (octet(10) << 8) | octet(11));
}

/** Whether a packet's value is right and its index is its source, as keepalived demands; the rest may be believed then. */
export function holdsIntegrityValue(view: PacketView, at: number, key: HeaderKey): boolean {
  const end = view.at + view.claimed;
  const expected = integrityValue(view.bytes.subarray(0, end), at, key);
  const named = holdsSecret(view.bytes, at + 4, view.source);
  return holdsSecret(view.bytes, at + VALUE_AT, expected) && named;
}

/** RFC 2402 section 3.3.3: over the whole packet, with what routers may change on the way, and the value itself, as zero. */
function integrityValue(packet: Uint8Array, at: number, { secret, unicast }: HeaderKey): Uint8Array {
  const covered = new Uint8Array(packet);
  covered[1] = 0;
  covered.fill(0, 6, 8);
  if (unicast) covered[8] = 0;
  covered.fill(0, 10, 12);
  covered.fill(0, at + VALUE_AT, at + VALUE_AT + VALUE_LENGTH);
  return hmac(md5, secret, covered).subarray(0, VALUE_LENGTH);
}
