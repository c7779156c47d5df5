import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { fromHex, toHex } from "../../src/base/bytes.ts";
import { type IpAddress, ipAddressBytes } from "../../src/base/ip-address.ts";
import { type Instant, instant, milliseconds, seconds } from "../../src/base/time.ts";
import type { HmacAuthentication } from "../../src/conf/model/vrrp-instance.ts";
import { type HeardSequence, nextSequence, withSequence } from "../../src/vrrp/authentication-trailer.ts";
import { type Exchange, freshExchange } from "../../src/vrrp/exchange.ts";
import { createSender, outgoingPackets } from "../../src/vrrp/outgoing-packets.ts";
import { viewIpv4Packet, viewIpv6Payload } from "../../src/vrrp/packet-view.ts";
import { createReceiver, receiveAdvertisement } from "../../src/vrrp/reception.ts";
import type { RouterConfig } from "../../src/vrrp/router-config.ts";
import { config, ip, OWN } from "./router-support.ts";

const PEER = ip("192.0.2.12");
const KEY = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const OTHER = "an ASCII key of at least 32 octets";
/** A second and a half past 2026-01-01T00:00:00Z. */
const NOW = instant(1_767_225_601_500_000);

function hmac(said: Partial<HmacAuthentication> = {}): { readonly hmac: HmacAuthentication } {
  const keys = [{ id: 7, secret: `hex:${KEY}` }];
  return { hmac: { keys, antiReplay: "time", mode: "enforce", ...said } };
}

interface How {
  readonly said?: Partial<RouterConfig>;
  readonly exchange?: Exchange;
  readonly clock?: Instant;
  readonly source?: IpAddress;
}

function send({ said = hmac(), exchange = freshExchange, clock = NOW, source = PEER }: How = {}) {
  const router = config({ version: 3, ...said });
  const { version, virtualRouterId, advertisementInterval: interval, authentication } = router;
  const advertisement = {
    ...{ version, virtualRouterId, interval, authentication, priority: 200 },
    addresses: router.virtualAddresses.map(({ address }) => address),
  };
  return outgoingPackets(advertisement, createSender(router), { source, exchange, clock });
}

const packet = (how: How = {}): Uint8Array => send(how).packets[0]?.bytes ?? new Uint8Array();

function receive(bytes: Uint8Array, { said = hmac(), exchange = freshExchange, clock = NOW }: How = {}) {
  const view = viewIpv4Packet(bytes);
  const context = { ownAddresses: [ipAddressBytes(OWN)], knownMaster: undefined, exchange, clock };
  const receiver = createReceiver(config({ version: 3, ...said }));
  return view.ok ? receiveAdvertisement(view, receiver, context) : view;
}

function verdict(...parts: Parameters<typeof receive>): string {
  const reception = receive(...parts);
  return reception.ok ? "accepted" : reception.error.kind;
}

/** The digest as the format describes it, made by another library. */
function digest(pseudoHeader: string, message: Uint8Array, key = KEY): string {
  const covered = message.slice(0, message.length - 16);
  covered.fill(0, 6, 8);
  const whole = [...fromHex(pseudoHeader), ...covered, ...new Uint8Array(16)];
  const by = createHmac("sha256", fromHex(key)).update(Uint8Array.from(whole));
  return by.digest("hex").slice(0, 32);
}

