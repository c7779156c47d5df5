/** Octets that MD5 and SHA-256 take at once. */
export const BLOCK_LENGTH = 64;

/** A hash function that goes through a message block by block: `md5` or `sha256`. */
export interface BlockHash {
  /** The state before the first block. */
  readonly start: Int32Array;
  /** Whether its 32-bit words, and the length behind the message, have their lowest octet first. */
  readonly isLittleEndian: boolean;
  /** Changes the state by the 64 octets of a message that begin at `from`. */
  readonly takeBlock: (state: Int32Array, message: DataView, from: number) => void;
}

/** Where messages are padded: most are advertisements of some hundred octets, and forged ones may call for many. */
const room = new DataView(new ArrayBuffer(BLOCK_LENGTH * 16));

/** The whole digest of a message. */
export function digest(hash: BlockHash, message: Uint8Array): Uint8Array {
  return finishDigest(hash, hash.start, { message, octetsBefore: 0 });
}

/** The whole digest of a message whose first octets, whole blocks of them, have led to `state`, which stays as it is. */
export function finishDigest(
  hash: BlockHash,
  state: Int32Array,
  rest: { readonly message: Uint8Array; readonly octetsBefore: number },
): Uint8Array {
  const { isLittleEndian, takeBlock } = hash;
  const padded = pad(rest.message, rest.octetsBefore, isLittleEndian);
  const end = state.slice();
  const length = paddedLength(rest.message);
  for (let at = 0; at < length; at += BLOCK_LENGTH) takeBlock(end, padded, at);
  const octets = new DataView(new ArrayBuffer(end.length * 4));
  for (let at = 0; at < end.length; at++) octets.setInt32(at * 4, end[at] as number, isLittleEndian);
  return new Uint8Array(octets.buffer);
}

function paddedLength({ length }: Uint8Array): number {
  return Math.ceil((length + 9) / BLOCK_LENGTH) * BLOCK_LENGTH;
}

/**
 * A message padded to whole blocks as MD5 (RFC 1321 section 3) and SHA-256 (RFC 6234 section 4.1) want it: a bit 1, zeros,
 * and the length in bits, whose byte order is all they differ in. Good until the next one.
 */
function pad(message: Uint8Array, octetsBefore: number, isLittleEndian: boolean): DataView {
  const size = paddedLength(message);
  const view = size <= room.byteLength ? room : new DataView(new ArrayBuffer(size));
  const padded = new Uint8Array(view.buffer);
  padded.set(message);
  padded.fill(0, message.length, size);
  padded[message.length] = 0x80;
  const length = octetsBefore + message.length;
  const low = (length << 3) >>> 0;
  const high = Math.floor(length / 0x2000_0000);
  view.setUint32(size - 8, isLittleEndian ? low : high, isLittleEndian);
  view.setUint32(size - 4, isLittleEndian ? high : low, isLittleEndian);
  return view;
}
