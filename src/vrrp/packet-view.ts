import type { AddressFamily } from "../base/ip-address.ts";
import { FIXED_LENGTH, VRRP_PROTOCOL } from "./advertisement.ts";
import {
  AUTHENTICATION_HEADER_LENGTH,
  AUTHENTICATION_HEADER_PROTOCOL,
  PAYLOAD_LENGTH,
} from "./authentication-header.ts";
import { type Rejection, rejection } from "./rejection.ts";

/**
 * A received packet cut open but not yet believed: where its VRRP message lies and what it is addressed by. Nothing is
 * copied; `bytes` stays the receiver's buffer, so a view must be used up before the next packet is read.
 */
export interface PacketView {
  readonly ok: true;
  readonly family: AddressFamily;
  readonly bytes: Uint8Array;
  /** Where the VRRP message starts in `bytes`. */
  readonly at: number;
  /** Octets from `at` to the end of what was received, Ethernet padding included. */
  readonly received: number;
  /** Octets of VRRP message that the IP header claims; over IPv6 the received count. Unchecked against the content. */
  readonly claimed: number;
  /** 4 or 16 octets, network order. */
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  /** TTL or hop limit. */
  readonly ttl: number;
  /** Where an authentication header (RFC 2402) starts; undefined when the message follows the IP header. */
  readonly authenticationHeaderAt: number | undefined;
}

/** A packet that cannot be cut open. */
export interface RejectedPacket {
  readonly ok: false;
  readonly error: Rejection;
}

const BAD_HEADER: RejectedPacket = { ok: false, error: rejection("bad-ip-header") };
const TOO_SHORT: RejectedPacket = { ok: false, error: rejection("length") };
const LEAST_IPV4_HEADER = 20;

/**
 * Cuts open an IPv4 packet as a raw socket delivers it, header included. Trusts the received byte count only (RX-17);
 * an IP header with options is passed over by its length field (RX-18).
 */
export function viewIpv4Packet(bytes: Uint8Array): PacketView | RejectedPacket {
  const size = bytes.length;
  if (size < LEAST_IPV4_HEADER) return TOO_SHORT;
  const first = bytes[0] as number;
  const end = (first & 15) * 4;
  const authenticated = bytes[9] === AUTHENTICATION_HEADER_PROTOCOL;
  if (first >> 4 !== 4 || end < LEAST_IPV4_HEADER) return BAD_HEADER;
  if (!authenticated && bytes[9] !== VRRP_PROTOCOL) return BAD_HEADER;
  const at = authenticated ? end + AUTHENTICATION_HEADER_LENGTH : end;
  if (size < at + FIXED_LENGTH) return TOO_SHORT;
  if (authenticated && (bytes[end] !== VRRP_PROTOCOL || bytes[end + 1] !== PAYLOAD_LENGTH)) return BAD_HEADER;
  return {
    ok: true,
    family: 4,
    bytes,
    at,
    received: size - at,
    claimed: (((bytes[2] as number) << 8) | (bytes[3] as number)) - at,
    source: bytes.subarray(12, 16),
    destination: bytes.subarray(16, 20),
    ttl: bytes[8] as number,
    authenticationHeaderAt: authenticated ? end : undefined,
  };
}

/** What an IPv6 raw socket tells beside the payload: the kernel keeps the header to itself. */
export interface Ipv6Envelope {
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly hopLimit: number;
}

/** Takes an IPv6 payload as a raw socket delivers it. */
export function viewIpv6Payload(bytes: Uint8Array, envelope: Ipv6Envelope): PacketView | RejectedPacket {
  if (bytes.length < FIXED_LENGTH) return TOO_SHORT;
  return {
    ok: true,
    family: 6,
    bytes,
    at: 0,
    received: bytes.length,
    claimed: bytes.length,
    source: envelope.source,
    destination: envelope.destination,
    ttl: envelope.hopLimit,
    authenticationHeaderAt: undefined,
  };
}

/** The VRID a view claims, for finding its router; still unchecked. */
export function claimedVirtualRouterId(view: PacketView): number {
  return view.bytes[view.at + 1] as number;
}

/** Whether `bytes` at `from` are `wanted`. Not for secrets: it takes longer the more of it is right. */
export function sameOctets(wanted: Uint8Array, bytes: Uint8Array, from: number): boolean {
  for (let at = 0; at < wanted.length; at++) if (bytes[from + at] !== wanted[at]) return false;
  return true;
}
