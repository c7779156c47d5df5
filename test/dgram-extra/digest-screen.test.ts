import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DigestPlace, type DigestRule, DigestScreen } from "../../src/dgram-extra/digest-screen.ts";
import { native } from "../../src/dgram-extra/native.ts";
import { isDigestWrong, runDigestScreen } from "../support/digest-screen.ts";

const none = new Uint8Array(0);
const four = Uint8Array.of(192, 0, 2, 1);
const sixteen = Uint8Array.from({ length: 16 }, (_, at) => at + 1);
const algorithms = [
  ["md5", 16],
  ["sha256", 32],
] as const;
type Algorithm = (typeof algorithms)[number][0];

const place = (from: DigestPlace["from"], offset: number): DigestPlace => ({ from, offset });

/** The digest stands at the start of a datagram and covers what follows. */
function leading(algorithm: Algorithm, key: Uint8Array, changes: Partial<DigestRule> = {}): DigestRule {
  const length = algorithm === "md5" ? 16 : 32;
  const value = { ...place("start", 0), length };
  return { algorithm, key, matches: [], from: place("start", length), zeroed: [], value, ...changes };
}

function digest(algorithm: Algorithm, key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  const by = createHmac(algorithm, key);
  for (const part of parts) by.update(part);
  return by.digest();
}

const join = (...parts: readonly Uint8Array[]) => Uint8Array.from(Buffer.concat(parts));
const plain = (rule: DigestRule, bytes: Uint8Array) =>
  isDigestWrong([rule], { withHeader: false, bytes, source: none });

