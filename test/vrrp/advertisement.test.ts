import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromHex, toHex } from "../../src/base/bytes.ts";
import { internetChecksum } from "../../src/base/checksum.ts";
import { ipAddressBytes, ipAddressFromBytes, ipv4FromNumber } from "../../src/base/ip-address.ts";
import { microseconds, seconds } from "../../src/base/time.ts";
import { type Advertisement, encodeAdvertisement } from "../../src/vrrp/advertisement.ts";
import { encodeIpv4Packet } from "../../src/vrrp/ipv4-packet.ts";
import { viewIpv4Packet, viewIpv6Payload } from "../../src/vrrp/packet-view.ts";
import { inspectAdvertisement } from "../../src/vrrp/reception.ts";
import { ip } from "./router-support.ts";

const GROUP = ip("224.0.0.18");
const plain = { source: ip("192.0.2.254"), destination: GROUP, checksumPseudoHeader: true };

function advertisement(said: Partial<Advertisement> = {}): Advertisement {
  return {
    version: 2,
    virtualRouterId: 51,
    priority: 255,
    interval: seconds(1),
    addresses: [ip("192.0.2.1")],
    authentication: { kind: "none" },
    ...said,
  };
}

describe("encoding, against bytes captured from keepalived 2.2.7", () => {
  it("TX-5 TX-6 TX-7 version 2 with one address", () => {
    expect(toHex(encodeAdvertisement(advertisement(), plain))).toBe(
      "2133ff0100011dc8c00002010000000000000000",
    );
  });

  it("TX-8 TX-9 version 3 with the pseudo-header", () => {
    expect(toHex(encodeAdvertisement(advertisement({ version: 3 }), plain))).toBe("3133ff01006469d7c0000201");
  });

  it("TX-9 version 3 without the pseudo-header (v3_checksum_as_v2)", () => {
    const bytes = encodeAdvertisement(advertisement({ version: 3 }), {
      ...plain,
      checksumPseudoHeader: false,
    });
    expect(toHex(bytes)).toBe("3133ff0100640d65c0000201");
    expect(internetChecksum(bytes)).toBe(0);
  });

  it("TX-6 a password is cut or padded to eight octets and covered by the checksum", () => {
    const bytes = encodeAdvertisement(
      advertisement({ authentication: { kind: "pass", password: "secret-and-more" } }),
      plain,
    );
    expect(bytes[4]).toBe(1);
    expect(new TextDecoder().decode(bytes.subarray(12))).toBe("secret-a");
    expect(internetChecksum(bytes)).toBe(0);
    const short = encodeAdvertisement(
      advertisement({ authentication: { kind: "pass", password: "é1" } }),
      plain,
    );
    expect(toHex(short.subarray(12))).toBe("c3a9310000000000");
  });

  it("TX-8 the reserved nibble is sent zero at the largest interval", () => {
    const bytes = encodeAdvertisement(advertisement({ version: 3, interval: seconds(40.95) }), plain);
    expect(toHex(bytes.subarray(4, 6))).toBe("0fff");
  });

  it("TX-7 TX-8 refuses intervals that the version cannot carry", () => {
    expect(() => encodeAdvertisement(advertisement({ interval: seconds(0.5) }), plain)).toThrow(
      /1..255 seconds/,
    );
    expect(() => encodeAdvertisement(advertisement({ version: 3, interval: seconds(41) }), plain)).toThrow(
      /4095/,
    );
  });

  it("TX-13 refuses an address of the other family", () => {
    expect(() => encodeAdvertisement(advertisement({ addresses: [ip("2001:db8::1")] }), plain)).toThrow(
      /family/,
    );
  });

  it("TX-1 TX-2 the IP header is keepalived's: TOS 0xC0, DF off, TTL 255, protocol 112", () => {
    const message = encodeAdvertisement(advertisement(), plain);
    const header = { source: plain.source, destination: GROUP, identification: 0x1234, ttl: 255 };
    const packet = encodeIpv4Packet(message, header);
    const checksum = toHex(packet.subarray(10, 12));
    expect(toHex(packet.subarray(0, 20))).toBe(`45c0002812340000ff70${checksum}c00002fee0000012`);
    expect(internetChecksum(packet.subarray(0, 20))).toBe(0);
  });
});

/** Whole packets as keepalived 2.2.7 put them on a wire, from the IP header on. */
const CAPTURED = [
  {
    title: "version 2, password, three addresses",
    hex: "45c0003000010000ff70178cc00002fee0000012 2133c8030101f202 c0000201 c0000202 c6336407 7365637265743939",
    sent: advertisement({
      priority: 200,
      addresses: ["192.0.2.1", "192.0.2.2", "198.51.100.7"].map(ip),
      authentication: { kind: "pass", password: "secret99" },
    }),
  },
  {
    title: "version 3, every 50 ms, two addresses",
    hex: "45c0002400010000ff701798c00002fee0000012 3134780200052f2a c0000203 c0000204",
    sent: advertisement({
      version: 3,
      virtualRouterId: 52,
      priority: 120,
      interval: seconds(0.05),
      addresses: ["192.0.2.3", "192.0.2.4"].map(ip),
    }),
  },
] as const;

