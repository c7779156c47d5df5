import { describe, expect, it } from "vitest";
import type { IpAddress } from "../../src/base/ip-address.ts";
import { vrrpStatus } from "../../src/director/vrrp-status.ts";
import { decodeAnnouncement } from "../../src/vrrp/neighbour.ts";
import { eth1, instance, KernelRig, master, ROUTE, RULE, told, VIP, withPaths } from "./kernel-rig.ts";
import { eth0, hostAddress } from "./vrrp-fixtures.ts";

describe("routes and rules of an instance", () => {
  const added = [`add-address 192.0.2.100/24 eth0`, `add-route ${ROUTE}`, `add-rule ${RULE}`];
  const removed = [`remove-rule ${RULE}`, `remove-route ${ROUTE}`, "remove-address 192.0.2.100/24 eth0"];

  it("ST-7 come after the addresses and before the announcements, and go in reverse (ST-12)", () => {
    const rig = new KernelRig().start(withPaths(ROUTE));
    expect(rig.effects.flatMap((effect) => told(effect) ?? [])).toEqual(removed);
    expect(rig.pass(3.7)).toEqual(added);
    const kinds = rig.effects.map(({ kind }) => kind);
    expect(kinds.indexOf("send-frame")).toBeGreaterThan(kinds.indexOf("add-rule"));
    expect(rig.deliver({ kind: "shutdown" })).toEqual(removed);
  });

  it("one that someone removed comes back at once; a second time within a second, after a second", () => {
    const rig = master(withPaths(ROUTE));
    const [route] = rig.state.config?.vrrpInstances[0]?.routes ?? [];
    if (route === undefined) throw new Error("no route");
    const lost = { kind: "route-removed", route, byKernel: false } as const;
    expect(rig.deliver(lost)).toEqual([`add-route ${ROUTE}`, `add-rule ${RULE}`]);
    expect(rig.logs().at(-1)).toMatch(
      /\(V1\) route 10\.0\.0\.0\/8 .* was removed by someone else.*putting it back/,
    );
    expect(rig.deliver(lost)).toEqual([]);
    expect(rig.pass(1.1)).toEqual([`add-route ${ROUTE}`, `add-rule ${RULE}`]);
  });

  it("no_track: nobody minds", () => {
    const rig = master(withPaths(`${ROUTE} no_track`, `${RULE} no_track`));
    const [{ routes: [route] = [], rules: [rule] = [] } = {}] = rig.state.config?.vrrpInstances ?? [];
    if (route === undefined || rule === undefined) throw new Error("nothing configured");
    expect(rig.deliver({ kind: "route-removed", route, byKernel: false })).toEqual([]);
    expect(rig.deliver({ kind: "rule-removed", rule, byKernel: false })).toEqual([]);
    expect(rig.pass(5)).toEqual([]);
    const [status] = vrrpStatus(rig.state, rig.now).instances;
    expect(status?.routes).toMatchObject([{ present: false }]);
  });

  it("what the kernel drops with an interface comes back with it, without a word", () => {
    const rig = master(withPaths(ROUTE, RULE, "virtual_ipaddress {\n 192.0.2.100/24\n }"));
    rig.deliver({ kind: "link", link: { ...eth1, running: false } });
    rig.effects = [];
    rig.deliver({ kind: "link", link: eth1 });
    expect(rig.pass(0.1)).toEqual([`add-route ${ROUTE}`, `add-rule ${RULE}`]);
    expect(rig.logs()).toEqual([]);
  });

  it("a refusal is logged once and asked for again every second, all of them together", () => {
    const rig = new KernelRig().start(withPaths(ROUTE));
    rig.refused.set(`add-route ${ROUTE}`, "Network is unreachable");
    rig.pass(3.7);
    expect(rig.role("V1")).toBe("master");
    expect(rig.pass(3).filter((line) => line === `add-route ${ROUTE}`)).toHaveLength(3);
    expect(rig.logs().filter((line) => line.includes("unreachable"))).toEqual([
      "(V1) cannot add routes: Network is unreachable; trying again every 1 s",
    ]);
    const [status] = vrrpStatus(rig.state, rig.now).instances;
    expect(status?.routes).toEqual([{ text: ROUTE, present: false }]);
    rig.refused.clear();
    rig.pass(1.1);
    expect(vrrpStatus(rig.state, rig.now).instances[0]?.routes).toEqual([{ text: ROUTE, present: true }]);
  });

  it("a refused address is asked for again alone, and not announced", () => {
    const rig = new KernelRig().start(instance("virtual_ipaddress {\n 192.0.2.100/24\n 192.0.2.101/24\n }"));
    rig.refused.set("add-address 192.0.2.101/24 eth0", "Invalid argument");
    rig.pass(3.7);
    rig.effects = [];
    expect(rig.pass(2)).toEqual(Array<string>(2).fill("add-address 192.0.2.101/24 eth0"));
    const frames = rig.effects.flatMap((effect) => (effect.kind === "send-frame" ? [effect.frame] : []));
    expect(frames.map((frame) => decodeAnnouncement(frame)?.address)).not.toContain("192.0.2.101");
  });

  it("their interfaces are tracked, unless no_track", () => {
    const text = (more: string) => withPaths(`10.0.0.0/8 via 198.51.100.1 dev eth1 ${more}`);
    const rig = master(text(""));
    rig.deliver({ kind: "link", link: { ...eth1, running: false } });
    expect(rig.role("V1")).toBe("fault");
    const other = master(text("no_track"));
    other.deliver({ kind: "link", link: { ...eth1, running: false } });
    expect(other.role("V1")).toBe("master");
  });
});

