import { fromHex } from "../base/bytes.ts";
import { HmacKey } from "../base/hmac.ts";
import { type IpAddress, ipAddressBytes } from "../base/ip-address.ts";
import { sha256 } from "../base/sha256.ts";
import type { Duration, Instant } from "../base/time.ts";
import type { HmacAuthentication } from "../conf/model/vrrp-instance.ts";
import { holdsSecret, utf8 } from "./authentication.ts";
import type { PacketView } from "./packet-view.ts";

/**
 * The trailer of keepalived's `auth_hmac` (2.4; vrrp_auth_hmac.c): after the VRRP message 1 octet of type, 1 of key id, 2
 * of zero, 8 of sequence, 16 of HMAC-SHA-256. The VRRP checksum of IPv4 ends before it, that of IPv6 covers it.
 */
export const TRAILER_LENGTH = 28;

const TYPE_SHA256 = 1;
/** Where a trailer has the id of its key. */
export const KEY_ID_AT = 1;
/** Where it has its sequence, and its octets. */
export const TRAILER_SEQUENCE = { at: 4, length: 8 } as const;
/** Where it has its value, and its octets: the last ones of the packet. */
export const TRAILER_VALUE = { at: 12, length: 16 } as const;
/** Where the sender's address stands in the pseudo-header; IPv4 fills 4 octets of 16. */
export const BOUND_SOURCE_AT = 4;
const PSEUDO_HEADER_LENGTH = 20;
/** The checksum of a VRRP message, which is read as zero: over IPv6 the kernel writes it after we have signed. */
export const CHECKSUM = { at: 6, length: 2 } as const;
const LEAST_WINDOW = 5;
const LONGEST_WINDOW = 300;

/** The `auth_hmac` block, ready for use. */
export interface TrailerKeys {
  readonly keys: ReadonlyMap<number, HmacKey>;
  /** The key that signs; undefined when nothing is signed (`mode receive-only`). */
  readonly active: { readonly id: number; readonly key: HmacKey } | undefined;
  /** Whole seconds that the clocks may be apart; undefined under `anti_replay monotonic`, which asks no clock. */
  readonly window: number | undefined;
  /** `mode enforce`: an advertisement without trailer is refused. */
  readonly required: boolean;
}

/**
 * The keys of a block; undefined when it has none that can be used.
 * Deviation: keepalived turns the extension off when `active_key` is missing or names no key; here the lowest key signs.
 */
export function trailerKeys(
  said: HmacAuthentication | undefined,
  interval: Duration,
): TrailerKeys | undefined {
  if (said === undefined || said.keys.length === 0) return undefined;
  const keys = new Map(said.keys.map(({ id, secret }) => [id, new HmacKey(sha256, keyOctets(secret))]));
  const lowest = Math.min(...keys.keys());
  const id = said.activeKey !== undefined && keys.has(said.activeKey) ? said.activeKey : lowest;
  const derived = Math.min(LONGEST_WINDOW, Math.max(LEAST_WINDOW, 3 * Math.floor(interval / 1_000_000)));
  const window = said.timeWindow === undefined ? derived : Math.floor(said.timeWindow / 1_000_000);
  return {
    keys,
    active: said.mode === "receive-only" ? undefined : { id, key: keys.get(id) as HmacKey },
    window: said.antiReplay === "time" ? window : undefined,
    required: said.mode === "enforce",
  };
}

/** The octets of a key as written: after `hex:` as digits, otherwise as text. */
export function keyOctets(secret: string): Uint8Array {
  return secret.startsWith("hex:") ? fromHex(secret.slice(4)) : utf8(secret);
}

/** Orders 64-bit sequences across the wrap of their seconds (RFC 1982). */
function isAfter(a: bigint, b: bigint): boolean {
  return BigInt.asIntN(64, a - b) > 0n;
}

/** Whole seconds from `sequence` to the clock, negative when it is ahead; right across the wrap of 32 bits. */
function secondsBehind(sequence: bigint, clock: Instant): number {
  return (Math.floor(clock / 1_000_000) - Number(sequence >> 32n)) | 0;
}

/** The clock as a sequence: 32 bits of seconds, 16 of a second's fraction, 16 for what falls into one such moment. */
function clockSequence(clock: Instant): bigint {
  const fraction = Math.floor(((clock % 1_000_000) * 0x10000) / 1_000_000);
  return BigInt.asUintN(64, (BigInt(Math.floor(clock / 1_000_000)) << 32n) | (BigInt(fraction) << 16n));
}

/**
 * The sequence after `last`: the wall clock, or one more when the clock has not moved on. Where a window counts, a
 * sequence that a corrected clock left too far ahead is given up, because nobody would take it any more.
 */
export function nextSequence(
  last: bigint,
  how: { readonly clock: Instant; readonly window: number | undefined },
): bigint {
  const now = clockSequence(how.clock);
  if (isAfter(now, last)) return now;
  const stranded = how.window !== undefined && -secondsBehind(last, how.clock) > how.window;
  return stranded ? now : BigInt.asUintN(64, last + 1n);
}

/** What a value binds an advertisement to, beside its octets: it cannot be moved to another router or sender. */
interface Binding {
  readonly family: 4 | 6;
  readonly version: number;
  readonly virtualRouterId: number;
}

