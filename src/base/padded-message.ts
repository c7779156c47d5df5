/** Octets that MD5 and SHA-256 take at once. */
export const BLOCK_LENGTH = 64;

/**
 * A message padded to whole blocks as MD5 (RFC 1321 section 3) and SHA-256 (RFC 6234 section 4.1) want it: a bit 1, zeros,
 * and the length in bits, whose byte order is all they differ in.
 */
export function padMessage(message: Uint8Array, lengthIsLittleEndian: boolean): DataView {
  const size = Math.ceil((message.length + 9) / BLOCK_LENGTH) * BLOCK_LENGTH;
  const padded = new Uint8Array(size);
  padded.set(message);
  padded[message.length] = 0x80;
  const view = new DataView(padded.buffer);
  const low = (message.length << 3) >>> 0;
  const high = Math.floor(message.length / 0x2000_0000);
  view.setUint32(size - 8, lengthIsLittleEndian ? low : high, lengthIsLittleEndian);
  view.setUint32(size - 4, lengthIsLittleEndian ? high : low, lengthIsLittleEndian);
  return view;
}