describe("a reload", () => {
  it("what stays is not touched, what is new comes before what is old goes, and an exchange is one step", () => {
    const rig = master(withPaths(`${ROUTE}\n 10.9.0.0/16 via 192.0.2.1\n 10.8.0.0/16 via 192.0.2.1`));
    const next = withPaths(
      `${ROUTE}\n 10.9.0.0/16 via 192.0.2.9\n 10.7.0.0/16 via 192.0.2.1`,
      "from 10.0.0.0/8 table 101 preference 50",
    );
    expect(rig.reload(next)).toEqual([
      "replace-route 10.9.0.0/16 via 192.0.2.9",
      "add-route 10.7.0.0/16 via 192.0.2.1",
      "add-rule from 10.0.0.0/8 table 101 preference 50",
      `remove-rule ${RULE}`,
      "remove-route 10.8.0.0/16 via 192.0.2.1",
    ]);
    expect(rig.reload(next)).toEqual([]);
  });

  it("an address that gets another label goes first, another one goes last", () => {
    const rig = master(instance("virtual_ipaddress {\n 192.0.2.100/24\n 192.0.2.101/24\n }"));
    const next = "virtual_ipaddress {\n 192.0.2.100/24 label eth0:v\n 192.0.2.102/24\n }";
    expect(rig.reload(instance(next))).toEqual([
      "remove-address 192.0.2.100/24 eth0",
      "add-address 192.0.2.100/24 eth0",
      "add-address 192.0.2.102/24 eth0",
      "remove-address 192.0.2.101/24 eth0",
    ]);
  });

  it("an address, a route and a rule change hands between two masters in one reload and are never removed", () => {
    const other = (body: string) => instance(body, { name: "V2", id: 52 });
    const own = "virtual_ipaddress {\n 192.0.2.200/24\n }";
    const moved = `virtual_ipaddress {\n 192.0.2.200/24\n 192.0.2.101/24\n }
      virtual_routes {\n ${ROUTE}\n }\n virtual_rules {\n ${RULE}\n }`;
    const before = `${withPaths(ROUTE, RULE, "virtual_ipaddress {\n 192.0.2.100/24\n 192.0.2.101/24\n }")}${other(own)}`;
    const next = `${instance(VIP)}${other(moved)}`;
    for (const [from, to] of [
      [before, next],
      [next, before],
    ] as const) {
      const rig = master(from);
      expect(rig.role("V2")).toBe("master");
      const lines = rig.reload(to);
      expect(lines.filter((line) => line.startsWith("remove"))).toEqual([]);
      expect(lines).toContain("add-address 192.0.2.101/24 eth0");
      expect(rig.pass(5).filter((line) => line.startsWith("remove"))).toEqual([]);
    }
  });

  it("what a backup gets from a master is removed: nobody here holds it", () => {
    const both = (first: string, second: string) =>
      `${instance(`virtual_ipaddress {\n ${first}\n }`)}${instance(`virtual_ipaddress {\n ${second}\n }`, { name: "V2", id: 52 })}`;
    const rig = master(instance("virtual_ipaddress {\n 192.0.2.100/24\n 192.0.2.101/24\n }"));
    const lines = rig.reload(both("192.0.2.100/24", "192.0.2.101/24"));
    expect(rig.role("V2")).toBe("backup");
    expect(lines).toContain("remove-address 192.0.2.101/24 eth0");
    expect(lines.some((line) => line.includes("192.0.2.100"))).toBe(false);
  });
});

