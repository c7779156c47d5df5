import { afterAll, beforeAll, expect, it } from "vitest";
import type { IpAddress } from "../../src/base/ip-address.ts";
import { seconds } from "../../src/base/time.ts";
import { FrameSender, FrameSniffer } from "../../src/linux/frame-socket.ts";
import { RouteNetlink } from "../../src/linux/netlink/route-netlink.ts";
import { encodeAdvertisement } from "../../src/vrrp/advertisement.ts";
import { encodeIpv4Packet } from "../../src/vrrp/ipv4-packet.ts";
import { eventually } from "../support/eventually.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";
import { VrrpDaemon } from "../support/vrrp-daemon.ts";

const ip = (text: string) => text as IpAddress;
const VIP = "10.77.0.100";
const MASTER = "10.77.0.2";
const FORGER = "10.77.0.9";
const GROUP_MAC = Uint8Array.of(1, 0, 0x5e, 0, 0, 0x12);

function configuration(priority: number): string {
  return `vrrp_instance V1 {
  state BACKUP
  interface eth0
  virtual_router_id 51
  priority ${priority}
  advert_int 1
  authentication {
    auth_type PASS
    auth_pass right
  }
  virtual_ipaddress {
    ${VIP}/16
  }
}
`;
}

interface Forgery {
  readonly virtualRouterId?: number;
  readonly password?: string;
  readonly version?: 2 | 3;
  readonly ttl?: number;
  /** What becomes of the VRRP message once its checksum is in. */
  readonly spoil?: (message: Uint8Array) => Uint8Array;
}

/** An advertisement of priority 250, which would win at once if it were taken, as an Ethernet frame. */
function frame({
  virtualRouterId = 51,
  password = "right",
  version = 2,
  ttl = 255,
  spoil,
}: Forgery): Uint8Array {
  const addressing = { source: ip(FORGER), destination: ip("224.0.0.18") };
  const message = encodeAdvertisement(
    {
      version,
      virtualRouterId,
      priority: 250,
      interval: seconds(1),
      addresses: [ip(VIP)],
      authentication: version === 2 ? { kind: "pass", password } : { kind: "none" },
    },
    { ...addressing, checksumPseudoHeader: true },
  );
  const spoiled = spoil === undefined ? message : spoil(message);
  const packet = encodeIpv4Packet(spoiled, { ...addressing, identification: 1, ttl });
  return Uint8Array.from([...GROUP_MAC, 2, 0, 0, 0, 0, 9, 8, 0, ...packet]);
}

const forgeries: Readonly<Record<string, Forgery>> = {
  checksum: { spoil: (message) => message.map((byte, at) => (at === 6 ? byte ^ 0x55 : byte)) },
  ttl: { ttl: 254 },
  version: { version: 3 },
  password: { password: "wrong" },
  length: { spoil: (message) => message.subarray(0, message.length - 6) },
  "foreign VRID": { virtualRouterId: 52 },
};

describeWith({ title: "rejected advertisements", needs: ["root", "netns"] }, () => {
  const namespaces = new Namespaces("lt-reject");
  const daemons: Record<"a" | "b", VrrpDaemon> = {
    a: new VrrpDaemon(namespaces, { namespace: "a", program: "locum" }),
    b: new VrrpDaemon(namespaces, { namespace: "b", program: "locum" }),
  };

  beforeAll(async () => {
    for (const name of ["s", "a", "b", "c"]) namespaces.add(name);
    namespaces.run("s", ["ip", "link", "add", "br0", "type", "bridge", "mcast_snooping", "0"]);
    namespaces.run("s", ["ip", "link", "set", "br0", "up"]);
    for (const [name, address] of [
      ["a", MASTER],
      ["b", "10.77.0.3"],
      ["c", FORGER],
    ] as const) {
      namespaces.cable(
        { namespace: "s", interface: `to-${name}` },
        { namespace: name, interface: "eth0", addresses: [`${address}/16`] },
      );
      namespaces.run("s", ["ip", "link", "set", `to-${name}`, "master", "br0"]);
    }
    daemons.a.configure(configuration(150));
    daemons.b.configure(configuration(100));
    daemons.a.start();
    daemons.b.start();
    await eventually(() => holds("a") && !holds("b"), { within: 15_000 });
  });
  afterAll(async () => {
    for (const daemon of Object.values(daemons)) await daemon.dispose();
    namespaces.remove();
  });

  const holds = (side: "a" | "b") =>
    namespaces.run(side, ["ip", "-4", "address", "show", "dev", "eth0"]).includes(`inet ${VIP}/`);

  /** Sends all kinds, each `perSecond` times a second, while the wire is watched. */
  async function attack(options: { perSecond: number; forSeconds: number }) {
    const namespace = namespaces.path("c");
    const netlink = new RouteNetlink({ namespace });
    const index = netlink.links().find(({ name }) => name === "eth0")?.index ?? 0;
    netlink.close();
    const advertisers: string[] = [];
    const sniffer = new FrameSniffer({
      interfaceName: "eth0",
      namespace,
      etherTypes: [0x0800],
      onFrame: ({ bytes, outgoing }) => {
        if (!outgoing && bytes[23] === 112) advertisers.push(bytes.subarray(26, 30).join("."));
      },
    });
    const sender = new FrameSender({ namespace });
    const frames = Object.values(forgeries).map(frame);
    const logged = { a: daemons.a.log.length, b: daemons.b.log.length };
    let sent = 0;
    const started = performance.now();
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        const elapsed = (performance.now() - started) / 1_000;
        const due = Math.min(elapsed, options.forSeconds) * options.perSecond;
        for (; sent < due; sent++) for (const one of frames) sender.send(one, index);
        if (elapsed < options.forSeconds) return;
        clearInterval(timer);
        resolve();
      }, 5);
    });
    sniffer.close();
    sender.close();
    const lines = (side: "a" | "b") => daemons[side].log.slice(logged[side]).split("\n").length - 1;
    return { advertisers, sent: sent * frames.length, lines: { a: lines("a"), b: lines("b") } };
  }

  it.for([
    { perSecond: 5, forSeconds: 15 },
    { perSecond: 1_667, forSeconds: 8 },
  ])(
    "RX-1 RX-2 RX-4 RX-5 RX-6 RX-8 RX-15 $perSecond of each of six kinds a second for $forSeconds s never move anything",
    { timeout: 40_000 },
    async ({ perSecond, forSeconds }) => {
      const seen = await attack({ perSecond, forSeconds });
      expect(seen.sent).toBeGreaterThanOrEqual(perSecond * forSeconds * 6);
      expect(new Set(seen.advertisers)).toEqual(new Set([MASTER]));
      expect(Math.abs(seen.advertisers.length - forSeconds)).toBeLessThanOrEqual(1);
      expect({ a: holds("a"), b: holds("b") }).toEqual({ a: true, b: false });
      expect(seen.lines.a).toBeLessThanOrEqual(20);
      expect(seen.lines.b).toBeLessThanOrEqual(20);
    },
  );

  it("names each reason once in the log", () => {
    for (const reason of ["checksum", "TTL", "version", "password", "length"]) {
      const lines = daemons.a.log
        .split("\n")
        .filter((line) => line.includes(`from ${FORGER} for router 51: its ${reason}`));
      expect(lines, reason).toHaveLength(1);
    }
  });
});
