import { createSocket, type MessageInfo, type Socket } from "dgram-extra";
import { failed, ok, type Result } from "../base/result.ts";
import { type Instant, instant } from "../base/time.ts";

/** Sends complete Ethernet frames, such as gratuitous ARP, by any interface. */
export class FrameSender {
  readonly #socket: Socket;

  /** @throws {SystemError} EPERM without CAP_NET_RAW. */
  constructor(options: { namespace?: string } = {}) {
    this.#socket = createSocket({ type: "packet", ...options });
  }

  /** Sends one frame now; the error says why not, for instance that the interface is down. */
  send(frame: Uint8Array, interfaceIndex: number): Result<void, string> {
    const result = this.#socket.send(frame, { interfaceIndex });
    return result.sent ? ok(undefined) : failed(result.error.message);
  }

  close(): void {
    this.#socket.close();
  }
}

/** A frame seen by a FrameSniffer. */
export interface SniffedFrame {
  /** The frame from its Ethernet header on; a copy. */
  readonly bytes: Uint8Array;
  readonly interfaceIndex: number;
  readonly receivedAt: Instant;
  /** Whether this host sent it. */
  readonly outgoing: boolean;
}

/** What a FrameSniffer looks at. */
export interface FrameSnifferOptions {
  readonly interfaceName: string;
  /** EtherTypes to see, such as 0x0806 for ARP; all when left out. */
  readonly etherTypes?: readonly number[];
  readonly namespace?: string;
  readonly onFrame: (frame: SniffedFrame) => void;
  /** Receiving was refused (ENETDOWN at a link down) or frames were lost; it goes on. */
  readonly onTrouble?: (message: string) => void;
}

const ETH_P_ALL = 3;
const OUTGOING = 4; // PACKET_OUTGOING
const LOAD_HALF_ABSOLUTE = 0x28;
const JUMP_IF_EQUAL = 0x15;
const RETURN = 0x06;
const ETHER_TYPE_OFFSET = 12;

/** Sees every frame of an interface, in both directions. */
export class FrameSniffer {
  readonly #socket: Socket;

  /** @throws {SystemError} EPERM without CAP_NET_RAW, ENODEV without the interface. */
  constructor(options: FrameSnifferOptions) {
    const { interfaceName, etherTypes, namespace, onFrame, onTrouble = () => undefined } = options;
    this.#socket = createSocket({
      type: "packet",
      protocol: ETH_P_ALL,
      interface: interfaceName,
      receiveBuffer: 4 << 20,
      messageSize: 9216,
      ...(namespace === undefined ? {} : { namespace }),
    });
    if (etherTypes !== undefined) {
      this.#socket.attachFilter([
        { code: LOAD_HALF_ABSOLUTE, constant: ETHER_TYPE_OFFSET },
        ...etherTypes.flatMap((etherType) => [
          { code: JUMP_IF_EQUAL, whenTrue: 0, whenFalse: 1, constant: etherType },
          { code: RETURN, constant: 0xffff_ffff },
        ]),
        { code: RETURN, constant: 0 },
      ]);
    }
    this.#socket.on("message", (data, info) => onFrame(sniffed(data, info)));
    this.#socket.on("error", (error) => onTrouble(error.message));
    this.#socket.on("overrun", (lost) =>
      onTrouble(`${lost} frames of ${interfaceName} came too fast and were lost`),
    );
    this.#socket.bind();
  }

  close(): void {
    this.#socket.close();
  }
}

function sniffed(data: Buffer, info: MessageInfo): SniffedFrame {
  return {
    bytes: new Uint8Array(data),
    interfaceIndex: info.interfaceIndex,
    receivedAt: instant(info.receivedAt),
    outgoing: info.packetType === OUTGOING,
  };
}
