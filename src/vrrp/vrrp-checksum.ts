/** A stretch of bytes to be summed, and the sum of what comes before it. */
export interface Stretch {
  readonly from: number;
  /** First byte after the stretch. */
  readonly to: number;
  readonly start: number;
}

/**
 * Adds the 16-bit words of a stretch to `start` without folding the carries (RFC 1071). Works in place on a received
 * buffer, because a flood of bad packets must not cost a copy each.
 */
export function partialSum(bytes: Uint8Array, stretch: Stretch): number {
  let sum = stretch.start;
  const lastPair = stretch.to - 1;
  let at = stretch.from;
  for (; at < lastPair; at += 2) sum += ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
  if (at < stretch.to) sum += (bytes[at] as number) << 8;
  return sum;
}

/** Folds the carries and complements: the value to store, or 0 over bytes that already hold a right checksum. */
export function sumToChecksum(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x10000);
  return ~folded & 0xffff;
}

/**
 * The unfolded sum of the pseudo-header: both addresses, the length and protocol 112. The IPv4 form (RFC 793) and the
 * IPv6 form (RFC 8200 section 8.1) differ only in padding, so one sum serves both.
 */
export function pseudoHeaderSum(
  ends: { readonly source: Uint8Array; readonly destination: Uint8Array },
  length: number,
): number {
  const { source, destination } = ends;
  const start = partialSum(source, { from: 0, to: source.length, start: 112 + length });
  return partialSum(destination, { from: 0, to: destination.length, start });
}
