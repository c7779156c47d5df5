import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ipAddressBytes } from "../../src/base/ip-address.ts";
import { seconds } from "../../src/base/time.ts";
import { viewIpv4Packet } from "../../src/vrrp/packet-view.ts";
import { createReceiver, receiveAdvertisement } from "../../src/vrrp/reception.ts";
import { type RejectionKind, rejection } from "../../src/vrrp/rejection.ts";
import type { RouterConfig } from "../../src/vrrp/router-config.ts";
import { partialSum, pseudoHeaderSum, sumToChecksum } from "../../src/vrrp/vrrp-checksum.ts";
import { context, craft, GROUP, PEER, pass, receive, set, unicast, verdict } from "./crafted-packets.ts";
import { at, type Bench, bench, ip, OWN } from "./router-support.ts";

interface Case {
  readonly title: string;
  readonly kind: RejectionKind;
  readonly said: Partial<RouterConfig>;
  readonly packet: Uint8Array;
}

const REFUSED: readonly Case[] = [
  { title: "RX-1 refuses a TTL of 254", kind: "ttl", said: {}, packet: craft(2, { ttl: 254 }) },
  { title: "RX-2 refuses version 3 on a version 2 router", kind: "version", said: {}, packet: craft(3) },
  {
    title: "RX-2 refuses version 2 on a version 3 router",
    kind: "version",
    said: { version: 3 },
    packet: craft(2),
  },
  { title: "RX-3 refuses type 2", kind: "type", said: {}, packet: craft(2, { twist: set(0, 0x22) }) },
  {
    title: "RX-4 refuses a count above the addresses there",
    kind: "length",
    said: {},
    packet: craft(2, { twist: set(3, 2) }),
  },
  {
    title: "RX-4 refuses a count below the addresses there",
    kind: "length",
    said: {},
    packet: craft(2, { twist: set(3, 0) }),
  },
  {
    title: "RX-4 refuses a packet without authentication field in version 2",
    kind: "length",
    said: {},
    packet: craft(3, { twist: set(0, 0x21) }),
  },
  {
    title: "RX-5 refuses a wrong checksum (version 2)",
    kind: "checksum",
    said: {},
    packet: craft(2, { spoil: set(22, 1) }),
  },
  {
    title: "RX-5 refuses a wrong checksum (version 3)",
    kind: "checksum",
    said: { version: 3 },
    packet: craft(3, { spoil: set(22, 1) }),
  },
  {
    title: "RX-5 refuses version 2 with a pseudo-header",
    kind: "checksum",
    said: {},
    packet: pseudoVersion2(),
  },
  {
    title: "RX-6 refuses another VRID",
    kind: "unknown-vrid",
    said: {},
    packet: craft(2, { said: { virtualRouterId: 52 } }),
  },
  {
    title: "RX-8 refuses authentication type 9",
    kind: "authentication-type",
    said: {},
    packet: craft(2, { twist: set(4, 9) }),
  },
  {
    title: "RX-8 refuses a password where none is set",
    kind: "authentication-mismatch",
    said: {},
    packet: craft(2, { said: pass }),
  },
  {
    title: "RX-8 refuses a packet without password where one is set",
    kind: "authentication-mismatch",
    said: pass,
    packet: craft(2),
  },
  {
    title: "RX-8 refuses the wrong password",
    kind: "authentication-failed",
    said: pass,
    packet: craft(2, { said: { authentication: { kind: "pass", password: "secreT" } } }),
  },
  {
    title: "RX-9 refuses another interval in version 2",
    kind: "interval-mismatch",
    said: {},
    packet: craft(2, { said: { interval: seconds(2) } }),
  },
  {
    title: "RX-9 refuses an interval of 0 in version 2",
    kind: "interval-mismatch",
    said: {},
    packet: craft(2, { twist: set(5, 0) }),
  },
  {
    title: "RX-11 refuses an interval of 0 in version 3, reserved bits set",
    kind: "interval-zero",
    said: { version: 3 },
    packet: craft(3, {
      twist: (message) => {
        message[4] = 0xf0;
        message[5] = 0;
      },
    }),
  },
  {
    title: "RX-12 refuses a packet without addresses",
    kind: "zero-addresses",
    said: {},
    packet: craft(2, { said: { addresses: [] } }),
  },
  {
    title: "RX-12 refuses a packet without addresses in version 3",
    kind: "zero-addresses",
    said: { version: 3 },
    packet: craft(3, { said: { addresses: [] } }),
  },
  {
    title: "RX-13 refuses another address",
    kind: "address-list",
    said: {},
    packet: craft(2, { said: { addresses: [ip("192.0.2.7")] } }),
  },
  {
    title: "RX-13 refuses one address too many",
    kind: "address-list",
    said: {},
    packet: craft(2, { said: { addresses: [ip("192.0.2.1"), ip("192.0.2.7")] } }),
  },
  {
    title: "RX-18 refuses an IP header shorter than 20 octets",
    kind: "bad-ip-header",
    said: {},
    packet: craft(2, { spoil: set(0, 0x44) }),
  },
  {
    title: "RX-18 refuses an IP version of 6",
    kind: "bad-ip-header",
    said: {},
    packet: craft(2, { spoil: set(0, 0x65) }),
  },
  {
    title: "RX-17 refuses an IP length beyond what was received",
    kind: "length",
    said: {},
    packet: craft(2, { spoil: set(3, 200) }),
  },
  {
    title: "RX-19 refuses unicast on a multicast router",
    kind: "unicast-on-multicast",
    said: {},
    packet: craft(2, { destination: OWN }),
  },
  {
    title: "RX-19 refuses multicast on a unicast router",
    kind: "multicast-on-unicast",
    said: unicast,
    packet: craft(2),
  },
  {
    title: "RX-20 refuses a sender that is no peer",
    kind: "unknown-peer",
    said: unicast,
    packet: craft(2, { source: ip("192.0.2.77"), destination: OWN }),
  },
  {
    title: "RX-21 refuses our own address as the sender",
    kind: "own-address",
    said: {},
    packet: craft(2, { source: OWN }),
  },
];

