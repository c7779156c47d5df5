import { EventEmitter } from "node:events";
import { addressOf } from "./bpf.ts";
import { interfaceIndex } from "./interface-index.ts";
import { ipBytes } from "./ip-text.ts";
import { inNetworkNamespace } from "./network-namespace.ts";
import { type MessageInfo, ReceivedBatch } from "./received-batch.ts";
import { type Endpoint, encodeEndpoint, families, type SocketType } from "./socket-address.ts";
import { encodeFilter, type FilterInstruction, levels, socketOptions } from "./socket-options.ts";
import { checked, SystemError, systemCall } from "./system-call.ts";
import { readable, Watcher, writable } from "./watcher.ts";

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

/** The outcome of a send. Nothing is queued: what is not sent now is not sent at all. */
export type SendResult =
  | { readonly sent: true; readonly bytes: number }
  | { readonly sent: false; readonly error: SystemError };

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

const EINTR = 4;
const EAGAIN = 11;
const EBADF = 9;
const ENOBUFS = 105;
const SOCK_DGRAM = 2;
const SOCK_RAW = 3;
const SOCK_NONBLOCK_CLOEXEC = 0x800 | 0x80000;
const MSG_DONTWAIT_NOSIGNAL = 0x40 | 0x4000;

/**
 * Opens a socket. It receives once `bind` is called; one that only sends needs no bind.
 * @throws {SystemError} EPERM without CAP_NET_RAW; ENODEV when the interface does not exist.
 */
export function createSocket(options: SocketOptions): Socket {
  if (options.namespace === undefined) return new Socket(options);
  return inNetworkNamespace(options.namespace, () => new Socket(options));
}

/** A raw, packet, netlink or unix datagram socket in the manner of node:dgram; made by `createSocket`. */
export class Socket extends EventEmitter<SocketEvents> {
  readonly type: SocketType;
  readonly #descriptor: number;
  readonly #options: SocketOptions;
  readonly #budget: number;
  #batch: ReceivedBatch | undefined;
  #watcher: Watcher | undefined;
  #watched = 0;
  #referenced = true;
  #overflow = 0;
  #closed = false;

  constructor(options: SocketOptions) {
    super();
    this.type = options.type;
    this.#options = options;
    this.#budget = options.budget ?? 64;
    const kind = this.type === "unix_dgram" ? SOCK_DGRAM : SOCK_RAW;
    // A packet socket gets its protocol at bind, so that no frame of another interface is queued before.
    const protocol = this.type === "packet" ? 0 : (options.protocol ?? 0);
    this.#descriptor = checked(
      systemCall("socket", families[this.type], kind | SOCK_NONBLOCK_CLOEXEC, protocol),
      `Cannot open a ${this.type} socket`,
    );
    try {
      this.#prepare();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** The file descriptor, for calls this class does not have. */
  get descriptor(): number {
    return this.#descriptor;
  }

  /** Whether `close` was called. */
  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Begins to receive; with an endpoint, only what is sent to it. A packet socket binds to the interface and protocol
   * of the options unless told otherwise.
   * @throws {SystemError}
   */
  bind(endpoint?: Endpoint): this {
    const where = endpoint ?? this.#defaultEndpoint();
    if (where !== undefined) {
      const address = encodeEndpoint(this.type, where);
      this.#check(
        systemCall("bind", this.#descriptor, address, address.length),
        `Cannot bind the ${this.type} socket to ${JSON.stringify(where)}`,
      );
    }
    this.#batch ??= ReceivedBatch.shared({
      messageSize: this.#options.messageSize ?? 2048,
      batchSize: this.#options.batchSize ?? 32,
    });
    this.#watch(this.#watched | readable);
    process.nextTick(() => this.#closed || this.emit("listening"));
    return this;
  }

