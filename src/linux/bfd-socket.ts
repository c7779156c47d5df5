import { randomInt } from "node:crypto";
import { createSocket, type Socket, SystemError } from "dgram-extra";
import { type AddressFamily, familyOf, type IpAddress, parseIpAddress } from "../base/ip-address.ts";
import { failed, ok, type Result } from "../base/result.ts";
import type { PacketOrigin } from "../bfd/reception.ts";
import type { BfdHostEffect, BfdPort } from "../director/bfd-host.ts";
import { dropEverything } from "./vrrp-filter.ts";

/** RFC 5881 section 4 and RFC 5883 section 5. */
const PORTS = { singleHop: 3784, multihop: 4784 } as const;

/** RFC 5881 section 4: where a session's packets come from. */
const SOURCE_PORTS = { first: 49_152, last: 65_535 } as const;
const PORT_ATTEMPTS = 64;

const ANY: Record<AddressFamily, string> = { 4: "0.0.0.0", 6: "::" };
const TC_PRIO_CONTROL = 7;
const INTERNET_CONTROL = 0xc0;
const RECEIVE_BUFFER = 1 << 20;

/** What a listening socket tells. */
export interface BfdListener {
  /** The bytes are valid only during the call. */
  packet(bytes: Uint8Array, origin: PacketOrigin): void;
  trouble(message: string): void;
}

/** Listens on a port of BFD; close what comes back. The error says what the kernel refused. */
export function listenForBfd(port: BfdPort, listener: BfdListener): Result<Socket, string> {
  const { family, multihop } = port;
  const number = multihop ? PORTS.multihop : PORTS.singleHop;
  return attempt(() => {
    const socket = createSocket({
      type: family === 4 ? "udp4" : "udp6",
      receiveBuffer: RECEIVE_BUFFER,
      reuseBuffer: true,
    });
    socket.on("message", (data, { address, destination, ttl }) => {
      const source = parseIpAddress(address);
      if (!source.ok) return;
      const to = destination === undefined ? undefined : parseIpAddress(destination);
      // Not the Buffer itself: its slice() does not copy, which a Uint8Array's does.
      listener.packet(new Uint8Array(data.buffer, data.byteOffset, data.length), {
        source: source.value,
        ...(to?.ok ? { destination: to.value } : {}),
        ...(ttl === undefined ? {} : { ttl }),
        multihop,
      });
    });
    socket.on("error", ({ message }) => listener.trouble(`receiving on port ${number} failed: ${message}`));
    socket.on("overrun", (lost = 0) =>
      listener.trouble(`${lost} packets on port ${number} came too fast and were lost`),
    );
    return guarded(socket, () => socket.bind({ address: ANY[family], port: number }));
  });
}

/** Sends the packets of one session, all from one port. It opens when it is first needed, and again after it was refused. */
export class BfdSender {
  readonly #session: Extract<BfdHostEffect, { kind: "open-session" }>;
  #socket: Socket | undefined;

  constructor(session: Extract<BfdHostEffect, { kind: "open-session" }>) {
    this.#session = session;
  }

  /** Opens the socket if need be and sends; the reason when that cannot be done. */
  send(bytes: Uint8Array): Result<void, string> {
    const { neighbour, multihop } = this.#session;
    const opened = this.open();
    if (!opened.ok) return opened;
    const port = multihop ? PORTS.multihop : PORTS.singleHop;
    const result = opened.value.send(bytes, { address: neighbour, port });
    return result.sent ? ok(undefined) : failed(result.error.message);
  }

  /** Opens the socket unless it is open. */
  open(): Result<Socket, string> {
    if (this.#socket !== undefined) return ok(this.#socket);
    const opened = attempt(() => openSender(this.#session));
    if (opened.ok) this.#socket = opened.value;
    return opened;
  }

  /** Closes the socket. */
  close(): void {
    this.#socket?.close();
    this.#socket = undefined;
  }
}

function openSender({
  neighbour,
  source,
  ttl,
}: {
  readonly neighbour: IpAddress;
  readonly source?: IpAddress;
  readonly ttl: number;
}): Socket {
  const family = familyOf(neighbour);
  const socket = createSocket({ type: family === 4 ? "udp4" : "udp6" });
  return guarded(socket, () => {
    // Packets come to the ports of BFD; what comes here is nothing of ours.
    socket.attachFilter(dropEverything);
    socket.setTtl(ttl);
    socket.setTrafficClass(INTERNET_CONTROL);
    socket.setPriority(TC_PRIO_CONTROL);
    return bindAnywhere(socket, source ?? ANY[family]);
  });
}

/** Deviation: keepalived leaves the port to the kernel when no source_ip is written, and gets one outside of the range. */
function bindAnywhere(socket: Socket, address: string): Socket {
  const count = SOURCE_PORTS.last - SOURCE_PORTS.first + 1;
  const start = randomInt(count);
  for (let offset = 0; ; offset++) {
    try {
      return socket.bind({ address, port: SOURCE_PORTS.first + ((start + offset) % count) });
    } catch (error) {
      const taken = error instanceof SystemError && error.code === "EADDRINUSE";
      if (!taken || offset === PORT_ATTEMPTS) throw error;
    }
  }
}

function guarded(socket: Socket, prepare: () => Socket): Socket {
  try {
    return prepare();
  } catch (error) {
    socket.close();
    throw error;
  }
}

function attempt(action: () => Socket): Result<Socket, string> {
  try {
    return ok(action());
  } catch (error) {
    if (error instanceof SystemError) return failed(error.message);
    throw error;
  }
}
