import { EventEmitter } from "node:events";
import { addressOf } from "./bpf.ts";
import { interfaceIndex } from "./interface-index.ts";
import { ipBytes } from "./ip-text.ts";
import { inNetworkNamespace } from "./network-namespace.ts";
import type { MessageInfo } from "./received-batch.ts";
import { type Endpoint, encodeEndpoint, families, type SocketType } from "./socket-address.ts";
import { encodeFilter, type FilterInstruction, levels, socketOptions } from "./socket-options.ts";
import { checked, type SystemError, systemCall } from "./system-call.ts";

/** What createSocket takes. */
export interface SocketOptions {
  readonly type: SocketType;
  /** raw4, raw6: the IP protocol; packet: the EtherType, 0x0003 = all; netlink: the netlink protocol. */
  readonly protocol?: number;
  /** Receive from and send to this interface only. */
  readonly interface?: string;
  /** The network namespace to open the socket in: a name of `ip netns`, or a path. */
  readonly namespace?: string;
  /** Bytes of the kernel's buffers; above the system's limit with CAP_NET_ADMIN. */
  readonly receiveBuffer?: number;
  readonly sendBuffer?: number;
  /** The longest datagram received whole, in bytes; 2048 unless told. */
  readonly messageSize?: number;
  /** Datagrams received by one system call, 1 to 64; 32 unless told. */
  readonly batchSize?: number;
  /** Datagrams handed over before the event loop serves other sockets and timers; 64 unless told. */
  readonly budget?: number;
  /** Hand over the receive buffer itself: the data are valid only until the listener returns. No copy is made. */
  readonly reuseBuffer?: boolean;
}

/** The events of a Socket. */
export interface SocketEvents {
  /** A datagram. */
  message: [data: Buffer, info: MessageInfo];
  /** The kernel refused to receive, for instance ENETDOWN; the socket stays open and goes on receiving. */
  error: [error: SystemError];
  /** Datagrams were lost because they came faster than they were read; `lost` is unknown for netlink (undefined). */
  overrun: [lost: number | undefined];
  /** A send was refused with EAGAIN or ENOBUFS. */
  backpressure: [error: SystemError];
  /** After `backpressure`: there is room again. */
  drain: [];
  /** Receiving has begun. */
  listening: [];
  close: [];
}

const EBADF = 9;
const SOCK_DGRAM = 2;
const SOCK_RAW = 3;
const SOCK_NONBLOCK_CLOEXEC = 0x800 | 0x80000;

const isIpv4 = (type: SocketType) => type === "raw4" || type === "udp4";
/** Whether sockets of this type carry IPv6. */
export const isIpv6 = (type: SocketType) => type === "raw6" || type === "udp6";

/** An open socket and its options: the half of Socket that neither sends nor receives. */
export class ConfigurableSocket extends EventEmitter<SocketEvents> {
  readonly type: SocketType;
  /** The file descriptor, for calls this class does not have. */
  readonly descriptor: number;
  protected readonly options: SocketOptions;
  #closed = false;
  #bound = false;

  constructor(options: SocketOptions) {
    super();
    this.type = options.type;
    this.options = options;
    const datagram = this.type === "unix_dgram" || this.type === "udp4" || this.type === "udp6";
    const kind = datagram ? SOCK_DGRAM : SOCK_RAW;
    // A packet socket gets its protocol at bind, so that no frame of another interface is queued before.
    const protocol = this.type === "packet" ? 0 : (options.protocol ?? 0);
    this.descriptor = checked(
      systemCall("socket", families[this.type], kind | SOCK_NONBLOCK_CLOEXEC, protocol),
      `Cannot open a ${this.type} socket`,
    );
    try {
      this.#prepare();
    } catch (error) {
      systemCall("close", this.descriptor);
      throw error;
    }
  }

  /** Whether `close` was called. */
  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Joins a multicast group: an IP address on the given interface (name or index), or a netlink group's number.
   * @throws {SystemError} EADDRINUSE when joined already; ENODEV without such an interface.
   */
  joinGroup(group: string | number, on?: string | number): void {
    this.#changeMembership("addMembership", { group, on });
  }

  /** Leaves a group. @throws {SystemError} EADDRNOTAVAIL when not joined. */
  leaveGroup(group: string | number, on?: string | number): void {
    this.#changeMembership("dropMembership", { group, on });
  }

