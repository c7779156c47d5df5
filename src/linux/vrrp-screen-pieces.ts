import type { FilterInstruction } from "dgram-extra";
import { type AddressFamily, ipAddressBytes } from "../base/ip-address.ts";
import { LOOKED_AT } from "../director/flood-watch.ts";
import type { ScreenedRouter } from "../director/host.ts";
import {
  AUTHENTICATION_LENGTH,
  AUTHENTICATION_TYPE,
  advertisementLength,
  FIXED_LENGTH,
  VRRP_PROTOCOL,
} from "../vrrp/advertisement.ts";
import { AUTHENTICATION_HEADER_LENGTH, PAYLOAD_LENGTH } from "../vrrp/authentication-header.ts";
import { TRAILER_LENGTH } from "../vrrp/authentication-trailer.ts";
import type { Receiver } from "../vrrp/reception.ts";
import {
  accept,
  drop,
  dropIf,
  dropUnless,
  dropUnlessOneOf,
  FROM_NETWORK_HEADER,
  instruction,
  type LoadSize,
  load,
  loadIndexed,
  operations,
  type Piece,
  RANDOM_NUMBER,
} from "./classic-bpf.ts";
import { checksumPiece } from "./vrrp-screen-checksum.ts";

/** How a packet lies before the program. */
export interface Layout {
  readonly family: AddressFamily;
  readonly withAuthenticationHeader: boolean;
  /** A = what stands `offset` octets into the VRRP message; over IPv4 X must be the length of the IP header. */
  readonly message: (size: LoadSize, offset: number) => FilterInstruction;
}

/** What is looked at beside what always is. */
export interface Detail {
  readonly addresses: boolean;
  readonly checksum: boolean;
}

/** Comparisons of addresses that a list may cost; longer ones are left to the receiver checks. */
const MOST_COMPARISONS = 256;

/** Each of our addresses must be in the list, mostly at its own place (RX-13), for a message that has as many as we. */
export function addressPiece({ receiver }: ScreenedRouter, { family, message }: Layout): Piece {
  const { addresses, config } = receiver;
  const count = addresses.length;
  if (config.skipCheckAdvertisedAddresses || count ** 2 > MOST_COMPARISONS) return [];
  const size = family === 4 ? 4 : 16;
  return addresses.flatMap((octets, own) => {
    const cases = addresses.map((_, step): Case => {
      const at = FIXED_LENGTH + ((own + step) % count) * size;
      return { loadWord: (word) => message(4, at + word * 4), octets, body: [] };
    });
    return firstEqual(cases, [drop]);
  });
}

/** All the other checks of one router; ends with a verdict. */
export function routerPiece(router: ScreenedRouter, layout: Layout, detail: Detail): Piece {
  const { receiver } = router;
  const { config } = receiver;
  const { withAuthenticationHeader } = layout;
  const authenticates = receiver.authenticationType === AUTHENTICATION_TYPE.ah;
  if (receiver.deaf || authenticates !== withAuthenticationHeader) return [drop];
  const { message } = layout;
  return [
    ...sievePiece(router, layout),
    ...(withAuthenticationHeader ? headerPiece(router) : []),
    ...hopsPiece(receiver, layout),
    message(1, 0),
    ...dropUnless((config.version << 4) | 1),
    ...(config.version === 2 ? version2Piece(receiver, layout) : version3Piece(layout)),
    ...destinationPiece(receiver, layout),
    ...countPiece(receiver, layout),
    ...passwordPiece(receiver, layout),
    ...lengthPiece(receiver, layout),
    // Over IPv6 the kernel has looked at it before the filter is asked (rawv6_rcv_skb in net/ipv6/raw.c).
    ...(detail.checksum && layout.family === 4 ? checksumPiece(receiver, layout) : [accept]),
  ];
}

