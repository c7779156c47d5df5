import { addressOf } from "./bpf.ts";
import { ipBytes } from "./ip-text.ts";
import { levels, socketOptions } from "./socket-options.ts";

/** Which of this host's IPv6 addresses a datagram leaves from, and by which interface. */
export interface IpSource {
  readonly address: string;
  readonly interfaceIndex: number;
}

/** struct msghdr and struct iovec of 64-bit kernels, in 64-bit words and octets. */
const MESSAGE = {
  name: 0,
  nameLength: 8,
  pieces: 16,
  pieceCount: 24,
  control: 32,
  controlLength: 40,
  size: 56,
};
const PIECE = { base: 0, length: 8, size: 16 };
/** struct cmsghdr, and struct in6_pktinfo behind it: 16 octets of address, the interface's index. */
const CONTROL = { length: 0, level: 8, type: 12, address: 16, interfaceIndex: 32, end: 36, size: 40 };

/**
 * What sendmsg takes to send to one destination from one IPv6 source. The source goes along with each datagram, because the
 * kernel ignores the address of the socket option of the same name (IPV6_PKTINFO, RFC 3542 section 6.2).
 */
export class SourcedMessage {
  readonly #header = new Uint8Array(new ArrayBuffer(MESSAGE.size));
  readonly #piece = new DataView(new ArrayBuffer(PIECE.size));
  readonly #control = new Uint8Array(new ArrayBuffer(CONTROL.size));
  readonly #destination: Uint8Array;
  #data: Uint8Array | undefined;

  /** @throws {TypeError} when the source is not an IPv6 address. */
  constructor(destination: Uint8Array, source: IpSource) {
    const address = ipBytes(source.address);
    if (address?.length !== 16) throw new TypeError(`"${source.address}" is not an IPv6 address`);
    // A copy of its own, for the header points at it.
    this.#destination = new Uint8Array(destination);
    const control = new DataView(this.#control.buffer);
    control.setBigUint64(CONTROL.length, BigInt(CONTROL.end), true);
    control.setInt32(CONTROL.level, levels.ipv6, true);
    control.setInt32(CONTROL.type, socketOptions.ipv6.packetInfo, true);
    this.#control.set(address, CONTROL.address);
    control.setInt32(CONTROL.interfaceIndex, source.interfaceIndex, true);
    const header = new DataView(this.#header.buffer);
    header.setBigUint64(MESSAGE.name, addressOf(this.#destination), true);
    header.setUint32(MESSAGE.nameLength, this.#destination.length, true);
    header.setBigUint64(MESSAGE.pieces, addressOf(this.#piece), true);
    header.setBigUint64(MESSAGE.pieceCount, 1n, true);
    header.setBigUint64(MESSAGE.control, addressOf(this.#control), true);
    header.setBigUint64(MESSAGE.controlLength, BigInt(CONTROL.size), true);
  }

  /** struct msghdr for these data. It is valid until the next call, and as long as this object is reachable. */
  header(data: Uint8Array): Uint8Array {
    // What is sent again and again is mostly the same buffer.
    if (data !== this.#data) {
      this.#piece.setBigUint64(PIECE.base, addressOf(data), true);
      this.#piece.setBigUint64(PIECE.length, BigInt(data.byteLength), true);
      this.#data = data;
    }
    return this.#header;
  }
}
