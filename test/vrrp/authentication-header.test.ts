import { describe, expect, it } from "vitest";
import { fromHex, toHex } from "../../src/base/bytes.ts";
import { ipAddressBytes } from "../../src/base/ip-address.ts";
import { seconds } from "../../src/base/time.ts";
import type { Advertisement } from "../../src/vrrp/advertisement.ts";
import { type Exchange, freshExchange } from "../../src/vrrp/exchange.ts";
import { createSender, outgoingPackets } from "../../src/vrrp/outgoing-packets.ts";
import { viewIpv4Packet } from "../../src/vrrp/packet-view.ts";
import { createReceiver, receiveAdvertisement } from "../../src/vrrp/reception.ts";
import type { RouterConfig } from "../../src/vrrp/router-config.ts";
import { at, config, ip, OWN } from "./router-support.ts";

const PEER = ip("192.0.2.12");
const ah = { authentication: { kind: "ah", password: "s3cret" } } as const;

/** A whole packet as Debian's keepalived 2.2.7 put it on a wire: its first, with the password s3cret. */
const CAPTURED =
  "45c0004000010000ff3318abc000020ce0000012 70040000c000020c000000012d8a482b43ba5737842c3c62 2133c801020152c8c00002010000000000000000";

function advertisement(said: Partial<Advertisement> = {}): Advertisement {
  return {
    version: 2,
    virtualRouterId: 51,
    priority: 200,
    interval: seconds(1),
    addresses: [ip("192.0.2.1")],
    authentication: ah.authentication,
    ...said,
  };
}

function packet(exchange: Exchange = freshExchange, said: Partial<RouterConfig> = {}): Uint8Array {
  const sender = createSender(config({ ...ah, ...said }));
  const sent = outgoingPackets(advertisement(), sender, { source: PEER, exchange, clock: at(0) });
  return sent.packets[0]?.bytes ?? new Uint8Array();
}

function receive(bytes: Uint8Array, said: Partial<RouterConfig> = ah, exchange: Exchange = freshExchange) {
  const view = viewIpv4Packet(bytes);
  const context = { ownAddresses: [ipAddressBytes(OWN)], knownMaster: undefined, exchange };
  return view.ok ? receiveAdvertisement(view, createReceiver(config(said)), context) : view;
}

function verdict(...parts: Parameters<typeof receive>): string {
  const reception = receive(...parts);
  return reception.ok ? "accepted" : reception.error.kind;
}

describe("auth_type AH", () => {
  it("TX-5 TX-6 RX-8 sends byte for byte what keepalived 2.2.7 sends", () => {
    expect(toHex(packet())).toBe(toHex(fromHex(CAPTURED)));
  });

  it("RX-8 takes it too", () => {
    expect(verdict(fromHex(CAPTURED))).toBe("accepted");
  });

  it("RX-8 takes it whatever routers may change on the way, and by unicast another TTL too", () => {
    const bytes = packet();
    bytes.set([0], 1);
    expect(verdict(bytes)).toBe("accepted");
    const peers = { ...ah, unicastPeers: [{ address: OWN }] };
    const unicast = packet(freshExchange, peers);
    unicast[8] = 60;
    expect(verdict(unicast, { ...ah, unicastPeers: [{ address: PEER }] })).toBe("accepted");
  });

  it("RX-8 refuses another password, and any bit turned that the value covers", () => {
    expect(verdict(packet(), { authentication: { kind: "ah", password: "S3cret" } })).toBe(
      "authentication-failed",
    );
    const good = packet();
    for (let bit = 0; bit < good.length * 8; bit++) {
      const octet = bit >> 3;
      // The type of service, flags, fragment offset and header checksum are not covered.
      if (octet === 1 || octet === 6 || octet === 7 || octet === 10 || octet === 11) continue;
      const turned = good.slice();
      turned[octet] = (turned[octet] as number) ^ (1 << (bit & 7));
      expect(verdict(turned), `bit ${bit}`).not.toBe("accepted");
    }
  });

  it("RX-8 refuses a header where none is configured, and its absence where one is", () => {
    expect(verdict(packet(), {})).toBe("authentication-mismatch");
    expect(verdict(packet(), { version: 3 })).toBe("version");
    expect(verdict(packet(freshExchange, { authentication: { kind: "none" } }))).toBe(
      "authentication-mismatch",
    );
    const pass = { authentication: { kind: "pass", password: "s3cret" } } as const;
    expect(verdict(packet(), pass)).toBe("authentication-mismatch");
  });

  it("RX-8 refuses a packet again, and any number not above the last", () => {
    const numbered = (headerSequence: number) => ({ ...freshExchange, headerSequence });
    const bytes = packet(numbered(41));
    const first = receive(bytes);
    expect(first).toMatchObject({ ok: true, exchange: { headerSequence: 42 } });
    expect([41, 42, 43].map((last) => verdict(bytes, ah, numbered(last)))).toEqual([
      "accepted",
      "replayed",
      "replayed",
    ]);
    expect(verdict(packet(numbered(0xffff_0000)), ah, numbered(0xfffe_0000))).toBe("accepted");
  });

  it("RX-15 a refused packet never moves the number", () => {
    const said = { ...ah, virtualAddresses: [{ address: ip("192.0.2.7"), prefixLength: 32 }] };
    expect(receive(packet(), said)).toEqual({ ok: false, error: expect.anything() });
  });

  it("counts what it sends and what it takes as one, and stays at the last number", () => {
    const sender = createSender(config(ah));
    const send = (headerSequence: number) =>
      outgoingPackets(advertisement(), sender, {
        source: OWN,
        exchange: { ...freshExchange, headerSequence },
        clock: at(0),
      }).exchange.headerSequence;
    expect([send(0), send(42), send(0xffff_fffd)]).toEqual([1, 43, 0xffff_fffd]);
  });

  it("refuses an authentication header before another protocol, or of another length", () => {
    for (const [octet, value] of [
      [20, 6],
      [21, 5],
    ] as const) {
      const bytes = packet();
      bytes[octet] = value;
      expect(verdict(bytes)).toBe("bad-ip-header");
    }
    for (let length = 0; length < 64; length++)
      expect(verdict(packet().subarray(0, length))).not.toBe("accepted");
  });
});
