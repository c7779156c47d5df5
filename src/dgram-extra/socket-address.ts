import { interfaceIndex } from "./interface-index.ts";
import { ipBytes } from "./ip-text.ts";
import type { SourcedMessage } from "./sourced-message.ts";

/** Kinds of socket that createSocket makes. */
export type SocketType = "raw4" | "raw6" | "udp4" | "udp6" | "packet" | "netlink" | "unix_dgram";

/** Address families as the kernel numbers them. */
export const families = {
  unix_dgram: 1,
  raw4: 2,
  udp4: 2,
  raw6: 10,
  udp6: 10,
  netlink: 16,
  packet: 17,
} as const;

/** An end of a raw IP or UDP socket. IPv6 link-local addresses need `interfaceIndex`, or a zone: "fe80::1%eth0". */
export interface IpEndpoint {
  readonly address: string;
  /** UDP: the port; 0 or absent at `bind`: any. */
  readonly port?: number;
  readonly interfaceIndex?: number;
}

/** An end of an AF_PACKET socket. `protocol` is an EtherType; `hardwareAddress` counts only for cooked sockets. */
export interface LinkEndpoint {
  readonly interfaceIndex: number;
  readonly protocol?: number;
  readonly hardwareAddress?: Uint8Array;
}

/** An end of a netlink socket: port 0 is the kernel; `groups` is the bit mask of the first 32 groups. */
export interface NetlinkEndpoint {
  readonly portId: number;
  readonly groups?: number;
}

/** An end of a unix datagram socket: a path, or "\0name" for an abstract one. */
export interface UnixEndpoint {
  readonly path: string;
}

/** Any of them; which one a socket takes follows from its type. */
export type Endpoint = IpEndpoint | LinkEndpoint | NetlinkEndpoint | UnixEndpoint;

/** An endpoint with its sockaddr, for one that is sent to many times. */
export interface EncodedEndpoint {
  readonly endpoint: Endpoint;
  /** What `encodeEndpoint` makes of it. */
  readonly encoded: Uint8Array;
  /** Present when it is sent to from a source that was named. */
  readonly sourced?: SourcedMessage;
}

/**
 * The kernel's sockaddr of `endpoint` for a socket of `type`.
 * @throws {TypeError} when the endpoint is not of the socket's kind.
 */
export function encodeEndpoint(type: SocketType, endpoint: Endpoint): Uint8Array {
  if ((type === "raw4" || type === "udp4") && "address" in endpoint) return encodeIpv4(endpoint);
  if ((type === "raw6" || type === "udp6") && "address" in endpoint) return encodeIpv6(endpoint);
  if (type === "packet" && "interfaceIndex" in endpoint && !("address" in endpoint))
    return encodeLink(endpoint);
  if (type === "netlink" && "portId" in endpoint) return encodeNetlink(endpoint);
  if (type === "unix_dgram" && "path" in endpoint) return encodeUnix(endpoint);
  throw new TypeError(`A ${type} socket cannot use the address ${JSON.stringify(endpoint)}`);
}

function encodeIpv4({ address, port = 0 }: IpEndpoint): Uint8Array {
  const bytes = ipBytes(address);
  if (bytes?.length !== 4) throw new TypeError(`"${address}" is not an IPv4 address`);
  const [view, sockaddr] = allocate(16, families.raw4);
  view.setUint16(2, port, false);
  sockaddr.set(bytes, 4);
  return sockaddr;
}

function encodeIpv6({ address, port = 0, interfaceIndex: index }: IpEndpoint): Uint8Array {
  const bytes = ipBytes(address);
  if (bytes?.length !== 16) throw new TypeError(`"${address}" is not an IPv6 address`);
  const [view, sockaddr] = allocate(28, families.raw6);
  view.setUint16(2, port, false);
  sockaddr.set(bytes, 8);
  const zone = address.split("%", 2)[1];
  view.setUint32(24, index ?? (zone === undefined ? 0 : interfaceIndex(zone)), true);
  return sockaddr;
}

function encodeLink({ interfaceIndex: index, protocol = 0, hardwareAddress }: LinkEndpoint): Uint8Array {
  const [view, sockaddr] = allocate(20, families.packet);
  view.setUint16(2, protocol, false);
  view.setInt32(4, index, true);
  if (hardwareAddress !== undefined) {
    view.setUint8(11, Math.min(8, hardwareAddress.length));
    sockaddr.set(hardwareAddress.subarray(0, 8), 12);
  }
  return sockaddr;
}

function encodeNetlink({ portId, groups = 0 }: NetlinkEndpoint): Uint8Array {
  const [view, sockaddr] = allocate(12, families.netlink);
  view.setUint32(4, portId, true);
  view.setUint32(8, groups, true);
  return sockaddr;
}

function encodeUnix({ path }: UnixEndpoint): Uint8Array {
  const name = Buffer.from(path);
  const abstract = name[0] === 0;
  if (name.length === 0 || name.length > (abstract ? 108 : 107)) {
    throw new TypeError(`A unix socket's path must have 1 to 107 bytes; "${path}" has ${name.length}`);
  }
  const [, sockaddr] = allocate(2 + name.length + (abstract ? 0 : 1), families.unix_dgram);
  sockaddr.set(name, 2);
  return sockaddr;
}

function allocate(length: number, family: number): [DataView, Uint8Array] {
  const sockaddr = new Uint8Array(length);
  const view = new DataView(sockaddr.buffer);
  view.setUint16(0, family, true);
  return [view, sockaddr];
}
