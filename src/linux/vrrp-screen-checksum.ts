import { advertisementLength, VRRP_PROTOCOL } from "../vrrp/advertisement.ts";
import type { Receiver } from "../vrrp/reception.ts";
import { partialSum } from "../vrrp/vrrp-checksum.ts";
import { accept, drop, instruction, load, operations, type Piece } from "./classic-bpf.ts";
import type { Layout } from "./vrrp-screen-pieces.ts";

/** Words of memory: the sum of the message, the length of the IP header, the sum in hand. */
const MEMORY = { message: 0, headerLength: 1, sum: 2 } as const;
/** Where an IPv4 header has its addresses, in 16-bit words each. */
const ADDRESS_WORDS = [12, 14, 16, 18] as const;
const SOURCE_WORDS = [12, 14] as const;

/**
 * The checksum of a message over IPv4 with as many addresses as ours, in each of the forms that the receiver takes (RX-5, TX-9):
 * the 16-bit words are added in 32 bits and the carries folded twice, which is enough for 255 addresses. Ends with a verdict.
 */
export function checksumPiece(receiver: Receiver, { message }: Layout): Piece {
  const { config, addresses, peers, group } = receiver;
  const length = advertisementLength(config.version, 4, addresses.length);
  const words = Array.from(
    { length: length / 2 },
    (_, at): Piece => [
      message(2, at * 2),
      ...addTo(MEMORY.message),
      instruction("loadIndexFromMemory", MEMORY.headerLength),
    ],
  );
  const alone: Piece = [
    instruction("loadNumber", 0),
    instruction("store", MEMORY.message),
    ...words.flat(),
    instruction("loadMemory", MEMORY.message),
    ...acceptIfRight,
  ];
  if (config.version === 2) return [...alone, drop];
  const pseudo = withHeader(ADDRESS_WORDS, VRRP_PROTOCOL + length);
  const takesOld = peers.length > 0 && config.oldUnicastChecksum !== "never";
  const groupSum = partialSum(group, { from: 0, to: group.length, start: 0 });
  const old = takesOld ? withHeader(SOURCE_WORDS, VRRP_PROTOCOL + length + groupSum) : [];
  return [...alone, ...pseudo, ...old, drop];
}

/** The sum of the message with some words of the IP header and a number. */
function withHeader(words: readonly number[], number: number): Piece {
  return [
    instruction("loadMemory", MEMORY.message),
    instruction("add", number),
    instruction("store", MEMORY.sum),
    ...words.flatMap((at) => [load(2, at), ...addTo(MEMORY.sum)]),
    instruction("loadMemory", MEMORY.sum),
    ...acceptIfRight,
  ];
}

/** Adds A to a word of memory; A is the sum then, and X what the word was. */
function addTo(word: number): Piece {
  return [instruction("loadIndexFromMemory", word), instruction("addIndex"), instruction("store", word)];
}

const fold: Piece = [
  instruction("store", MEMORY.sum),
  instruction("shiftRight", 16),
  instruction("toIndex"),
  instruction("loadMemory", MEMORY.sum),
  instruction("and", 0xffff),
  instruction("addIndex"),
];

/** Takes the packet when the folded sum in A is all ones; goes on otherwise. */
const acceptIfRight: Piece = [
  ...fold,
  ...fold,
  { code: operations.jumpIfEqual, constant: 0xffff, whenTrue: 0, whenFalse: 1 },
  accept,
];