/** One in 32 goes through of the packets whose sender is not trusted and which only a digest can tell to be wrong. */
function sievePiece({ receiver, trusted }: ScreenedRouter, layout: Layout): Piece {
  if (trusted === undefined) return [];
  if (receiver.trailer === undefined && !layout.withAuthenticationHeader) return [];
  const loadWord = sourceWord(layout);
  const cases = trusted.map((address): Case => ({ loadWord, octets: ipAddressBytes(address), body: [] }));
  return firstEqual(cases, [load(4, RANDOM_NUMBER), instruction("and", LOOKED_AT - 1), ...dropUnless(0)]);
}

function sourceWord({ family }: Layout): (word: number) => FilterInstruction {
  return (word) => load(4, family === 4 ? 12 : FROM_NETWORK_HEADER + 8 + word * 4);
}

/** The shape of an authentication header, its index, which is the source, and a number that was not heard before. */
function headerPiece({ headerSequence }: ScreenedRouter): Piece {
  return [
    loadIndexed(1, 0),
    ...dropUnless(VRRP_PROTOCOL),
    loadIndexed(1, 1),
    ...dropUnless(PAYLOAD_LENGTH),
    loadIndexed(4, 8),
    { code: operations.jumpIfGreater, constant: headerSequence, whenTrue: 1, whenFalse: 0 },
    drop,
    load(4, 12),
    instruction("store", 2),
    loadIndexed(4, 4),
    instruction("loadIndexFromMemory", 2),
    { code: operations.jumpIfEqualIndex, constant: 0, whenTrue: 1, whenFalse: 0 },
    drop,
    instruction("loadIndexFromMemory", 1),
  ];
}

/** TTL or hop limit (RX-1), and by unicast the source (RX-20). */
function hopsPiece({ peers, config }: Receiver, layout: Layout): Piece {
  const { family } = layout;
  const hops = family === 4 ? load(1, 8) : load(1, FROM_NETWORK_HEADER + 7);
  if (peers.length === 0) return [hops, ...dropUnless(255)];
  const loadWord = sourceWord(layout);
  const cases = peers.map(({ octets, minTtl, maxTtl }) => ({
    loadWord,
    octets,
    body: [
      ...(minTtl === 0 && maxTtl === 255 ? [] : [hops]),
      ...(maxTtl === 255
        ? []
        : [{ code: operations.jumpIfGreater, constant: maxTtl, whenTrue: 0, whenFalse: 1 }, drop]),
      ...(minTtl === 0
        ? []
        : [{ code: operations.jumpIfGreater, constant: minTtl - 1, whenTrue: 1, whenFalse: 0 }, drop]),
    ],
  }));
  return firstEqual(cases, config.checkUnicastSource ? [drop] : []);
}

/** The type of authentication (RX-8) and the interval, which must be our own (RX-9). */
function version2Piece({ authenticationType, config }: Receiver, { message }: Layout): Piece {
  const interval = config.advertisementInterval / 1_000_000;
  return [
    message(1, 4),
    ...dropUnless(authenticationType),
    message(1, 5),
    ...(Number.isInteger(interval) ? dropUnless(interval) : [drop]),
  ];
}

/** Any interval but 0 (RX-11). */
function version3Piece({ message }: Layout): Piece {
  return [message(2, 4), { code: operations.jumpIfAny, constant: 0x0fff, whenTrue: 1, whenFalse: 0 }, drop];
}

/** By multicast our group, by unicast no group (RX-19). */
function destinationPiece({ peers, group }: Receiver, { family }: Layout): Piece {
  const from = family === 4 ? 16 : FROM_NETWORK_HEADER + 24;
  if (peers.length === 0) {
    return wordsOf(group).flatMap((word, at) => [load(4, from + at * 4), ...dropUnless(word)]);
  }
  return family === 4
    ? [load(1, from), instruction("and", 0xf0), ...dropIf(0xe0)]
    : [load(1, from), ...dropIf(0xff)];
}

/**
 * As many addresses as ours (RX-12, RX-13). Under `skip_check_adv_addr` another count may be right: then the length must fit to it
 * (RX-4), and the rest is left to the receiver checks.
 */
