import { constants } from "node:os";
import { native } from "./native.ts";
import { type Endpoint, encodeEndpoint, type SocketType } from "./socket-address.ts";
import { checked } from "./system-call.ts";

/** A datagram that waits to be sent, by a socket that stays open meanwhile. */
export interface WaitingDatagram {
  readonly socket: { readonly descriptor: number; readonly type: SocketType };
  readonly data: Uint8Array;
  readonly destination: Endpoint;
}

const HEAD = 12; // struct datagram of native/last-words.c

/**
 * Datagrams that leave at the very moment a signal comes, from within the signal handler: a process that is told to stop
 * has said what it had to say before its event loop wakes. They are sent once. Handlers of `process.on` run as ever,
 * afterwards; they must be there first. One for the whole process.
 */
export class LastWords {
  readonly #number: number;

  constructor(signal: NodeJS.Signals) {
    this.#number = constants.signals[signal];
  }

  /**
   * Sends these instead of what was prepared before; none: nothing. Before one of their sockets is closed, others must
   * be prepared: its descriptor may soon be somebody else's. @throws {SystemError}
   */
  prepare(datagrams: readonly WaitingDatagram[]): void {
    const table = Buffer.concat(datagrams.map(encode));
    checked(
      native.sayOnSignal(this.#number, table, SAID),
      `Cannot prepare what signal ${this.#number} sends`,
    );
  }

  /** Whether the signal has come and what was prepared was sent. */
  get said(): boolean {
    return SAID[0] !== 0;
  }
}

/** Written by the signal handler: one for the process, as it is, and never freed, for a signal may come at any time. */
const SAID = new Uint8Array(new ArrayBuffer(8));

function encode({ socket, data, destination }: WaitingDatagram): Buffer {
  const address = encodeEndpoint(socket.type, destination);
  const length = HEAD + address.length + data.length;
  const bytes = Buffer.alloc((length + 3) & ~3);
  bytes.writeInt32LE(socket.descriptor, 0);
  bytes.writeUInt32LE(address.length, 4);
  bytes.writeUInt32LE(data.length, 8);
  bytes.set(address, HEAD);
  bytes.set(data, HEAD + address.length);
  return bytes;
}
