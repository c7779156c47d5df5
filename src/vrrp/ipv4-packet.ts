import { type IpAddress, ipAddressBytes } from "../base/ip-address.ts";
import { VRRP_PROTOCOL } from "./advertisement.ts";
import { partialSum, sumToChecksum } from "./vrrp-checksum.ts";

const HEADER_LENGTH = 20;
/** Internetwork control, as keepalived and most routers mark VRRP. */
const TYPE_OF_SERVICE = 0xc0;

/** The fields of the IP header that vary. */
export interface Ipv4Header {
  readonly source: IpAddress;
  readonly destination: IpAddress;
  /** 16 bits; the sender counts up by one per packet, as keepalived does. */
  readonly identification: number;
  /** 255 (RFC 3768 section 5.2.3) unless `unicast_ttl` says otherwise. */
  readonly ttl: number;
  /** What follows the header; 112 when absent. */
  readonly protocol?: number;
}

/**
 * A whole IPv4 packet around a VRRP message, for a raw socket with IP_HDRINCL: type of service 0xC0, DF off,
 * header checksum filled in.
 */
export function encodeIpv4Packet(message: Uint8Array, header: Ipv4Header): Uint8Array {
  const bytes = new Uint8Array(HEADER_LENGTH + message.length);
  bytes[0] = 0x45;
  bytes[1] = TYPE_OF_SERVICE;
  bytes[2] = bytes.length >> 8;
  bytes[3] = bytes.length & 255;
  bytes[4] = (header.identification >> 8) & 255;
  bytes[5] = header.identification & 255;
  bytes[8] = header.ttl;
  bytes[9] = header.protocol ?? VRRP_PROTOCOL;
  bytes.set(ipAddressBytes(header.source), 12);
  bytes.set(ipAddressBytes(header.destination), 16);
  writeHeaderChecksum(bytes);
  bytes.set(message, HEADER_LENGTH);
  return bytes;
}

/** A copy of a packet of `encodeIpv4Packet` under another number. */
export function withIdentification(packet: Uint8Array, identification: number): Uint8Array {
  const bytes = packet.slice();
  bytes[4] = (identification >> 8) & 255;
  bytes[5] = identification & 255;
  bytes[10] = 0;
  bytes[11] = 0;
  writeHeaderChecksum(bytes);
  return bytes;
}

function writeHeaderChecksum(bytes: Uint8Array): void {
  const checksum = sumToChecksum(partialSum(bytes, { from: 0, to: HEADER_LENGTH, start: 0 }));
  bytes[10] = checksum >> 8;
  bytes[11] = checksum & 255;
}
