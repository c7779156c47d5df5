import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { internetChecksum } from "../../src/base/checksum.ts";
import type { IpAddress } from "../../src/base/ip-address.ts";
import { instant } from "../../src/base/time.ts";
import { FrameSniffer } from "../../src/linux/frame-socket.ts";
import { freshExchange } from "../../src/vrrp/exchange.ts";
import { createSender, outgoingPackets } from "../../src/vrrp/outgoing-packets.ts";
import { routerConfig } from "../../src/vrrp/router-config.ts";
import { load } from "../conf/configuration.ts";
import { eventually } from "../support/eventually.ts";
import { Namespaces } from "../support/namespaces.ts";
import { PacketFlood } from "../support/packet-flood.ts";
import { describeWith } from "../support/require.ts";
import { processTree, VrrpDaemon } from "../support/vrrp-daemon.ts";

const VIP = "10.77.0.100";
const addresses = { a: "10.77.0.2", b: "10.77.0.3" } as const;
const FORGER = "10.77.0.9";
const PER_SECOND = 100_000;
/** Of those that reach the process and cost it a digest each. */
const DIGESTS_PER_SECOND = 40_000;
const SECONDS = 6;
/** So many advertisements of the master alone, at 0.1 s, and the pair has settled. */
const SETTLED = 15;

const plain = "version 3\nadvert_int 0.1";
const hmac = `${plain}\nauth_hmac {\nkey 1 hex:${"5a".repeat(32)}\nanti_replay monotonic\n}`;

function configuration(lines: string, priority: number): string {
  return `vrrp_instance V1 {\ninterface eth0\nvirtual_router_id 51\npriority ${priority}\n${lines}\nvirtual_ipaddress {\n${VIP}/16\n}\n}\n`;
}

type Spoil = (packet: Uint8Array) => void;
const set =
  (at: number, value: number): Spoil =>
  (packet) =>
    packet.fill(value, at, at + 1);
/** What is wrong with a packet whose VRRP message begins at octet 20. */
const forgeries: readonly Spoil[] = [
  set(8, 254),
  set(20, 0x21),
  set(21, 52),
  set(23, 9),
  set(26, 0x55),
  set(31, 99),
];
const wrongDigest: Spoil = (packet) => packet.fill(0, packet.length - 16);

/** An Ethernet frame with an advertisement of priority 250, which would win at once if it were taken. */
function frame(lines: string, spoil: Spoil, source: string = FORGER): Uint8Array {
  const [instance] = load(configuration(lines, 250)).config.vrrpInstances;
  if (instance === undefined) throw new Error("no instance");
  const router = routerConfig(instance);
  const { version, virtualRouterId, advertisementInterval: interval, authentication } = router;
  const said = { version, virtualRouterId, interval, authentication, priority: 250 };
  const { packets } = outgoingPackets({ ...said, addresses: [VIP as IpAddress] }, createSender(router), {
    source: source as IpAddress,
    exchange: freshExchange,
    clock: instant(1),
  });
  const packet = packets[0]?.bytes.slice() ?? new Uint8Array();
  spoil(packet);
  // The IP header is right, or the kernel would drop it before anybody.
  packet.fill(0, 10, 12);
  const checksum = internetChecksum(packet.subarray(0, 20));
  packet.set([checksum >> 8, checksum & 255], 10);
  return Uint8Array.from([1, 0, 0x5e, 0, 0, 0x12, 2, 0, 0, 0, 0, 9, 8, 0, ...packet]);
}

