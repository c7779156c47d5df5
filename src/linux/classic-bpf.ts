import type { FilterInstruction } from "dgram-extra";

/** Instructions one after the other, that can stand anywhere in a program: their jumps stay within them. */
export type Piece = readonly FilterInstruction[];

/** How much a load takes: one octet, two or four, in network order. */
export type LoadSize = 1 | 2 | 4;

/** Added to an offset, it counts from the network header instead of from what the socket hands over (SKF_NET_OFF). */
export const FROM_NETWORK_HEADER = 0xfff0_0000;

/** A random number of 32 bits stands there (SKF_AD_OFF + SKF_AD_RANDOM). */
export const RANDOM_NUMBER = 0xffff_f038;

/** The longest program that the kernel takes (BPF_MAXINSNS). */
export const MOST_INSTRUCTIONS = 4096;

const ABSOLUTE: Readonly<Record<LoadSize, number>> = { 1: 0x30, 2: 0x28, 4: 0x20 };
const INDEXED: Readonly<Record<LoadSize, number>> = { 1: 0x50, 2: 0x48, 4: 0x40 };

/**
 * The operations of classic BPF (linux/bpf_common.h, linux/filter.h) by what they do to the accumulator A, the index X and
 * the sixteen words of memory M. A load beyond the end of the packet drops it.
 */
export const operations = {
  loadNumber: 0x00, // A = constant
  loadMemory: 0x60, // A = M[constant]
  loadLength: 0x80, // A = octets of the packet
  loadIndexFromMemory: 0x61, // X = M[constant]
  loadHeaderLength: 0xb1, // X = 4 * (octet at constant & 15): the length of an IPv4 header
  store: 0x02, // M[constant] = A
  storeIndex: 0x03, // M[constant] = X
  toIndex: 0x07, // X = A
  add: 0x04, // A += constant
  addIndex: 0x0c, // A += X
  subtractIndex: 0x1c, // A -= X
  multiply: 0x24, // A *= constant
  and: 0x54, // A &= constant
  shiftRight: 0x74, // A >>= constant
  jump: 0x05, // to the instruction that many behind the next
  jumpIfEqual: 0x15, // A == constant ? whenTrue : whenFalse
  jumpIfEqualIndex: 0x1d, // A == X ? whenTrue : whenFalse
  jumpIfGreater: 0x25, // A > constant ? whenTrue : whenFalse
  jumpIfAny: 0x45, // A & constant ? whenTrue : whenFalse
  return: 0x06, // accept that many octets; 0 drops
} as const;

/** One instruction. */
export function instruction(name: keyof typeof operations, constant = 0): FilterInstruction {
  return { code: operations[name], constant };
}

/** A = what stands `offset` octets into the packet. */
export function load(size: LoadSize, offset: number): FilterInstruction {
  return { code: ABSOLUTE[size], constant: offset };
}

/** A = what stands `offset` octets behind X. */
export function loadIndexed(size: LoadSize, offset: number): FilterInstruction {
  return { code: INDEXED[size], constant: offset };
}

/** Takes the packet whole. */
export const accept: FilterInstruction = instruction("return", 0xffff_ffff);
/** Takes nothing of it. */
export const drop: FilterInstruction = instruction("return", 0);

/** Jumps over the next instruction when A is `value`, or over none. */
export function skipIfEqual(value: number): FilterInstruction {
  return { code: operations.jumpIfEqual, constant: value, whenTrue: 1, whenFalse: 0 };
}

/** Drops unless A is `value`. */
export function dropUnless(value: number): Piece {
  return [skipIfEqual(value), drop];
}

/** Drops when A is `value`. */
export function dropIf(value: number): Piece {
  return [{ code: operations.jumpIfEqual, constant: value, whenTrue: 0, whenFalse: 1 }, drop];
}

/** Goes on when A is one of `values`, at most 255 of them, and drops otherwise. */
export function dropUnlessOneOf(values: readonly number[]): Piece {
  const tests = values.map((value, at) => ({
    code: operations.jumpIfEqual,
    constant: value,
    whenTrue: values.length - at,
    whenFalse: 0,
  }));
  return [...tests, drop];
}
