import {
  createSocket,
  type EncodedEndpoint,
  levels,
  type MessageInfo,
  type Socket,
  SystemError,
  socketOptions,
  type WaitingDatagram,
} from "dgram-extra";
import { type AddressFamily, type IpAddress, parseIpAddress } from "../base/ip-address.ts";
import { failed, ok, type Result } from "../base/result.ts";
import { type Instant, instant } from "../base/time.ts";
import type { ScreenedRouter } from "../director/host.ts";
import {
  type HeardBefore,
  sequenceMarks,
  type VrrpDigestRule,
  vrrpDigestRules,
} from "./vrrp-digest-rules.ts";
import { dropEverything, vrrpFilter } from "./vrrp-filter.ts";
import { vrrpScreens } from "./vrrp-screen.ts";

/** What is known of a received VRRP packet besides its bytes. */
export interface VrrpPacketOrigin {
  readonly source: IpAddress;
  readonly destination?: IpAddress;
  /** TTL or hop limit it arrived with. */
  readonly ttl: number;
  readonly interfaceIndex: number;
  /** When the kernel received it. */
  readonly receivedAt: Instant;
}

/** What a VrrpSocket needs. */
export interface VrrpSocketOptions {
  readonly interfaceName: string;
  readonly interfaceIndex: number;
  readonly family: AddressFamily;
  /** Virtual routers to hear; packets of others are dropped by the kernel. */
  readonly virtualRouterIds: Iterable<number>;
  /** Hear the routers of all ids. */
  readonly everyVirtualRouter?: boolean;
  /** Multicast groups to join; those of the RFCs when absent. */
  readonly groups?: readonly IpAddress[];
  /** Hear authentication headers (IP protocol 51) before VRRP too. */
  readonly withAuthenticationHeader?: boolean;
  /** Octets of each receive buffer; 1 MiB when absent. */
  readonly receiveBufferBytes?: number;
  /** IPv4: the whole packet with its header; IPv6: the VRRP message. The bytes are valid only during the call. */
  readonly onPacket: (packet: Uint8Array, info: VrrpPacketOrigin) => void;
  /** The kernel refused to receive (ENETDOWN at a link down) or lost packets; receiving goes on. */
  readonly onTrouble: (trouble: VrrpSocketTrouble) => void;
  /** A network namespace other than the process's own. */
  readonly namespace?: string;
}

/** See VrrpSocketOptions.onTrouble. */
export type VrrpSocketTrouble =
  | { readonly kind: "refused"; readonly code: string; readonly message: string }
  | { readonly kind: "lost"; readonly packets: number };

const VRRP = 112;
const AUTHENTICATION_HEADER = 51;
/** Octets of the authentication header that keepalived and we send. */
const AUTHENTICATION_HEADER_LENGTH = 24;
const IPPROTO_RAW = 255;
const rfcGroups: Record<AddressFamily, string> = { 4: "224.0.0.18", 6: "ff02::12" };
const MOST_HOPS = 255;
const TC_PRIO_CONTROL = 7;
const INTERNET_CONTROL = 0xc0; // the class RFC 9568 section 5.1.1 has no say in; what routers give routing protocols
const CHECKSUM_OFFSET = 6;
const RECEIVE_BUFFER = 1 << 20;
/** More packets than the kernel keeps in such a buffer; each counts there with at least 512 octets. */
const A_FULL_SOCKET = 2_048;
const SENT = ok(undefined);

/**
 * The wire of the virtual routers of one interface and address family: receives what is sent to the VRRP group or to
 * an address of this host by that interface, and sends. It outlives the interface going down and up; after the
 * interface was removed and made again, call `reopen`.
 */
export class VrrpSocket {
  #options: VrrpSocketOptions;
  /** The first hears VRRP, the second, when there is one, VRRP behind an authentication header. */
  #receivers: readonly Socket[];
  #sender: Socket;
  #lastSource: { text: string; address: IpAddress } | undefined;
  /** By source, where the kernel makes the header, and destination; they name the interface by its index. */
  readonly #destinations = new Map<IpAddress | undefined, Map<IpAddress, EncodedEndpoint>>();
  #hopLimit = MOST_HOPS;
  /** Of each receiver the rules by which it tells wrong digests, in the time of a flood. */
  #rules: readonly (readonly VrrpDigestRule[])[] = [];

  private constructor(options: VrrpSocketOptions) {
    this.#options = options;
    this.#sender = openSender(options);
    try {
      this.#receivers = this.#openReceivers();
    } catch (error) {
      this.#sender.close();
      throw error;
    }
  }

  /** Opens both sockets; the error says what the kernel refused. */
  static open(options: VrrpSocketOptions): Result<VrrpSocket, string> {
    return attempt(() => new VrrpSocket(options));
  }

