import { ConfigurableSocket, isIpv6, type SocketOptions } from "./configurable-socket.ts";
import { type DigestRule, DigestScreen, type SequenceMark } from "./digest-screen.ts";
import { inNetworkNamespace } from "./network-namespace.ts";
import { ReceivedBatch } from "./received-batch.ts";
import { type EncodedEndpoint, type Endpoint, encodeEndpoint, type LinkEndpoint } from "./socket-address.ts";
import { type IpSource, SourcedMessage } from "./sourced-message.ts";
import { SystemError, systemCall } from "./system-call.ts";
import { readable, Watcher, writable } from "./watcher.ts";

/** The outcome of a send. Nothing is queued: what is not sent now is not sent at all. */
export type SendResult =
  | { readonly sent: true; readonly bytes: number }
  | { readonly sent: false; readonly error: SystemError };

const ETH_P_ALL = 3;
const EINTR = 4;
const EAGAIN = 11;
const EBADF = 9;
const ENOBUFS = 105;
/** A datagram that a screen refuses takes this much of a turn of the event loop, of what one that is handed over does. */
const SHARE_OF_REFUSED = 1 / 8;
const MSG_DONTWAIT_NOSIGNAL = 0x40 | 0x4000;

/**
 * Opens a socket. It receives once `bind` is called; one that only sends needs no bind.
 * @throws {SystemError} EPERM without CAP_NET_RAW; ENODEV when the interface does not exist.
 */
export function createSocket(options: SocketOptions): Socket {
  if (options.namespace === undefined) return new Socket(options);
  return inNetworkNamespace(options.namespace, () => new Socket(options));
}

/** A raw, UDP, packet, netlink or unix datagram socket in the manner of node:dgram; made by `createSocket`. */
export class Socket extends ConfigurableSocket {
  readonly #budget: number;
  #batch: ReceivedBatch | undefined;
  #watcher: Watcher | undefined;
  #watched = 0;
  #referenced = true;
  #overflow = 0;
  #screen: DigestScreen | undefined;

  constructor(options: SocketOptions) {
    super(options);
    this.#budget = options.budget ?? 64;
  }

