import { inNetworkNamespace, interfaceIndex } from "dgram-extra";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { IpAddress } from "../../src/base/ip-address.ts";
import { instant } from "../../src/base/time.ts";
import { VrrpSocket } from "../../src/linux/vrrp-socket.ts";
import { freshExchange } from "../../src/vrrp/exchange.ts";
import { createSender, outgoingPackets } from "../../src/vrrp/outgoing-packets.ts";
import { createReceiver } from "../../src/vrrp/reception.ts";
import type { RouterConfig } from "../../src/vrrp/router-config.ts";
import { eventually } from "../support/eventually.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";
import { config, ip } from "../vrrp/router-support.ts";

const KEY = "hex:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const six = {
  version: 3,
  family: 6,
  virtualAddresses: [{ address: ip("fe80::100"), prefixLength: 64 }],
} as const;

interface Bad {
  readonly spoil?: (packet: Uint8Array) => void;
  readonly hopLimit?: number;
  readonly destination?: IpAddress;
}

const set = (at: number, value: number) => ({
  spoil: (packet: Uint8Array) => packet.fill(value, at, at + 1),
});
/** Of each kind of receiver what its screen must drop; each is known by nothing that the receiver would take. */
const kinds: Readonly<Record<string, { said: Partial<RouterConfig>; bad: readonly Bad[] }>> = {
  "version 2 with a password": {
    said: { authentication: { kind: "pass", password: "right" } },
    bad: [set(8, 254), set(20, 0x31), set(23, 7), set(26, 1), set(32, 0), { destination: ip("10.6.0.2") }],
  },
  "version 2 with an authentication header": {
    said: { authentication: { kind: "ah", password: "right" } },
    bad: [set(8, 254), set(20, 99), set(24, 9), set(44, 0x31), set(50, 1)],
  },
  "version 3 with a trailer": {
    said: { version: 3, hmac: { keys: [{ id: 1, secret: KEY }], antiReplay: "monotonic", mode: "enforce" } },
    bad: [set(8, 254), set(26, 1), set(32, 9), set(33, 9)],
  },
  "version 3 over IPv6": {
    said: six,
    bad: [set(0, 0x32), set(3, 2), set(23, 9), { hopLimit: 254 }, { destination: ip("fe80::6:2") }],
  },
  "version 3 over IPv6 to peers": {
    said: { ...six, unicastPeers: [{ address: ip("fe80::6:1") }], checkUnicastSource: true },
    bad: [set(0, 0x32), { destination: ip("ff02::12") }],
  },
  "version 3 over IPv6 to other peers": {
    said: { ...six, unicastPeers: [{ address: ip("fe80::6:9") }], checkUnicastSource: true },
    bad: [],
  },
};

