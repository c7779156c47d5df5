import type { FilterInstruction } from "dgram-extra";
import { describe, expect, it } from "vitest";
import { type IpAddress, ipAddressBytes } from "../../src/base/ip-address.ts";
import { type Random, seededRandom } from "../../src/base/random.ts";
import { instant, seconds } from "../../src/base/time.ts";
import { vrrpScreens } from "../../src/linux/vrrp-screen.ts";
import { freshExchange } from "../../src/vrrp/exchange.ts";
import { createSender, outgoingPackets } from "../../src/vrrp/outgoing-packets.ts";
import { viewIpv4Packet, viewIpv6Payload } from "../../src/vrrp/packet-view.ts";
import { createReceiver, receiveAdvertisement } from "../../src/vrrp/reception.ts";
import type { RouterConfig } from "../../src/vrrp/router-config.ts";
import { partialSum, pseudoHeaderSum, sumToChecksum } from "../../src/vrrp/vrrp-checksum.ts";
import { runFilter } from "../support/classic-bpf.ts";
import { config, ip } from "../vrrp/router-support.ts";

const CLOCK = instant(1_767_225_601_500_000);
const KEY = "hex:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const hmac = { keys: [{ id: 1, secret: KEY }], antiReplay: "time", mode: "enforce" } as const;
const addresses = (texts: readonly string[]) =>
  texts.map((text) => ({ address: ip(text), prefixLength: text.includes(":") ? 64 : 32 }));
const list = addresses(["192.0.2.1", "192.0.2.2", "192.0.2.3"]);
const six = addresses(["fe80::100", "2001:db8::1"]);
const peer = ip("192.0.2.12");
const peers = { unicastPeers: [{ address: ip("192.0.2.13") }, { address: peer }], checkUnicastSource: true };
const near = { unicastPeers: [{ address: peer, minTtl: 200, maxTtl: 254 }], unicastTtl: 250 };

/** Every kind of receiver there is. */
const kinds: Readonly<Record<string, Partial<RouterConfig>>> = {
  "version 2": { virtualAddresses: list },
  "version 2 with one address": {},
  "version 2 with a password": {
    authentication: { kind: "pass", password: "s3cret" },
    virtualAddresses: list,
  },
  "version 2 with an authentication header": { authentication: { kind: "ah", password: "s3cret" } },
  "version 2 with a trailer": { hmac },
  "version 2 to peers": peers,
  "version 2 with any addresses": { skipCheckAdvertisedAddresses: true, virtualAddresses: list },
  "version 2 of an owner that does not listen": { priority: 255, ownerIgnoresAdvertisements: true },
  "version 3": { version: 3, virtualAddresses: list },
  "version 3 without pseudo-header": { version: 3, checksumPseudoHeader: false },
  "version 3 every 0.1 s": { version: 3, advertisementInterval: seconds(0.1) },
  "version 3 with a trailer": { version: 3, hmac },
  "version 3 with a trailer that may be missing": { version: 3, hmac: { ...hmac, mode: "permissive" } },
  "version 3 with any addresses and a trailer": { version: 3, hmac, skipCheckAdvertisedAddresses: true },
  "version 3 to peers": { version: 3, ...peers },
  "version 3 to peers near by": { version: 3, ...near },
  "version 3 to peers with the old checksum": { version: 3, ...peers, oldUnicastChecksum: "always" },
  "version 3 without addresses": { version: 3, virtualAddresses: [] },
  "version 3 over IPv6": { version: 3, family: 6, virtualAddresses: six },
  "version 3 over IPv6 with a trailer": { version: 3, family: 6, virtualAddresses: six, hmac },
  "version 3 over IPv6 with any addresses": {
    ...{ version: 3, family: 6, virtualAddresses: six },
    skipCheckAdvertisedAddresses: true,
  },
  "version 3 over IPv6 to peers": {
    ...{ version: 3, family: 6, virtualAddresses: six, checkUnicastSource: true },
    unicastPeers: [{ address: ip("fe80::13") }, { address: ip("fe80::12"), minTtl: 3 }],
  },
};

interface Target {
  readonly said: RouterConfig;
  readonly good: Uint8Array;
  readonly screens: Readonly<Record<"plain" | "header", readonly (readonly FilterInstruction[])[]>>;
  /** Whether the receiver checks take it. */
  readonly takes: (packet: Uint8Array) => boolean;
  /** Whether the kernel lets it through, by the screen of that number. */
  readonly passes: (packet: Uint8Array, screen?: number) => boolean;
}

