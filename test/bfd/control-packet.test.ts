import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromHex, toHex } from "../../src/base/bytes.ts";
import { seededRandom } from "../../src/base/random.ts";
import {
  decodeControlPacket,
  diagnosticName,
  encodeControlPacket,
  type PacketFault,
} from "../../src/bfd/control-packet.ts";
import { packetOf } from "./bfd-support.ts";

const good = encodeControlPacket(packetOf());

function withByte(at: number, value: number, bytes = good): Uint8Array {
  const changed = bytes.slice();
  changed[at] = value;
  return changed;
}

function faultOf(bytes: Uint8Array): PacketFault["kind"] | undefined {
  const decoded = decodeControlPacket(bytes);
  return decoded.ok ? undefined : decoded.error.kind;
}

describe("a BFD control packet", () => {
  it("is laid out as RFC 5880 section 4.1 draws it", () => {
    const packet = packetOf({
      diagnostic: 3,
      state: "up",
      poll: true,
      detectMultiplier: 5,
      myDiscriminator: 0x01020304,
      yourDiscriminator: 0x0a0b0c0d,
      desiredMinTransmit: 10_000,
      requiredMinReceive: 20_000,
    });
    expect(toHex(encodeControlPacket(packet))).toBe("23e00518010203040a0b0c0d0000271000004e2000000000");
  });

  it("is read as BIRD 2.0.12 wrote it", () => {
    const decoded = decodeControlPacket(fromHex("20c00418 2573aa17 61ddb3c4 0000ea60 00009c40 00000000"));
    expect(decoded).toEqual({
      ok: true,
      value: packetOf({
        state: "up",
        detectMultiplier: 4,
        myDiscriminator: 0x2573aa17,
        yourDiscriminator: 0x61ddb3c4,
        desiredMinTransmit: 60_000,
        requiredMinReceive: 40_000,
      }),
    });
  });

  it("comes back from its bytes", () => {
    const numbers = fc.nat(0xffffffff);
    fc.assert(
      fc.property(
        fc.record({
          diagnostic: fc.nat(31),
          state: fc.constantFrom("admin-down" as const, "down" as const, "init" as const, "up" as const),
          poll: fc.boolean(),
          final: fc.boolean(),
          controlPlaneIndependent: fc.boolean(),
          demand: fc.boolean(),
          detectMultiplier: fc.integer({ min: 1, max: 255 }),
          myDiscriminator: fc.integer({ min: 1, max: 0xffffffff }),
          yourDiscriminator: fc.integer({ min: 1, max: 0xffffffff }),
          desiredMinTransmit: numbers,
          requiredMinReceive: numbers,
          requiredMinEchoReceive: numbers,
        }),
        (fields) => {
          const packet = packetOf(fields);
          expect(decodeControlPacket(encodeControlPacket(packet))).toEqual({ ok: true, value: packet });
        },
      ),
    );
  });

  it("B-1: of version 1 is taken, of any other refused before everything else", () => {
    expect(faultOf(good)).toBeUndefined();
    for (const version of [0, 2, 3, 4, 5, 6, 7]) {
      expect(faultOf(withByte(0, version << 5))).toBe("version");
      expect(faultOf(withByte(0, version << 5).subarray(0, 5))).toBe("version");
    }
  });

  it("B-2: with a length from 24 up to what came is taken; padding behind it is none of our business", () => {
    expect(faultOf(new Uint8Array([...good, 1, 2, 3, 4]))).toBeUndefined();
    expect(faultOf(withByte(3, 28, new Uint8Array([...good, 1, 2, 3, 4])))).toBeUndefined();
  });

  it("B-2: with a length below 24 or beyond what came is refused", () => {
    for (const length of [0, 23, 25, 255]) expect(faultOf(withByte(3, length))).toBe("length");
    expect(faultOf(new Uint8Array())).toBe("length");
  });

  it("B-2: with the A bit needs a length of 26", () => {
    const authenticated = new Uint8Array([...withByte(1, (good[1] ?? 0) | 0x04), 1, 2]);
    expect(faultOf(authenticated)).toBe("length");
    expect(faultOf(withByte(3, 25, authenticated))).toBe("length");
    expect(faultOf(withByte(3, 26, authenticated))).toBeUndefined();
    expect(faultOf(withByte(3, 26, authenticated).subarray(0, 25))).toBe("length");
  });

  it("B-3: with a detection multiplier of 0 is refused", () => {
    expect(faultOf(withByte(2, 0))).toBe("detect-multiplier");
  });

  it("B-3: with any other detection multiplier is taken", () => {
    expect(faultOf(withByte(2, 1))).toBeUndefined();
    expect(faultOf(withByte(2, 255))).toBeUndefined();
  });

  it("B-4: with every bit but those of multipoint and authentication is taken", () => {
    expect(
      faultOf(withByte(1, 0xfa, encodeControlPacket(packetOf({ yourDiscriminator: 1 })))),
    ).toBeUndefined();
  });

  it("B-4: with the multipoint bit is refused", () => {
    expect(faultOf(withByte(1, (good[1] ?? 0) | 0x01))).toBe("multipoint");
  });

  it("B-5: of discriminator 0 is refused", () => {
    expect(faultOf(encodeControlPacket(packetOf({ myDiscriminator: 0 })))).toBe("my-discriminator");
  });

  it("B-5: of any other discriminator is taken", () => {
    for (const myDiscriminator of [1, 0x01000000, 0xffffffff]) {
      expect(faultOf(encodeControlPacket(packetOf({ myDiscriminator })))).toBeUndefined();
    }
  });

  it("B-6: that names nobody is refused in state Init and Up, and only there", () => {
    const states = ["admin-down", "down", "init", "up"] as const;
    const faults = states.map((state) => faultOf(encodeControlPacket(packetOf({ state }))));
    expect(faults).toEqual([undefined, undefined, "your-discriminator", "your-discriminator"]);
    const named = states.map((state) =>
      faultOf(encodeControlPacket(packetOf({ state, yourDiscriminator: 1 }))),
    );
    expect(named).toEqual([undefined, undefined, undefined, undefined]);
  });

  it("B-13: with a reserved diagnostic is taken", () => {
    expect(decodeControlPacket(withByte(0, 0x20 | 31))).toMatchObject({
      ok: true,
      value: { diagnostic: 31 },
    });
    expect(diagnosticName(31)).toBe("Unknown");
    expect(diagnosticName(1)).toBe("Control Detection Time Expired");
  });
});

