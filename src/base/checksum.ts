/**
 * The Internet checksum (RFC 1071) over the concatenation of `parts`, each of which, save the last, must have an
 * even length. Returns the 16-bit ones' complement sum, ready to be stored big-endian; over data that already
 * contains its checksum the result is 0 when it is right.
 */
export function internetChecksum(...parts: readonly Uint8Array[]): number {
  let sum = 0;
  for (const part of parts) {
    const even = part.length & ~1;
    for (let at = 0; at < even; at += 2) sum += ((part[at] as number) << 8) | (part[at + 1] as number);
    if (even !== part.length) sum += (part[even] as number) << 8;
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}