const HEADER_6 = 40;

/** Over IPv6 the packets here have their header, of which the socket hands over nothing. */
function target(changes: Partial<RouterConfig>): Target {
  const said = config(changes);
  const { version, virtualRouterId, advertisementInterval: interval, authentication, family } = said;
  const receiver = createReceiver(said);
  const exchange = { ...freshExchange, headerSequence: 7 };
  const source = family === 6 ? ip("fe80::12") : peer;
  const mine: IpAddress = ip(family === 6 ? "fe80::11" : "192.0.2.11");
  const sender = createSender({
    ...said,
    ...(said.unicastPeers.length > 0 ? { unicastPeers: [{ address: mine }] } : {}),
  });
  const sent = { version, virtualRouterId, interval, authentication, priority: 200 };
  const { packets } = outgoingPackets(
    { ...sent, addresses: said.virtualAddresses.map(({ address }) => address) },
    sender,
    { source, exchange, clock: CLOCK },
  );
  const made = packets[0];
  if (made === undefined) throw new Error("nothing is sent");
  const header = Uint8Array.from([
    ...[0x60, 0, 0, 0, made.bytes.length >> 8, made.bytes.length & 255, 112, made.ttl],
    ...ipAddressBytes(source),
    ...ipAddressBytes(made.destination),
  ]);
  const good = family === 6 ? Uint8Array.of(...header, ...made.bytes) : made.bytes;
  const routers = [{ receiver, headerSequence: 7 }];
  const screens = {
    plain: vrrpScreens({ family, withAuthenticationHeader: false, routers }),
    header: vrrpScreens({ family, withAuthenticationHeader: true, routers }),
  };
  const view = (packet: Uint8Array) =>
    family === 4
      ? viewIpv4Packet(packet)
      : viewIpv6Payload(packet.subarray(HEADER_6), {
          source: packet.subarray(8, 24),
          destination: packet.subarray(24, 40),
          hopLimit: packet[7] as number,
        });
  return {
    said,
    good,
    screens,
    takes: (packet) => {
      const seen = view(packet);
      if (!seen.ok || seen.bytes[seen.at + 1] !== virtualRouterId) return false;
      const context = { ownAddresses: [], knownMaster: source, exchange, clock: CLOCK };
      return receiveAdvertisement(seen, receiver, context).ok;
    },
    passes: (packet, screen = 0) => {
      const of = family === 4 && packet[9] === 51 ? screens.header : screens.plain;
      const program = of[screen] ?? [];
      return family === 4
        ? runFilter(program, { bytes: packet })
        : runFilter(program, {
            bytes: packet.subarray(HEADER_6),
            networkHeader: packet.subarray(0, HEADER_6),
          });
    },
  };
}

/** Makes the checksum of a message right again, over IPv4 in any of its forms. */
function mend(packet: Uint8Array, draw: Random, family: 4 | 6): void {
  const at = family === 6 ? HEADER_6 : ((packet[0] as number) & 15) * 4 + (packet[9] === 51 ? 24 : 0);
  if (packet.length < at + 8) return;
  const message = packet.subarray(at);
  const version = (message[0] as number) >> 4;
  const counted = 8 + (message[3] as number) * 4 + (version === 2 ? 8 : 0);
  const length = family === 6 ? message.length : Math.min(message.length, counted);
  message.fill(0, 6, 8);
  const addresses = family === 6 ? [8, 24, 40] : [12, 16, 20];
  const [from, between, to] = addresses as [number, number, number];
  const group = ipAddressBytes(ip("224.0.0.18"));
  const destination = draw() < 0.3 && family === 4 ? group : packet.subarray(between, to);
  const ends = { source: packet.subarray(from, between), destination };
  const pseudo = family === 6 || (version === 3 && draw() < 0.6);
  const start = pseudo ? pseudoHeaderSum(ends, length) : 0;
  const checksum = sumToChecksum(partialSum(message, { from: 0, to: length, start }));
  message.set([checksum >> 8, checksum & 255], 6);
}