  /** Hears these virtual routers from now on, and no others. */
  listenFor(virtualRouterIds: Iterable<number>): Result<void, string> {
    this.#options = { ...this.#options, virtualRouterIds };
    return attempt(() => {
      this.#screenDigests([]);
      this.#receivers.forEach((receiver, at) => {
        receiver.attachFilter(filterOf(this.#options, at === 0 ? VRRP : AUTHENTICATION_HEADER));
      });
    });
  }

  /**
   * Has the kernel drop what these routers would refuse anyhow, as far as a filter can tell; undefined: hears all again. Of several
   * programs the most thorough that the kernel has room for is used (net.core.optmem_max is 20 kB before Linux 6.7). Wrong digests are
   * dropped behind the kernel, where strangers are held back; also when the kernel takes no program.
   */
  screen(routers: readonly ScreenedRouter[] | undefined): Result<void, string> {
    if (routers === undefined) return this.listenFor(this.#options.virtualRouterIds);
    const { family } = this.#options;
    this.#screenDigests(routers);
    const screened = this.#receivers.map((receiver, at): Result<void, string> => {
      const withAuthenticationHeader = at > 0;
      let result: Result<void, string> = failed("it has too many virtual routers");
      for (const program of vrrpScreens({ family, withAuthenticationHeader, routers })) {
        result = attempt(() => receiver.attachFilter(program));
        if (result.ok) break;
      }
      return result;
    });
    return screened.find(({ ok: done }) => !done) ?? ok(undefined);
  }

  /** A router that is screened has heard that much by now, and need not hear it again. */
  heardBefore(virtualRouterId: number, before: HeardBefore): void {
    for (const [at, receiver] of this.#receivers.entries()) {
      for (const [index, rule] of (this.#rules[at] ?? []).entries()) {
        if (rule.virtualRouterId === virtualRouterId)
          receiver.markSequences(index, sequenceMarks(before, at > 0));
      }
    }
  }

  #screenDigests(routers: readonly ScreenedRouter[]): void {
    const { family } = this.#options;
    this.#rules = this.#receivers.map((receiver, at) => {
      const rules = vrrpDigestRules({ family, withAuthenticationHeader: at > 0, routers });
      receiver.screenDigests(rules);
      return rules;
    });
  }

  /**
   * Sends one advertisement now: IPv4 with its header, IPv6 the VRRP message, whose checksum the kernel fills in.
   * `source` and `hopLimit` (255 when absent) matter for IPv6 only, where the kernel makes the header; the source must
   * be an address of the interface that may be used already.
   */
  send(
    packet: Uint8Array,
    to: { destination: IpAddress; source?: IpAddress; hopLimit?: number },
  ): Result<void, string> {
    const { family, interfaceName } = this.#options;
    if (family === 6) {
      const prepared = this.#useHopLimit(to.hopLimit ?? MOST_HOPS);
      if (!prepared.ok) return prepared;
    }
    const source = family === 6 ? to.source : undefined;
    const result = this.#sender.send(packet, this.#encoded(to.destination, source));
    if (result.sent) return SENT;
    const by = source === undefined ? interfaceName : `${interfaceName} from ${source}`;
    return failed(`${result.error.message} by ${by}`);
  }

  /** A router sends to the same few destinations all its life. */
  #encoded(destination: IpAddress, source: IpAddress | undefined): EncodedEndpoint {
    let known = this.#destinations.get(source);
    if (known === undefined) {
      known = new Map();
      this.#destinations.set(source, known);
    }
    let encoded = known.get(destination);
    if (encoded === undefined) {
      const { interfaceIndex } = this.#options;
      const from = source === undefined ? undefined : { address: source, interfaceIndex };
      encoded = this.#sender.encode({ address: destination, interfaceIndex }, from);
      known.set(destination, encoded);
    }
    return encoded;
  }

  /** An IPv4 advertisement as it would be sent, for whoever sends it later. */
  waiting(data: Uint8Array, destination: IpAddress): WaitingDatagram {
    const { interfaceIndex } = this.#options;
    return { socket: this.#sender, data, destination: { address: destination, interfaceIndex } };
  }

  /** Hands over all that has come, without waiting for the event loop. */
  receiveNow(): void {
    for (const receiver of this.#receivers) receiver.receiveNow(A_FULL_SOCKET);
  }

  /** Opens the sockets anew, for an interface that was made again under another index. */
  reopen(interfaceIndex: number): Result<void, string> {
    return attempt(() => {
      const before = [...this.#receivers, this.#sender];
      this.#options = { ...this.#options, interfaceIndex };
      const sender = openSender(this.#options);
      try {
        this.#receivers = this.#openReceivers();
      } catch (error) {
        sender.close();
        throw error;
      }
      this.#sender = sender;
      this.#rules = [];
      this.#destinations.clear();
      this.#hopLimit = MOST_HOPS;
      for (const socket of before) socket.close();
    });
  }

  /** Closes both sockets; no packet comes after it. */
  close(): void {
    for (const socket of [...this.#receivers, this.#sender]) socket.close();
  }

  #openReceivers(): readonly Socket[] {
    const plain = this.#openReceiver(VRRP);
    if (this.#options.withAuthenticationHeader !== true || this.#options.family === 6) return [plain];
    try {
      return [plain, this.#openReceiver(AUTHENTICATION_HEADER)];
    } catch (error) {
      plain.close();
      throw error;
    }
  }

  #openReceiver(protocol: number): Socket {
    const { family, interfaceName, interfaceIndex, namespace, onTrouble } = this.#options;
    const { groups = [rfcGroups[family]], receiveBufferBytes = RECEIVE_BUFFER } = this.#options;
    const socket = createSocket({
      type: family === 4 ? "raw4" : "raw6",
      protocol,
      interface: interfaceName,
      receiveBuffer: receiveBufferBytes,
      reuseBuffer: true,
      ...(namespace === undefined ? {} : { namespace }),
    });
    try {
      socket.attachFilter(filterOf(this.#options, protocol));
      for (const group of groups) socket.joinGroup(group, interfaceIndex);
      socket.on("message", (packet, info) => this.#receive(packet, info));
      socket.on("error", ({ code, message }) => onTrouble({ kind: "refused", code, message }));
      socket.on("overrun", (packets = 0) => onTrouble({ kind: "lost", packets }));
      return socket.bind();
    } catch (error) {
      socket.close();
      throw error;
    }
  }

  #receive(data: Buffer, info: MessageInfo): void {
    const source = this.#source(info.address);
    if (source === undefined) return;
    const destination = info.destination === undefined ? undefined : parseIpAddress(info.destination);
    // Not the Buffer itself: its slice() does not copy, which a Uint8Array's does.
    const packet = new Uint8Array(data.buffer, data.byteOffset, data.length);
    this.#options.onPacket(packet, {
      source,
      ...(destination?.ok ? { destination: destination.value } : {}),
      ttl: info.ttl ?? 0,
      interfaceIndex: info.interfaceIndex,
      receivedAt: instant(info.receivedAt),
    });
  }

  /** Mostly the same neighbour speaks again. */
  #source(text: string): IpAddress | undefined {
    if (this.#lastSource?.text !== text) {
      const parsed = parseIpAddress(text);
      if (!parsed.ok) return undefined;
      this.#lastSource = { text, address: parsed.value };
    }
    return this.#lastSource.address;
  }

  #useHopLimit(hopLimit: number): Result<void, string> {
    if (hopLimit === this.#hopLimit) return ok(undefined);
    const set = attempt(() => this.#sender.setTtl(hopLimit));
    if (set.ok) this.#hopLimit = hopLimit;
    return set;
  }
}

function filterOf(options: VrrpSocketOptions, protocol: number): ReturnType<typeof vrrpFilter> {
  return vrrpFilter({
    family: options.family,
    ...(options.everyVirtualRouter === true ? {} : { virtualRouterIds: new Set(options.virtualRouterIds) }),
    between: protocol === VRRP ? 0 : AUTHENTICATION_HEADER_LENGTH,
  });
}

function openSender({ family, interfaceName, interfaceIndex, namespace }: VrrpSocketOptions): Socket {
  const socket = createSocket({
    type: family === 4 ? "raw4" : "raw6",
    protocol: family === 4 ? IPPROTO_RAW : VRRP,
    interface: interfaceName,
    ...(namespace === undefined ? {} : { namespace }),
  });
  try {
    socket.attachFilter(dropEverything);
    socket.setMulticastInterface(interfaceIndex);
    socket.setMulticastLoopback(false);
    if (family === 4) socket.setHeaderIncluded(true);
    else {
      socket.setTtl(MOST_HOPS); // RFC 9568, 5.1.2.3
      socket.setTrafficClass(INTERNET_CONTROL);
      socket.setOption(levels.ipv6, { name: socketOptions.ipv6.checksum, value: CHECKSUM_OFFSET });
    }
    socket.setPriority(TC_PRIO_CONTROL);
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

function attempt<T>(action: () => T): Result<T, string> {
  try {
    return ok(action());
  } catch (error) {
    if (error instanceof SystemError) return failed(error.message);
    throw error;
  }
}
