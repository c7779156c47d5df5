import { isIPv4, isIPv6 } from "node:net";

/** The 4 or 16 bytes of an IP address in network order; a zone ("%eth0") is ignored. Undefined for other text. */
export function ipBytes(text: string): Uint8Array | undefined {
  const bare = text.split("%", 1)[0] ?? "";
  if (isIPv4(bare)) return Uint8Array.from(bare.split("."), Number);
  return isIPv6(bare) ? ipv6Bytes(bare) : undefined;
}

/** The canonical text of 4 or 16 bytes (dotted decimal; RFC 5952). */
export function ipText(bytes: Uint8Array): string {
  return bytes.length === 4 ? `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}` : ipv6Text(bytes);
}

function ipv6Bytes(text: string): Uint8Array {
  const [head = "", tail] = text.split("::");
  const front = groupBytes(head);
  const back = tail === undefined ? [] : groupBytes(tail);
  const bytes = new Uint8Array(16);
  bytes.set(front);
  bytes.set(back, 16 - back.length);
  return bytes;
}

function groupBytes(text: string): number[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    if (group.includes(".")) return group.split(".").map(Number);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 255];
  });
}

function ipv6Text(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 16);
  const groups = Array.from({ length: 8 }, (_, at) => view.getUint16(at * 2));
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return `::ffff:${bytes.subarray(12, 16).join(".")}`;
  }
  let zeros = { start: 0, length: 1 };
  for (let start = 0, end = 0; start < 8; start = end + 1) {
    for (end = start; groups[end] === 0; ) end++;
    if (end - start > zeros.length) zeros = { start, length: end - start };
  }
  const words = groups.map((group) => group.toString(16));
  if (zeros.length === 1) return words.join(":");
  return `${words.slice(0, zeros.start).join(":")}::${words.slice(zeros.start + zeros.length).join(":")}`;
}
