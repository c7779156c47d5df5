import { internetChecksum } from "../../src/base/checksum.ts";
import { ipAddressBytes, ipAddressFromBytes, parseIpAddress } from "../../src/base/ip-address.ts";

/** An Ethernet frame with IPv4 and TCP or UDP, as a test writes and reads it. */
export interface Frame {
  readonly protocol: "tcp" | "udp";
  readonly source: string;
  readonly target: string;
  readonly sourcePort: number;
  readonly targetPort: number;
  readonly ttl: number;
  /** TCP: letters of S A F R P. */
  readonly flags: string;
  readonly payload: string;
  /** Words of IP options. */
  readonly options: number;
  /** The IP header's flags and fragment offset. */
  readonly fragment: number;
  /** The IP header's identification. */
  readonly id: number;
  /** UDP without a checksum. */
  readonly unchecked: boolean;
}

const defaults: Frame = {
  protocol: "tcp",
  source: "10.1.0.2",
  target: "10.1.0.100",
  sourcePort: 40_000,
  targetPort: 80,
  ttl: 64,
  flags: "S",
  payload: "",
  options: 0,
  fragment: 0,
  id: 0x1234,
  unchecked: false,
};

const flagBits: Readonly<Record<string, number>> = { F: 1, S: 2, R: 4, P: 8, A: 16 };
const ethernetLength = 14;

/** The bytes of a frame with right checksums. Its hardware addresses are zero, as those of lo, where test runs happen. */
export function frame(wanted: Partial<Frame>): Uint8Array {
  const it = { ...defaults, ...wanted };
  const payload = Buffer.from(it.payload);
  const headerLength = 20 + it.options * 4;
  const l4Length = (it.protocol === "tcp" ? 20 : 8) + payload.length;
  const bytes = new Uint8Array(ethernetLength + headerLength + l4Length);
  const view = new DataView(bytes.buffer);
  view.setUint16(12, 0x0800);
  const ip = ethernetLength;
  view.setUint8(ip, 0x40 | (headerLength / 4));
  view.setUint16(ip + 2, headerLength + l4Length);
  view.setUint16(ip + 4, it.id);
  view.setUint16(ip + 6, it.fragment);
  view.setUint8(ip + 8, it.ttl);
  view.setUint8(ip + 9, it.protocol === "tcp" ? 6 : 17);
  bytes.set(address(it.source), ip + 12);
  bytes.set(address(it.target), ip + 16);
  bytes.fill(1, ip + 20, ip + headerLength); // no-operation options
  view.setUint16(ip + 10, internetChecksum(bytes.subarray(ip, ip + headerLength)));
  const l4 = ip + headerLength;
  view.setUint16(l4, it.sourcePort);
  view.setUint16(l4 + 2, it.targetPort);
  if (it.protocol === "tcp") {
    view.setUint32(l4 + 4, 1_000);
    view.setUint16(
      l4 + 12,
      0x5000 | [...it.flags].reduce((bits, letter) => bits | (flagBits[letter] ?? 0), 0),
    );
    view.setUint16(l4 + 14, 65_535);
  } else view.setUint16(l4 + 4, l4Length);
  bytes.set(payload, bytes.length - payload.length);
  if (!it.unchecked) view.setUint16(l4 + checksumOffset(it.protocol), l4Checksum(bytes));
  return bytes;
}

/** What a frame says, and whether its checksums (`headerSound`: IP's alone) are right when computed anew over all of it. */
export function readFrame(
  bytes: Uint8Array,
): Frame & { readonly sound: boolean; readonly headerSound: boolean } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const ip = ethernetLength;
  const headerLength = (view.getUint8(ip) & 15) * 4;
  const l4 = ip + headerLength;
  const protocol = view.getUint8(ip + 9) === 6 ? "tcp" : "udp";
  const flags = protocol === "tcp" ? view.getUint8(l4 + 13) : 0;
  const checksum = view.getUint16(l4 + checksumOffset(protocol));
  const unchecked = protocol === "udp" && checksum === 0;
  const ipSound = internetChecksum(bytes.subarray(ip, l4)) === 0;
  return {
    protocol,
    source: ipAddressFromBytes(bytes.subarray(ip + 12, ip + 16)),
    target: ipAddressFromBytes(bytes.subarray(ip + 16, ip + 20)),
    sourcePort: view.getUint16(l4),
    targetPort: view.getUint16(l4 + 2),
    ttl: view.getUint8(ip + 8),
    flags: Object.keys(flagBits)
      .filter((letter) => (flags & (flagBits[letter] ?? 0)) !== 0)
      .join(""),
    payload: Buffer.from(bytes.subarray(l4 + (protocol === "tcp" ? 20 : 8))).toString(),
    options: headerLength / 4 - 5,
    fragment: view.getUint16(ip + 6),
    id: view.getUint16(ip + 4),
    unchecked,
    headerSound: ipSound,
    sound: ipSound && (unchecked || l4Checksum(bytes) === 0),
  };
}

function checksumOffset(protocol: Frame["protocol"]): number {
  return protocol === "tcp" ? 16 : 6;
}

/** The Internet checksum over pseudo header and segment: 0 when the checksum in it is right. */
function l4Checksum(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const ip = ethernetLength;
  const l4 = ip + (view.getUint8(ip) & 15) * 4;
  const pseudo = new Uint8Array(12);
  pseudo.set(bytes.subarray(ip + 12, ip + 20));
  pseudo[9] = view.getUint8(ip + 9);
  new DataView(pseudo.buffer).setUint16(10, bytes.length - l4);
  return (
    internetChecksum(pseudo, bytes.subarray(l4)) ||
    (view.getUint8(ip + 9) === 17 && view.getUint16(l4 + 6) === 0 ? 0xffff : 0)
  );
}

function address(text: string): Uint8Array {
  const parsed = parseIpAddress(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return ipAddressBytes(parsed.value);
}
