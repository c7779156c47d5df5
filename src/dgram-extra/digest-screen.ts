import { native } from "./native.ts";

/** A place in a datagram: octets behind its start, behind an IPv4 header, or (negative) before its end. */
export interface DigestPlace {
  readonly from: "start" | "payload" | "end";
  readonly offset: number;
}

/** Some octets of a datagram. */
export interface DigestRange extends DigestPlace {
  readonly length: number;
}

/** The highest sequence number that was taken from a sender (4 or 16 octets of address), or from anybody. */
export interface SequenceMark {
  readonly source?: Uint8Array;
  readonly sequence: bigint;
}

/** Which datagrams carry a keyed digest (RFC 2104), what it covers and where it stands. */
export interface DigestRule {
  readonly algorithm: "md5" | "sha256";
  readonly key: Uint8Array;
  /** The rule concerns datagrams that have these octets; four at most. */
  readonly matches: readonly (DigestPlace & { readonly octet: number })[];
  /** And of these only those whose payload has so many octets, and `each` more for each that an octet counts. */
  readonly payloadLength?: { readonly fixed: number; readonly each: number; readonly counter: DigestPlace };
  /** Octets that are covered before those of the datagram, 32 at most, with the sender's address put in at `sourceAt`. */
  readonly before?: { readonly octets: Uint8Array; readonly sourceAt?: number };
  /** The datagram is covered from here to its end ... */
  readonly from: DigestPlace;
  /** ... with these read as zero, six at most, and the value too. */
  readonly zeroed: readonly DigestRange[];
  /** The digest, cut to what there is room for. */
  readonly value: DigestRange;
  /**
   * Datagrams whose number is not above the first mark for their sender are refused too: 4 octets, or 8 that wrap around
   * (RFC 1982). Four marks are kept, of more the first.
   */
  readonly sequence?: DigestPlace & { readonly length: 4 | 8; readonly marks: readonly SequenceMark[] };
}

const RULE = 360;
const MARKS_AT = 232;
const MARK = 32;
const MOST_MATCHES = 4;
const MOST_ZEROED = 6;
const MOST_BEFORE = 32;
const MOST_MARKS = 4;
const algorithms = { md5: 1, sha256: 2 } as const;
const bases = { start: 0, payload: 1, end: 2 } as const;

/**
 * Rules as native/digest-screen.c reads them, with their keys prepared. The first that concerns a datagram decides. It refuses a
 * wrong digest or an old number and nothing else: a datagram that no rule concerns, or that is too short for one or was cut, is let through.
 */
export class DigestScreen {
  /** Rules one after the other. */
  readonly bytes: Uint8Array;

  /**
   * @param options.withHeader the datagrams begin with an IPv4 header, as those of raw IPv4 sockets do.
   * @throws {RangeError} when a rule has more than there is room for.
   */
  constructor(rules: readonly DigestRule[], options: { readonly withHeader: boolean }) {
    this.bytes = new Uint8Array(RULE * rules.length);
    for (const [at, rule] of rules.entries()) {
      write(rule, this.bytes.subarray(at * RULE, (at + 1) * RULE), options.withHeader);
      this.mark(at, rule.sequence?.marks ?? []);
    }
  }

  /** Replaces the marks of the rule of that number. @throws {RangeError} when there is no such rule. */
  mark(rule: number, marks: readonly SequenceMark[]): void {
    const from = rule * RULE + MARKS_AT;
    this.bytes.fill(0, from, from + MOST_MARKS * MARK);
    const view = new DataView(this.bytes.buffer, from, MOST_MARKS * MARK);
    for (const [index, { source, sequence }] of marks.slice(0, MOST_MARKS).entries()) {
      const at = index * MARK;
      view.setUint32(at, 1, true);
      view.setUint32(at + 4, source?.length ?? 0, true);
      if (source !== undefined) this.bytes.set(source.subarray(0, 16), from + at + 8);
      view.setUint32(at + 24, Number(BigInt.asUintN(32, sequence >> 32n)), true);
      view.setUint32(at + 28, Number(BigInt.asUintN(32, sequence)), true);
    }
  }
}

/** One `struct rule`. */
function write(rule: DigestRule, bytes: Uint8Array, withHeader: boolean): void {
  const { matches, payloadLength, before, zeroed } = rule;
  const octets = before?.octets ?? new Uint8Array(0);
  if (matches.length > MOST_MATCHES || zeroed.length > MOST_ZEROED || octets.length > MOST_BEFORE) {
    throw new RangeError("A rule for digests has room for 4 matches, 6 zeroed ranges and 32 octets before");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (const [index, word] of [
    algorithms[rule.algorithm],
    matches.length,
    zeroed.length,
    withHeader ? 1 : 0,
  ].entries()) {
    view.setUint32(index * 4, word, true);
  }
  for (const [index, match] of matches.entries()) {
    writePlace(view, 16 + index * 8, match);
    view.setUint16(20 + index * 8, match.octet, true);
  }
  if (payloadLength !== undefined) {
    view.setUint32(48, 1, true);
    view.setUint16(52, payloadLength.fixed, true);
    view.setUint16(54, payloadLength.each, true);
    writePlace(view, 56, payloadLength.counter);
  }
  writePlace(view, 60, rule.from);
  view.setInt32(64, before?.sourceAt ?? -1, true);
  view.setUint32(68, octets.length, true);
  bytes.set(octets, 72);
  for (const [index, range] of zeroed.entries()) writeRange(view, 104 + index * 8, range);
  writeRange(view, 152, rule.value);
  native.prepareDigestKey(algorithms[rule.algorithm], rule.key, bytes.subarray(160, 224));
  if (rule.sequence !== undefined) writeRange(view, 224, rule.sequence);
}

function writeRange(view: DataView, at: number, range: DigestRange): void {
  writePlace(view, at, range);
  view.setUint16(at + 4, range.length, true);
}

function writePlace(view: DataView, at: number, { from, offset }: DigestPlace): void {
  view.setUint16(at, bases[from], true);
  view.setInt16(at + 2, offset, true);
}