/** Changes some octets, cuts or lengthens, swaps addresses, puts options in; often makes lengths and the checksum right again. */
function mutate({ good, said }: Target, draw: Random): Uint8Array {
  const pick = (below: number): number => Math.floor(draw() * below);
  const { family } = said;
  const kind = pick(10);
  let bytes = good.slice();
  if (kind === 0) bytes = bytes.slice(0, pick(bytes.length + 1));
  else if (kind === 1) bytes = Uint8Array.of(...bytes, ...new Uint8Array(pick(64)));
  else if (kind === 2 && family === 4) {
    bytes = Uint8Array.of(...bytes.subarray(0, 20), 1, 1, 1, 0, ...bytes.subarray(20));
    bytes[0] = 0x46;
  } else if (kind === 3 && bytes.length >= 36) bytes.copyWithin(28, 32, 36);
  const changes = pick(4);
  for (let count = 0; count < changes && bytes.length > 0; count++) {
    bytes[pick(bytes.length)] = draw() < 0.4 ? ([0, 1, 3, 127, 255][pick(5)] as number) : pick(256);
  }
  if (draw() < 0.7 && bytes.length > 4 && family === 4) bytes.set([bytes.length >> 8, bytes.length & 255], 2);
  if (draw() < 0.7) mend(bytes, draw, family);
  return bytes;
}

const hex = (packet: Uint8Array) => [...packet].map((octet) => octet.toString(16).padStart(2, "0")).join(" ");

describe.each(Object.entries(kinds))("the screen for %s", (_, changes) => {
  const aim = target(changes);
  const all = [...aim.screens.plain.keys()];

  it("RX-15 never drops what the receiver checks take, in 20,000 mutations", () => {
    const draw = seededRandom(0xf100d);
    let [taken, dropped] = [0, 0];
    for (let count = 0; count < 20_000; count++) {
      const packet = count === 0 ? aim.good : mutate(aim, draw);
      const isTaken = aim.takes(packet);
      for (const screen of all) {
        const passes = aim.passes(packet, screen);
        if (isTaken && !passes) throw new Error(`screen ${screen} drops ${hex(packet)}`);
        if (!passes) dropped++;
      }
      if (isTaken) taken++;
    }
    if (changes.ownerIgnoresAdvertisements !== true) expect(taken).toBeGreaterThan(200);
    expect(dropped).toBeGreaterThan(10_000);
  });

  it("drops what the receiver checks refuse, all of it where no digest is asked for", () => {
    const draw = seededRandom(1);
    let [refused, passed] = [0, 0];
    for (let count = 0; count < 5_000; count++) {
      const packet = mutate(aim, draw);
      // The kernel cuts what is longer than the IP header says, and drops what is shorter.
      const isBroken =
        aim.said.family === 4 &&
        ((packet[0] ?? 0) >> 4 !== 4 || (packet[0] ?? 0) % 16 < 5 || ![51, 112].includes(packet[9] ?? 0));
      const cut = aim.said.family === 4 && packet.length !== (packet[2] ?? 0) * 256 + (packet[3] ?? 0);
      if (isBroken || cut || aim.takes(packet)) continue;
      refused++;
      if (aim.passes(packet)) passed++;
    }
    expect(refused).toBeGreaterThan(1_000);
    const { hmac: keys, authentication, skipCheckAdvertisedAddresses: unchecked, family } = aim.said;
    const isExact = keys === undefined && authentication.kind !== "ah" && !unchecked && family === 4;
    // Over IPv6 the kernel has looked at the checksum before.
    if (isExact) expect(passed).toBe(0);
    else expect(passed / refused).toBeLessThan(0.5);
  });
});

