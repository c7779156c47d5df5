import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { FrameSniffer } from "../../src/linux/frame-socket.ts";
import { eventually } from "../support/eventually.ts";
import { InteropPair } from "../support/interop-pair.ts";
import { describeWith } from "../support/require.ts";
import type { DaemonProgram } from "../support/vrrp-daemon.ts";

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
}

const FAST = ["version 3", "advert_int 0.2"];
const unicast = (...peers: readonly string[]) => ["unicast_peer {", ...peers, "}"];
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
  { what: "IPv6", lines: FAST, addresses: SIX },
  { what: "IPv6 in another group", lines: FAST, addresses: SIX, global: ["vrrp_mcast_group6 ff02::77"] },
  // Without it 2.2.7 leaves the hop limit to the kernel; ours says 255.
  {
    what: "IPv6 to a peer, unicast_ttl",
    lines: [...FAST, "unicast_ttl 33", ...unicast("fe80::3")],
    addresses: SIX,
  },
];

describeWith(suite, () => {
  const pair = new InteropPair("lt-same", { virtualAddress: VIP });
  beforeAll(() => {
    pair.connect();
    pair.namespaces.run("a", ["ip", "address", "add", "10.77.0.50/16", "dev", "eth0"]);
  });
  afterEach(async () => {
    await pair.clear();
    pair.namespaces.run("a", ["ip", "address", "replace", "10.77.0.50/16", "dev", "eth0"]);
  });
  afterAll(() => pair.dispose());

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

  /** Every frame once that makes an advertisement or an announcement, in hexadecimal, from the start to the resignation. */
  async function sent(program: DaemonProgram, each: Case): Promise<readonly string[]> {
    const counts = new Map<string, number>();
    let resigned = false;
    const sniffer = new FrameSniffer({
      interfaceName: "eth0",
      namespace: pair.namespaces.path("b"),
      onFrame: ({ bytes, outgoing }) => {
        const frame = outgoing ? undefined : told(Buffer.from(bytes));
        if (frame === undefined) return;
        counts.set(frame.hex, (counts.get(frame.hex) ?? 0) + 1);
        resigned ||= frame.priority === 0;
      },
    });
    try {
      const daemon = pair.start("a", { program, text: text(each) });
      const enough = () => [...counts.values()].some((count) => count >= 3);
      await eventually(() => daemon.log.includes("Entering MASTER STATE") && enough(), { within: 30_000 });
      await daemon.stop();
      await eventually(() => resigned, { within: 5_000 });
    } finally {
      sniffer.close();
    }
    return [...counts.keys()].sort();
  }

  it.each(cases)(
    "$what",
    async (each) => {
      const theirs = await sent("keepalived", each);
      expect(theirs.length).toBeGreaterThanOrEqual(3);
      await pair.clear();
      pair.namespaces.run("a", ["ip", "address", "replace", "10.77.0.50/16", "dev", "eth0"]);
      expect(await sent("locum", each)).toEqual(theirs);
    },
    60_000,
  );
});

/** An advertisement or an announcement, with what may differ from one to the next taken out. */
function told(frame: Buffer): { readonly hex: string; readonly priority?: number } | undefined {
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
