import { BLOCK_LENGTH, type BlockHash, digest, finishDigest } from "./block-hash.ts";

/**
 * A key for keyed digests (RFC 2104). Both hashes begin with a block that is the key's alone: it is gone through once, so that
 * an advertisement costs three blocks instead of five.
 */
export class HmacKey {
  readonly #hash: BlockHash;
  readonly #inner: Int32Array;
  readonly #outer: Int32Array;
  /** The key itself. */
  readonly octets: Uint8Array;

  constructor(hash: BlockHash, octets: Uint8Array) {
    this.#hash = hash;
    this.octets = octets;
    const short = octets.length > BLOCK_LENGTH ? digest(hash, octets) : octets;
    this.#inner = afterKey(hash, short, 0x36);
    this.#outer = afterKey(hash, short, 0x5c);
  }

  /** The digest of a message, whole; the caller cuts it to what the packet has room for. */
  digest(message: Uint8Array): Uint8Array {
    const inner = finishDigest(this.#hash, this.#inner, { message, octetsBefore: BLOCK_LENGTH });
    return finishDigest(this.#hash, this.#outer, { message: inner, octetsBefore: BLOCK_LENGTH });
  }
}

/** The state after the block of a key, of which each octet is mixed with `pad`. */
function afterKey(hash: BlockHash, key: Uint8Array, pad: number): Int32Array {
  const block = new Uint8Array(BLOCK_LENGTH).fill(pad);
  for (let at = 0; at < key.length; at++) block[at] = (key[at] as number) ^ pad;
  const state = hash.start.slice();
  hash.takeBlock(state, new DataView(block.buffer), 0);
  return state;
}