describeWith({ title: "a director in a flood", needs: ["root", "netns", "ip", "cc"] }, () => {
  const namespaces = new Namespaces("lt-flood");
  const flood = new PacketFlood();
  let daemons: Record<"a" | "b", VrrpDaemon> | undefined;

  beforeAll(() => {
    for (const name of ["s", "a", "b"]) namespaces.add(name);
    namespaces.run("s", ["ip", "link", "add", "br0", "type", "bridge", "mcast_snooping", "0"]);
    namespaces.run("s", ["ip", "link", "set", "br0", "up"]);
    for (const name of ["a", "b"] as const) {
      namespaces.cable(
        { namespace: "s", interface: `to-${name}` },
        { namespace: name, interface: "eth0", addresses: [`${addresses[name]}/16`] },
      );
      namespaces.run("s", ["ip", "link", "set", `to-${name}`, "master", "br0"]);
    }
  });
  afterAll(async () => {
    await stop();
    flood.dispose();
    namespaces.remove();
  });

  async function stop(): Promise<void> {
    for (const daemon of Object.values(daemons ?? {})) await daemon.dispose();
    daemons = undefined;
  }

  async function start(lines: string, master: "a" | "b"): Promise<Record<"a" | "b", VrrpDaemon>> {
    await stop();
    const made = {
      a: new VrrpDaemon(namespaces, { namespace: "a", program: "locum" }),
      b: new VrrpDaemon(namespaces, { namespace: "b", program: "locum" }),
    };
    daemons = made;
    for (const side of ["a", "b"] as const) {
      made[side].configure(configuration(lines, side === master ? 150 : 100));
      made[side].start();
    }
    const other = master === "a" ? "b" : "a";
    await eventually(() => holds(master) && !holds(other), { within: 15_000 });
    return made;
  }

  const holds = (side: "a" | "b") =>
    namespaces.run(side, ["ip", "-4", "address", "show", "dev", "eth0"]).includes(`inet ${VIP}/`);

  /** Seconds of processor that all processes of a daemon have used. */
  function processor(daemon: VrrpDaemon): number {
    return processTree(daemon.pid).reduce((sum, pid) => {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return sum + (Number(fields[11]) + Number(fields[12])) / 100;
    }, 0);
  }

  interface Row {
    readonly what: string;
    readonly lines: string;
    readonly master: "a" | "b";
    /** None: what the master has said is sent again. */
    readonly spoils: readonly Spoil[];
    readonly source?: string;
    readonly perSecond?: number;
  }

  it.for<Row>([
    { what: "a backup, six kinds in turn", lines: plain, master: "b", spoils: forgeries },
    { what: "a master, six kinds in turn", lines: plain, master: "a", spoils: forgeries },
    { what: "a backup, wrong digests of a stranger", lines: hmac, master: "b", spoils: [wrongDigest] },
    {
      what: "a backup, wrong digests in the name of its master",
      lines: hmac,
      master: "b",
      spoils: [wrongDigest],
      source: addresses.b,
      perSecond: DIGESTS_PER_SECOND,
    },
    {
      what: "a backup, what its master has said before",
      lines: hmac,
      master: "b",
      spoils: [],
      perSecond: DIGESTS_PER_SECOND,
    },
  ])(
    "RX-15 RX-16 forged packets by tens of thousands a second never change a state, hide an advertisement or fill the log: $what",
    { timeout: 60_000 },
    async ({ lines, master, spoils, what, source = FORGER, perSecond = PER_SECOND }) => {
      const { a } = await start(lines, master);
      const advertisers: string[] = [];
      const replays: Uint8Array[] = [];
      const isMaster = (address: string) => address === addresses[master];
      // The flood goes to director a alone: on this cable the pair is seen.
      const sniffer = new FrameSniffer({
        interfaceName: "to-b",
        namespace: namespaces.path("s"),
        etherTypes: [0x0800],
        onFrame: ({ bytes }) => {
          if (bytes[23] !== 112) return;
          const advertiser = bytes.subarray(26, 30).join(".");
          advertisers.push(advertiser);
          if (isMaster(advertiser)) replays.push(bytes.slice());
        },
      });
      // Who yielded at the start repeats itself until the winner has heard it, and its log comes after its addresses.
      await eventually(() => advertisers.slice(-SETTLED).filter(isMaster).length === SETTLED, {
        within: 15_000,
      });
      advertisers.length = 0;
      const before = { log: a.log.length, processor: processor(a) };
      const sent = await flood.send(namespaces, {
        ...{ namespace: "s", interface: "to-a", perSecond, seconds: SECONDS },
        frames: spoils.length === 0 ? replays.slice() : spoils.map((spoil) => frame(lines, spoil, source)),
      });
      const used = processor(a) - before.processor;
      sniffer.close();
      const logged = a.log.slice(before.log).split("\n").slice(0, -1);
      const share = ((100 * used) / SECONDS).toFixed(1);
      console.log(
        `${what}: ${Math.round(sent / SECONDS)} a second, ${share}% of a processor, ${logged.length} lines`,
      );
      expect(new Set(advertisers)).toEqual(new Set([addresses[master]]));
      expect(advertisers.length).toBeGreaterThan(SECONDS * 10 * 0.8);
      expect({ a: holds("a"), b: holds("b") }).toEqual({ a: master === "a", b: master === "b" });
      expect(logged.filter((line) => / STATE/.test(line))).toEqual([]);
      expect(logged.length).toBeLessThanOrEqual(12);
      expect(a.log).toContain("a flood of bad packets");
      await eventually(() => a.log.includes("the flood of bad packets is over"), { within: 20_000 });
    },
  );

  it("RX-22 a backup hears its master resign in the midst of wrong digests in the master's name", {
    timeout: 60_000,
  }, async () => {
    const { a, b } = await start(hmac, "b");
    // What was killed before has left its address, so that it says nothing yet.
    const role = (daemon: VrrpDaemon) => daemon.log.match(/Entering \w+ STATE/g)?.at(-1) ?? "";
    await eventually(() => role(b).includes("MASTER") && role(a).includes("BACKUP"), { within: 15_000 });
    await eventually(() => holds("b") && !holds("a"), { within: 5_000 });
    let isOver = false;
    const flooding = flood.send(namespaces, {
      ...{ namespace: "s", interface: "to-a", perSecond: DIGESTS_PER_SECOND, seconds: SECONDS },
      frames: [frame(hmac, wrongDigest, addresses.b)],
    });
    const ended = flooding.finally(() => {
      isOver = true;
    });
    await eventually(() => a.log.includes("a flood of bad packets"), { within: 5_000 });
    expect([holds("a"), holds("b")]).toEqual([false, true]);
    await b.stop();
    await eventually(() => holds("a"), { within: 3_000 });
    expect(isOver).toBe(false);
    await ended;
    expect(holds("a")).toBe(true);
  });
});