  /**
   * Sends one datagram now or not at all.
   * @throws {TypeError} when the destination is not of this socket's kind.
   */
  send(data: Uint8Array, destination: Endpoint): SendResult {
    const address = encodeEndpoint(this.type, destination);
    const result = this.#closed
      ? -EBADF
      : systemCall(
          "sendto",
          this.#descriptor,
          data,
          data.byteLength,
          MSG_DONTWAIT_NOSIGNAL,
          address,
          address.length,
        );
    if (result >= 0) return { sent: true, bytes: result };
    const error = new SystemError(
      `Cannot send ${data.byteLength} bytes to ${describeEndpoint(destination)}`,
      -result,
    );
    if (result === -EAGAIN || result === -ENOBUFS) this.#pressBack(error);
    return { sent: false, error };
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
    this.#check(
      systemCall("setsockopt", this.#descriptor, level, option.name, value, value.byteLength),
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
    if (this.type === "raw6") {
      this.setOption(levels.ipv6, { name: socketOptions.ipv6.unicastHops, value: ttl });
      this.setOption(levels.ipv6, { name: socketOptions.ipv6.multicastHops, value: ttl });
    } else {
      this.setOption(levels.ip, { name: socketOptions.ip.timeToLive, value: ttl });
      this.setOption(levels.ip, { name: socketOptions.ip.multicastTimeToLive, value: ttl });
    }
  }

  /** The byte of differentiated services and congestion bits of what is sent. @throws {SystemError} */
  setTrafficClass(value: number): void {
    if (this.type === "raw6") this.setOption(levels.ipv6, { name: socketOptions.ipv6.trafficClass, value });
    else this.setOption(levels.ip, { name: socketOptions.ip.typeOfService, value });
  }

  /** Whether multicast that this socket sends is looped back to this host. @throws {SystemError} */
  setMulticastLoopback(loop: boolean): void {
    const value = loop ? 1 : 0;
    if (this.type === "raw6") {
      this.setOption(levels.ipv6, { name: socketOptions.ipv6.multicastLoopback, value });
    } else this.setOption(levels.ip, { name: socketOptions.ip.multicastLoopback, value });
  }

  /** The interface (name or index) that multicast leaves by. @throws {SystemError} */
  setMulticastInterface(on: string | number): void {
    const index = typeof on === "string" ? interfaceIndex(on) : on;
    if (this.type === "raw6") {
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
   * before at once. For raw4 the program sees the IP header first, for raw6 the payload, for packet the frame.
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

  /** Keeps the process running while open (the default). */
  ref(): this {
    this.#referenced = true;
    this.#watcher?.setReferenced(true);
    return this;
  }

  /** Does not keep the process running. */
  unref(): this {
    this.#referenced = false;
    this.#watcher?.setReferenced(false);
    return this;
  }

  /** Closes the socket; a second time does nothing. No message comes after it. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#watcher?.close();
    systemCall("close", this.#descriptor);
    process.nextTick(() => this.emit("close"));
  }

  #prepare(): void {
    const { receiveBuffer, sendBuffer } = this.#options;
    const isIp = this.type === "raw4" || this.type === "raw6";
    if (receiveBuffer !== undefined) this.setReceiveBuffer(receiveBuffer);
    if (sendBuffer !== undefined) this.setSendBuffer(sendBuffer);
    if (isIp && this.#options.interface !== undefined) {
      this.setOption(levels.socket, {
        name: socketOptions.socket.bindToDevice,
        value: Buffer.from(`${this.#options.interface}\0`),
      });
    }
    if (isIp || this.type === "packet") {
      this.setOption(levels.socket, { name: socketOptions.socket.timestampNanoseconds, value: 1 });
      this.setOption(levels.socket, { name: socketOptions.socket.overflowCount, value: 1 });
    }
    if (this.type === "raw4") {
      this.setOption(levels.ip, { name: socketOptions.ip.receiveTimeToLive, value: 1 });
      this.setOption(levels.ip, { name: socketOptions.ip.packetInfo, value: 1 });
      // Only groups this socket joined, not those that others on the host did.
      this.setOption(levels.ip, { name: socketOptions.ip.multicastAll, value: 0 });
    }
    if (this.type === "raw6") {
      this.setOption(levels.ipv6, { name: socketOptions.ipv6.receiveHopLimit, value: 1 });
      this.setOption(levels.ipv6, { name: socketOptions.ipv6.receivePacketInfo, value: 1 });
      this.setOption(levels.ipv6, { name: socketOptions.ipv6.multicastAll, value: 0 });
    }
  }

  #defaultEndpoint(): Endpoint | undefined {
    if (this.type === "netlink") return { portId: 0 };
    if (this.type !== "packet") return undefined;
    const on = this.#options.interface;
    return { interfaceIndex: on === undefined ? 0 : this.#index(on), protocol: this.#options.protocol ?? 3 };
  }

  /** The index of an interface in the socket's namespace. */
  #index(name: string): number {
    const { namespace } = this.#options;
    return namespace === undefined
      ? interfaceIndex(name)
      : inNetworkNamespace(namespace, () => interfaceIndex(name));
  }

  #setBuffer(name: "receiveBuffer" | "sendBuffer", bytes: number): void {
    const forced = systemCall(
      "setsockopt",
      this.#descriptor,
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
    const index = typeof on === "string" ? this.#index(on) : (on ?? 0);
    if (typeof group === "number") {
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

  #watch(events: number): void {
    this.#watched = events;
    if (this.#watcher !== undefined) {
      this.#watcher.setEvents(events);
      return;
    }
    this.#watcher = new Watcher(this.#descriptor, { events, onEvent: (what) => this.#onEvent(what) });
    if (!this.#referenced) this.#watcher.setReferenced(false);
  }

  #onEvent(what: number): void {
    if (this.#closed) return;
    if (what < 0) {
      this.#fail(-what);
      return;
    }
    if ((what & writable) !== 0) {
      this.#watch(this.#watched & ~writable);
      this.#deliver(() => this.emit("drain"));
    }
    if ((what & readable) !== 0) this.#receive();
  }

  #receive(): void {
    const batch = this.#batch;
    if (batch === undefined) return;
    for (let handed = 0; handed < this.#budget && !this.#closed; ) {
      const count = batch.receive(this.#descriptor);
      if (count === -EINTR) continue;
      if (count < 0) {
        if (count !== -EAGAIN) this.#fail(-count);
        return;
      }
      for (let at = 0; at < count && !this.#closed; at++) this.#handOver(batch, at);
      if (count < batch.capacity) return;
      handed += count;
    }
  }

  #handOver(batch: ReceivedBatch, at: number): void {
    const overflow = batch.overflow(at);
    if (overflow !== this.#overflow) {
      const lost = (overflow - this.#overflow) >>> 0;
      this.#overflow = overflow;
      this.#deliver(() => this.emit("overrun", lost));
    }
    const bytes = batch.bytes(at);
    const data = this.#options.reuseBuffer ? bytes : Buffer.from(bytes);
    const info = batch.info(at);
    this.#deliver(() => this.emit("message", data, info));
  }

  /** What a listener throws must not cost the rest of the batch: it is thrown again outside, once. */
  #deliver(emit: () => void): void {
    try {
      emit();
    } catch (error) {
      process.nextTick(() => {
        throw error;
      });
    }
  }

  #fail(errno: number): void {
    if (errno === ENOBUFS && this.type === "netlink") {
      this.#deliver(() => this.emit("overrun", undefined));
      return;
    }
    const error = new SystemError(`Cannot receive from the ${this.type} socket`, errno);
    this.#deliver(() => this.emit("error", error));
  }

  #pressBack(error: SystemError): void {
    process.nextTick(() => {
      if (this.#closed) return;
      this.emit("backpressure", error);
      if (!this.#closed) this.#watch(this.#watched | writable);
    });
  }

  #check(result: number, attempted: string): void {
    checked(this.#closed ? -EBADF : result, attempted);
  }
}

function describeEndpoint(endpoint: Endpoint): string {
  if ("address" in endpoint) return endpoint.address;
  if ("path" in endpoint) return endpoint.path;
  return "portId" in endpoint ? `netlink port ${endpoint.portId}` : `interface ${endpoint.interfaceIndex}`;
}
