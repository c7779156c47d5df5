/**
 * Numbers of socket options as the kernel has them on x86-64 and arm64 (include/uapi/asm-generic/socket.h,
 * linux/in.h, linux/in6.h, linux/netlink.h, linux/if_packet.h).
 */
export const levels = {
  socket: 1,
  ip: 0,
  ipv6: 41,
  raw: 255,
  packet: 263,
  netlink: 270,
  icmpv6: 58,
} as const;

/** Option numbers within their levels; the names are the kernel's without the level's prefix. */
export const socketOptions = {
  socket: {
    sendBuffer: 7,
    receiveBuffer: 8,
    priority: 12,
    bindToDevice: 25,
    attachFilter: 26,
    detachFilter: 27,
    sendBufferForce: 32,
    receiveBufferForce: 33,
    timestampNanoseconds: 35,
    mark: 36,
    overflowCount: 40,
  },
  ip: {
    typeOfService: 1,
    timeToLive: 2,
    headerIncluded: 3,
    packetInfo: 8,
    receiveTimeToLive: 12,
    multicastInterface: 32,
    multicastTimeToLive: 33,
    multicastLoopback: 34,
    addMembership: 35,
    dropMembership: 36,
    multicastAll: 49,
  },
  ipv6: {
    checksum: 7,
    unicastHops: 16,
    multicastInterface: 17,
    multicastHops: 18,
    multicastLoopback: 19,
    addMembership: 20,
    dropMembership: 21,
    only: 26,
    multicastAll: 29,
    receivePacketInfo: 49,
    packetInfo: 50,
    receiveHopLimit: 51,
    trafficClass: 67,
  },
  netlink: {
    addMembership: 1,
    dropMembership: 2,
    packetInfo: 3,
    noOverflowErrors: 5,
    capAcknowledgements: 10,
    extendedAcknowledgements: 11,
    strictChecking: 12,
  },
  packet: { addMembership: 1, dropMembership: 2 },
} as const;

/** One instruction of classic BPF (linux/filter.h): code, jumps when true and false, constant. */
export interface FilterInstruction {
  readonly code: number;
  readonly whenTrue?: number;
  readonly whenFalse?: number;
  readonly constant: number;
}

/** struct sock_filter[] of a classic BPF program. */
export function encodeFilter(program: readonly FilterInstruction[]): Uint8Array {
  const bytes = new Uint8Array(program.length * 8);
  const view = new DataView(bytes.buffer);
  for (const [at, { code, whenTrue = 0, whenFalse = 0, constant }] of program.entries()) {
    view.setUint16(at * 8, code, true);
    view.setUint8(at * 8 + 2, whenTrue);
    view.setUint8(at * 8 + 3, whenFalse);
    view.setUint32(at * 8 + 4, constant >>> 0, true);
  }
  return bytes;
}