  /** Sets any socket option to an int or to bytes; see `levels` and `socketOptions`. @throws {SystemError} */
  setOption(level: number, option: { name: number; value: number | Uint8Array }): void {
    const value = typeof option.value === "number" ? Int32Array.of(option.value) : option.value;
    this.check(
      () => systemCall("setsockopt", this.descriptor, level, option.name, value, value.byteLength),
      `Cannot set option ${option.name} of level ${level} of the ${this.type} socket`,
    );
  }

  /** SO_MARK: the firewall mark of what is sent. Needs CAP_NET_ADMIN. @throws {SystemError} */
  setMark(mark: number): void {
    this.setOption(levels.socket, { name: socketOptions.socket.mark, value: mark | 0 });
  }

  /** SO_PRIORITY: the queueing priority of what is sent. @throws {SystemError} */
  setPriority(priority: number): void {
    this.setOption(levels.socket, { name: socketOptions.socket.priority, value: priority });
  }

  /** IP_HDRINCL: whether what is sent begins with its own IP header; raw4 only. @throws {SystemError} */
  setHeaderIncluded(included: boolean): void {
    this.setOption(levels.ip, { name: socketOptions.ip.headerIncluded, value: included ? 1 : 0 });
  }

  /** TTL or hop limit of what is sent, unicast and multicast. @throws {SystemError} */
  setTtl(ttl: number): void {
    if (isIpv6(this.type)) {
      this.setOption(levels.ipv6, { name: socketOptions.ipv6.unicastHops, value: ttl });
      this.setOption(levels.ipv6, { name: socketOptions.ipv6.multicastHops, value: ttl });
    } else {
      this.setOption(levels.ip, { name: socketOptions.ip.timeToLive, value: ttl });
      this.setOption(levels.ip, { name: socketOptions.ip.multicastTimeToLive, value: ttl });
    }
  }

  /** The byte of differentiated services and congestion bits of what is sent. @throws {SystemError} */
  setTrafficClass(value: number): void {
    if (isIpv6(this.type)) this.setOption(levels.ipv6, { name: socketOptions.ipv6.trafficClass, value });
    else this.setOption(levels.ip, { name: socketOptions.ip.typeOfService, value });
  }

  /** Whether multicast that this socket sends is looped back to this host. @throws {SystemError} */
  setMulticastLoopback(loop: boolean): void {
    const value = loop ? 1 : 0;
    if (isIpv6(this.type)) {
      this.setOption(levels.ipv6, { name: socketOptions.ipv6.multicastLoopback, value });
    } else this.setOption(levels.ip, { name: socketOptions.ip.multicastLoopback, value });
  }

  /** The interface (name or index) that multicast leaves by. @throws {SystemError} */
  setMulticastInterface(on: string | number): void {
    const index = typeof on === "string" ? interfaceIndex(on) : on;
    if (isIpv6(this.type)) {
      this.setOption(levels.ipv6, { name: socketOptions.ipv6.multicastInterface, value: index });
    } else {
      const request = new Int32Array([0, 0, index]); // struct ip_mreqn
      this.setOption(levels.ip, {
        name: socketOptions.ip.multicastInterface,
        value: new Uint8Array(request.buffer),
      });
    }
  }

  /** Bytes of the receive buffer, above the system's limit with CAP_NET_ADMIN, up to it without. @throws {SystemError} */
  setReceiveBuffer(bytes: number): void {
    this.#setBuffer("receiveBuffer", bytes);
  }

  /** Bytes of the send buffer; see setReceiveBuffer. @throws {SystemError} */
  setSendBuffer(bytes: number): void {
    this.#setBuffer("sendBuffer", bytes);
  }

  /**
   * Lets the kernel drop what a classic BPF program returns 0 for, before it costs anything here; replaces the one
   * before at once. For raw4 the program sees the IP header first, for raw6 the payload, for UDP its header, for packet the frame.
   * @throws {SystemError} EINVAL when the kernel's checker refuses the program.
   */
  attachFilter(program: readonly FilterInstruction[]): void {
    const instructions = encodeFilter(program);
    const header = new Uint8Array(16); // struct sock_fprog
    const view = new DataView(header.buffer);
    view.setUint16(0, program.length, true);
    view.setBigUint64(8, addressOf(instructions), true);
    this.setOption(levels.socket, { name: socketOptions.socket.attachFilter, value: header });
  }

