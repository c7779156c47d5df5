import { assert } from "../base/assert.ts";
import { familyOf, type IpAddress, ipAddressBytes, ipAddressFromBytes } from "../base/ip-address.ts";
import { partialSum, sumToChecksum } from "./vrrp-checksum.ts";

const ETHERNET_HEADER = 14;
const ARP_LENGTH = 28;
const IPV6_HEADER = 40;
const ADVERTISEMENT_LENGTH = 32;
const ETHERTYPE_ARP = 0x0806;
const ETHERTYPE_IPV6 = 0x86dd;
const ICMPV6 = 58;
const NEIGHBOUR_ADVERTISEMENT = 136;
const FLAG_ROUTER = 0x80;
const FLAG_OVERRIDE = 0x20;
const ALL_NODES = Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
const ALL_NODES_ETHERNET = Uint8Array.of(0x33, 0x33, 0, 0, 0, 1);

/** Who answers for a virtual address from now on. */
export interface NeighbourAnnouncement {
  readonly address: IpAddress;
  /** Six octets: the interface's own, or the virtual router's with `use_vmac`. */
  readonly hardwareAddress: Uint8Array;
  /** IPv6: the R flag, set when the host forwards. */
  readonly router: boolean;
}

/** The Ethernet frame that announces an address: gratuitous ARP for IPv4, a neighbour advertisement for IPv6. */
export function encodeAnnouncement(announcement: NeighbourAnnouncement): Uint8Array {
  assert(announcement.hardwareAddress.length === 6, "an Ethernet address has six octets");
  return familyOf(announcement.address) === 4
    ? gratuitousArp(announcement)
    : neighbourAdvertisement(announcement);
}

/**
 * A broadcast ARP request (RFC 826) whose sender and target are both the virtual address, target hardware address all
 * ones: the form keepalived sends.
 */
function gratuitousArp({ address, hardwareAddress }: NeighbourAnnouncement): Uint8Array {
  const frame = new Uint8Array(ETHERNET_HEADER + ARP_LENGTH);
  frame.fill(0xff, 0, 6);
  frame.set(hardwareAddress, 6);
  write16(frame, 12, ETHERTYPE_ARP);
  // Ethernet, IPv4, their address lengths, operation 1 (request).
  frame.set([0, 1, 8, 0, 6, 4, 0, 1], ETHERNET_HEADER);
  frame.set(hardwareAddress, 22);
  const octets = ipAddressBytes(address);
  frame.set(octets, 28);
  frame.fill(0xff, 32, 38);
  frame.set(octets, 38);
  return frame;
}

/** An unsolicited advertisement to all nodes with the Override flag (RFC 4861 section 4.4, RFC 9568 section 6.4.1). */
function neighbourAdvertisement({ address, hardwareAddress, router }: NeighbourAnnouncement): Uint8Array {
  const frame = new Uint8Array(ETHERNET_HEADER + IPV6_HEADER + ADVERTISEMENT_LENGTH);
  frame.set(ALL_NODES_ETHERNET, 0);
  frame.set(hardwareAddress, 6);
  write16(frame, 12, ETHERTYPE_IPV6);
  frame[14] = 0x60;
  write16(frame, 18, ADVERTISEMENT_LENGTH);
  frame[20] = ICMPV6;
  frame[21] = 255;
  const octets = ipAddressBytes(address);
  frame.set(octets, 22);
  frame.set(ALL_NODES, 38);
  const at = ETHERNET_HEADER + IPV6_HEADER;
  frame[at] = NEIGHBOUR_ADVERTISEMENT;
  frame[at + 4] = FLAG_OVERRIDE | (router ? FLAG_ROUTER : 0);
  frame.set(octets, at + 8);
  // Option 2, target link-layer address, one unit of eight octets.
  frame[at + 24] = 2;
  frame[at + 25] = 1;
  frame.set(hardwareAddress, at + 26);
  write16(frame, at + 2, icmpv6Checksum(frame));
  return frame;
}

/** Over both addresses of the IPv6 header, the length, the protocol and the message (RFC 8200 section 8.1). */
function icmpv6Checksum(frame: Uint8Array): number {
  const start = ADVERTISEMENT_LENGTH + ICMPV6;
  return sumToChecksum(partialSum(frame, { from: 22, to: frame.length, start }));
}

/** Reads a frame seen on the wire; undefined when it is not an announcement of the two kinds above. */
export function decodeAnnouncement(frame: Uint8Array): NeighbourAnnouncement | undefined {
  if (frame.length < ETHERNET_HEADER + ARP_LENGTH) return undefined;
  const type = ((frame[12] as number) << 8) | (frame[13] as number);
  if (type === ETHERTYPE_ARP) return decodeArp(frame);
  return type === ETHERTYPE_IPV6 ? decodeNeighbourAdvertisement(frame) : undefined;
}

/** An ARP request or reply whose sender and target address are one: both forms of gratuitous ARP. */
function decodeArp(frame: Uint8Array): NeighbourAnnouncement | undefined {
  const sender = ipAddressFromBytes(frame.subarray(28, 32));
  const operation = frame[21] as number;
  const header = frame[14] === 0 && frame[15] === 1 && frame[18] === 6 && frame[19] === 4;
  if (!header || frame[20] !== 0 || (operation !== 1 && operation !== 2)) return undefined;
  if (sender !== ipAddressFromBytes(frame.subarray(38, 42))) return undefined;
  return { address: sender, hardwareAddress: frame.slice(22, 28), router: false };
}

function decodeNeighbourAdvertisement(frame: Uint8Array): NeighbourAnnouncement | undefined {
  const at = ETHERNET_HEADER + IPV6_HEADER;
  if (frame.length < at + ADVERTISEMENT_LENGTH || frame[20] !== ICMPV6 || frame[21] !== 255) return undefined;
  const flags = frame[at + 4] as number;
  const option = frame[at + 24] === 2 && frame[at + 25] === 1;
  if (frame[at] !== NEIGHBOUR_ADVERTISEMENT || !option || (flags & FLAG_OVERRIDE) === 0) return undefined;
  if (icmpv6Checksum(frame.subarray(0, at + ADVERTISEMENT_LENGTH)) !== 0) return undefined;
  return {
    address: ipAddressFromBytes(frame.subarray(at + 8, at + 24)),
    hardwareAddress: frame.slice(at + 26, at + 32),
    router: (flags & FLAG_ROUTER) !== 0,
  };
}

function write16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 8;
  bytes[at + 1] = value & 255;
}