  /**
   * Begins to receive; with an endpoint, only what is sent to it. A packet socket binds to the interface and protocol
   * of the options unless told otherwise.
   * @throws {SystemError}
   */
  bind(endpoint?: Endpoint): this {
    if (endpoint !== undefined) this.bindTo(endpoint);
    else if (this.type === "packet") this.bindTo(this.#interfaceEndpoint());
    else if (this.type === "netlink") this.bindNetlink();
    this.#batch ??= ReceivedBatch.shared({
      messageSize: this.options.messageSize ?? 2048,
      batchSize: this.options.batchSize ?? 32,
    });
    this.#watch(this.#watched | readable);
    process.nextTick(() => this.closed || this.emit("listening"));
    return this;
  }

  /**
   * Prepares a destination for many sends by sockets of this one's type; for raw6 and udp6 also the address of this host
   * that they leave from, which the kernel chooses unless told. A source that the interface has not, or not yet
   * (tentative), lets `send` fail with EINVAL.
   * @throws {TypeError} when one of them is not of this socket's kind.
   */
  encode(endpoint: Endpoint, source?: IpSource): EncodedEndpoint {
    const encoded = encodeEndpoint(this.type, endpoint);
    if (source === undefined) return { endpoint, encoded };
    if (!isIpv6(this.type)) throw new TypeError(`A ${this.type} socket cannot be told its source here`);
    return { endpoint, encoded, sourced: new SourcedMessage(encoded, source) };
  }

  /**
   * Sends one datagram now or not at all.
   * @throws {TypeError} when the destination is not of this socket's kind.
   */
  send(data: Uint8Array, destination: Endpoint | EncodedEndpoint): SendResult {
    const prepared = "encoded" in destination ? destination : this.encode(destination);
    const { endpoint } = prepared;
    const length = data.byteLength;
    const result = this.closed ? -EBADF : this.#sendNow(data, prepared);
    if (result >= 0) return { sent: true, bytes: result };
    const error = new SystemError(`Cannot send ${length} bytes to ${describeEndpoint(endpoint)}`, -result);
    if (result === -EAGAIN || result === -ENOBUFS) this.#pressBack(error);
    return { sent: false, error };
  }

  #sendNow(data: Uint8Array, { encoded, sourced }: EncodedEndpoint): number {
    const { descriptor } = this;
    if (sourced !== undefined) {
      return systemCall("sendmsg", descriptor, sourced.header(data), MSG_DONTWAIT_NOSIGNAL);
    }
    const { length } = encoded;
    return systemCall("sendto", descriptor, data, data.byteLength, MSG_DONTWAIT_NOSIGNAL, encoded, length);
  }

  /**
   * Hands over what has come, without waiting for the event loop: `most` datagrams or a few more, as many as in one turn of
   * it when absent. Not to be called from a listener of "message".
   */
  receiveNow(most = this.#budget): void {
    this.#receive(most, 1);
  }

  /**
   * Drops datagrams with a wrong keyed digest, or a number that was heard before, before there is a message, for some ten times less than JavaScript would take; replaces
   * the rules before, none: hands over everything again. Of a turn of the event loop they take less than others do.
   * @throws {RangeError} when a rule has more than there is room for.
   */
  screenDigests(rules: readonly DigestRule[]): void {
    const withHeader = this.type === "raw4";
    this.#screen = rules.length === 0 ? undefined : new DigestScreen(rules, { withHeader });
  }

  /** Replaces the marks of one of the rules that `screenDigests` was given, by its place among them. @throws {RangeError} */
  markSequences(rule: number, marks: readonly SequenceMark[]): void {
    this.#screen?.mark(rule, marks);
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
  override close(): void {
    this.#watcher?.close();
    super.close();
  }

  #interfaceEndpoint(): LinkEndpoint {
    const { interface: on, protocol = ETH_P_ALL } = this.options;
    return { interfaceIndex: on === undefined ? 0 : this.indexOf(on), protocol };
  }

  #watch(events: number): void {
    this.#watched = events;
    if (this.#watcher !== undefined) {
      this.#watcher.setEvents(events);
      return;
    }
    this.#watcher = new Watcher(this.descriptor, { events, onEvent: (what) => this.#onEvent(what) });
    if (!this.#referenced) this.#watcher.setReferenced(false);
  }

  #onEvent(what: number): void {
    if (this.closed) return;
    if (what < 0) {
      this.#fail(-what);
      return;
    }
    if ((what & writable) !== 0) {
      this.#watch(this.#watched & ~writable);
      this.#deliver(() => this.emit("drain"));
    }
    if ((what & readable) !== 0) this.#receive(this.#budget, SHARE_OF_REFUSED);
  }

  /** At most `most` or a few more, where one that the screen refuses counts as `refusedAs`. */
  #receive(most: number, refusedAs: number): void {
    const batch = this.#batch;
    if (batch === undefined) return;
    for (let taken = 0; taken < most && !this.closed; ) {
      const count = batch.receive(this.descriptor);
      if (count === -EINTR) continue;
      if (count < 0) {
        if (count !== -EAGAIN) this.#fail(-count);
        return;
      }
      const refused = this.#screen === undefined ? 0 : batch.screen(this.#screen, count);
      for (let at = 0; at < count && !this.closed; at++) {
        if (refused === 0 || !batch.isRefused(at)) this.#handOver(batch, at);
      }
      if (count < batch.capacity) return;
      taken += count - refused + refused * refusedAs;
    }
  }

  #handOver(batch: ReceivedBatch, at: number): void {
    const lost = (batch.overflow(at) - this.#overflow) | 0;
    if (lost > 0) {
      this.#overflow = batch.overflow(at);
      this.#deliver(() => this.emit("overrun", lost));
    }
    const bytes = batch.bytes(at);
    const data = this.options.reuseBuffer ? bytes : Buffer.from(bytes);
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
      if (this.closed) return;
      this.emit("backpressure", error);
      if (!this.closed) this.#watch(this.#watched | writable);
    });
  }
}

function describeEndpoint(endpoint: Endpoint): string {
  if ("address" in endpoint) return endpoint.address;
  if ("path" in endpoint) return endpoint.path;
  return "portId" in endpoint ? `netlink port ${endpoint.portId}` : `interface ${endpoint.interfaceIndex}`;
}