/** And the sender's address, 4 or 16 octets in network order. */
type BoundTo = Binding & { readonly source: Uint8Array };

/** The pseudo-header that is covered before the message; the sender's address is to be put in at `BOUND_SOURCE_AT`. */
export function trailerPseudoHeader({ family, version, virtualRouterId }: Binding): Uint8Array {
  const octets = new Uint8Array(PSEUDO_HEADER_LENGTH);
  octets.set([family, version, virtualRouterId, 0]);
  return octets;
}

/** The trailer of a message. All copies to several peers carry the same one, for it says nothing of the destination. */
export function makeTrailer(
  message: Uint8Array,
  by: {
    readonly id: number;
    readonly key: HmacKey;
    readonly sequence: bigint;
    readonly source: IpAddress;
  },
): Uint8Array {
  const trailer = new Uint8Array(TRAILER_LENGTH);
  trailer[0] = TYPE_SHA256;
  trailer[KEY_ID_AT] = by.id;
  new DataView(trailer.buffer).setBigUint64(TRAILER_SEQUENCE.at, by.sequence);
  const source = ipAddressBytes(by.source);
  const binding: BoundTo = {
    family: source.length === 4 ? 4 : 6,
    version: (message[0] as number) >> 4,
    virtualRouterId: message[1] as number,
    source,
  };
  const whole = new Uint8Array(message.length + TRAILER_LENGTH);
  whole.set(message);
  whole.set(trailer, message.length);
  trailer.set(value(whole, by.key, binding), TRAILER_VALUE.at);
  return trailer;
}

/** HMAC over the pseudo-header and message with trailer, checksum and value read as zero. */
function value(whole: Uint8Array, key: HmacKey, binding: BoundTo): Uint8Array {
  const covered = new Uint8Array(PSEUDO_HEADER_LENGTH + whole.length);
  covered.set(trailerPseudoHeader(binding));
  covered.set(binding.source, BOUND_SOURCE_AT);
  covered.set(whole, PSEUDO_HEADER_LENGTH);
  const checksum = PSEUDO_HEADER_LENGTH + CHECKSUM.at;
  covered.fill(0, checksum, checksum + CHECKSUM.length);
  covered.fill(0, covered.length - TRAILER_VALUE.length);
  return key.digest(covered).subarray(0, TRAILER_VALUE.length);
}

/** The highest sequence taken from one sender. */
export interface HeardSequence {
  readonly source: IpAddress;
  readonly sequence: bigint;
}

/** Senders remembered by multicast, as keepalived: more than two speak for one VRID only while they argue. */
const REMEMBERED_SENDERS = 4;

/** The marks after a sequence was taken from a sender, the latest first; by multicast the oldest beyond four goes. */
export function withSequence(
  marks: readonly HeardSequence[],
  heard: HeardSequence,
  unicast: boolean,
): readonly HeardSequence[] {
  const others = marks.filter(({ source }) => source !== heard.source);
  return [heard, ...(unicast ? others : others.slice(0, REMEMBERED_SENDERS - 1))];
}

/** What became of a trailer. */
export type TrailerVerdict =
  | { readonly kind: "good"; readonly sequence: bigint }
  | {
      readonly kind:
        | "trailer-malformed"
        | "trailer-stale"
        | "trailer-unknown-key"
        | "trailer-wrong"
        | "trailer-replayed";
    };

/**
 * Checks the trailer at `from`: the window before the digest, so that a flood of old packets costs little; the mark of
 * the sender after it, so that a forged packet can neither move nor probe it (RX-22).
 */
export function checkTrailer(
  view: PacketView,
  from: number,
  against: {
    readonly trailer: TrailerKeys;
    readonly clock: Instant;
    readonly mark: bigint | undefined;
  },
): TrailerVerdict {
  const { bytes } = view;
  const { trailer, clock } = against;
  if (bytes[from] !== TYPE_SHA256 || bytes[from + 2] !== 0 || bytes[from + 3] !== 0) {
    return { kind: "trailer-malformed" };
  }
  const sequence = new DataView(bytes.buffer, bytes.byteOffset + from).getBigUint64(TRAILER_SEQUENCE.at);
  const { window } = trailer;
  if (outside(sequence, clock, window)) return { kind: "trailer-stale" };
  const key = trailer.keys.get(bytes[from + KEY_ID_AT] as number);
  if (key === undefined) return { kind: "trailer-unknown-key" };
  const binding: BoundTo = {
    family: view.family,
    version: (bytes[view.at] as number) >> 4,
    virtualRouterId: bytes[view.at + 1] as number,
    source: view.source,
  };
  const expected = value(bytes.subarray(view.at, from + TRAILER_LENGTH), key, binding);
  if (!holdsSecret(bytes, from + TRAILER_VALUE.at, expected)) return { kind: "trailer-wrong" };
  const { mark } = against;
  // A mark that has left the window orders only what the window refuses anyway; a clock that was set back starts anew.
  const counts = mark !== undefined && !outside(mark, clock, window);
  return counts && !isAfter(sequence, mark) ? { kind: "trailer-replayed" } : { kind: "good", sequence };
}

function outside(sequence: bigint, clock: Instant, window: number | undefined): boolean {
  return window !== undefined && Math.abs(secondsBehind(sequence, clock)) > window;
}
