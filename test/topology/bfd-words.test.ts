import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { ipAddressFromBytes } from "../../src/base/ip-address.ts";
import { decodeControlPacket } from "../../src/bfd/control-packet.ts";
import { FrameSniffer } from "../../src/linux/frame-socket.ts";
import { Daemons } from "../support/daemons.ts";
import { eventually } from "../support/eventually.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";
import type { DaemonProgram, VrrpDaemon } from "../support/vrrp-daemon.ts";

const suite = {
  title: "every word of a BFD session, beside keepalived",
  needs: ["root", "netns", "keepalived"],
} as const;

/** A session with each word, to a neighbour of its own that never answers. */
const WORDS: readonly (readonly [neighbour: string, words: string])[] = [
  ["10.83.0.11", "neighbor_ip 10.83.0.11"],
  ["10.83.0.12", "neighbour_ip 10.83.0.12\n  source_ip 10.83.0.1"],
  ["10.83.0.13", "neighbor_ip 10.83.0.13\n  idle_tx 2500"],
  ["10.83.0.14", "neighbor_ip 10.83.0.14\n  min_rx 55.5\n  min_tx 77\n  multiplier 9"],
  ["10.83.0.15", "neighbor_ip 10.83.0.15\n  passive"],
  ["10.83.0.16", "neighbor_ip 10.83.0.16\n  ttl 77\n  max_hops 3"],
  ["10.83.0.17", "neighbor_ip 10.83.0.17\n  max_hops -1"],
  ["fd83::18", "neighbor_ip fd83::18\n  source_ip fd83::1\n  hoplimit 33"],
  ["fd83::19", "neighbor_ip fd83::19"],
];

/** What a packet of a session says. */
interface Seen {
  readonly hopLimit: number;
  readonly port: number;
  readonly source: string;
  readonly state: string;
  readonly multiplier: number;
  readonly transmit: number;
  readonly receive: number;
}

