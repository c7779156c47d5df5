import { createSocket, type Socket } from "dgram-extra";
import { type IpAddress, ipAddressFromBytes } from "../base/ip-address.ts";
import { type Instant, instant } from "../base/time.ts";
import { VRRP_PROTOCOL } from "../vrrp/advertisement.ts";
import { viewIpv4Packet } from "../vrrp/packet-view.ts";
import { inspectAdvertisement, type ReceivedAdvertisement } from "../vrrp/reception.ts";

const ETHERNET_HEADER = 14;
const ETHERTYPE_ALL = 0x0003;
const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_ARP = 0x0806;
/** Octets of an ARP packet for Ethernet and IPv4 (RFC 826). */
const ARP_LENGTH = 28;

/** A VRRP advertisement as it went over a segment; version, length and checksum were right. */
export interface SeenAdvertisement extends ReceivedAdvertisement {
  readonly at: Instant;
  readonly segment: string;
}

/** A gratuitous ARP packet: sender and target are the same address (RFC 5227 section 3). */
export interface SeenGratuitousArp {
  readonly at: Instant;
  readonly segment: string;
  readonly address: IpAddress;
  /** Who claims it: `02:00:00:00:00:03`. */
  readonly hardwareAddress: string;
}

/** Where to listen. */
export interface WireOptions {
  /** The namespace with the switches. */
  readonly namespace: string;
  readonly segments: readonly string[];
}

/**
 * Listens on the switches of the lab by AF_PACKET. A switch passes up what it floods, and that is all that matters
 * here: multicast (VRRP) and broadcast (ARP).
 */
export class Wire {
  readonly #sockets: readonly Socket[];
  readonly #advertisements: SeenAdvertisement[] = [];
  readonly #gratuitousArps: SeenGratuitousArp[] = [];
  readonly #troubles = new Set<string>();

  /** @throws {SystemError} when a segment does not exist, or without CAP_NET_RAW. */
  constructor(options: WireOptions) {
    this.#sockets = options.segments.map((segment) => {
      const socket = createSocket({
        type: "packet",
        protocol: ETHERTYPE_ALL,
        interface: segment,
        namespace: options.namespace,
        receiveBuffer: 1 << 20,
      });
      socket.on("message", (frame, info) => this.#see(frame, { at: instant(info.receivedAt), segment }));
      socket.on("error", (error) => this.#troubles.add(`${segment}: ${error.message}`));
      socket.on("overrun", () => this.#troubles.add(`${segment}: frames lost`));
      return socket.bind();
    });
  }

  /** All advertisements so far, in the order seen. */
  get advertisements(): readonly SeenAdvertisement[] {
    return this.#advertisements;
  }

  /** All gratuitous ARP packets so far, in the order seen. */
  get gratuitousArps(): readonly SeenGratuitousArp[] {
    return this.#gratuitousArps;
  }

  /** Malformed advertisements, and what went wrong with listening itself; empty when all was well. */
  get troubles(): readonly string[] {
    return [...this.#troubles];
  }

  /** Stops listening. */
  close(): void {
    for (const socket of this.#sockets) socket.close();
  }

  #see(frame: Buffer, where: { at: Instant; segment: string }): void {
    if (frame.length < ETHERNET_HEADER) return;
    const type = frame.readUInt16BE(12);
    const packet = frame.subarray(ETHERNET_HEADER);
    if (type === ETHERTYPE_ARP) this.#seeArp(packet, where);
    if (type === ETHERTYPE_IPV4 && packet[9] === VRRP_PROTOCOL) {
      const view = viewIpv4Packet(packet);
      const inspected = view.ok ? inspectAdvertisement(view) : view;
      if (inspected.ok) this.#advertisements.push({ ...where, ...inspected.value });
      else this.#troubles.add(`${where.segment}: a malformed advertisement (${inspected.error.kind})`);
    }
  }

  #seeArp(packet: Buffer, where: { at: Instant; segment: string }): void {
    if (packet.length < ARP_LENGTH) return;
    const sender = ipAddressFromBytes(packet.subarray(14, 18));
    if (sender !== ipAddressFromBytes(packet.subarray(24, 28))) return;
    const octets = [...packet.subarray(8, 14)].map((octet) => octet.toString(16).padStart(2, "0"));
    this.#gratuitousArps.push({ ...where, address: sender, hardwareAddress: octets.join(":") });
  }
}
