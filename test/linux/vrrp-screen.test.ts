import { describe, expect, it } from "vitest";
import type { IpAddress } from "../../src/base/ip-address.ts";
import { seededRandom } from "../../src/base/random.ts";
import { vrrpScreens } from "../../src/linux/vrrp-screen.ts";
import { createReceiver } from "../../src/vrrp/reception.ts";
import type { RouterConfig } from "../../src/vrrp/router-config.ts";
import { runFilter } from "../support/classic-bpf.ts";
import { config, ip } from "../vrrp/router-support.ts";
import { addresses, HEADER_6, hex, kinds, mend, mutate, peer, target } from "./screen-targets.ts";

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
    const routers = [{ receiver: createReceiver(aim.said), headerSequence: 7, heard: [], trusted }];
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
      heard: [],
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