function countPiece({ addresses, config, trailer }: Receiver, layout: Layout): Piece {
  const { family, withAuthenticationHeader, message } = layout;
  if (!config.skipCheckAdvertisedAddresses) return [message(1, 3), ...dropUnless(addresses.length)];
  const before = withAuthenticationHeader ? AUTHENTICATION_HEADER_LENGTH : 0;
  const fits = { code: operations.jumpIfEqualIndex, constant: 0, whenTrue: 0, whenFalse: 1 };
  const other: Piece = [
    instruction("multiply", family === 4 ? 4 : 16),
    instruction("add", before + advertisementLength(config.version, family, 0)),
    ...(family === 4 ? [instruction("addIndex")] : []),
    instruction("store", 2),
    family === 4 ? load(2, 2) : instruction("loadLength"),
    instruction("loadIndexFromMemory", 2),
    ...[fits, accept],
    ...(trailer === undefined ? [] : [instruction("add", 0x1_0000_0000 - TRAILER_LENGTH), fits, accept]),
    drop,
  ];
  return [
    message(1, 3),
    ...(addresses.length > 0 ? dropIf(0) : []),
    { code: operations.jumpIfEqual, constant: addresses.length, whenTrue: other.length, whenFalse: 0 },
    ...other,
  ];
}

/** The password as it stands in a version 2 message with as many addresses as ours (RX-8). */
function passwordPiece({ authenticationType, secret, addresses }: Receiver, { message }: Layout): Piece {
  if (authenticationType !== AUTHENTICATION_TYPE.pass || secret === undefined) return [];
  const at = advertisementLength(2, 4, addresses.length) - AUTHENTICATION_LENGTH;
  return wordsOf(secret).flatMap((word, index) => [message(4, at + index * 4), ...dropUnless(word)]);
}

/** The length that the count calls for, with a trailer of the right shape or without one (RX-4, RX-17, RX-22). */
function lengthPiece({ addresses, config, trailer }: Receiver, layout: Layout): Piece {
  const { family, withAuthenticationHeader, message } = layout;
  const before = withAuthenticationHeader ? AUTHENTICATION_HEADER_LENGTH : 0;
  const length = advertisementLength(config.version, family, addresses.length);
  const loaded: Piece =
    family === 4 ? [load(2, 2), instruction("subtractIndex")] : [instruction("loadLength")];
  const plain = before + length;
  if (trailer === undefined) return [...loaded, ...dropUnless(plain)];
  // Behind an authentication header a trailer is not looked at.
  const words = [...trailer.keys.keys()].map((id) => 0x0100_0000 + id * 0x1_0000);
  const shape = withAuthenticationHeader ? [] : [message(4, length), ...dropUnlessOneOf(words)];
  const trailing = [...dropUnless(plain + TRAILER_LENGTH), ...shape];
  if (trailer.required && !withAuthenticationHeader) return [...loaded, ...trailing];
  const over = { code: operations.jumpIfEqual, constant: plain, whenTrue: trailing.length, whenFalse: 0 };
  return [...loaded, over, ...trailing];
}

/** The 32-bit words of some octets, in network order. */
function wordsOf(octets: Uint8Array): readonly number[] {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  return Array.from({ length: octets.byteLength / 4 }, (_, at) => view.getUint32(at * 4));
}

/** An address that may be the one that is loaded word by word, and what is done if it is. */
interface Case {
  readonly loadWord: (word: number) => FilterInstruction;
  readonly octets: Uint8Array;
  readonly body: Piece;
}

/** Does what belongs to the first case that is met, or what `otherwise` says when none is, and goes on behind all. */
function firstEqual(cases: readonly Case[], otherwise: Piece): Piece {
  const program: FilterInstruction[][] = [[...otherwise]];
  let behind = otherwise.length;
  for (const { loadWord, octets, body } of cases.toReversed()) {
    const words = wordsOf(octets);
    const tests = words.flatMap((word, at) => [
      loadWord(at),
      {
        code: operations.jumpIfEqual,
        constant: word,
        whenTrue: 0,
        whenFalse: 2 * (words.length - at - 1) + body.length + 1,
      },
    ]);
    const one = [...tests, ...body, instruction("jump", behind)];
    behind += one.length;
    program.push(one);
  }
  return program.reverse().flat();
}
