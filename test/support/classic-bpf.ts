import type { FilterInstruction } from "dgram-extra";

/** What a filter is run on. */
export interface FilteredPacket {
  /** What the socket hands over: over IPv4 from the IP header on, over IPv6 the payload. */
  readonly bytes: Uint8Array;
  /** The network header, for loads at SKF_NET_OFF; `bytes` when absent. */
  readonly networkHeader?: Uint8Array;
  /** The random number that is loaded; 0 when absent. */
  readonly random?: number;
}

const RANDOM_NUMBER = 0xffff_f038;
const NETWORK_OFFSET = 0xfff0_0000;
const widths: Readonly<Record<number, number>> = { 0: 4, 8: 2, 16: 1 };

/**
 * Runs a classic BPF program as the kernel does (Documentation/networking/filter.rst), all arithmetic in 32 bits. A load beyond
 * the end drops. Throws for what the kernel would not have taken: an unknown operation, a jump out of the program, memory that was
 * never written.
 */
export function runFilter(program: readonly FilterInstruction[], packet: FilteredPacket): boolean {
  let [a, x] = [0, 0];
  const memory = new Map<number, number>();
  const remembered = (word: number): number => {
    const value = memory.get(word);
    if (value === undefined) throw new Error(`word ${word} of the memory is read before it is written`);
    return value;
  };
  for (let at = 0; ; at++) {
    const step = program[at];
    if (step === undefined) throw new Error("the program is left without a verdict");
    const { code, constant, whenTrue = 0, whenFalse = 0 } = step;
    const isAbsolute = code === 0x20 || code === 0x28 || code === 0x30;
    const isIndexed = code === 0x40 || code === 0x48 || code === 0x50;
    if (isAbsolute && constant === RANDOM_NUMBER) {
      a = packet.random ?? 0;
      continue;
    }
    if (isAbsolute || isIndexed) {
      const loaded = load(packet, {
        offset: constant + (isIndexed ? x : 0),
        width: widths[code & 0x18] ?? 0,
      });
      if (loaded === undefined) return false;
      a = loaded;
      continue;
    }
    const operand = (code & 8) === 0 ? constant : x;
    if (code === 0x06) return constant !== 0;
    else if (code === 0x05) at += constant;
    else if (code === 0x15 || code === 0x1d) at += a === operand ? whenTrue : whenFalse;
    else if (code === 0x25) at += a > constant ? whenTrue : whenFalse;
    else if (code === 0x45) at += (a & constant) !== 0 ? whenTrue : whenFalse;
    else if (code === 0x00) a = constant;
    else if (code === 0x60) a = remembered(constant);
    else if (code === 0x61) x = remembered(constant);
    else if (code === 0x80) a = packet.bytes.length;
    else if (code === 0x02) memory.set(constant, a);
    else if (code === 0x03) memory.set(constant, x);
    else if (code === 0x07) x = a;
    else if (code === 0x04 || code === 0x0c) a = (a + operand) >>> 0;
    else if (code === 0x1c) a = (a - x) >>> 0;
    else if (code === 0x24) a = Math.imul(a, constant) >>> 0;
    else if (code === 0x54) a = (a & constant) >>> 0;
    else if (code === 0x74) a >>>= constant;
    else if (code === 0xb1) {
      const first = packet.bytes[constant];
      if (first === undefined) return false;
      x = (first & 15) * 4;
    } else throw new Error(`operation 0x${code.toString(16)} is not known`);
  }
}

function load(
  { bytes, networkHeader = bytes }: FilteredPacket,
  { offset, width }: { offset: number; width: number },
): number | undefined {
  const [from, at] = offset >= NETWORK_OFFSET ? [networkHeader, offset - NETWORK_OFFSET] : [bytes, offset];
  if (at + width > from.length) return undefined;
  return from.subarray(at, at + width).reduce((sum, octet) => sum * 256 + octet, 0);
}