describe("the auth_hmac trailer on the wire", () => {
  it("RX-22 28 octets after the addresses: type, key, zero, seconds, fraction, count, digest; the VRRP checksum ends before it", () => {
    const bytes = packet();
    expect(bytes.length).toBe(20 + 12 + 28);
    expect(bytes[3]).toBe(60);
    const message = bytes.subarray(20);
    expect(toHex(message.subarray(0, 12))).toBe(toHex(packet({ said: {} }).subarray(20)));
    expect(toHex(message.subarray(12, 24))).toBe(`01070000${"6955b901"}80000000`);
    const pseudo = `04033300 c000020c${"00".repeat(12)}`;
    expect(toHex(message.subarray(24))).toBe(digest(pseudo, message));
  });

  it("RX-22 takes what keepalived 2.4.3 sends, as captured, and signs the same octets alike", () => {
    // Its own wall clock, a moment before it was captured.
    const clock = instant(1_795_968_774_181_500);
    const captured = fromHex(
      "45c0003c00010000ff701872c000020ce0000012 3133c8010032a1fbc0000201 010100006b0c4f062e760000 c664c9928d0df4795a8730482a993162",
    );
    const said = {
      ...hmac({ keys: [{ id: 1, secret: `hex:${KEY}` }] }),
      advertisementInterval: milliseconds(500),
    };
    expect(verdict(captured, { said, clock })).toBe("accepted");
    expect(toHex(packet({ said, clock }))).toBe(toHex(captured));
  });

  it("RX-22 over IPv6 takes what keepalived 2.4.3 sends, as captured", () => {
    const captured = fromHex(
      "3133c801003280f3fe800000000000000000000000000100 010100006b0c4f0992740000 4eecfe09377e8e8155a7e40217ccd5e0",
    );
    const envelope = {
      source: ipAddressBytes(ip("fe80::12")),
      destination: ipAddressBytes(ip("ff02::12")),
      hopLimit: 255,
    };
    const view = viewIpv6Payload(captured, envelope);
    const said = {
      ...hmac({ keys: [{ id: 1, secret: `hex:${KEY}` }] }),
      ...{ version: 3 as const, family: 6 as const, advertisementInterval: milliseconds(500) },
      virtualAddresses: [{ address: ip("fe80::100"), prefixLength: 128 }],
    };
    const context = { ownAddresses: [], knownMaster: undefined, clock: instant(1_795_968_777_574_000) };
    expect(view.ok && receiveAdvertisement(view, createReceiver(config(said)), context)).toMatchObject({
      ok: true,
    });
  });

  it("RX-22 over IPv6 the checksum covers it, and the digest binds the source", () => {
    const source = ip("fe80::12");
    const said = {
      ...hmac(),
      family: 6 as const,
      virtualAddresses: [{ address: ip("fe80::100"), prefixLength: 64 }],
    };
    const bytes = packet({ said, source });
    const envelope = {
      source: ipAddressBytes(source),
      destination: ipAddressBytes(ip("ff02::12")),
      hopLimit: 255,
    };
    const pseudo = `06033300${toHex(envelope.source)}`;
    expect(toHex(bytes.subarray(bytes.length - 16))).toBe(digest(pseudo, bytes));
    const view = viewIpv6Payload(bytes, envelope);
    const context = { ownAddresses: [], knownMaster: undefined, clock: NOW };
    const receiver = createReceiver(config({ version: 3, ...said }));
    expect(view.ok && receiveAdvertisement(view, receiver, context).ok).toBe(true);
  });

  it("RX-22 version 2 has it behind the authentication data", () => {
    const said = { ...hmac(), version: 2 as const };
    const bytes = packet({ said });
    expect(bytes.length).toBe(20 + 20 + 28);
    expect(verdict(bytes, { said })).toBe("accepted");
  });

  it("all peers get the same trailer, and copies differ in the checksum alone", () => {
    const said = { ...hmac(), unicastPeers: [{ address: OWN }, { address: ip("192.0.2.13") }] };
    const [first, second] = send({ said }).packets;
    expect(toHex(first?.bytes.subarray(32) ?? new Uint8Array())).toBe(
      toHex(second?.bytes.subarray(32) ?? new Uint8Array()),
    );
    expect(first?.bytes.subarray(26, 28)).not.toEqual(second?.bytes.subarray(26, 28));
  });
});

