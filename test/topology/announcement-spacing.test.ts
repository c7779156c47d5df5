import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";
import { ScriptedPeer, type SeenAnnouncement } from "../support/scripted-peer.ts";
import { type DaemonProgram, VrrpDaemon } from "../support/vrrp-daemon.ts";

const INTERFACES = ["eth0", "eth1"] as const;
const FAMILIES = ["IPv4", "IPv6"] as const;
type Family = (typeof FAMILIES)[number];
/** Of each interface and family; each is to be announced twice. */
const ADDRESSES = 4;

interface Case {
  readonly what: string;
  readonly global?: readonly string[];
  readonly group?: readonly string[];
  /** Least seconds between two announcements on each of the interfaces; 0 when they come as fast as can be. */
  readonly apart: Partial<Record<Family, readonly [number, number]>>;
  /** The same, of both interfaces taken together, where they share a limit. */
  readonly together?: Readonly<Record<Family, number>>;
  /** What a program does otherwise. */
  readonly unlike?: Partial<Record<DaemonProgram, Case["apart"]>>;
}

const cases: readonly Case[] = [
  { what: "nothing", apart: {} },
  { what: "vrrp_garp_interval", global: ["vrrp_garp_interval 0.1"], apart: { IPv4: [0.1, 0.1] } },
  { what: "vrrp_gna_interval", global: ["vrrp_gna_interval 0.1"], apart: { IPv6: [0.1, 0.1] } },
  {
    what: "garp_group",
    group: ["garp_interval 0.1", "gna_interval 0.08", "interfaces {", ...INTERFACES, "}"],
    apart: { IPv4: [0.1, 0.1], IPv6: [0.08, 0.08] },
    together: { IPv4: 0.1, IPv6: 0.08 },
  },
  {
    what: "garp_group of one interface, without gna_interval",
    global: ["vrrp_garp_interval 0.05", "vrrp_gna_interval 0.1"],
    group: ["garp_interval 0.1", "interface eth0"],
    apart: { IPv4: [0.1, 0.05], IPv6: [0.1, 0.1] },
    unlike: { keepalived: { IPv6: [0, 0.1] } },
  },
];

function addressesOf(at: number): readonly string[] {
  const hosts = Array.from({ length: ADDRESSES }, (_, which) => which + 1);
  return [...hosts.map((host) => `10.77.${at}.${100 + host}`), `fe80:0:0:0:0:0:0:5${at}`].concat(
    hosts.map((host) => `2001:db8:${at}:0:0:0:0:${host}`),
  );
}

function configuration({ global = [], group }: Case): string {
  const instances = INTERFACES.flatMap((name, at) =>
    FAMILIES.map(
      (family) => `vrrp_instance ${family}-${name} {
  interface ${name}
  virtual_router_id ${51 + at}
  version 3
  advert_int 0.2
  priority 100
  virtual_ipaddress {
    ${addressesOf(at)
      .filter((address) => address.includes(":") === (family === "IPv6"))
      .map((address) => `${address}/${family === "IPv6" ? 64 : 24}`)
      .join("\n    ")}
  }
}
`,
    ),
  );
  return `global_defs {
  vrrp_garp_master_delay 0
  vrrp_garp_master_repeat 2
  ${global.join("\n  ")}
}
${group === undefined ? "" : `garp_group {\n  ${group.join("\n  ")}\n}\n`}${instances.join("")}`;
}

const suite = {
  title: "announcements with a pause between them",
  needs: ["root", "netns", "keepalived"],
} as const;

describeWith(suite, () => {
  const namespaces = new Namespaces("lt-space");
  const daemons: VrrpDaemon[] = [];
  const heard = new Map<string, readonly (readonly SeenAnnouncement[])[]>();

  beforeAll(async () => {
    const all = (["keepalived", "locum"] as const).flatMap((program) =>
      cases.map(async (each, at) => {
        heard.set(`${each.what} ${program}`, await play(`${program[0]}${at}`, program, each));
      }),
    );
    await Promise.all(all);
  }, 60_000);
  afterAll(async () => {
    for (const daemon of daemons) await daemon.dispose();
    namespaces.remove();
  });

  /** What is announced on each interface, when everything was. */
  async function play(name: string, program: DaemonProgram, each: Case) {
    const [a, b] = [`${name}a`, `${name}b`];
    for (const one of [a, b]) {
      namespaces.add(one);
      namespaces.run(one, ["sysctl", "-qw", "net.ipv6.conf.default.accept_dad=0"]);
    }
    const peers = INTERFACES.map((interfaceName, at) => {
      const end = (namespace: string, host: number) => ({
        namespace,
        interface: interfaceName,
        addresses: [`10.77.${at}.${host}/24`, `fe80::${host}/64`],
      });
      namespaces.cable(end(a, 2), end(b, 3));
      return new ScriptedPeer({ namespace: namespaces.path(b), interfaceName });
    });
    const daemon = new VrrpDaemon(namespaces, { namespace: a, program });
    daemons.push(daemon);
    daemon.configure(configuration(each));
    daemon.start();
    const seen = () =>
      peers.map((peer) => peer.seen.filter((one): one is SeenAnnouncement => one.kind === "announcement"));
    const all = new Set(addressesOf(0).concat(addressesOf(1)));
    const complete = () =>
      new Set(seen().flatMap((list) => list.map(({ address }) => address))).size === all.size;
    // And nothing more waits: the advertisements go on without an announcement among them.
    const over = () => {
      const last = Math.max(...seen().flatMap((list) => list.map(({ at }) => at)));
      return complete() && peers.some((peer) => peer.seen.some(({ at }) => at > last + 0.4));
    };
    await eventually(over, { within: 30_000 });
    for (const peer of peers) peer.close();
    await daemon.kill();
    return seen();
  }

  const gaps = (list: readonly SeenAnnouncement[]) => {
    const times = list.map(({ at }) => at).sort((one, other) => one - other);
    return times.slice(1).map((time, at) => time - (times[at] as number));
  };

  describe.each(cases)("$what", (each) => {
    const listsOf = (program: DaemonProgram, family: Family) =>
      (heard.get(`${each.what} ${program}`) ?? []).map((list) =>
        list.filter(({ address }) => address.includes(":") === (family === "IPv6")),
      );

    it.each(["keepalived", "locum"] as const)("%s", (program) => {
      for (const family of FAMILIES) {
        const lists = listsOf(program, family);
        const alone = each.unlike?.[program]?.[family];
        for (const [at, list] of lists.entries()) {
          expectApart(gaps(list), alone?.[at] ?? each.apart[family]?.[at] ?? 0);
        }
        if (each.together !== undefined) expectApart(gaps(lists.flat()), each.together[family]);
        else expect(Math.min(...gaps(lists.flat()))).toBeLessThan(0.04);
      }
    });

    it("as often by both", () => {
      for (const family of FAMILIES.filter((one) => each.unlike?.keepalived?.[one] === undefined)) {
        const [theirs, ours] = [listsOf("keepalived", family), listsOf("locum", family)];
        expect(ours.flat().length).toBe(theirs.flat().length);
        expect(ours.flat().length).toBeGreaterThan(2 * ADDRESSES);
      }
    });
  });
});

/** At least so long, by a generous measure; or, without a pause, all but at once. */
function expectApart(gaps: readonly number[], seconds: number): void {
  if (seconds > 0) expect(Math.min(...gaps)).toBeGreaterThan(seconds / 2);
  else expect(gaps.filter((gap) => gap < 0.03).length).toBeGreaterThan(gaps.length / 2);
}
