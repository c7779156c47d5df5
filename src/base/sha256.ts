import { BLOCK_LENGTH, padMessage } from "./padded-message.ts";

/** RFC 6234 section 5.1: the first 32 bits behind the point of the cube roots of the first 64 primes. */
const CUBE_ROOTS = Uint32Array.from(primes(64), (prime) => fraction(Math.cbrt(prime)));
/** RFC 6234 section 6.1: the same of the square roots of the first 8. */
const SQUARE_ROOTS = Uint32Array.from(primes(8), (prime) => fraction(Math.sqrt(prime)));

/** The 32 octets of SHA-256 (RFC 6234). */
export function sha256(message: Uint8Array): Uint8Array {
  const padded = padMessage(message, false);
  const state = SQUARE_ROOTS.slice();
  const schedule = new Int32Array(64);
  for (let at = 0; at < padded.byteLength; at += BLOCK_LENGTH) {
    expand(schedule, padded, at);
    takeBlock(state, schedule);
  }
  const digest = new DataView(new ArrayBuffer(32));
  state.forEach((word, at) => {
    digest.setUint32(at * 4, word);
  });
  return new Uint8Array(digest.buffer);
}

function expand(schedule: Int32Array, message: DataView, from: number): void {
  for (let at = 0; at < 16; at++) schedule[at] = message.getInt32(from + at * 4);
  for (let at = 16; at < 64; at++) {
    const early = schedule[at - 15] as number;
    const late = schedule[at - 2] as number;
    const small = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3);
    const large = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10);
    schedule[at] = (schedule[at - 16] as number) + small + (schedule[at - 7] as number) + large;
  }
}

function takeBlock(state: Uint32Array, schedule: Int32Array): void {
  let [a, b, c, d, e, f, g, h] = state as unknown as [
    ...[number, number, number, number],
    ...[number, number, number, number],
  ];
  for (let at = 0; at < 64; at++) {
    const choice = (e & f) ^ (~e & g);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const first =
      (h +
        (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) +
        choice +
        (CUBE_ROOTS[at] as number) +
        (schedule[at] as number)) |
      0;
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
  [a, b, c, d, e, f, g, h].forEach((word, at) => {
    state[at] = (state[at] as number) + word;
  });
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
