import { createSocket, type Socket } from "dgram-extra";
import { internetChecksum } from "../../base/checksum.ts";

const PROTOCOL_ICMP = 1;
const ECHO_REQUEST = 8;
const ECHO_REPLY = 0;
/** Type, code, checksum, identifier, sequence number (RFC 792), then the whole number of the probe. */
const MESSAGE_LENGTH = 12;

/** Sends ICMP echo requests and tells which of them were answered, and when the kernel got the answer. */
export class EchoSocket {
  readonly #socket: Socket;
  readonly #address: string;
  readonly #identifier = process.pid & 0xffff;

  constructor(address: string, onReply: (probe: number, at: number) => void) {
    this.#address = address;
    this.#socket = createSocket({ type: "raw4", protocol: PROTOCOL_ICMP, receiveBuffer: 1 << 20 });
    this.#socket.on("message", (packet, info) => {
      const at = ((packet[0] ?? 0) & 15) * 4;
      if (packet.length < at + MESSAGE_LENGTH || packet[at] !== ECHO_REPLY) return;
      if (packet.readUInt16BE(at + 4) !== this.#identifier || info.address !== this.#address) return;
      onReply(packet.readUInt32BE(at + 8), info.receivedAt);
    });
    // Refused sends and "host unreachable" are what an outage looks like: the missing answer tells.
    this.#socket.on("error", () => undefined);
    this.#socket.bind();
  }

  /** Sends the echo request number `probe`. One that the kernel refuses is simply never answered. */
  send(probe: number): void {
    const message = Buffer.alloc(MESSAGE_LENGTH);
    message[0] = ECHO_REQUEST;
    message.writeUInt16BE(this.#identifier, 4);
    message.writeUInt16BE(probe & 0xffff, 6);
    message.writeUInt32BE(probe, 8);
    message.writeUInt16BE(internetChecksum(message), 2);
    this.#socket.send(message, { address: this.#address });
  }
}
