import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { FrameSniffer } from "../../src/linux/frame-socket.ts";
import { Daemons } from "../support/daemons.ts";
import { eventually } from "../support/eventually.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";
import type { DaemonProgram, VrrpDaemon } from "../support/vrrp-daemon.ts";

const suite = {
  title: "every word of use_vmac, beside keepalived",
  needs: ["root", "netns", "keepalived", "nft"],
} as const;

/** What the instances have besides their number and an address on eth0 and one on eth1. */
const INSTANCES: readonly (readonly [words: string, address?: string])[] = [
  ["use_vmac"],
  ["use_vmac mine1 02:11:22:33:44:55"],
  ["use_vmac mine2 02:11:22:33:44"],
  ["use_vmac mine3 netlink_notify_msg"],
  ["use_vmac\n  vmac_xmit_base"],
  ["use_vmac\n  use_vmac_addr"],
  ["use_vmac_addr"],
  ["", "use_vmac"],
  [""],
];
const FIRST = 51;

const configuration = (global: string) => `global_defs {
  ${global}
}
${INSTANCES.map(
  ([words, address = ""], at) => `vrrp_instance V${at} {
  interface eth0
  virtual_router_id ${FIRST + at}
  version 3
  advert_int 0.2
  ${words}
  virtual_ipaddress {
    10.77.0.${FIRST + at}/16
    10.78.${at}.1/24 dev eth1 ${address}
  }
  virtual_ipaddress_excluded {
    2001:db8:${FIRST + at}::1/64
  }
}
`,
).join("")}`;

describeWith(suite, () => {
  const namespaces = new Namespaces("lt-vmac-w");
  const daemons = new Daemons(namespaces);

  beforeAll(() => {
    for (const side of ["a", "b"]) {
      namespaces.add(side);
      namespaces.add(`${side}p`);
      for (const name of ["eth0", "eth1"])
        namespaces.cable(
          {
            namespace: side,
            interface: name,
            mac: `02:00:00:00:00:0${name.at(-1)}`,
            ...(name === "eth0" ? { addresses: ["10.77.0.2/16"] } : {}),
          },
          { namespace: `${side}p`, interface: name },
        );
    }
  });
  afterEach(async () => {
    await daemons.dispose();
    for (const side of ["a", "b"])
      for (const [, name = ""] of links(side)
        .join("\n")
        .matchAll(/^([^@\s]+)@/gm))
        namespaces.run(side, ["ip", "link", "delete", name]);
  });
  afterAll(() => namespaces.remove());

  const lines = (side: string, words: string) =>
    namespaces
      .run(side, ["ip", "-o", ...words.split(" ")])
      .split("\n")
      .filter((line) => line !== "");
  /** Without numbers, and without what says who made it. */
  const links = (side: string) =>
    lines(side, "-d link show type macvlan")
      .map((line) => line.replace(/^\d+: /, "").replace(/alias .*|qdisc \S+ |\\\s*/g, ""))
      .sort();
  const addresses = (side: string) =>
    lines(side, "address")
      .map((line) =>
        line
          .replace(/^\d+: /, "")
          .replace(/\\.*/, "")
          .replace(/\s+/g, " "),
      )
      // What the kernel makes up for an interface of its own account, and keepalived for one that has no use for it.
      .filter((line) => !/ fe80::/.test(line))
      .sort();

  /** Its interfaces and addresses when it is master, and the MAC address that each advertisement comes from. */
  async function standing(side: string, program: DaemonProgram, global: string) {
    const sources = new Map<number, string>();
    const sniffer = new FrameSniffer({
      interfaceName: "eth0",
      etherTypes: [0x0800],
      namespace: namespaces.path(`${side}p`),
      onFrame: ({ bytes, outgoing }) => {
        if (outgoing || bytes[23] !== 112) return;
        sources.set(bytes[35] as number, Buffer.from(bytes.subarray(6, 12)).toString("hex"));
      },
    });
    const daemon: VrrpDaemon = daemons.make({ namespace: side, program });
    daemon.configure(configuration(global));
    daemon.start();
    try {
      const all = () =>
        sources.size === INSTANCES.length && addresses(side).length >= 3 + 3 * INSTANCES.length;
      await eventually(all, { within: 20_000 });
    } finally {
      sniffer.close();
    }
    return {
      daemon,
      links: links(side),
      addresses: addresses(side),
      sources: Object.fromEntries([...sources].sort(([a], [b]) => a - b)),
    };
  }

  it.each([
    { global: "", names: ["vrrp.51", "mine1", "mine2", "mine3", "vrrp.55", "vrrp.56"] },
    {
      global: "vmac_prefix vm\n  vmac_addr_prefix va",
      names: ["vm.51", "mine1", "mine2", "mine3", "vm.55", "vm.56"],
    },
  ])(
    "interfaces, addresses and senders are the same with '$global'; a stop of ours takes all away",
    async ({ global, names }) => {
      const before = [links("b"), addresses("b")];
      const [theirs, ours] = await Promise.all([
        standing("a", "keepalived", global),
        standing("b", "locum", global),
      ]);
      expect({ ...ours, daemon: 0 }).toEqual({ ...theirs, daemon: 0 });
      for (const name of names) expect(ours.links.join("\n")).toContain(`${name}@eth0`);
      // Three more for addresses on eth1.
      expect(ours.links.filter((line) => line.includes("@eth1"))).toHaveLength(3);
      const [virtual, base] = ["00005e000133", "020000000000"];
      expect(ours.sources).toMatchObject({ 51: virtual, 52: "021122334455", 55: base, 57: base, 59: base });
      expect(await ours.daemon.stop()).toBe(0);
      expect([links("b"), addresses("b")]).toEqual(before);
    },
    60_000,
  );
});
