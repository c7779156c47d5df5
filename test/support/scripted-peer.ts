import type { IpAddress } from "../../src/base/ip-address.ts";
import { type Instant, seconds } from "../../src/base/time.ts";
import { FrameSender, FrameSniffer } from "../../src/linux/frame-socket.ts";
import { RouteNetlink } from "../../src/linux/netlink/route-netlink.ts";
import { encodeAdvertisement } from "../../src/vrrp/advertisement.ts";
import { encodeIpv4Packet } from "../../src/vrrp/ipv4-packet.ts";

const GROUP_MAC = Uint8Array.of(1, 0, 0x5e, 0, 0, 0x12);
const OWN_MAC = Uint8Array.of(2, 0, 0, 0, 0, 9);

/** An advertisement seen on the wire; times are the kernel's, in seconds. */
export interface SeenAdvertisement {
  readonly kind: "advertisement";
  readonly at: number;
  readonly id: number;
  readonly priority: number;
  /** Said by the scripted peer itself. */
  readonly own: boolean;
}

/** A gratuitous ARP request, or a neighbour advertisement that nobody asked for. */
export interface SeenAnnouncement {
  readonly kind: "announcement";
  readonly at: number;
  readonly address: string;
}

export type Seen = SeenAdvertisement | SeenAnnouncement;

/** What a scripted peer says: an advertisement of version 3, once. */
export interface Said {
  readonly id: number;
  readonly priority: number;
  readonly addresses: readonly string[];
  readonly source: string;
  /** The multicast group when absent. */
  readonly to?: { readonly address: string; readonly mac: Uint8Array };
  /** Seconds; 1 when absent. */
  readonly interval?: number;
}

/** A peer that is no router: it notes everything on its wire, and says what a test has it say. */
export class ScriptedPeer {
  /** What was seen so far, in order. */
  readonly seen: Seen[] = [];
  readonly #sniffer: FrameSniffer;
  readonly #sender: FrameSender;
  readonly #index: number;
  readonly #timers: NodeJS.Timeout[] = [];

  /** `onSeen` hears of each frame as it comes, early enough to answer at once. */
  constructor(options: {
    readonly namespace: string;
    readonly interfaceName?: string;
    readonly onSeen?: (seen: Seen) => void;
  }) {
    const { namespace, interfaceName = "eth0", onSeen } = options;
    const netlink = new RouteNetlink({ namespace });
    this.#index = netlink.links().find(({ name }) => name === interfaceName)?.index ?? 0;
    netlink.close();
    this.#sender = new FrameSender({ namespace });
    this.#sniffer = new FrameSniffer({
      interfaceName,
      namespace,
      onFrame: ({ bytes, receivedAt, outgoing }) => {
        const seen = read(Buffer.from(bytes), receivedAt, outgoing);
        if (seen === undefined) return;
        this.seen.push(seen);
        onSeen?.(seen);
      },
    });
  }

  /** Says something now. */
  say({ id, priority, addresses, source, to, interval = 1 }: Said): void {
    const ends = {
      source: source as IpAddress,
      destination: (to?.address ?? "224.0.0.18") as IpAddress,
    };
    const message = encodeAdvertisement(
      {
        version: 3,
        virtualRouterId: id,
        priority,
        interval: seconds(interval),
        addresses: addresses as readonly IpAddress[],
        authentication: { kind: "none" },
      },
      { ...ends, checksumPseudoHeader: true },
    );
    const packet = encodeIpv4Packet(message, { ...ends, identification: 1, ttl: 255 });
    const frame = Uint8Array.from([...(to?.mac ?? GROUP_MAC), ...OWN_MAC, 8, 0, ...packet]);
    const sent = this.#sender.send(frame, this.#index);
    if (!sent.ok) throw new Error(sent.error);
  }

  /** Says something now and again every `seconds`, until it is closed. */
  repeat(said: Said, every: number): void {
    this.say(said);
    this.#timers.push(setInterval(() => this.say(said), every * 1_000));
  }

  /** Every advertisement of a virtual router by others, and when. */
  advertisements(id: number): readonly SeenAdvertisement[] {
    return this.seen.filter(
      (one): one is SeenAdvertisement => one.kind === "advertisement" && one.id === id && !one.own,
    );
  }

  /** Every announcement of these addresses, and when. */
  announcements(...addresses: readonly string[]): readonly SeenAnnouncement[] {
    return this.seen.filter(
      (one): one is SeenAnnouncement => one.kind === "announcement" && addresses.includes(one.address),
    );
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#sniffer.close();
    this.#sender.close();
  }
}

function read(frame: Buffer, receivedAt: Instant, own: boolean): Seen | undefined {
  const at = receivedAt / 1e6;
  const type = frame.readUInt16BE(12);
  if (type === 0x0806) {
    const target = frame.subarray(38, 42);
    if (own || !frame.subarray(28, 32).equals(target)) return undefined;
    return { kind: "announcement", at, address: target.join(".") };
  }
  if (type === 0x0800 && frame[23] === 112) {
    return { kind: "advertisement", at, id: frame[35] as number, priority: frame[36] as number, own };
  }
  if (type !== 0x86dd) return undefined;
  if (frame[20] === 112) {
    return { kind: "advertisement", at, id: frame[55] as number, priority: frame[56] as number, own };
  }
  const unasked = frame[20] === 58 && frame[54] === 136 && frame[38] === 0xff;
  if (own || !unasked) return undefined;
  const groups = Array.from({ length: 8 }, (_, at) => frame.readUInt16BE(62 + 2 * at).toString(16));
  return { kind: "announcement", at, address: groups.join(":") };
}
