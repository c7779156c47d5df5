import { describe, expect, it } from "vitest";
import { ipAddressBytes } from "../../src/base/ip-address.ts";
import { type Random, seededRandom } from "../../src/base/random.ts";
import { instant } from "../../src/base/time.ts";
import { describeRejection } from "../../src/vrrp/describe.ts";
import { freshExchange } from "../../src/vrrp/exchange.ts";
import { createSender, outgoingPackets } from "../../src/vrrp/outgoing-packets.ts";
import { type PacketView, viewIpv4Packet, viewIpv6Payload } from "../../src/vrrp/packet-view.ts";
import {
  createReceiver,
  inspectAdvertisement,
  type Receiver,
  receiveAdvertisement,
} from "../../src/vrrp/reception.ts";
import type { RouterConfig } from "../../src/vrrp/router-config.ts";
import { config, ip } from "./router-support.ts";

const CLOCK = instant(1_767_225_601_500_000);
const KEY = "hex:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const hmac = { hmac: { keys: [{ id: 1, secret: KEY }], antiReplay: "time", mode: "enforce" } } as const;
const list = ["192.0.2.1", "192.0.2.2", "192.0.2.3"].map((text) => ({ address: ip(text), prefixLength: 32 }));
const six = [{ address: ip("fe80::100"), prefixLength: 64 }];

/** Every kind of receiver there is, each with a packet that it takes. */
const kinds: Readonly<Record<string, Partial<RouterConfig>>> = {
  "version 2": { virtualAddresses: list },
  "version 2 with a password": { authentication: { kind: "pass", password: "s3cret" } },
  "version 2 with an authentication header": { authentication: { kind: "ah", password: "s3cret" } },
  "version 2 with a trailer": hmac,
  "version 3": { version: 3, virtualAddresses: list },
  "version 3 with a trailer": { version: 3, ...hmac },
  "version 3 to peers": {
    version: 3,
    unicastPeers: [{ address: ip("192.0.2.12") }],
    checkUnicastSource: true,
  },
  "version 3 over IPv6": { version: 3, family: 6, virtualAddresses: six },
  "version 3 over IPv6 with a trailer": { version: 3, family: 6, virtualAddresses: six, ...hmac },
};

interface Target {
  readonly receiver: Receiver;
  readonly good: Uint8Array;
  readonly view: (bytes: Uint8Array) => ReturnType<typeof viewIpv4Packet>;
}

function target(said: Partial<RouterConfig>): Target {
  const mine = config(said);
  const source = ip(mine.family === 6 ? "fe80::12" : "192.0.2.12");
  const peers = mine.unicastPeers.length > 0 ? { unicastPeers: [{ address: ip("192.0.2.11") }] } : {};
  const { version, virtualRouterId, advertisementInterval: interval, authentication } = mine;
  const addresses = mine.virtualAddresses.map(({ address }) => address);
  const { packets } = outgoingPackets(
    { version, virtualRouterId, interval, authentication, addresses, priority: 200 },
    createSender({ ...mine, ...peers }),
    { source, exchange: freshExchange, clock: CLOCK },
  );
  const envelope = {
    source: ipAddressBytes(source),
    destination: ipAddressBytes(ip("ff02::12")),
    hopLimit: 255,
  };
  return {
    receiver: createReceiver(mine),
    good: packets[0]?.bytes ?? new Uint8Array(),
    view: (bytes) => (mine.family === 6 ? viewIpv6Payload(bytes, envelope) : viewIpv4Packet(bytes)),
  };
}

/** Takes the packet, or refuses it for a reason that can be told; anything else is an exception. */
function take({ receiver, view }: Target, bytes: Uint8Array): PacketView | undefined {
  const seen = view(bytes);
  if (!seen.ok) return undefined;
  inspectAdvertisement(seen);
  const context = { ownAddresses: [], knownMaster: undefined, exchange: freshExchange, clock: CLOCK };
  const reception = receiveAdvertisement(seen, receiver, context);
  if (reception.ok) return seen;
  expect(describeRejection(seen, { rejection: reception.error, receiver })).not.toBe("");
  return undefined;
}

