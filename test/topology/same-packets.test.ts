import { afterAll, expect, it } from "vitest";
import { FrameSniffer } from "../../src/linux/frame-socket.ts";
import { partialSum, sumToChecksum } from "../../src/vrrp/vrrp-checksum.ts";
import { eventually } from "../support/eventually.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";
import { type DaemonProgram, VrrpDaemon } from "../support/vrrp-daemon.ts";

const VIP = "10.77.0.100";

const suite = {
  title: "what a director sends, octet for octet as keepalived",
  needs: ["root", "netns", "keepalived"],
} as const;

interface Case {
  readonly what: string;
  readonly lines: readonly string[];
  readonly addresses?: readonly string[];
  readonly global?: readonly string[];
  /** What ours is to send where keepalived does not know the keyword, from what it sends without. */
  readonly ours?: (theirs: string) => string;
}

const FAST = ["version 3", "advert_int 0.2"];
const unicast = (...peers: readonly string[]) => ["unicast_peer {", ...peers, "}"];
const ELSEWHERE = [`${VIP}/16`, "10.78.0.100/16 dev eth1", "10.78.0.101/16 dev eth1"];
const SIX = ["fe80::77:1/64", "2001:db8:77::1/64", "2001:db8:77::2/64"];

const cases: readonly Case[] = [
  { what: "version 2", lines: [] },
  {
    what: "version 2 with a password",
    lines: ["authentication {", "auth_type PASS", "auth_pass abcdefghij", "}"],
  },
  { what: "version 3", lines: FAST },
  {
    what: "an interval that hundredths of a second cannot tell whole",
    lines: ["version 3", "advert_int 0.257"],
  },
  { what: "vrrp_mcast_group4", lines: FAST, global: ["vrrp_mcast_group4 224.0.0.77"] },
  { what: "mcast_src_ip", lines: [...FAST, "mcast_src_ip 10.77.0.50"] },
  {
    what: "the lowest priority and the highest VRID",
    lines: [...FAST, "priority 1", "virtual_router_id 255"],
  },
  { what: "an owner", lines: [...FAST, "state MASTER", "priority 255"] },
  { what: "two peers", lines: [...FAST, ...unicast("10.77.0.3", "10.77.0.4")] },
  { what: "peers in version 2", lines: unicast("10.77.0.3") },
  {
    what: "unicast_src_ip and unicast_ttl",
    lines: [...FAST, "unicast_src_ip 10.77.0.50", "unicast_ttl 17", ...unicast("10.77.0.3")],
  },
  { what: "old_unicast_checksum", lines: [...FAST, "old_unicast_checksum", ...unicast("10.77.0.3")] },
  {
    what: "addresses that are not advertised",
    lines: [...FAST, "virtual_ipaddress_excluded {", "10.77.0.200/16", "}"],
  },
  {
    what: "forty addresses",
    lines: FAST,
    addresses: Array.from({ length: 40 }, (_, at) => `10.77.0.${100 + at}/16`),
  },
  { what: "no announcement twice", lines: [...FAST, "garp_master_repeat 1"] },
  { what: "a virtual MAC", lines: [...FAST, "use_vmac"] },
  { what: "vrrp_version", lines: ["advert_int 0.2"], global: ["vrrp_version 3"] },
  {
    what: "mcast_dst_ip",
    lines: [...FAST, "mcast_dst_ip 224.0.0.78"],
    global: ["vrrp_mcast_group4 224.0.0.77"],
  },
  {
    what: "a short password",
    lines: ["authentication {", "auth_type PASS", "auth_pass ab", "}"],
  },
  {
    what: "a password in version 3",
    lines: [...FAST, "authentication {", "auth_type PASS", "auth_pass ab", "}"],
  },
  { what: "auth_type AH", lines: ["authentication {", "auth_type AH", "auth_pass ab", "}"] },
  { what: "strict_mode", lines: [...FAST, "strict_mode"] },
  {
    what: "strict_mode with a password",
    lines: ["strict_mode", "authentication {", "auth_type PASS", "auth_pass ab", "}"],
  },
  {
    what: "vrrp_strict, an owner",
    lines: [...FAST, "priority 255"],
    global: ["vrrp_strict"],
  },
  { what: "v3_checksum_as_v2", lines: [...FAST, "v3_checksum_as_v2"], ours: withoutPseudoHeader },
  {
    what: "v3_checksum_as_v2 for all instances",
    lines: FAST,
    global: ["v3_checksum_as_v2"],
    ours: withoutPseudoHeader,
  },
  {
    what: "v3_checksum_as_v2, but not here",
    lines: [...FAST, "v3_checksum_as_v2 false"],
    global: ["v3_checksum_as_v2"],
  },
  { what: "vmac_prefix", lines: [...FAST, "use_vmac"], global: ["vmac_prefix vr"] },
  {
    what: "a name that vmac_prefix makes too long",
    lines: [...FAST, "use_vmac"],
    global: ["vmac_prefix abcdefghijklmno"],
  },
  { what: "vmac_xmit_base", lines: [...FAST, "use_vmac", "vmac_xmit_base"] },
  { what: "an address on another interface", lines: [...FAST, "use_vmac"], addresses: ELSEWHERE },
  { what: "use_vmac_addr", lines: [...FAST, "use_vmac", "use_vmac_addr"], addresses: ELSEWHERE },
  {
    what: "vmac_addr_prefix",
    lines: [...FAST, "use_vmac", "use_vmac_addr"],
    addresses: ELSEWHERE,
    global: ["vmac_prefix vr", "vmac_addr_prefix va"],
  },
  { what: "IPv6", lines: FAST, addresses: SIX },
  {
    what: "native_ipv6",
    lines: [...FAST, "native_ipv6"],
    addresses: [`${VIP}/16`, ...SIX],
  },
  { what: "IPv4 before IPv6", lines: FAST, addresses: [`${VIP}/16`, ...SIX] },
  {
    what: "IPv6, mcast_dst_ip",
    lines: [...FAST, "mcast_dst_ip ff02::78"],
    addresses: SIX,
    global: ["vrrp_mcast_group6 ff02::77"],
  },
  { what: "IPv6 in another group", lines: FAST, addresses: SIX, global: ["vrrp_mcast_group6 ff02::77"] },
  // Without it 2.2.7 leaves the hop limit to the kernel; ours says 255.
  {
    what: "IPv6 to a peer, unicast_ttl",
    lines: [...FAST, "unicast_ttl 33", ...unicast("fe80::3")],
    addresses: SIX,
  },
];

