import type { BlockHash } from "./block-hash.ts";

/** RFC 1321 section 3.4: the whole part of 2^32 times the absolute sine of 1, 2, ... 64 (radians). */
const SINES = Int32Array.from({ length: 64 }, (_, at) => Math.floor(Math.abs(Math.sin(at + 1)) * 2 ** 32));
/** How far each step of the four rounds rotates. */
const ROTATIONS = Int32Array.of(7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21);
/** The words of the block in hand, and which of them each step takes. */
const words = new Int32Array(16);
const WORD_OF_STEP = Int32Array.from({ length: 64 }, (_, step) => wordOf(step >> 4, step));

/** MD5 (RFC 1321): 16 octets. For the authentication header of VRRPv2 alone: it protects nothing by itself. */
export const md5: BlockHash = {
  start: Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476),
  isLittleEndian: true,
  takeBlock,
};

/** In plain variables and 32-bit arithmetic, as SHA-256 is. */
function takeBlock(state: Int32Array, message: DataView, from: number): void {
  for (let at = 0; at < 16; at++) words[at] = message.getInt32(from + at * 4, true);
  let a = state[0] as number;
  let b = state[1] as number;
  let c = state[2] as number;
  let d = state[3] as number;
  for (let step = 0; step < 64; step++) {
    const round = step >> 4;
    const constant = ((words[WORD_OF_STEP[step] as number] as number) + (SINES[step] as number)) | 0;
    const sum = (((a + mix(round, b, c, d)) | 0) + constant) | 0;
    const by = ROTATIONS[round * 4 + (step & 3)] as number;
    const next = (b + ((sum << by) | (sum >>> (32 - by)))) | 0;
    a = d;
    d = c;
    c = b;
    b = next;
  }
  state[0] = (state[0] as number) + a;
  state[1] = (state[1] as number) + b;
  state[2] = (state[2] as number) + c;
  state[3] = (state[3] as number) + d;
}

/** Which word of the block a step takes. */
function wordOf(round: number, step: number): number {
  if (round === 0) return step & 15;
  if (round === 1) return (5 * step + 1) & 15;
  return round === 2 ? (3 * step + 5) & 15 : (7 * step) & 15;
}

function mix(round: number, b: number, c: number, d: number): number {
  if (round === 0) return (b & c) | (~b & d);
  if (round === 1) return (b & d) | (c & ~d);
  return round === 2 ? b ^ c ^ d : c ^ (b | ~d);
}