describe("what is taken and what is refused", () => {
  it("RX-22 takes a trailer of any configured key, also one that does not sign", () => {
    const keys = [
      { id: 9, secret: OTHER },
      { id: 7, secret: `hex:${KEY}` },
    ];
    expect(verdict(packet(), { said: hmac({ keys, activeKey: 9 }) })).toBe("accepted");
    expect(packet({ said: hmac({ keys, activeKey: 9 }) })[33]).toBe(9);
    expect(packet({ said: hmac({ keys }) })[33]).toBe(7);
  });

  it.each([
    ["without a trailer", packet({ said: {} }), "trailer-missing"],
    [
      "with another key of that number",
      packet({ said: hmac({ keys: [{ id: 7, secret: OTHER }] }) }),
      "trailer-wrong",
    ],
    [
      "with a key that is not known",
      packet({ said: hmac({ keys: [{ id: 8, secret: OTHER }] }) }),
      "trailer-unknown-key",
    ],
    ["of another type", packet().map((octet, at) => (at === 32 ? 2 : octet)), "trailer-malformed"],
    ["with reserved bits", packet().map((octet, at) => (at === 35 ? 1 : octet)), "trailer-malformed"],
    ["from 6 s ago, with a window of 5 s", packet({ clock: instant(NOW - 6_000_000) }), "trailer-stale"],
    ["from 6 s ahead", packet({ clock: instant(NOW + 6_000_000) }), "trailer-stale"],
    ["cut in the trailer", packet().subarray(0, 59), "length"],
  ])("RX-22 refuses an advertisement %s", (_, bytes, kind) => {
    expect(verdict(bytes)).toBe(kind);
  });

  it("RX-22 refuses a trailer where none is configured", () => {
    expect(verdict(packet(), { said: {} })).toBe("length");
  });

  it("RX-22 refuses any bit turned in message or trailer", () => {
    const good = packet();
    for (let bit = 20 * 8; bit < good.length * 8; bit++) {
      const turned = good.slice();
      turned[bit >> 3] = (turned[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(verdict(turned), `bit ${bit}`).not.toBe("accepted");
    }
  });

  it("RX-22 refuses the same advertisement from another source", () => {
    const bytes = packet();
    bytes.set(ipAddressBytes(ip("192.0.2.13")), 12);
    expect(["trailer-wrong", "checksum"]).toContain(verdict(bytes));
  });

  it("permissive and receive-only take what has no trailer, and refuse a wrong one; receive-only sends none", () => {
    const wrong = packet({ said: hmac({ keys: [{ id: 7, secret: OTHER }] }) });
    for (const mode of ["permissive", "receive-only"] as const) {
      expect(verdict(packet({ said: {} }), { said: hmac({ mode }) })).toBe("accepted");
      expect(verdict(packet(), { said: hmac({ mode }) })).toBe("accepted");
      expect(verdict(wrong, { said: hmac({ mode }) })).toBe("trailer-wrong");
    }
    expect(packet({ said: hmac({ mode: "permissive" }) }).length).toBe(60);
    expect(packet({ said: hmac({ mode: "receive-only" }) }).length).toBe(32);
  });
});

describe("replay", () => {
  const taken = (bytes: Uint8Array, how: How = {}): Exchange => {
    const reception = receive(bytes, how);
    if (!reception.ok) throw new Error(reception.error.kind);
    return reception.exchange;
  };

  it("RX-22 refuses what was heard before, and what is older", () => {
    const old = packet({ clock: instant(NOW - 1_000_000) });
    const exchange = taken(packet());
    expect(verdict(packet(), { exchange })).toBe("trailer-replayed");
    expect(verdict(old, { exchange })).toBe("trailer-replayed");
    const next = packet({ exchange: send().exchange });
    expect(verdict(next, { exchange })).toBe("accepted");
  });

  it("RX-22 the mark never moves for a packet that is refused", () => {
    const exchange = taken(packet({ clock: instant(NOW - 1_000_000) }));
    const later = packet();
    later[30] = 99;
    expect(receive(later, { exchange })).not.toHaveProperty("exchange");
    const foreign = packet({ said: { ...hmac(), virtualAddresses: [{ address: OWN, prefixLength: 32 }] } });
    expect(verdict(foreign, { exchange })).toBe("address-list");
    expect(verdict(packet(), { exchange })).toBe("accepted");
  });

  it("RX-22 each sender has a mark of its own, of four by multicast", () => {
    let exchange = taken(packet());
    const others = ["13", "14", "15"].map((last) => ip(`192.0.2.${last}`));
    for (const source of others) exchange = taken(packet({ source }), { exchange });
    expect(exchange.heard.map(({ source }) => source)).toEqual([...[...others].reverse(), PEER]);
    expect(verdict(packet(), { exchange })).toBe("trailer-replayed");
    exchange = taken(packet({ source: ip("192.0.2.16") }), { exchange });
    expect(exchange.heard).toHaveLength(4);
    expect(verdict(packet(), { exchange })).toBe("accepted");
    const five = others.concat(ip("192.0.2.16"), ip("192.0.2.17"));
    const none: readonly HeardSequence[] = [];
    const all = five.reduce((marks, source) => withSequence(marks, { source, sequence: 1n }, true), none);
    expect(all).toHaveLength(5);
  });

  it("RX-22 a mark expires outside the window, so that a clock that was set back is heard again", () => {
    const exchange = taken(packet());
    const back = instant(NOW - 3_600_000_000);
    expect(verdict(packet({ clock: back }), { exchange, clock: back })).toBe("accepted");
    const monotonic = { said: hmac({ antiReplay: "monotonic" }) };
    const mark = taken(packet(), monotonic);
    expect(verdict(packet({ clock: back }), { ...monotonic, exchange: mark, clock: back })).toBe(
      "trailer-replayed",
    );
    expect(verdict(packet({ clock: back }), { ...monotonic, clock: NOW })).toBe("accepted");
  });
});

describe("the sequence of a sender", () => {
  const window = 5;

  it("is the clock, or one more within the same moment", () => {
    const first = nextSequence(0n, { clock: NOW, window });
    expect(first).toBe((1_767_225_601n << 32n) | (0x8000n << 16n));
    expect(nextSequence(first, { clock: NOW, window })).toBe(first + 1n);
    expect(nextSequence(first + 0xffffn, { clock: NOW, window })).toBe(first + 0x10000n);
  });

  it("goes on when the clock is set back a little, and starts anew beyond the window unless it is monotonic", () => {
    const last = nextSequence(0n, { clock: NOW, window });
    const little = instant(NOW - seconds(4));
    const much = instant(NOW - seconds(7));
    expect(nextSequence(last, { clock: little, window })).toBe(last + 1n);
    expect(nextSequence(last, { clock: much, window }) < last).toBe(true);
    expect(nextSequence(last, { clock: much, window: undefined })).toBe(last + 1n);
  });

  it("goes on across the year 2106, when 32 bits of seconds begin anew", () => {
    const before = nextSequence(0n, { clock: instant((2 ** 32 - 1) * 1_000_000), window });
    const after = nextSequence(before, { clock: instant(2 ** 32 * 1_000_000 + milliseconds(500)), window });
    expect(after).toBe(0x8000n << 16n);
  });
});