describe("a screen drops each class of forgery", () => {
  const set =
    (at: number, ...octets: number[]) =>
    (packet: Uint8Array) =>
      packet.set(octets, at);
  const forgeries: readonly (readonly [string, string, (packet: Uint8Array) => void])[] = [
    ["TTL", "version 3", set(8, 254)],
    ["version", "version 3", set(20, 0x21)],
    ["type", "version 3", set(20, 0x32)],
    ["virtual router", "version 3", set(21, 52)],
    ["count", "version 3", set(23, 9)],
    ["length", "version 3", set(2, 0, 200)],
    ["interval 0", "version 3", set(24, 0, 0)],
    ["checksum", "version 3", set(26, 1, 2)],
    ["group", "version 3", set(19, 19)],
    ["checksum of version 2", "version 2", set(26, 1, 2)],
    ["interval", "version 2", set(25, 2)],
    ["authentication type", "version 2", set(24, 1)],
    ["password", "version 2 with a password", set(47, 1)],
    ["index of an authentication header", "version 2 with an authentication header", set(24, 1)],
    ["number heard before", "version 2 with an authentication header", set(28, 0, 0, 0, 7)],
    ["trailer", "version 3 with a trailer", set(32, 2)],
    ["key of a trailer", "version 3 with a trailer", set(33, 2)],
    ["stranger", "version 3 to peers", set(15, 99)],
    ["TTL of a peer", "version 3 to peers near by", set(8, 255)],
    ["hop limit", "version 3 over IPv6", set(7, 254)],
    ["group of IPv6", "version 3 over IPv6", set(39, 0x13)],
    ["stranger of IPv6", "version 3 over IPv6 to peers", set(23, 99)],
    ["address of IPv6", "version 3 over IPv6", set(HEADER_6 + 23, 99)],
    ["owner", "version 2 of an owner that does not listen", () => undefined],
  ];

  it.each(forgeries)("%s (%s)", (_, kind, spoil) => {
    const aim = target(kinds[kind] ?? {});
    const packet = aim.good.slice();
    spoil(packet);
    expect(aim.passes(packet)).toBe(false);
  });

  it("an address that is not ours, with a right checksum", () => {
    const aim = target(kinds["version 3"] ?? {});
    const packet = aim.good.slice();
    packet[31] = 99;
    mend(packet, () => 0.5, 4);
    expect([aim.passes(packet), aim.takes(packet)]).toEqual([false, false]);
  });
});

describe("a screen that sieves", () => {
  const sieved = (kind: string, trusted: readonly IpAddress[]) => {
    const aim = target(kinds[kind] ?? {});
    const routers = [{ receiver: createReceiver(aim.said), headerSequence: 7, trusted }];
    const withAuthenticationHeader = aim.good[9] === 51;
    const [program = []] = vrrpScreens({ family: aim.said.family, withAuthenticationHeader, routers });
    return Array.from({ length: 256 }, (_, random) =>
      aim.said.family === 4
        ? runFilter(program, { bytes: aim.good, random })
        : runFilter(program, {
            bytes: aim.good.subarray(HEADER_6),
            networkHeader: aim.good.subarray(0, HEADER_6),
            random,
          }),
    ).filter((passes) => passes).length;
  };
  const digested = [
    "version 2 with an authentication header",
    "version 3 with a trailer",
    "version 3 over IPv6 with a trailer",
  ];

  it.each(digested)("lets one in 32 of strangers through, and all of those that were right (%s)", (kind) => {
    const source = kind.includes("IPv6") ? ip("fe80::12") : peer;
    const other = kind.includes("IPv6") ? ip("fe80::13") : ip("192.0.2.14");
    expect(sieved(kind, [other])).toBe(8);
    expect(sieved(kind, [other, source])).toBe(256);
  });

  it("lets everything through that needs no digest", () => {
    expect(sieved("version 2 with a password", [])).toBe(256);
  });
});

describe("screens for many virtual routers", () => {
  const routersOf = (count: number, changes: (id: number) => Partial<RouterConfig>) =>
    Array.from({ length: count }, (_, at) => ({
      receiver: createReceiver(config({ virtualRouterId: at + 1, ...changes(at + 1) })),
      headerSequence: 0,
    }));

  it("255 that are alike share their checks", () => {
    const routers = routersOf(255, (id) => ({ virtualAddresses: addresses([`192.0.2.${id}`]) }));
    const [first] = vrrpScreens({ family: 4, withAuthenticationHeader: false, routers });
    expect(first?.length).toBeLessThan(2_000);
  });

  it("255 with twenty addresses each are not looked at so closely, and each packet is held against its own router", () => {
    const own = (id: number) => addresses(Array.from({ length: 20 }, (_, at) => `10.${id}.0.${at + 1}`));
    const routers = routersOf(255, (id) => ({ version: id % 2 === 0 ? 2 : 3, virtualAddresses: own(id) }));
    const screens = vrrpScreens({ family: 4, withAuthenticationHeader: false, routers });
    expect(screens.length).toBeGreaterThan(0);
    for (const id of [1, 2, 254, 255]) {
      const aim = target({ virtualRouterId: id, version: id % 2 === 0 ? 2 : 3, virtualAddresses: own(id) });
      const foreign = aim.good.slice();
      foreign[20] = id % 2 === 0 ? 0x31 : 0x21;
      for (const program of screens) {
        expect(runFilter(program, { bytes: aim.good })).toBe(true);
        expect(runFilter(program, { bytes: foreign })).toBe(false);
      }
    }
  });
});