describe("static entries", () => {
  const STATICS = `static_ipaddress {
  198.51.100.9/24 dev eth1
}
static_routes {
  10.50.0.0/16 via 198.51.100.1 dev eth1 track_group G
}
static_rules {
  from 10.50.0.0/16 table 5 preference 60
}
`;
  const GROUP = "track_group G {\n group {\n V1\n }\n}\n";
  const text = `${GROUP}${STATICS}${instance(VIP)}`;
  const lines = [
    "add-address 198.51.100.9/24 eth1",
    "add-route 10.50.0.0/16 via 198.51.100.1 dev eth1",
    "add-rule from 10.50.0.0/16 table 5 preference 60",
  ];

  it("are put in before anything else, and go last, in reverse (ST-12)", () => {
    const rig = new KernelRig().start(text);
    const put = rig.effects.flatMap((effect) => told(effect) ?? []);
    expect(put.slice(0, 3)).toEqual(lines);
    const gone = rig.deliver({ kind: "shutdown" });
    expect(gone.slice(-3)).toEqual(lines.map((line) => line.replace("add", "remove")).reverse());
    const removed = { ...hostAddress("198.51.100.9"), interfaceIndex: 3 };
    expect(rig.deliver({ kind: "address-removed", address: removed })).toEqual([]);
    expect(rig.logs().join()).not.toContain("someone else");
  });

  it("are compared at a reload", () => {
    const rig = new KernelRig().start(text);
    expect(rig.reload(text)).toEqual([]);
    const next = text
      .replace("198.51.100.9/24", "198.51.100.10/24")
      .replace("via 198.51.100.1", "via 198.51.100.7");
    expect(rig.reload(next)).toEqual([
      "remove-address 198.51.100.9/24 eth1",
      "add-address 198.51.100.10/24 eth1",
      "replace-route 10.50.0.0/16 via 198.51.100.7 dev eth1",
    ]);
  });

  it("come back when someone removes them, and when their interface does", () => {
    const rig = new KernelRig().start(text);
    const removed = { ...hostAddress("198.51.100.9"), interfaceIndex: 3 };
    expect(rig.deliver({ kind: "address-removed", address: removed })).toEqual(lines);
    expect(rig.logs().at(-1)).toMatch(/static address 198\.51\.100\.9 on eth1 was removed by someone else/);
    rig.deliver({ kind: "link-removed", index: 3 });
    rig.effects = [];
    rig.deliver({ kind: "link", link: { ...eth1, index: 9 } });
    expect(rig.pass(0.1)).toEqual(lines);
  });

  it("a route of an interface that is down is not asked for until it is up", () => {
    const rig = new KernelRig().start(text);
    rig.deliver({ kind: "link", link: { ...eth1, running: false } });
    const removed = { ...hostAddress("198.51.100.9"), interfaceIndex: 3 };
    expect(rig.deliver({ kind: "address-removed", address: removed })).not.toContain(lines[1]);
    rig.deliver({ kind: "link", link: eth1 });
    expect(rig.pass(1.1)).toContain(lines[1]);
  });

  it("track_group: their interface is the instance's too, and it steps down with it", () => {
    const rig = master(text);
    rig.deliver({ kind: "link", link: { ...eth1, running: false } });
    expect(rig.role("V1")).toBe("fault");
    const free = master(`${STATICS.replace("track_group G", "")}${instance(VIP)}`);
    free.deliver({ kind: "link", link: { ...eth1, running: false } });
    expect(free.role("V1")).toBe("master");
  });

  it("one that is a virtual address too stands from start to stop, whatever the router's role", () => {
    const rig = new KernelRig().start(`static_ipaddress {\n 192.0.2.100/24 dev eth0\n}\n${instance(VIP)}`);
    rig.deliver({ kind: "address-added", address: hostAddress("192.0.2.100") });
    expect(rig.role("V1")).toBe("backup");
    expect(rig.pass(1)).toEqual([]);
    rig.pass(5);
    expect(rig.role("V1")).toBe("master");
    expect(rig.deliver({ kind: "link", link: { ...eth0, running: false } })).toEqual([]);
    expect(rig.role("V1")).toBe("fault");
    const gone = "remove-address 192.0.2.100/24 eth0";
    expect(rig.deliver({ kind: "shutdown" }).filter((line) => line === gone)).toEqual([gone]);
  });

  it("a virtual address of another prefix length than the static one moves as ever", () => {
    const rig = master(`static_ipaddress {\n 192.0.2.100/32 dev eth0\n}\n${instance(VIP)}`);
    const lines = rig.deliver({ kind: "link", link: { ...eth0, running: false } });
    expect(lines).toEqual(["remove-address 192.0.2.100/24 eth0"]);
  });

  it("default_interface: where those stand that name none", () => {
    const rig = new KernelRig().start(
      `global_defs {\n default_interface eth1\n}\nstatic_ipaddress {\n 198.51.100.9/24\n}\n${instance(VIP)}`,
    );
    expect(rig.effects.flatMap((effect) => told(effect) ?? [])).toContain("add-address 198.51.100.9/24 eth1");
  });
});

