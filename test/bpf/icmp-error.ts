import { internetChecksum } from "../../src/base/checksum.ts";
import { ipAddressFromBytes } from "../../src/base/ip-address.ts";
import { type Frame, frame } from "./packet.ts";

/** An ICMP error (fragmentation needed) about a packet: IP header, ICMP header, the packet's IP header and 8 bytes. */
export function icmpError(
  outer: { readonly source: string; readonly target: string; readonly type?: number },
  about: Partial<Frame>,
): Uint8Array {
  const quoted = frame(about).subarray(14, 14 + 28);
  const shell = frame({
    protocol: "udp",
    source: outer.source,
    target: outer.target,
    payload: "q".repeat(28),
  });
  const view = new DataView(shell.buffer);
  view.setUint8(14 + 9, 1);
  view.setUint16(14 + 10, 0);
  view.setUint16(14 + 10, internetChecksum(shell.subarray(14, 34)));
  shell.fill(0, 34, 42);
  view.setUint8(34, outer.type ?? 3);
  view.setUint8(35, 4);
  view.setUint16(40, 1_400);
  shell.set(quoted, 42);
  view.setUint16(36, internetChecksum(shell.subarray(34)));
  return shell;
}

/** What an ICMP error says, and whether the outer, the ICMP and the quoted header's checksums are right. */
export function readIcmpError(bytes: Uint8Array): {
  readonly source: string;
  readonly target: string;
  readonly ttl: number;
  readonly quoted: string;
  readonly sound: boolean;
} {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const at = (offset: number): string => ipAddressFromBytes(bytes.subarray(offset, offset + 4));
  return {
    source: at(26),
    target: at(30),
    ttl: view.getUint8(22),
    quoted: `${at(54)}:${view.getUint16(62)} > ${at(58)}:${view.getUint16(64)}`,
    sound:
      internetChecksum(bytes.subarray(14, 34)) === 0 &&
      internetChecksum(bytes.subarray(34)) === 0 &&
      internetChecksum(bytes.subarray(42, 62)) === 0,
  };
}
