import {
  createSocket,
  errorCode,
  errorText,
  levels,
  type Socket,
  socketOptions,
  systemCall,
} from "dgram-extra";
import { failed, ok, type Result } from "../../base/result.ts";
import type { Attribute } from "./attributes.ts";
import {
  decodeMessages,
  encodeRequest,
  type NetlinkMessage,
  readAnswer,
  requestFlags,
  wasInterrupted,
} from "./message.ts";

/** A refused netlink request. `message` holds the errno's words and, where it gives one, the kernel's own sentence. */
export interface NetlinkFailure {
  readonly errno: number;
  readonly code: string;
  readonly message: string;
}

/** A netlink request: type, extra flags, the family's fixed header and attributes. */
export interface NetlinkRequest {
  readonly type: number;
  readonly flags?: number;
  readonly header: Uint8Array;
  readonly attributes?: readonly Attribute[];
}

const EINTR = 4;
const EAGAIN = 11;
const ETIMEDOUT = 110;
const MSG_DONTWAIT = 0x40;
const POLLIN = 1;
const patienceSeconds = 5n;
const mostRepeats = 10;

/**
 * Synchronous netlink requests. The kernel works on a request within the send call and its answer waits in the socket
 * when that returns, so no turn of the event loop is needed between asking and knowing.
 */
export class NetlinkRequestSocket {
  readonly #socket: Socket;
  readonly #buffer = new Uint8Array(64 * 1024); // the kernel makes no larger piece of a dump than 32 KiB
  #sequence = 0;
  #portId = 0;

  /** `protocol`: 0 for rtnetlink, 16 for generic netlink. @throws {SystemError} */
  constructor(options: { protocol: number; namespace?: string }) {
    this.#socket = createSocket({ type: "netlink", receiveBuffer: 1 << 20, ...options });
    const { extendedAcknowledgements, capAcknowledgements, strictChecking } = socketOptions.netlink;
    for (const name of [extendedAcknowledgements, capAcknowledgements, strictChecking]) {
      this.#socket.setOption(levels.netlink, { name, value: 1 });
    }
  }

  /** Bytes of the buffer for answers. @throws {SystemError} */
  setReceiveBuffer(bytes: number): void {
    this.#socket.setReceiveBuffer(bytes);
  }

  /** Asks for a change. */
  change(request: NetlinkRequest): Result<void, NetlinkFailure> {
    const answer = this.#ask({ ...request, flags: (request.flags ?? 0) | requestFlags.acknowledge });
    return answer.ok ? ok(undefined) : answer;
  }

  /** Asks for everything of a kind; asked again when it changed meanwhile. */
  dump(request: NetlinkRequest): Result<readonly NetlinkMessage[], NetlinkFailure> {
    for (let repeats = 0; ; repeats++) {
      const answer = this.#ask({ ...request, flags: (request.flags ?? 0) | requestFlags.dump });
      if (!answer.ok || repeats >= mostRepeats || !answer.value.some(wasInterrupted)) return answer;
    }
  }

  /** Asks for one item; its message comes before the acknowledgement. */
  get(request: NetlinkRequest): Result<readonly NetlinkMessage[], NetlinkFailure> {
    return this.#ask({ ...request, flags: (request.flags ?? 0) | requestFlags.acknowledge });
  }

  /** The number by which the kernel knows this socket, also in what it tells others; 0 before the first answer. */
  get portId(): number {
    return this.#portId;
  }

  /** Asks for several changes that the kernel makes together or not at all; the failure is that of the first refused. */
  batch(request: {
    readonly begin: NetlinkRequest;
    readonly changes: readonly NetlinkRequest[];
    readonly end: NetlinkRequest;
  }): Result<void, NetlinkFailure> {
    const { begin, changes, end } = request;
    const awaited = new Set<number>();
    const first = (this.#sequence + 1) >>> 0;
    const encode = ({ type, flags = 0, header, attributes = [] }: NetlinkRequest) => {
      this.#sequence = (this.#sequence + 1) >>> 0;
      return encodeRequest({ type, flags, sequence: this.#sequence, header, attributes });
    };
    const parts = [encode(begin)];
    for (const change of changes) {
      parts.push(encode({ ...change, flags: (change.flags ?? 0) | requestFlags.acknowledge }));
      awaited.add(this.#sequence);
    }
    parts.push(encode(end));
    const sent = this.#socket.send(Buffer.concat(parts), { portId: 0 });
    if (!sent.sent)
      return failed({ errno: sent.error.errno, code: sent.error.code, message: sent.error.message });
    let failure: NetlinkFailure | undefined;
    while (awaited.size > 0) {
      const received = this.#receive();
      if (!received.ok) return received;
      for (const message of decodeMessages(received.value)) {
        const answer = readAnswer(message);
        if (answer.kind !== "end") continue;
        if (answer.errno !== 0) failure ??= netlinkFailure(answer.errno, answer.text);
        // Refused as a whole: nothing else is answered.
        if (message.sequence === first && answer.errno !== 0) awaited.clear();
        awaited.delete(message.sequence);
      }
    }
    return failure === undefined ? ok(undefined) : failed(failure);
  }

  close(): void {
    this.#socket.close();
  }

  #ask(request: NetlinkRequest): Result<readonly NetlinkMessage[], NetlinkFailure> {
    this.#sequence = (this.#sequence + 1) >>> 0;
    const sequence = this.#sequence;
    const { type, flags = 0, header, attributes = [] } = request;
    const sent = this.#socket.send(encodeRequest({ type, flags, sequence, header, attributes }), {
      portId: 0,
    });
    if (!sent.sent)
      return failed({ errno: sent.error.errno, code: sent.error.code, message: sent.error.message });
    const items: NetlinkMessage[] = [];
    for (;;) {
      const received = this.#receive();
      if (!received.ok) return received;
      for (const message of decodeMessages(received.value)) {
        if (message.sequence !== sequence) continue; // the rest of an answer that was given up
        this.#portId = message.portId;
        const answer = readAnswer(message);
        if (answer.kind === "item") items.push(answer.message);
        else if (answer.kind === "end") {
          return answer.errno === 0 ? ok(items) : failed(netlinkFailure(answer.errno, answer.text));
        }
      }
    }
  }

  /** The next datagram, as a copy: items outlive the buffer. */
  #receive(): Result<Uint8Array, NetlinkFailure> {
    for (;;) {
      const length = systemCall(
        "recvfrom",
        this.#socket.descriptor,
        this.#buffer,
        this.#buffer.length,
        MSG_DONTWAIT,
        null,
        null,
      );
      if (length >= 0) return ok(this.#buffer.slice(0, length));
      if (length === -EAGAIN) {
        if (!this.#waitForAnswer()) return failed(netlinkFailure(ETIMEDOUT, "the kernel gave no answer"));
      } else if (length !== -EINTR) return failed(netlinkFailure(-length, ""));
    }
  }

  #waitForAnswer(): boolean {
    const poll = Int32Array.of(this.#socket.descriptor, POLLIN); // struct pollfd
    return systemCall("ppoll", poll, 1, BigInt64Array.of(patienceSeconds, 0n), null, 0) > 0;
  }
}

/** A failure from an errno and the kernel's sentence, which may be empty. */
export function netlinkFailure(errno: number, text: string): NetlinkFailure {
  const code = errorCode(errno);
  return { errno, code, message: `${errorText(errno)} (${code})${text === "" ? "" : `: ${text}`}` };
}
