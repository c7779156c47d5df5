import type { DigestScreen } from "./digest-screen.ts";
import { ipText } from "./ip-text.ts";
import { native } from "./native.ts";
import { families } from "./socket-address.ts";

/** What the kernel tells about a received datagram. */
export interface MessageInfo {
  /** The sender: an IP address, a MAC address, a unix path ("" when unnamed), or a netlink port. */
  readonly address: string;
  /** UDP: the sender's port; otherwise 0. */
  readonly port: number;
  /** Index of the interface it came in by; 0 when the kernel does not say. */
  readonly interfaceIndex: number;
  /** TTL or hop limit; undefined when the kernel does not say. */
  readonly ttl: number | undefined;
  /** The IP address it was sent to; undefined when the kernel does not say. */
  readonly destination: string | undefined;
  /** When the kernel got it: CLOCK_MONOTONIC in microseconds. */
  readonly receivedAt: number;
  /** Whether it was longer than `messageSize` and its end is lost. */
  readonly truncated: boolean;
  /** AF_PACKET: the EtherType; netlink: the sender's port, 0 = kernel; otherwise 0. */
  readonly protocol: number;
  /** AF_PACKET: 0 to this host, 1 broadcast, 2 multicast, 3 to another host, 4 outgoing; otherwise 0. */
  readonly packetType: number;
  /** Bits of the netlink multicast groups it was sent to; otherwise 0. */
  readonly groups: number;
}

const recordSize = 192;
const refusedOffset = 52;
const sourceOffset = 64;
const truncatedFlag = 0x20; // MSG_TRUNC

/**
 * Room for the datagrams of one native receive call. A batch is read out before the next one is received, so sockets
 * with the same sizes share one.
 */
export class ReceivedBatch {
  static readonly #shared = new Map<string, ReceivedBatch>();

  readonly #slotSize: number;
  readonly #slots: Buffer;
  readonly #records: Buffer;
  readonly #view: DataView;
  #lastAddress: { bytes: Buffer; family: number; text: string } | undefined;
  /** Datagrams that fit. */
  readonly capacity: number;

  private constructor(slotSize: number, capacity: number) {
    this.#slotSize = slotSize;
    this.capacity = capacity;
    this.#slots = Buffer.alloc(slotSize * capacity);
    this.#records = Buffer.alloc(recordSize * capacity);
    this.#view = new DataView(this.#records.buffer, this.#records.byteOffset, this.#records.length);
  }

  /** The batch of this thread for these sizes. */
  static shared(sizes: { messageSize: number; batchSize: number }): ReceivedBatch {
    const key = `${sizes.messageSize} ${sizes.batchSize}`;
    const found = ReceivedBatch.#shared.get(key);
    if (found !== undefined) return found;
    const made = new ReceivedBatch(sizes.messageSize, sizes.batchSize);
    ReceivedBatch.#shared.set(key, made);
    return made;
  }

  /** Receives what is there, at most `capacity` datagrams. Returns how many, or a negated errno. */
  receive(descriptor: number): number {
    return native.receive(descriptor, this.#slots, this.#slotSize, this.#records);
  }

  /** Looks at the digests of the first `count` datagrams received. Returns how many are wrong; see `isRefused`. */
  screen(screen: DigestScreen, count: number): number {
    return native.screenDigests(screen.bytes, this.#slots, this.#slotSize, this.#records, count);
  }

  /** Whether `screen` found the digest of datagram `at` wrong. */
  isRefused(at: number): boolean {
    return this.#view.getUint32(at * recordSize + refusedOffset, true) !== 0;
  }

  /** The bytes of datagram `at`, valid until the next receive. */
  bytes(at: number): Buffer {
    const length = Math.min(this.#view.getUint32(at * recordSize, true), this.#slotSize);
    return this.#slots.subarray(at * this.#slotSize, at * this.#slotSize + length);
  }

  /** Datagrams the socket had lost for want of room when datagram `at` came, modulo 2^32. */
  overflow(at: number): number {
    return this.#view.getUint32(at * recordSize + 24, true);
  }

  /** What is known about datagram `at`. */
  info(at: number): MessageInfo {
    const record = at * recordSize;
    const source = record + sourceOffset;
    const view = this.#view;
    const family = view.getUint32(record + 28, true) === 0 ? 0 : view.getUint16(source, true);
    const isLink = family === families.packet;
    const isNetlink = family === families.netlink;
    const hopLimit = view.getInt32(record + 12, true);
    const destinationLength = view.getUint32(record + 32, true);
    return {
      address: this.#address(record, family),
      port: family === families.udp4 || family === families.udp6 ? view.getUint16(source + 2, false) : 0,
      interfaceIndex: isLink ? view.getInt32(source + 4, true) : view.getInt32(record + 8, true),
      ttl: hopLimit < 0 ? undefined : hopLimit,
      destination:
        destinationLength === 0
          ? undefined
          : ipText(this.#records.subarray(record + 36, record + 36 + destinationLength)),
      receivedAt: view.getFloat64(record + 16, true),
      truncated: (view.getUint32(record + 4, true) & truncatedFlag) !== 0,
      protocol: isLink ? view.getUint16(source + 2, false) : isNetlink ? view.getUint32(source + 4, true) : 0,
      packetType: isLink ? view.getUint8(source + 10) : 0,
      groups: isNetlink ? view.getUint32(source + 8, true) : 0,
    };
  }

  #address(record: number, family: number): string {
    const source = record + sourceOffset;
    if (family === families.raw4) return this.#cached(family, source + 4, 4);
    if (family === families.raw6) return this.#cached(family, source + 8, 16);
    if (family === families.netlink) return String(this.#view.getUint32(source + 4, true));
    if (family === families.packet) {
      const length = Math.min(8, this.#view.getUint8(source + 11));
      return (this.#records.toString("hex", source + 12, source + 12 + length).match(/../g) ?? []).join(":");
    }
    if (family !== families.unix_dgram) return "";
    const end = source + this.#view.getUint32(record + 28, true);
    const path = this.#records.toString("utf8", source + 2, end);
    return path.startsWith("\0") ? path : path.replace(/\0.*$/s, "");
  }

  /** A flood mostly comes from one sender, so the text of the last address is kept. */
  #cached(family: number, from: number, length: number): string {
    const last = this.#lastAddress;
    if (last?.family === family && last.bytes.compare(this.#records, from, from + length) === 0) {
      return last.text;
    }
    const bytes = Buffer.from(this.#records.subarray(from, from + length));
    const text = ipText(bytes);
    this.#lastAddress = { bytes, family, text };
    return text;
  }
}