describe("the addon's digests", () => {
  const ask = "what do ya want for nothing?";
  const long = "Test Using Larger Than Block-Size Key - Hash Key First";
  it.each([
    ["md5", "0b".repeat(16), "Hi There", "9294727a3638bb1c13f48ef8158bfc9d"],
    ["md5", "4a656665", ask, "750c783e6ab0b503eaa86e310a5db738"],
    ["md5", "aa".repeat(80), long, "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd"],
    [
      "sha256",
      "0b".repeat(20),
      "Hi There",
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
    ],
    ["sha256", "4a656665", ask, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"],
    ["sha256", "aa".repeat(131), long, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"],
  ] as const)("%s with the key %s (RFC 2202, RFC 4231)", (algorithm, key, text, wanted) => {
    const rule = leading(algorithm, Buffer.from(key, "hex"));
    const bytes = join(Buffer.from(wanted, "hex"), Buffer.from(text));
    expect(plain(rule, bytes)).toBe(false);
    for (let at = 0; at < bytes.length; at++) {
      const spoilt = bytes.slice();
      spoilt[at] = (spoilt[at] as number) ^ 0x10;
      expect(plain(rule, spoilt)).toBe(true);
    }
  });

  it("are those of node:crypto for any key and message", () => {
    const octets = fc.uint8Array({ maxLength: 300 });
    fc.assert(
      fc.property(octets, octets, fc.constantFrom(...algorithms), (key, message, [algorithm]) => {
        const rule = leading(algorithm, key);
        const right = join(digest(algorithm, key, message), message);
        expect(plain(rule, right)).toBe(false);
        right[3] = (right[3] as number) ^ 1;
        expect(plain(rule, right)).toBe(true);
      }),
    );
  });

  it("are those of node:crypto for each length of a message and of a key", () => {
    for (const [algorithm] of algorithms) {
      for (let length = 0; length < 200; length++) {
        const message = Uint8Array.from({ length }, (_, at) => at * 7);
        const rightly = join(digest(algorithm, message, message), message);
        expect(plain(leading(algorithm, message), rightly)).toBe(false);
      }
    }
  });

  it("are computed of 4,096 octets at most; what is longer is not judged", () => {
    for (const [algorithm] of algorithms) {
      for (const length of [4_031, 4_032, 4_087, 4_088, 4_095, 4_096, 4_097]) {
        const bytes = join(digest(algorithm, four, new Uint8Array(length)), new Uint8Array(length));
        expect(plain(leading(algorithm, four), bytes)).toBe(false);
        bytes[bytes.length - 1] = 1;
        expect(plain(leading(algorithm, four), bytes)).toBe(length <= 4_096);
      }
    }
  });
});

describe("a rule", () => {
  const key = Uint8Array.of(1, 2, 3);
  const wrong = new Uint8Array(48);

  it("concerns only datagrams with its octets, from either end", () => {
    const matches = [
      { ...place("start", 40), octet: 7 },
      { ...place("end", -1), octet: 9 },
    ];
    const rule = leading("md5", key, { matches });
    const bytes = wrong.slice();
    expect(plain(rule, bytes)).toBe(false);
    bytes[40] = 7;
    expect(plain(rule, bytes)).toBe(false);
    bytes[47] = 9;
    expect(plain(rule, bytes)).toBe(true);
  });

  it("concerns only datagrams of the length that an octet of theirs counts", () => {
    const payloadLength = { fixed: 40, each: 4, counter: place("payload", 39) };
    const rule = leading("md5", key, { payloadLength });
    const lengths = [40, 44, 47, 48, 49].map((length) => {
      const bytes = new Uint8Array(length);
      bytes[39] = 2;
      return plain(rule, bytes);
    });
    expect(lengths).toEqual([false, false, false, true, false]);
  });

  it("reads some octets as zero, and the value", () => {
    const rule: DigestRule = {
      ...leading("sha256", key),
      from: place("start", 4),
      zeroed: [{ ...place("start", 6), length: 2 }],
      value: { ...place("end", -16), length: 16 },
    };
    const bytes = Uint8Array.from({ length: 40 }, (_, at) => at + 1);
    const covered = bytes.slice(4);
    covered.fill(0, 2, 4);
    covered.fill(0, 20);
    bytes.set(digest("sha256", key, covered).subarray(0, 16), 24);
    expect(plain(rule, bytes)).toBe(false);
    bytes.fill(99, 6, 8);
    bytes.fill(99, 0, 4);
    expect(plain(rule, bytes)).toBe(false);
    bytes[8] = 0;
    expect(plain(rule, bytes)).toBe(true);
  });

  it("covers octets of its own with the sender's address", () => {
    const octets = Uint8Array.of(4, 3, 2, 1, ...new Uint8Array(16));
    const rule = leading("sha256", key, { before: { octets, sourceAt: 4 } });
    const message = Uint8Array.of(5, 6, 7);
    for (const source of [four, sixteen]) {
      const before = octets.slice();
      before.set(source, 4);
      const bytes = join(digest("sha256", key, before, message), message);
      expect(isDigestWrong([rule], { withHeader: false, bytes, source })).toBe(false);
      const other = source.slice();
      other[0] = 77;
      expect(isDigestWrong([rule], { withHeader: false, bytes, source: other })).toBe(true);
      // Without an address there is nothing to compute.
      expect(isDigestWrong([rule], { withHeader: false, bytes, source: none })).toBe(false);
    }
  });

  it("refuses numbers that are not above the mark of their sender, or of all", () => {
    const place8 = { ...place("start", 16), length: 8 } as const;
    const message = (number: bigint) => {
      const bytes = new Uint8Array(12);
      new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, number));
      return join(digest("md5", key, bytes), bytes);
    };
    const [top, half] = [(1n << 64n) - 1n, 1n << 63n];
    const marks = [
      { source: four, sequence: 1_000n << 32n },
      { source: sixteen, sequence: top },
    ];
    const rules = [leading("md5", key, { sequence: { ...place8, marks } })];
    const look = (source: Uint8Array, number: bigint) =>
      isDigestWrong(rules, { withHeader: false, bytes: message(number), source });
    const mark = 1_000n << 32n;
    expect([mark - 1n, mark, mark + 1n, mark + half - 1n].map((one) => look(four, one))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    // Numbers wrap around, and other senders have marks of their own or none.
    expect([top - 1n, top, 0n, 1n].map((one) => look(sixteen, one))).toEqual([true, true, false, false]);
    expect([0n, mark, top].map((one) => look(Uint8Array.of(1, 2, 3, 4), one))).toEqual([false, false, false]);
    expect(look(none, 0n)).toBe(false);
    const short = { ...place("start", 20), length: 4 } as const;
    const all = [leading("md5", key, { sequence: { ...short, marks: [{ sequence: 7n }] } })];
    const numbers = [6n, 7n, 8n, 0xffff_ffffn].map((number) =>
      isDigestWrong(all, { withHeader: false, bytes: message(number), source: four }),
    );
    expect(numbers).toEqual([true, true, false, false]);
  });

  it("gets other marks, four at most", () => {
    const sequence = { ...place("start", 0), length: 4, marks: [{ sequence: 1n }] } as const;
    const screen = new DigestScreen([leading("md5", key), leading("md5", key, { sequence })], {
      withHeader: false,
    });
    const marks = () => [...screen.bytes.subarray(360 + 232)].filter((octet) => octet !== 0);
    expect(marks()).toEqual([1, 1]);
    screen.mark(1, [{ source: four, sequence: 0x0200_0000_0003n }]);
    expect(marks()).toEqual([1, 4, 192, 2, 1, 2, 3]);
    screen.mark(1, Array(5).fill({ sequence: 9n }));
    expect(marks()).toEqual([1, 9, 1, 9, 1, 9, 1, 9]);
    screen.mark(1, []);
    expect(marks()).toEqual([]);
    expect(() => screen.mark(2, [])).toThrow(RangeError);
  });

  it("finds the payload behind an IPv4 header with options, if that is as long as it says", () => {
    const matches = [{ ...place("payload", 1), octet: 51 }];
    const rule = leading("md5", key, { matches });
    const packet = new Uint8Array(60);
    packet.set([0x46, 0, 0, 60]);
    packet[25] = 51;
    const look = (change: (bytes: Uint8Array) => void) => {
      const bytes = packet.slice();
      change(bytes);
      return isDigestWrong([rule], { withHeader: true, bytes, source: four });
    };
    expect(look(() => undefined)).toBe(true);
    expect(look((bytes) => bytes.fill(0x45, 0, 1))).toBe(false);
    expect(look((bytes) => bytes.fill(0x56, 0, 1))).toBe(false);
    expect(look((bytes) => bytes.fill(0x44, 0, 1))).toBe(false);
    expect(look((bytes) => bytes.fill(61, 3, 4))).toBe(false);
    expect(look((bytes) => bytes.fill(20, 3, 4))).toBe(false);
  });

  it("decides alone when it is the first that concerns a datagram", () => {
    const other = leading("md5", Uint8Array.of(9));
    const bytes = join(digest("md5", key, wrong), wrong);
    const look = (rules: readonly DigestRule[]) =>
      isDigestWrong(rules, { withHeader: false, bytes, source: none });
    expect([look([leading("md5", key), other]), look([other, leading("md5", key)]), look([])]).toEqual([
      false,
      true,
      false,
    ]);
  });

  it("is not applied to what was cut or is longer than its slot", () => {
    const rule = leading("md5", key);
    const datagrams = [
      { bytes: wrong, source: none },
      { bytes: wrong, source: none, sentLength: 49 },
      { bytes: wrong, source: none, truncated: true },
    ];
    expect(runDigestScreen([rule], { withHeader: false, datagrams })).toEqual([true, false, false]);
  });

  it("is not applied where its places lie beside the datagram, of whatever length", () => {
    const ends = fc.integer({ min: -0x8000, max: 0x7fff });
    const somewhere = fc.record({ from: fc.constantFrom("start", "payload", "end"), offset: ends });
    const near = fc.record({
      from: fc.constantFrom("start", "payload", "end"),
      offset: fc.integer({ min: -70, max: 70 }),
    });
    const anyPlace = fc.oneof(somewhere, near) as fc.Arbitrary<DigestPlace>;
    const length = fc.oneof(fc.integer({ min: 0, max: 70 }), fc.integer({ min: 0, max: 0xffff }));
    const range = fc.tuple(anyPlace, length).map(([at, octets]) => ({ ...at, length: octets }));
    const rule = fc.record({
      algorithm: fc.constantFrom("md5", "sha256"),
      key: fc.uint8Array({ maxLength: 80 }),
      matches: fc.array(
        anyPlace.map((at) => ({ ...at, octet: 0 })),
        { maxLength: 4 },
      ),
      from: anyPlace,
      zeroed: fc.array(range, { maxLength: 6 }),
      value: range,
      before: fc.record({
        octets: fc.uint8Array({ maxLength: 32 }),
        sourceAt: fc.integer({ min: -2, max: 99 }),
      }),
      sequence: fc.option(
        fc.record({
          from: fc.constantFrom("start", "payload", "end"),
          offset: ends,
          length: fc.constantFrom(4, 8),
          marks: fc.constant([{ sequence: 9n }]),
        }),
        { nil: undefined },
      ),
      payloadLength: fc.option(fc.record({ fixed: length, each: length, counter: anyPlace }), {
        nil: undefined,
      }),
    }) as fc.Arbitrary<DigestRule>;
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      fc.integer({ min: 0, max: 6_000 }).map((n) => new Uint8Array(n)),
    );
    fc.assert(
      fc.property(
        rule,
        bytes,
        fc.boolean(),
        fc.constantFrom(none, four, sixteen),
        (one, datagram, withHeader, source) => {
          const answer = isDigestWrong([one], { withHeader, bytes: datagram, source });
          const places: readonly [DigestPlace, number][] = [
            [one.value, one.value.length],
            ...one.zeroed.map((zero): [DigestPlace, number] => [zero, zero.length]),
          ];
          const isBeside = places.some(([{ from, offset }, width]) => {
            if (from === "payload" && withHeader) return false;
            const at = (from === "end" ? datagram.length : 0) + offset;
            return at < 0 || at + width > datagram.length;
          });
          if (isBeside && one.sequence === undefined) expect(answer).toBe(false);
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it("has room for so much and no more", () => {
    const match = { ...place("start", 0), octet: 0 };
    const zero = { ...place("start", 0), length: 1 };
    const make = (changes: Partial<DigestRule>) => () =>
      new DigestScreen([leading("md5", key, changes)], { withHeader: false });
    expect(make({ matches: Array(5).fill(match) })).toThrow(RangeError);
    expect(make({ zeroed: Array(7).fill(zero) })).toThrow(RangeError);
    expect(make({ before: { octets: new Uint8Array(33) } })).toThrow(RangeError);
    expect(make({ matches: Array(4).fill(match), zeroed: Array(6).fill(zero) })).not.toThrow();
  });
});

describe("the native calls", () => {
  it("refuse what does not fit together", () => {
    const [rules, slots, records] = [new Uint8Array(360), new Uint8Array(64), new Uint8Array(192)];
    expect(() => native.screenDigests(rules, slots, 64, records, 2)).toThrow(RangeError);
    expect(() => native.screenDigests(rules, slots, 65, records, 1)).toThrow(RangeError);
    expect(() => native.screenDigests(rules, slots, 0, records, 1)).toThrow(RangeError);
    expect(() => native.prepareDigestKey(3, none, new Uint8Array(64))).toThrow(RangeError);
    expect(() => native.prepareDigestKey(1, none, new Uint8Array(63))).toThrow(RangeError);
    // A table of noise computes nothing.
    expect(native.screenDigests(new Uint8Array(360).fill(255), slots, 64, records, 1)).toBe(0);
  });
});
