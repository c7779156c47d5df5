import type { BlockHash } from "./block-hash.ts";

/** RFC 6234 section 5.1: the first 32 bits behind the point of the cube roots of the first 64 primes. */
const CUBE_ROOTS = Int32Array.from(primes(64), (prime) => fraction(Math.cbrt(prime)));
/** RFC 6234 section 6.1: the same of the square roots of the first 8. */
const SQUARE_ROOTS = Int32Array.from(primes(8), (prime) => fraction(Math.sqrt(prime)));
/** The words of the block in hand: written anew for each, and kept because forged packets may call for many. */
const schedule = new Int32Array(64);

/** SHA-256 (RFC 6234): 32 octets. */
export const sha256: BlockHash = {
  start: SQUARE_ROOTS,
  isLittleEndian: false,
  takeBlock: (state, message, from) => {
    expand(message, from);
    takeBlock(state);
  },
};

function expand(message: DataView, from: number): void {
  for (let at = 0; at < 16; at++) schedule[at] = message.getInt32(from + at * 4);
  for (let at = 16; at < 64; at++) {
    const early = schedule[at - 15] as number;
    const late = schedule[at - 2] as number;
    const small = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3);
    const large = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10);
    const before = ((schedule[at - 16] as number) + (schedule[at - 7] as number)) | 0;
    schedule[at] = before + ((small + large) | 0);
  }
}

/** The state goes through plain variables in 32-bit arithmetic: an iterator or a fraction would make it several times slower. */
function takeBlock(state: Int32Array): void {
  let a = state[0] as number;
  let b = state[1] as number;
  let c = state[2] as number;
  let d = state[3] as number;
  let e = state[4] as number;
  let f = state[5] as number;
  let g = state[6] as number;
  let h = state[7] as number;
  for (let at = 0; at < 64; at++) {
    const choice = (e & f) ^ (~e & g);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const large = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const constant = ((CUBE_ROOTS[at] as number) + (schedule[at] as number)) | 0;
    const first = (((h + large) | 0) + ((choice + constant) | 0)) | 0;
    const second = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + majority) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  state[0] = (state[0] as number) + a;
  state[1] = (state[1] as number) + b;
  state[2] = (state[2] as number) + c;
  state[3] = (state[3] as number) + d;
  state[4] = (state[4] as number) + e;
  state[5] = (state[5] as number) + f;
  state[6] = (state[6] as number) + g;
  state[7] = (state[7] as number) + h;
}

function rotate(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

function fraction(root: number): number {
  return Math.floor((root - Math.floor(root)) * 2 ** 32);
}

function primes(count: number): readonly number[] {
  const found: number[] = [];
  for (let candidate = 2; found.length < count; candidate++) {
    if (found.every((prime) => candidate % prime !== 0)) found.push(candidate);
  }
  return found;
}
