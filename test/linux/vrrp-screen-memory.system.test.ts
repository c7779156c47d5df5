import { inNetworkNamespace, interfaceIndex } from "dgram-extra";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
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

/** What a kernel before 6.7 lets the filters of a socket take. */
const LEAST = 20_480;
const SETTING = "/proc/sys/net/core/optmem_max";

const suite = {
  title: "VrrpSocket.screen where the kernel has 20 kB for filters",
  needs: ["root", "netns"],
} as const;

/** What a screen may know a bad advertisement by: octets of the packet, and what is added to each. */
const mistakes = {
  // The address differs and the checksum is right.
  addresses: {
    4: [
      { at: 31, add: 1 },
      { at: 27, add: -1 },
    ],
    6: [{ at: 23, add: 1 }],
  },
  hops: { 4: [{ at: 8, add: -1 }], 6: [] },
} as const;

describeWith(suite, () => {
  const namespaces = new Namespaces("le-optmem");
  const sockets: VrrpSocket[] = [];

  beforeAll(() => {
    for (const name of ["a", "b"]) namespaces.add(name);
    namespaces.cable(
      { namespace: "a", interface: "v0", addresses: ["10.6.0.1/24", "fe80::6:1/64"] },
      { namespace: "b", interface: "v1", addresses: ["10.6.0.2/24", "fe80::6:2/64"] },
    );
    // Newer kernels have one for each namespace; in older ones there is one for all, and 20 kB is its default.
    namespaces.run("b", ["sh", "-c", `[ ! -e ${SETTING} ] || echo ${LEAST} > ${SETTING}`]);
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.close();
  });
  afterAll(() => namespaces.remove());

  const cases = [
    { family: 4, routers: 1, peers: 0, keeps: ["addresses", "hops"] },
    { family: 6, routers: 1, peers: 0, keeps: ["addresses", "hops"] },
    // With as much as newer kernels have, addresses would be kept back here too.
    { family: 4, routers: 255, peers: 0, keeps: ["hops"] },
    { family: 6, routers: 40, peers: 0, keeps: ["hops"] },
    { family: 6, routers: 255, peers: 0, keeps: ["hops"] },
    // Each is of its own kind, and nothing can be shared: no screen has room.
    { family: 4, routers: 150, peers: 8, keeps: [] },
    { family: 6, routers: 150, peers: 8, keeps: [] },
  ] as const;

  it.each(cases)(
    "IPv$family, $routers routers with $peers peers each: the kernel drops wrong $keeps, the process hears all else",
    async (each) => {
      const { keeps } = each;
      const routers = Array.from({ length: each.routers }, (_, at) => routerOf({ ...each, at }));
      const [router] = routers as [RouterConfig];
      const to = open("b", routers);
      const from = open("a", [router]);
      const screened = routers.map((one) => ({
        receiver: createReceiver(one),
        headerSequence: 0,
        heard: [],
      }));
      // Again and again: while one takes the place of another, the kernel has both.
      for (let times = 0; times < 3; times++) {
        const result = to.socket.screen(screened);
        if (keeps.length > 0) expect(result).toMatchObject({ ok: true });
        else
          expect(result).toMatchObject({
            ok: false,
            error: expect.stringMatching(/ENOMEM|too many virtual routers/),
          });
      }
      for (const kind of ["addresses", "hops"] as const) {
        to.heard.length = 0;
        send(from.socket, router, kind);
        send(from.socket, router);
        const expected = (keeps as readonly string[]).includes(kind) ? ["right"] : [kind, "right"];
        await eventually(() => to.heard.at(-1) === "right", { within: 5_000 });
        expect(to.heard).toEqual(expected);
      }
      expect(to.socket.screen(undefined)).toMatchObject({ ok: true });
      to.heard.length = 0;
      for (const kind of ["addresses", "hops", undefined] as const) send(from.socket, router, kind);
      await eventually(() => to.heard.length === 3, { within: 5_000 });
    },
  );

  function routerOf({ family, peers, at }: { family: 4 | 6; peers: number; at: number }): RouterConfig {
    const address = (network: number, host: number) =>
      ip(family === 4 ? `10.${network}.${at}.${host}` : `fe80::${network}:${at}:${host}`);
    return config({
      version: 3,
      family,
      virtualRouterId: at + 1,
      virtualAddresses: [{ address: address(7, 1), prefixLength: 64 }],
      ...(peers === 0
        ? {}
        : {
            checkUnicastSource: true,
            unicastPeers: [
              ip(family === 4 ? "10.6.0.1" : "fe80::6:1"),
              ...Array.from({ length: peers - 1 }, (_, peer) => address(8, peer + 1)),
            ].map((one) => ({ address: one })),
          }),
    });
  }

  function send(socket: VrrpSocket, router: RouterConfig, mistake?: keyof typeof mistakes): void {
    const { version, virtualRouterId, advertisementInterval: interval, authentication, family } = router;
    const addresses = router.virtualAddresses.map(({ address }) => address);
    const [source, unicast] =
      family === 4 ? [ip("10.6.0.1"), ip("10.6.0.2")] : [ip("fe80::6:1"), ip("fe80::6:2")];
    const sender = createSender({
      ...router,
      unicastPeers: router.unicastPeers.slice(0, 1).map(() => ({ address: unicast })),
    });
    const said = {
      version,
      virtualRouterId,
      interval,
      authentication,
      addresses,
      priority: PRIORITIES[mistake ?? "right"],
    };
    const [made] = outgoingPackets(said, sender, {
      source,
      exchange: freshExchange,
      clock: instant(1),
    }).packets;
    if (made === undefined) throw new Error("nothing is sent");
    const bytes = made.bytes.slice();
    for (const { at, add } of mistake === undefined ? [] : mistakes[mistake][family])
      bytes[at] = (bytes[at] as number) + add;
    const hopLimit = mistake === "hops" ? 254 : 255;
    expect(socket.send(bytes, { destination: made.destination, hopLimit, source })).toMatchObject({
      ok: true,
    });
  }

  function open(where: "a" | "b", routers: readonly RouterConfig[]): { socket: VrrpSocket; heard: string[] } {
    const interfaceName = where === "a" ? "v0" : "v1";
    const family = routers[0]?.family ?? 4;
    const heard: string[] = [];
    const opened = VrrpSocket.open({
      family,
      virtualRouterIds: routers.map(({ virtualRouterId }) => virtualRouterId),
      interfaceName,
      interfaceIndex: inNetworkNamespace(namespaces.name(where), () => interfaceIndex(interfaceName)),
      namespace: namespaces.name(where),
      onPacket: (packet) => {
        const priority = packet[family === 4 ? 22 : 2];
        const [name = ""] = Object.entries(PRIORITIES).find(([, one]) => one === priority) ?? [];
        heard.push(name);
      },
      onTrouble: ({ kind }) => {
        throw new Error(kind);
      },
    });
    if (!opened.ok) throw new Error(opened.error);
    sockets.push(opened.value);
    return { socket: opened.value, heard };
  }
});

/** By which a packet is known where it arrives. */
const PRIORITIES = { right: 200, addresses: 201, hops: 202 } as const;