describe("whole packets, byte for byte as keepalived 2.2.7 sends them", () => {
  it.each(CAPTURED)("TX-1 TX-2 TX-3 TX-5 $title", ({ hex, sent }) => {
    const header = { source: plain.source, destination: GROUP, identification: 1, ttl: 255 };
    const packet = encodeIpv4Packet(encodeAdvertisement(sent, plain), header);
    expect(toHex(packet)).toBe(toHex(fromHex(hex)));
  });

  it("TX-9 TX-10 version 3 over IPv6, link-local address first", () => {
    const captured = "3136780200642239 fe800000000000000000000000000054 20010db8000000000000000000000054";
    const sent = advertisement({
      version: 3,
      virtualRouterId: 54,
      priority: 120,
      addresses: [ip("fe80::54"), ip("2001:db8::54")],
    });
    const ends = {
      source: ip("fe80::e890:dff:fe46:1443"),
      destination: ip("ff02::12"),
      checksumPseudoHeader: true,
    };
    expect(toHex(encodeAdvertisement(sent, ends))).toBe(toHex(fromHex(captured)));
  });
});

describe("what is sent can be read", () => {
  const interval = { 2: fc.integer({ min: 1, max: 255 }), 3: fc.integer({ min: 1, max: 4095 }) };
  const some = fc.constantFrom(2 as const, 3 as const).chain((version) =>
    fc.record({
      version: fc.constant(version),
      virtualRouterId: fc.integer({ min: 1, max: 255 }),
      priority: fc.integer({ min: 0, max: 255 }),
      interval: interval[version].map((count) => microseconds(count * (version === 2 ? 1_000_000 : 10_000))),
      addresses: fc.array(fc.integer({ min: 0, max: 0xffffffff }).map(ipv4FromNumber), { maxLength: 255 }),
      authentication: fc.oneof(
        fc.constant({ kind: "none" } as const),
        fc.record({ kind: fc.constant("pass" as const), password: fc.string() }),
      ),
    }),
  );

  it("TX-13 IPv4, every field and both checksum forms", () => {
    fc.assert(
      fc.property(some, fc.boolean(), fc.integer({ min: 0, max: 0xffff }), (sent, pseudo, identification) => {
        const addressing = { ...plain, checksumPseudoHeader: pseudo };
        const header = { source: plain.source, destination: GROUP, identification, ttl: 255 };
        const view = viewIpv4Packet(encodeIpv4Packet(encodeAdvertisement(sent, addressing), header));
        const heard = view.ok ? inspectAdvertisement(view) : view;
        if (!heard.ok) throw new Error(heard.error.kind);
        const { version, virtualRouterId, priority, interval, addresses } = heard.value;
        expect({
          version,
          virtualRouterId,
          priority,
          interval,
          addresses,
          authentication: sent.authentication,
        }).toEqual(sent);
        expect(heard.value.checksumForm).toBe(sent.version === 3 && pseudo ? "pseudo-header" : "message");
      }),
    );
  });

  it("IPv6, with the pseudo-header always", () => {
    const address = fc.uint8Array({ minLength: 16, maxLength: 16 }).map(ipAddressFromBytes);
    fc.assert(
      fc.property(fc.array(address, { maxLength: 80 }), fc.boolean(), (addresses, pseudo) => {
        const ends = { source: ip("fe80::1"), destination: ip("ff02::12") };
        const sent = advertisement({ version: 3, addresses });
        const bytes = encodeAdvertisement(sent, { ...ends, checksumPseudoHeader: pseudo });
        const envelope = {
          source: ipAddressBytes(ends.source),
          destination: ipAddressBytes(ends.destination),
          hopLimit: 255,
        };
        const view = viewIpv6Payload(bytes, envelope);
        const heard = view.ok ? inspectAdvertisement(view) : view;
        expect(heard.ok && heard.value.addresses).toEqual(addresses);
      }),
    );
  });

  it("fromHex and a capture agree with the inspector", () => {
    const capture = fromHex(
      `45c0002800010000ff70 0000 c00002fe e0000012 2133ff01 00011dc8 c0000201 00000000 00000000`,
    );
    const view = viewIpv4Packet(capture);
    const heard = view.ok ? inspectAdvertisement(view) : view;
    expect(heard.ok && heard.value).toMatchObject({
      version: 2,
      virtualRouterId: 51,
      priority: 255,
      ttl: 255,
    });
  });
});