describeWith(suite, () => {
  const namespaces = new Namespaces("lt-bfd-w");
  const daemons = new Daemons(namespaces);

  beforeAll(() => {
    for (const side of ["a", "b"]) {
      const addresses = ["10.83.0.1/24", "fd83::1/64"];
      namespaces.add(side);
      namespaces.add(`${side}p`);
      namespaces.cable(
        { namespace: side, interface: "eth0", addresses },
        {
          namespace: `${side}p`,
          interface: "eth0",
          addresses: WORDS.map(([address]) => `${address}/${address.includes(":") ? 64 : 24}`),
        },
      );
    }
    namespaces.add("x");
    namespaces.add("y");
    namespaces.cable(
      { namespace: "x", interface: "eth0", addresses: ["10.84.0.1/24", "10.84.0.3/24", "fd84::1/64"] },
      { namespace: "y", interface: "eth0", addresses: ["10.84.0.2/24", "10.84.0.4/24", "fd84::2/64"] },
    );
  });
  afterEach(() => daemons.dispose());
  afterAll(() => namespaces.remove());

  function start(namespace: string, program: DaemonProgram, text: string): VrrpDaemon {
    const daemon = daemons.make({ namespace, program, flags: [] });
    daemon.configure(text);
    daemon.start();
    return daemon;
  }

  const instance = (address: string, track = "") => `vrrp_instance V {
  interface eth0
  virtual_router_id 83
  priority 100
  advert_int 1
  ${track}
  virtual_ipaddress {
    ${address}/24
  }
}
`;

  /** The first packets of every session of a daemon, by neighbour, and the times between two. */
  async function packets(side: string, program: DaemonProgram) {
    const seen = new Map<string, Seen>();
    const times = new Map<string, number[]>();
    const sniffer = new FrameSniffer({
      interfaceName: "eth0",
      namespace: namespaces.path(`${side}p`),
      onFrame: ({ bytes, outgoing }) => {
        const packet = outgoing ? undefined : readPacket(bytes);
        if (packet === undefined) return;
        const { neighbour, ...rest } = packet;
        if (!seen.has(neighbour)) seen.set(neighbour, rest);
        times.set(neighbour, [...(times.get(neighbour) ?? []), performance.now()]);
      },
    });
    try {
      const sessions = WORDS.map(([, words], at) => `bfd_instance B${at} {\n  ${words}\n}\n`).join("");
      start(side, program, `${sessions}${instance("10.83.0.100")}`);
      // The slow one has spoken twice: the passive one would have by now.
      const twice = () => (times.get("10.83.0.13")?.length ?? 0) >= 2 && seen.size >= WORDS.length - 1;
      await eventually(twice, { within: 15_000 });
    } finally {
      sniffer.close();
    }
    const [first = 0, second = 0] = times.get("10.83.0.13") ?? [];
    return { seen: Object.fromEntries([...seen].sort()), pause: second - first };
  }

  it("each packet says the same; idle_tx is the pause, and who is passive is silent", async () => {
    const [theirs, ours] = await Promise.all([packets("a", "keepalived"), packets("b", "locum")]);
    const hops = { ...theirs.seen["fd83::19"], hopLimit: 255 };
    // keepalived leaves the hop limit of IPv6 to the kernel.
    expect(theirs.seen["fd83::19"]?.hopLimit).toBe(64);
    expect(ours.seen).toEqual({ ...theirs.seen, "fd83::19": hops });
    expect(Object.keys(ours.seen)).not.toContain("10.83.0.15");
    expect(ours.seen).toMatchObject({
      "10.83.0.11": {
        hopLimit: 255,
        port: 3784,
        multiplier: 5,
        transmit: 1_000,
        receive: 10,
        source: "10.83.0.1",
      },
      "10.83.0.13": { transmit: 2_500 },
      "10.83.0.14": { receive: 55.5, multiplier: 9 },
      "10.83.0.16": { hopLimit: 77 },
      "fd83::18": { hopLimit: 33, source: "fd83::1" },
    });
    // Up to a quarter less (RFC 5880 section 6.8.7).
    for (const { pause } of [theirs, ours]) {
      expect(pause).toBeGreaterThan(2_500 * 0.75 - 100);
      expect(pause).toBeLessThan(2_500 + 400);
    }
  }, 40_000);

  const session = (name: string, words: string) =>
    `bfd_instance ${name} {\n  ${words}\n  min_rx 100\n  min_tx 100\n  multiplier 10\n}\n`;

  it.each<readonly [DaemonProgram, DaemonProgram]>([
    ["keepalived", "locum"],
    ["locum", "keepalived"],
  ])(
    "%s and %s: passive waits for the other; a ttl below what max_hops allows keeps it down; weights count",
    async (first, second) => {
      const pair = (own: number, theirs: number) =>
        `source_ip 10.84.0.${own}\n  neighbor_ip 10.84.0.${theirs}`;
      const track =
        "track_bfd {\n    passive weight 50\n    strict weight -30\n    six weight 7 reverse\n  }";
      const one = start(
        "x",
        first,
        session("passive", `${pair(1, 2)}\n  passive`) +
          session("strict", `${pair(3, 4)}\n  max_hops 3`) +
          session("six", "source_ip fd84::1\n  neighbor_ip fd84::2") +
          instance("10.84.0.100", track),
      );
      const other = start(
        "y",
        second,
        session("active", pair(2, 1)) +
          session("far", `${pair(4, 3)}\n  ttl 250`) +
          session("six", "source_ip fd84::2\n  neighbor_ip fd84::1") +
          instance("10.84.0.101"),
      );
      const up = (daemon: VrrpDaemon, name: string) => daemon.log.includes(`(${name}) Entering Up state`);
      await eventually(() => up(one, "passive") && up(other, "active") && up(one, "six"), { within: 20_000 });
      const priority = (value: number) =>
        one.log.includes(`Changing effective priority from`) && lastPriority(one) === value;
      await eventually(() => priority(100 + 50 - 30 - 7), { within: 10_000 });
      expect([up(one, "strict"), up(other, "far")]).toEqual([false, false]);
    },
    60_000,
  );
});

function lastPriority(daemon: VrrpDaemon): number {
  return Number([...daemon.log.matchAll(/Changing effective priority from \d+ to (\d+)/g)].at(-1)?.[1]);
}

/** A BFD packet in a frame; undefined for anything else. */
function readPacket(frame: Uint8Array): (Seen & { readonly neighbour: string }) | undefined {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  const type = view.getUint16(12);
  const four = type === 0x0800 && frame[23] === 17;
  if (!four && !(type === 0x86dd && frame[20] === 17)) return undefined;
  const at = four ? 14 + ((frame[14] as number) & 15) * 4 : 54;
  const port = view.getUint16(at + 2);
  const packet = port === 3784 ? decodeControlPacket(frame.subarray(at + 8)) : undefined;
  if (!packet?.ok) return undefined;
  const { state, detectMultiplier, desiredMinTransmit, requiredMinReceive } = packet.value;
  return {
    hopLimit: frame[four ? 22 : 21] as number,
    port,
    source: ipAddressFromBytes(four ? frame.subarray(26, 30) : frame.subarray(22, 38)),
    neighbour: ipAddressFromBytes(four ? frame.subarray(30, 34) : frame.subarray(38, 54)),
    state,
    multiplier: detectMultiplier,
    transmit: desiredMinTransmit / 1_000,
    receive: requiredMinReceive / 1_000,
  };
}