  /** Closes the descriptor; a second time does nothing. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    systemCall("close", this.descriptor);
    process.nextTick(() => this.emit("close"));
  }

  /** Gives the socket its own address, on which it receives. */
  protected bindTo(endpoint: Endpoint): void {
    const address = encodeEndpoint(this.type, endpoint);
    this.check(
      () => systemCall("bind", this.descriptor, address, address.length),
      `Cannot bind the ${this.type} socket to ${JSON.stringify(endpoint)}`,
    );
    this.#bound = true;
  }

  /** A netlink socket without a port hears no group, and binding it forgets the groups joined before. */
  protected bindNetlink(): void {
    if (!this.#bound) this.bindTo({ portId: 0 });
  }

  /** What the call returns unless it is an error; the number of a closed socket may long belong to another file. */
  protected check(call: () => number, attempted: string): number {
    return checked(this.#closed ? -EBADF : call(), attempted);
  }

  #prepare(): void {
    const { receiveBuffer, sendBuffer } = this.options;
    const isIp = isIpv4(this.type) || isIpv6(this.type);
    if (receiveBuffer !== undefined) this.setReceiveBuffer(receiveBuffer);
    if (sendBuffer !== undefined) this.setSendBuffer(sendBuffer);
    if (isIp && this.options.interface !== undefined) {
      this.setOption(levels.socket, {
        name: socketOptions.socket.bindToDevice,
        value: Buffer.from(`${this.options.interface}\0`),
      });
    }
    if (isIp || this.type === "packet") {
      this.setOption(levels.socket, { name: socketOptions.socket.timestampNanoseconds, value: 1 });
      this.setOption(levels.socket, { name: socketOptions.socket.overflowCount, value: 1 });
    }
    if (isIpv4(this.type)) {
      this.setOption(levels.ip, { name: socketOptions.ip.receiveTimeToLive, value: 1 });
      this.setOption(levels.ip, { name: socketOptions.ip.packetInfo, value: 1 });
      // Only groups this socket joined, not those that others on the host did.
      this.setOption(levels.ip, { name: socketOptions.ip.multicastAll, value: 0 });
    }
    if (isIpv6(this.type)) {
      this.setOption(levels.ipv6, { name: socketOptions.ipv6.receiveHopLimit, value: 1 });
      this.setOption(levels.ipv6, { name: socketOptions.ipv6.receivePacketInfo, value: 1 });
      this.setOption(levels.ipv6, { name: socketOptions.ipv6.multicastAll, value: 0 });
    }
    // IPv4 has a socket of its own, whose addresses look like IPv4's.
    if (this.type === "udp6") this.setOption(levels.ipv6, { name: socketOptions.ipv6.only, value: 1 });
  }

  /** The index of an interface in the socket's namespace. */
  protected indexOf(name: string): number {
    const { namespace } = this.options;
    return namespace === undefined
      ? interfaceIndex(name)
      : inNetworkNamespace(namespace, () => interfaceIndex(name));
  }

  #setBuffer(name: "receiveBuffer" | "sendBuffer", bytes: number): void {
    const forced = systemCall(
      "setsockopt",
      this.descriptor,
      levels.socket,
      socketOptions.socket[`${name}Force`],
      Int32Array.of(bytes),
      4,
    );
    if (forced < 0) this.setOption(levels.socket, { name: socketOptions.socket[name], value: bytes });
  }

  #changeMembership(
    change: "addMembership" | "dropMembership",
    { group, on }: { group: string | number; on: string | number | undefined },
  ): void {
    const index = typeof on === "string" ? this.indexOf(on) : (on ?? 0);
    if (typeof group === "number") {
      this.bindNetlink();
      this.setOption(levels.netlink, { name: socketOptions.netlink[change], value: group });
      return;
    }
    const address = ipBytes(group);
    if (address?.length === 4) {
      const request = new Uint8Array(12); // struct ip_mreqn: group, local address, index
      request.set(address);
      new DataView(request.buffer).setInt32(8, index, true);
      this.setOption(levels.ip, { name: socketOptions.ip[change], value: request });
    } else if (address !== undefined) {
      const request = new Uint8Array(20); // struct ipv6_mreq: group, index
      request.set(address);
      new DataView(request.buffer).setInt32(16, index, true);
      this.setOption(levels.ipv6, { name: socketOptions.ipv6[change], value: request });
    } else throw new TypeError(`"${group}" is not an IP address`);
  }
}