/** What no accepted packet may break, asked of its bytes and not of the code under test. */
function broken({ receiver }: Target, { bytes, at, ttl, received }: PacketView): string | undefined {
  const { version, virtualRouterId, advertisementInterval, family } = receiver.config;
  const octet = (offset: number): number => bytes[at + offset] as number;
  const needed = 8 + octet(3) * (family === 6 ? 16 : 4) + (version === 2 ? 8 : 0);
  if (receiver.peers.length === 0 && ttl !== 255) return "RX-1";
  if (octet(0) !== version * 16 + 1) return "RX-2 RX-3";
  if (received < needed) return "RX-4";
  if (octet(1) !== virtualRouterId) return "RX-6";
  if (version === 2 && octet(4) !== receiver.authenticationType) return "RX-8";
  if (version === 2 && octet(5) * 1_000_000 !== advertisementInterval) return "RX-9";
  if (version === 3 && ((octet(4) & 15) << 8) + octet(5) === 0) return "RX-11";
  return octet(3) === 0 ? "RX-12" : undefined;
}

/** Changes a few octets, cuts, lengthens, or joins two packets; often mends the IP length, so that later checks are met. */
function mutate(good: Uint8Array, draw: Random): Uint8Array {
  const pick = (below: number): number => Math.floor(draw() * below);
  const kind = pick(8);
  let bytes = good.slice();
  if (kind === 0) bytes = bytes.slice(0, pick(bytes.length + 1));
  else if (kind === 1) bytes = Uint8Array.of(...bytes, ...new Uint8Array(pick(64)));
  const changes = kind === 2 ? 0 : 1 + pick(6);
  for (let count = 0; count < changes && bytes.length > 0; count++) {
    bytes[pick(bytes.length)] = draw() < 0.3 ? ([0, 1, 127, 128, 255][pick(5)] as number) : pick(256);
  }
  if (draw() < 0.5 && bytes.length > 4 && (bytes[0] as number) >> 4 === 4)
    bytes.set([bytes.length >> 8, bytes.length & 255], 2);
  return bytes;
}

describe.each(Object.entries(kinds))("hostile packets for %s", (_, said) => {
  const aim = target(said);

  it("the packet they are made of is taken", () => {
    expect(take(aim, aim.good)).toBeDefined();
  });

  it("RX-17 RX-4 refuses every truncation, at the end and at the front, and every wrong count", () => {
    const refused: number[] = [];
    for (let length = 0; length < aim.good.length; length++) {
      refused.push(
        ...[aim.good.subarray(0, length), aim.good.subarray(aim.good.length - length)].map((cut) =>
          take(aim, cut) ? 1 : 0,
        ),
      );
    }
    const message = aim.view(aim.good);
    const at = message.ok ? message.at + 3 : 0;
    for (let count = 0; count < 256; count++) {
      const other = aim.good.map((octet, offset) => (offset === at ? count : octet));
      if (count !== aim.good[at]) refused.push(take(aim, other) ? 1 : 0);
    }
    expect(refused.some((taken) => taken === 1)).toBe(false);
  });

  it("RX-1 RX-2 RX-3 RX-4 RX-6 RX-8 RX-9 RX-11 RX-12 never throws and never takes what breaks a rule, in 25,000 mutations", () => {
    const draw = seededRandom(0x5eed);
    let taken = 0;
    for (let count = 0; count < 25_000; count++) {
      const bytes = mutate(aim.good, draw);
      const seen = take(aim, bytes);
      if (seen === undefined) continue;
      taken++;
      const rule = broken(aim, seen);
      if (rule !== undefined)
        throw new Error(`${rule}: ${[...bytes].map((octet) => octet.toString(16)).join(" ")}`);
    }
    // Only changes outside the checksum and the digest leave a packet good, and there are few.
    expect(taken).toBeLessThan(12_000);
  });
});

describe("RX-17 noise", () => {
  it("never throws for 10,000 packets of any octets, whichever receiver they meet", () => {
    const draw = seededRandom(7);
    const all = Object.values(kinds).map(target);
    for (let count = 0; count < 10_000; count++) {
      const bytes = Uint8Array.from({ length: Math.floor(draw() * 120) }, () => Math.floor(draw() * 256));
      if (bytes.length > 9 && draw() < 0.7) bytes.set([0x45], 0);
      if (bytes.length > 9 && draw() < 0.7) bytes.set([draw() < 0.5 ? 112 : 51], 9);
      for (const aim of all) take(aim, bytes);
    }
  });
});