/** The rules of the decoder once more, from the bytes alone. */
function mayBeTaken(bytes: Uint8Array): boolean {
  const [first = 0, second = 0, multiplier = 0, length = 0] = bytes;
  const number = (at: number) => bytes.slice(at, at + 4).some((byte) => byte !== 0);
  if (bytes.length < 24 || first >> 5 !== 1 || multiplier === 0 || (second & 1) !== 0) return false;
  if (length > bytes.length || length < ((second & 4) !== 0 ? 26 : 24)) return false;
  return number(4) && (number(8) || second >> 6 < 2);
}

describe("a decoder among strangers", () => {
  it("B-1 to B-6: takes no truncation of a packet", () => {
    for (let length = 0; length < good.length; length++) {
      expect(faultOf(good.subarray(0, length))).toBe("length");
    }
  });

  it("B-1 to B-6: judges every value of every byte of the header as the rules do", () => {
    for (let at = 0; at < good.length; at++) {
      for (let value = 0; value < 256; value++) {
        const bytes = withByte(at, value);
        expect([at, value, decodeControlPacket(bytes).ok]).toEqual([at, value, mayBeTaken(bytes)]);
      }
    }
  });

  it("B-1 to B-6: never throws and never takes what a rule forbids, in 100 000 mutations", () => {
    const random = seededRandom(20_260_731);
    const below = (limit: number) => Math.floor(random() * limit);
    const wrong: string[] = [];
    for (let round = 0; round < 100_000; round++) {
      const bytes = new Uint8Array(round % 7 === 0 ? below(64) : 24 + below(8));
      bytes.set(good.subarray(0, bytes.length));
      for (let change = below(5); change >= 0; change--) bytes[below(bytes.length)] = below(256);
      if (decodeControlPacket(bytes).ok !== mayBeTaken(bytes)) wrong.push(toHex(bytes));
    }
    expect(wrong).toEqual([]);
  });
});