function pseudoVersion2(): Uint8Array {
  const packet = craft(2);
  const message = packet.subarray(20);
  message.fill(0, 6, 8);
  const ends = { source: ipAddressBytes(PEER), destination: ipAddressBytes(GROUP) };
  const start = pseudoHeaderSum(ends, message.length);
  const checksum = sumToChecksum(partialSum(message, { from: 0, to: message.length, start }));
  message.set([checksum >> 8, checksum & 255], 6);
  return packet;
}

describe("receiver checks: what is refused, and why", () => {
  it.each(REFUSED)("$title: $kind", ({ kind, said, packet }) => {
    expect(verdict(packet, said)).toBe(kind);
    expect(receive(packet, said)).toMatchObject({ error: { kind, counter: rejection(kind).counter } });
  });
});

describe("receiver checks: what is accepted", () => {
  it.each([
    ["RX-1 RX-2 RX-3 RX-4 RX-5 RX-6 RX-9 RX-12 version 2", craft(2), {}],
    ["RX-2 RX-11 version 3", craft(3), { version: 3 }],
    ["TX-9 version 3 without pseudo-header", craft(3, { pseudoHeader: false }), { version: 3 }],
    ["RX-8 the right password", craft(2, { said: pass }), pass],
    ["RX-10 another interval in version 3", craft(3, { said: { interval: seconds(7) } }), { version: 3 }],
    [
      "RX-14 reserved bits set in version 3",
      craft(3, { twist: (m) => m.set([0xf0 | (m[4] as number)], 4) }),
      { version: 3 },
    ],
    ["RX-19 RX-20 a unicast peer", craft(2, { destination: OWN, ttl: 64 }), unicast],
  ] as const)("%s", (_, packet, said) => {
    expect(verdict(packet, said)).toBe("accepted");
  });

  it("TX-9 tells which checksum form came", () => {
    expect(receive(craft(3), { version: 3 })).toMatchObject({ value: { checksumForm: "pseudo-header" } });
    const other = receive(craft(3, { pseudoHeader: false }), { version: 3 });
    expect(other).toMatchObject({ value: { checksumForm: "message" } });
  });

  it("TM-6 an interval is never more than 4095 centiseconds, whatever the reserved bits", () => {
    const twist = (message: Uint8Array) => message.fill(0xff, 4, 6);
    expect(receive(craft(3, { twist }), { version: 3 })).toMatchObject({ value: { interval: 40_950_000 } });
  });

  it("RX-13 the same addresses in another order", () => {
    const list = ["192.0.2.1", "192.0.2.2", "192.0.2.3"].map(ip);
    const said = { virtualAddresses: list.map((address) => ({ address, prefixLength: 32 })) };
    expect(verdict(craft(2, { said: { addresses: [...list].reverse() } }), said)).toBe("accepted");
    const doubled = [ip("192.0.2.1"), ip("192.0.2.1"), ip("192.0.2.3")];
    expect(verdict(craft(2, { said: { addresses: doubled } }), said)).toBe("address-list");
  });

  it("RX-12 two routers without any address hear each other", () => {
    const none = craft(2, { said: { addresses: [] } });
    expect(verdict(none, { virtualAddresses: [] })).toBe("accepted");
    expect(verdict(craft(2), { virtualAddresses: [] })).toBe("address-list");
  });

  it("RX-7 owner_ignore_adverts, or strict mode, makes an owner deaf, and nobody else", () => {
    const owner = { priority: 255 } as const;
    expect(verdict(craft(2), { ...owner, ownerIgnoresAdvertisements: true })).toBe("owner-ignores");
    expect(verdict(craft(2), { ...owner, strict: true })).toBe("owner-ignores");
    expect(verdict(craft(2), { ...owner, strict: true, ownerIgnoresAdvertisements: false })).toBe("accepted");
    expect(verdict(craft(2), { ...owner })).toBe("accepted");
    expect(verdict(craft(2), { ownerIgnoresAdvertisements: true })).toBe("accepted");
  });

  it("TX-9 the checksum of old keepalived peers: learnt, demanded, or forbidden", () => {
    const peers = { version: 3, unicastPeers: [{ address: PEER }] } as const;
    const old = craft(3, { destination: OWN });
    const message = old.subarray(20);
    message.fill(0, 6, 8);
    const ends = { source: ipAddressBytes(PEER), destination: ipAddressBytes(GROUP) };
    const start = pseudoHeaderSum(ends, message.length);
    const checksum = sumToChecksum(partialSum(message, { from: 0, to: message.length, start }));
    message.set([checksum >> 8, checksum & 255], 6);
    expect(receive(old, peers)).toMatchObject({
      value: { checksumForm: "old-unicast" },
      exchange: { oldUnicastChecksum: true },
    });
    expect(verdict(old, { ...peers, oldUnicastChecksum: "never" })).toBe("checksum");
    expect(verdict(old, { ...peers, oldUnicastChecksum: "always" })).toBe("accepted");
    expect(verdict(old, { version: 3 })).toBe("checksum");
  });

  it("TX-1 refuses another group than that of mcast_dst_ip", () => {
    const said = { multicastDestination: ip("224.0.0.77") };
    expect(verdict(craft(2), said)).toBe("other-group");
    expect(verdict(craft(2, { destination: ip("224.0.0.77") }), said)).toBe("accepted");
  });

  it("RX-13 skip_check_adv_addr trusts the known master only", () => {
    const packet = craft(2, { said: { addresses: [ip("192.0.2.7")] } });
    const said = { skipCheckAdvertisedAddresses: true };
    expect(verdict(packet, said)).toBe("address-list");
    expect(verdict(packet, said, { knownMaster: PEER })).toBe("accepted");
    expect(verdict(packet, said, { knownMaster: ip("192.0.2.13") })).toBe("address-list");
  });

  it("RX-1 a unicast peer's TTL is held against min_ttl and max_ttl", () => {
    const said = { unicastPeers: [{ address: PEER, minTtl: 250, maxTtl: 254 }] };
    const seen = [249, 250, 254, 255].map((ttl) => verdict(craft(2, { destination: OWN, ttl }), said));
    expect(seen).toEqual(["ttl", "accepted", "accepted", "ttl"]);
  });

  it("RX-4 Ethernet padding up to 46 octets, and no more", () => {
    const padded = (octets: number): Uint8Array => {
      const packet = new Uint8Array(octets);
      packet.set(craft(2));
      return packet;
    };
    expect(verdict(padded(46))).toBe("accepted");
    expect(verdict(padded(47))).toBe("length");
  });

  it("RX-18 IP options are passed over", () => {
    const packet = craft(2);
    const longer = new Uint8Array(packet.length + 8);
    longer.set(packet.subarray(0, 20));
    longer.set(packet.subarray(20), 28);
    longer[0] = 0x47;
    longer[3] = longer.length;
    expect(verdict(longer)).toBe("accepted");
  });
});