describeWith(suite, () => {
  const namespaces = new Namespaces("lt-same");
  const daemons: VrrpDaemon[] = [];
  afterAll(async () => {
    for (const daemon of daemons) await daemon.dispose();
    namespaces.remove();
  });

  const text = ({ lines, addresses = [`${VIP}/16`, "10.77.0.101/16"], global = [] }: Case) => {
    const said = (keyword: string) => lines.some((line) => line.startsWith(keyword));
    return `global_defs {
  ${global.join("\n  ")}
}
vrrp_instance V {
  interface eth0
  ${said("virtual_router_id") ? "" : "virtual_router_id 51"}
  ${said("priority") ? "" : "priority 120"}
  ${lines.join("\n  ")}
  virtual_ipaddress {
    ${addresses.join("\n    ")}
  }
}
`;
  };

  /** A director's namespace and one that listens, on two cables that are the same for every director. */
  function connect(name: string): { readonly a: string; readonly b: string } {
    const ends = { a: `${name}a${daemons.length}`, b: `${name}b${daemons.length}` };
    for (const end of Object.values(ends)) {
      namespaces.add(end);
      namespaces.run(end, ["sysctl", "-qw", "net.ipv6.conf.default.accept_dad=0"]);
    }
    for (const at of [0, 1]) {
      const end = (namespace: string, host: number) => ({
        namespace,
        interface: `eth${at}`,
        mac: `02:00:00:00:0${at}:0${host}`,
        addresses: [`10.${77 + at}.0.${host}/16`, `fe80::${host}/64`],
      });
      namespaces.cable(end(ends.a, 2), end(ends.b, 3));
    }
    namespaces.run(ends.a, ["ip", "address", "add", "10.77.0.50/16", "dev", "eth0"]);
    return ends;
  }

  /**
   * Every frame once that makes an advertisement or an announcement, in hexadecimal, from the start to the resignation;
   * and the interfaces that were made.
   */
  async function sent(name: string, program: DaemonProgram, each: Case): Promise<readonly string[]> {
    const { a, b } = connect(name);
    const counts = new Map<string, number>();
    let resigned = false;
    const sniffers = ["eth0", "eth1"].map(
      (interfaceName) =>
        new FrameSniffer({
          interfaceName,
          namespace: namespaces.path(b),
          onFrame: ({ bytes, outgoing }) => {
            const frame = outgoing ? undefined : told(Buffer.from(bytes));
            if (frame === undefined) return;
            const line = `${interfaceName} ${frame.hex}`;
            if (frame.counts !== false) counts.set(line, (counts.get(line) ?? 0) + 1);
            resigned ||= frame.priority === 0;
          },
        }),
    );
    const daemon = new VrrpDaemon(namespaces, { namespace: a, program });
    daemons.push(daemon);
    daemon.configure(text(each));
    let made: readonly string[] = [];
    try {
      daemon.start();
      const enough = () => [...counts.values()].some((count) => count >= 3);
      await eventually(() => daemon.log.includes("Entering MASTER STATE") && enough(), { within: 30_000 });
      const links = namespaces.run(a, ["ip", "-o", "link", "show", "type", "macvlan"]);
      made = [...links.matchAll(/^\d+: (\S+): .* link\/ether (\S+)/gm)].map(
        ([, link, mac]) => `${link} ${mac}`,
      );
      await daemon.stop();
      await eventually(() => resigned, { within: 5_000 });
    } finally {
      for (const sniffer of sniffers) sniffer.close();
      await daemon.kill();
    }
    return [...counts.keys(), ...made].sort();
  }

  it.concurrent.each(cases.map((each, at) => ({ ...each, at })))(
    "$what",
    async (each) => {
      const [theirs, ours] = await Promise.all([
        sent(`k${each.at}`, "keepalived", each),
        sent(`l${each.at}`, "locum", each),
      ]);
      expect(theirs.length).toBeGreaterThanOrEqual(3);
      const expected = each.ours === undefined ? theirs : theirs.map(each.ours).sort();
      expect(ours).toEqual(expected);
    },
    60_000,
  );
});