describe("what an interface is told", () => {
  it("promote_secondaries: on while an instance asks for it, again when it comes back, off at the end", () => {
    const text = instance(`promote_secondaries\n ${VIP}`);
    const rig = new KernelRig().start(text);
    expect(rig.effects.flatMap((effect) => told(effect) ?? [])).toContain("promote eth0 true");
    expect(rig.reload(text)).toEqual([]);
    expect(rig.reload(instance(VIP))).toEqual(["promote eth0 false"]);
    expect(rig.reload(text)).toEqual(["promote eth0 true"]);
    expect(rig.deliver({ kind: "shutdown" })).toContain("promote eth0 false");
  });

  it("F32: what does not fit into one packet of the interface is held, but not advertised", () => {
    const addresses = Array.from({ length: 100 }, (_, at) => `192.0.2.${at + 100}/24`).join("\n");
    const rig = new KernelRig().start(instance(`virtual_ipaddress {\n ${addresses}\n }`), [
      { ...eth0, mtu: 296 },
      eth1,
    ]);
    rig.pass(4);
    const [entry] = rig.state.routers.values();
    // 296 less 14, 20, 8 and 8 bytes, by four: as keepalived reckons.
    expect(entry?.config.virtualAddresses).toHaveLength(61);
    expect(entry?.config.excludedAddresses).toHaveLength(39);
    expect(rig.logs().filter((line) => line.includes("do not fit"))).toHaveLength(1);
    const held = rig.effects.filter(({ kind }) => kind === "add-address");
    expect(held).toHaveLength(100);
  });

  it("an interface without ARP is not announced on; the R flag is that of a host that forwards", () => {
    const loopback = master(instance("virtual_ipaddress {\n 192.0.2.100/24\n 192.0.2.101/32 dev eth1\n }"));
    loopback.deliver({ kind: "link", link: { ...eth1, withoutNeighbours: true } });
    loopback.pass(6);
    const frames = loopback.effects.filter((effect) => effect.kind === "send-frame");
    expect(frames.map((effect) => effect.interface)).not.toContain("eth1");
    expect(frames).not.toEqual([]);
    const text = instance(`${VIP}\n virtual_ipaddress_excluded {\n 2001:db8::1/64\n }`);
    for (const forwardsIpv6 of [true, false]) {
      const rig = new KernelRig().start(text, [{ ...eth0, forwardsIpv6 }, eth1]);
      rig.pass(4);
      const told6 = rig.effects.flatMap((effect) => {
        const seen = effect.kind === "send-frame" ? decodeAnnouncement(effect.frame) : undefined;
        return seen?.address === ("2001:db8::1" as IpAddress) ? [seen.router] : [];
      });
      expect(told6).toEqual(Array<boolean>(5).fill(forwardsIpv6));
    }
  });
});
