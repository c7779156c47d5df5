import { BLOCK_LENGTH } from "./padded-message.ts";

/** A hash function that takes 64 octets at once: `md5` or `sha256`. */
export type HashFunction = (message: Uint8Array) => Uint8Array;

/**
 * The keyed digest of a message (RFC 2104), whole; the caller cuts it to what the packet has room for. Two hashes over a
 * hundred octets cost a few microseconds, so that a flood of forged packets is bounded by the receive loop, not by this.
 */
export function hmac(hash: HashFunction, key: Uint8Array, message: Uint8Array): Uint8Array {
  const short = key.length > BLOCK_LENGTH ? hash(key) : key;
  const inner = new Uint8Array(BLOCK_LENGTH + message.length).fill(0x36, 0, BLOCK_LENGTH);
  inner.set(message, BLOCK_LENGTH);
  const outer = new Uint8Array(BLOCK_LENGTH).fill(0x5c);
  for (let at = 0; at < short.length; at++) {
    inner[at] = (short[at] as number) ^ 0x36;
    outer[at] = (short[at] as number) ^ 0x5c;
  }
  const digest = hash(inner);
  const whole = new Uint8Array(BLOCK_LENGTH + digest.length);
  whole.set(outer);
  whole.set(digest, BLOCK_LENGTH);
  return hash(whole);
}