/** The same advertisement of version 3 over IPv4 with a checksum over nothing but its message. */
function withoutPseudoHeader(line: string): string {
  const [interfaceName, hex = ""] = line.split(" ");
  const frame = Buffer.from(hex, "hex");
  if (frame.readUInt16BE(12) !== 0x0800) return line;
  const message = frame.subarray(34);
  message.writeUInt16BE(0, 6);
  message.writeUInt16BE(sumToChecksum(partialSum(message, { from: 0, to: message.length, start: 0 })), 6);
  return `${interfaceName} ${frame.toString("hex")}`;
}

/** An advertisement or an announcement, with what may differ from one to the next taken out. */
function told(
  frame: Buffer,
): { readonly hex: string; readonly priority?: number; readonly counts?: boolean } | undefined {
  const type = frame.readUInt16BE(12);
  if (type === 0x0806) {
    // Gratuitous, padded or not; what the kernel asks and answers is not ours.
    const isGratuitous = frame.subarray(28, 32).equals(frame.subarray(38, 42));
    return isGratuitous ? { hex: frame.subarray(0, 42).toString("hex") } : undefined;
  }
  if (type === 0x0800 && frame[23] === 112) {
    // The packet's number, and the checksum over it.
    frame.fill(0, 18, 20);
    frame.fill(0, 24, 26);
    return { hex: frame.toString("hex"), priority: frame[36] as number };
  }
  if (type === 0x0800 && frame[23] === 51) {
    frame.fill(0, 18, 20);
    frame.fill(0, 24, 26);
    // Every one has a number of its own, which the digest covers; how many there are is another matter.
    const counts = frame.readUInt32BE(42) === 1;
    return { hex: frame.toString("hex"), priority: frame[60] as number, counts };
  }
  if (type !== 0x86dd) return undefined;
  // The flow label.
  frame.writeUInt32BE((frame.readUInt32BE(14) & 0xfff00000) >>> 0, 14);
  if (frame[20] === 112) return { hex: frame.toString("hex"), priority: frame[56] as number };
  // A neighbour advertisement to all, as nobody asked.
  const unasked =
    frame[20] === 58 &&
    frame[54] === 136 &&
    frame.subarray(38, 54).toString("hex") === `ff02${"0".repeat(27)}1`;
  return unasked ? { hex: frame.toString("hex") } : undefined;
}