describeWith({ title: "VrrpSocket.screen", needs: ["root", "netns", "ip"] }, () => {
  const namespaces = new Namespaces("le-screen");
  const sockets: VrrpSocket[] = [];

  beforeAll(() => {
    namespaces.add("a");
    namespaces.add("b");
    namespaces.cable(
      { namespace: "a", interface: "v0", addresses: ["10.6.0.1/24", "fe80::6:1/64"] },
      { namespace: "b", interface: "v1", addresses: ["10.6.0.2/24", "fe80::6:2/64"] },
    );
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.close();
  });
  afterAll(() => namespaces.remove());

  function open(where: "a" | "b", { family }: RouterConfig): { socket: VrrpSocket; heard: number[] } {
    const interfaceName = where === "a" ? "v0" : "v1";
    const heard: number[] = [];
    const opened = VrrpSocket.open({
      family,
      virtualRouterIds: [51],
      withAuthenticationHeader: true,
      interfaceName,
      interfaceIndex: inNetworkNamespace(namespaces.name(where), () => interfaceIndex(interfaceName)),
      namespace: namespaces.name(where),
      onPacket: (packet) => heard.push(packet.length),
      onTrouble: ({ kind }) => {
        throw new Error(kind);
      },
    });
    if (!opened.ok) throw new Error(opened.error);
    sockets.push(opened.value);
    return { socket: opened.value, heard };
  }

  describe.each(Object.entries(kinds))("for %s", (name, { said, bad }) => {
    it("the kernel drops what is wrong, passes on what is right, and then everything again", async () => {
      const router = config(said);
      const { version, virtualRouterId, advertisementInterval: interval, authentication, family } = router;
      const [source, unicast] =
        family === 4 ? [ip("10.6.0.1"), ip("10.6.0.2")] : [ip("fe80::6:1"), ip("fe80::6:2")];
      const from = open("a", router);
      const to = open("b", router);
      const sender = createSender({
        ...router,
        unicastPeers: router.unicastPeers.map(() => ({ address: unicast })),
      });
      const send = (wrong: Bad) => {
        const addresses = router.virtualAddresses.map(({ address }) => address);
        const { packets } = outgoingPackets(
          { version, virtualRouterId, interval, authentication, addresses, priority: 200 },
          sender,
          { source, exchange: { ...freshExchange, headerSequence: 7 }, clock: instant(1) },
        );
        const [made] = packets;
        if (made === undefined) throw new Error("nothing is sent");
        const bytes = made.bytes.slice();
        wrong.spoil?.(bytes);
        const destination = wrong.destination ?? made.destination;
        if (family === 4 && wrong.destination !== undefined) bytes.set([10, 6, 0, 2], 16);
        const hops = { hopLimit: wrong.hopLimit ?? 255, source };
        expect(from.socket.send(bytes, { destination, ...hops })).toMatchObject({ ok: true });
      };
      const sendAll = () => {
        send({});
        for (const wrong of bad) send(wrong);
        send({});
      };
      const routers = [{ receiver: createReceiver(router), headerSequence: 7, heard: [] }];
      expect(to.socket.screen(routers)).toEqual({ ok: true, value: undefined });
      sendAll();
      const right = name.includes("other peers") ? 0 : 2;
      await eventually(() => to.heard.length >= right, { within: 5_000 });
      expect(to.socket.screen(undefined)).toEqual({ ok: true, value: undefined });
      sendAll();
      // What the screen had passed on would have come before.
      await eventually(() => to.heard.length >= right + 2 + bad.length, { within: 5_000 });
      expect(to.heard).toHaveLength(right + 2 + bad.length);
    });
  });

  it("holds back strangers by a random number of the kernel's", async () => {
    const { said = {} } = kinds["version 3 with a trailer"] ?? {};
    const router = config(said);
    const [from, to] = [open("a", router), open("b", router)];
    const { version, virtualRouterId, advertisementInterval: interval, authentication } = router;
    const addresses = router.virtualAddresses.map(({ address }) => address);
    const send = (source: IpAddress, count: number) => {
      const { packets } = outgoingPackets(
        { version, virtualRouterId, interval, authentication, addresses, priority: 200 },
        createSender(router),
        { source, exchange: freshExchange, clock: instant(1) },
      );
      for (let sent = 0; sent < count; sent++) {
        from.socket.send(packets[0]?.bytes ?? new Uint8Array(), { destination: ip("224.0.0.18"), source });
      }
    };
    const trusted = [ip("10.6.0.9")];
    to.socket.screen([{ receiver: createReceiver(router), headerSequence: 0, heard: [], trusted }]);
    send(ip("10.6.0.1"), 640);
    await eventually(() => to.heard.length > 0, { within: 5_000 });
    expect(to.heard.length).toBeLessThan(100);
    const before = to.heard.length;
    send(ip("10.6.0.9"), 64);
    await eventually(() => to.heard.length === before + 64, { within: 5_000 });
  });

  it.each([
    "version 2 with an authentication header",
    "version 3 with a trailer",
    "version 3 over IPv6 with a trailer",
  ])("drops wrong digests of a trusted sender, until it is told otherwise: %s", async (kind) => {
    const { said = { ...kinds["version 3 with a trailer"]?.said, ...six } } = kinds[kind] ?? {};
    const router = config(said);
    const [from, to] = [open("a", router), open("b", router)];
    const { version, virtualRouterId, advertisementInterval: interval, authentication, family } = router;
    const addresses = router.virtualAddresses.map(({ address }) => address);
    const source = family === 4 ? ip("10.6.0.1") : ip("fe80::6:1");
    const made = (headerSequence: number, trailerSequence: bigint) => {
      const exchange = { ...freshExchange, headerSequence, trailerSequence };
      const said = { version, virtualRouterId, interval, authentication, addresses, priority: 200 };
      const { packets } = outgoingPackets(said, createSender(router), {
        source,
        exchange,
        clock: instant(1),
      });
      return packets[0] ?? { bytes: new Uint8Array(), destination: source };
    };
    const { bytes, destination } = made(7, 0n);
    const wrong = bytes.slice();
    const value = kind.includes("header") ? 32 : bytes.length - 16;
    wrong[value] = (wrong[value] as number) ^ 1;
    const send = (count: number) => {
      for (let sent = 0; sent < count; sent++) from.socket.send(wrong, { destination, source });
      from.socket.send(bytes, { destination, source });
    };
    const routers = [{ receiver: createReceiver(router), headerSequence: 7, heard: [], trusted: [source] }];
    to.socket.screen(routers);
    send(200);
    await eventually(() => to.heard.length >= 1, { within: 5_000 });
    // Right ones come in order, so that of 200 wrong ones before it one would have been heard.
    expect(to.heard).toHaveLength(1);
    to.socket.listenFor([51]);
    send(1);
    await eventually(() => to.heard.length >= 3, { within: 5_000 });
    to.socket.screen(routers);
    send(40);
    await eventually(() => to.heard.length >= 4, { within: 5_000 });
    to.socket.screen(undefined);
    send(1);
    await eventually(() => to.heard.length >= 6, { within: 5_000 });
    expect(to.heard).toHaveLength(6);
    // What was taken once is not heard a second time, as long as there is a screen; what is newer is.
    to.socket.screen(routers);
    to.socket.heardBefore(51, { headerSequence: 8, heard: [{ source, sequence: 1n }] });
    to.socket.heardBefore(52, { headerSequence: 99, heard: [{ source, sequence: 99n }] });
    send(0);
    from.socket.send(made(8, 5n).bytes, { destination, source });
    await eventually(() => to.heard.length >= 7, { within: 5_000 });
    expect(to.heard).toHaveLength(7);
  });
});