describe("RX-17 lengths come from the received bytes only", () => {
  it.each([2, 3] as const)("RX-17 version %i: refuses every truncation and never throws", (version) => {
    const packet = craft(version);
    for (let length = 0; length < packet.length; length++) {
      expect(verdict(packet.subarray(0, length), { version })).not.toBe("accepted");
    }
  });

  it.each([2, 3] as const)("version %i: every count but the right one is refused", (version) => {
    const accepted = [];
    for (let count = 0; count <= 255; count++) {
      if (verdict(craft(version, { twist: set(3, count) }), { version }) === "accepted") accepted.push(count);
    }
    expect(accepted).toEqual([1]);
  });

  it("any bytes at all: a verdict, never an exception", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        expect(["accepted", ...REFUSED.map(({ kind }) => kind)]).toContain(verdict(bytes));
      }),
    );
  });

  it("any single bit of a good packet's message turned: refused by version 2", () => {
    const packet = craft(2);
    for (let bit = 20 * 8; bit < packet.length * 8; bit++) {
      const turned = packet.slice();
      turned[bit >> 3] = (turned[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(verdict(turned)).not.toBe("accepted");
    }
  });
});

describe("RX-15 1,000 refused packets of each kind never move role or timer", () => {
  /** What every host does with a packet: a refusal never becomes an event. */
  function feed(router: Bench, packet: Uint8Array): void {
    const view = viewIpv4Packet(packet);
    const reception = view.ok
      ? receiveAdvertisement(view, createReceiver(router.state.config), context)
      : view;
    if (reception.ok) router.on({ kind: "advertisement", received: reception.value }, at(0.5));
  }

  it.each(REFUSED)("$kind ($title)", ({ said, packet }) => {
    for (const role of ["master", "backup"] as const) {
      const router = bench(role, said);
      const before = router.state;
      for (let count = 0; count < 1_000; count++) feed(router, packet);
      expect(router.state).toBe(before);
      router.effects = [];
      const due = role === "master" ? at(1) : router.deadline;
      const sent = router.run(at(4)).find(({ effect }) => effect.kind === "send-advertisement");
      expect(sent?.at).toBe(due);
    }
  });
});
