import { describe, expect, it } from "vitest";
import type { IpAddress } from "../../src/base/ip-address.ts";
import type { VrrpInstance } from "../../src/conf/model/vrrp-instance.ts";
import type { Link } from "../../src/director/host.ts";
import { LinkTable } from "../../src/director/link-table.ts";
import { placeInstances, standingAddresses, virtualHardwareAddress } from "../../src/director/placement.ts";
import { instanceText, load } from "../conf/configuration.ts";
import { eth0, hostAddress } from "./vrrp-fixtures.ts";

const eth1: Link = { ...eth0, index: 3, name: "eth1" };

function macvlan(changes: Partial<Link> & { readonly mode?: string; readonly baseIndex?: number }): Link {
  const { mode = "private", baseIndex = eth0.index, ...link } = changes;
  return {
    ...eth0,
    index: 9,
    name: "vrrp.51",
    hardwareAddress: Uint8Array.of(0, 0, 0x5e, 0, 1, 51),
    stacked: { kind: "macvlan", baseIndex, mode, ours: false },
    ...link,
  };
}

function place(text: string, links: readonly Link[] = [eth0, eth1], global = "") {
  const { config } = load(`${global === "" ? "" : `global_defs {\n ${global}\n}\n`}${text}`);
  const table = new LinkTable();
  table.replaceAll(links, [hostAddress("192.0.2.2")]);
  return { placed: [...placeInstances(config, table).values()], table };
}

/** One instance of VRID 51 on eth0. */
function placeOne(text: string, links?: readonly Link[], global?: string) {
  const { placed, table } = place(instanceText(text), links, global);
  const [placement] = placed;
  if (placement === undefined) throw new Error("no instance was bound");
  return { ...placement, table };
}

const devices = ({ virtualAddresses }: VrrpInstance) => virtualAddresses.map(({ device }) => device);

describe("virtualHardwareAddress", () => {
  it("TX-4 is that of the RFC for either family, with the VRID as its last octet", () => {
    expect(virtualHardwareAddress(4, 51)).toBe("00:00:5e:00:01:33");
    expect(virtualHardwareAddress(6, 255)).toBe("00:00:5e:00:02:ff");
    expect(virtualHardwareAddress(4, 1)).toBe("00:00:5e:00:01:01");
  });
});

describe("placeInstances", () => {
  it("without use_vmac everything stays on the interface", () => {
    const { own, made, wire, instance } = placeOne("");
    expect({ own, made, wire }).toEqual({ own: undefined, made: [], wire: "eth0" });
    expect(devices(instance)).toEqual([undefined]);
  });

  it("use_vmac makes vrrp.VRID, puts the addresses there and sends from there", () => {
    const { own, made, wire, instance } = placeOne("use_vmac");
    expect(own).toMatchObject({ name: "vrrp.51", base: "eth0", hardwareAddress: "00:00:5e:00:01:33" });
    expect(own).toMatchObject({ mode: "private", ipv6: false, addresses: [] });
    expect(made).toHaveLength(1);
    expect(wire).toBe("vrrp.51");
    expect(devices(instance)).toEqual(["vrrp.51"]);
  });

  it("vmac_xmit_base sends from the interface below; strict mode forgets it, unicast forces it", () => {
    expect(placeOne("use_vmac\n vmac_xmit_base").wire).toBe("eth0");
    expect(placeOne("use_vmac\n vmac_xmit_base\n strict_mode on").wire).toBe("vrrp.51");
    expect(placeOne("use_vmac\n unicast_peer {\n 192.0.2.3\n }").wire).toBe("eth0");
  });

  it("a custom hardware address: six octets, five and the VRID, none in strict mode", () => {
    const address = (text: string) => placeOne(text).own?.hardwareAddress;
    expect(address("use_vmac 02:a:0:0:0:1")).toBe("02:0a:00:00:00:01");
    expect(address("use_vmac 02:0a:00:00:00")).toBe("02:0a:00:00:00:33");
    expect(address("use_vmac 02:0a:00:00:00:01\n strict_mode on")).toBe("00:00:5e:00:01:33");
  });

  it("a taken name: vrrp1.VRID and so on, of IPv6 vrrp6.VRID first", () => {
    const taken = (...names: string[]) =>
      names.map((name, at) => ({ ...eth0, index: 20 + at, name }) satisfies Link);
    expect(placeOne("use_vmac", [eth0, ...taken("vrrp.51")]).own?.name).toBe("vrrp1.51");
    expect(placeOne("use_vmac", [eth0, ...taken("vrrp.51", "vrrp1.51")]).own?.name).toBe("vrrp2.51");
    const ipv6 = `vrrp_instance A {
 interface eth0
 virtual_router_id 51
 use_vmac
 virtual_ipaddress {
  fe80::100
 }
}
`;
    const names = (links: readonly Link[]) => place(ipv6, links).placed.map(({ own }) => own?.name);
    expect(names([eth0])).toEqual(["vrrp.51"]);
    expect(names([eth0, ...taken("vrrp.51")])).toEqual(["vrrp6.51"]);
    expect(names([eth0, ...taken("vrrp.51", "vrrp6.51")])).toEqual(["vrrp1.51"]);
  });

  it("two instances never get one name, and a written one is left to its instance", () => {
    const two = (first: string, second: string) =>
      place(
        `${instanceText(first)}${instanceText(second).replace("instance V", "instance W").replace("interface eth0", "interface eth1")}`,
      ).placed.map(({ own }) => own?.name);
    expect(two("use_vmac", "use_vmac")).toEqual(["vrrp.51", "vrrp1.51"]);
    expect(two("use_vmac", "use_vmac vrrp.51")).toEqual(["vrrp1.51", "vrrp.51"]);
  });

  it("vmac_prefix begins the names, cut to fifteen characters", () => {
    expect(placeOne("use_vmac", undefined, "vmac_prefix vip").own?.name).toBe("vip.51");
    expect(placeOne("use_vmac", undefined, "vmac_prefix averylongprefix").own?.name).toBe("averylongpre.51");
  });

  it("what an earlier process left keeps its name, when base, mode and hardware address are right", () => {
    const name = (link: Link) => placeOne("use_vmac", [eth0, eth1, link]).own?.name;
    expect(name(macvlan({ name: "old" }))).toBe("old");
    expect(name(macvlan({ name: "old", mode: "bridge" }))).toBe("vrrp.51");
    expect(name(macvlan({ name: "old", baseIndex: eth1.index }))).toBe("vrrp.51");
    expect(name(macvlan({ name: "old", hardwareAddress: Uint8Array.of(2, 0, 0, 0, 0, 9) }))).toBe("vrrp.51");
    const written = placeOne("use_vmac mine", [eth0, macvlan({ name: "old" })]);
    expect(written.own?.name).toBe("old");
    expect(written.remarks).toEqual([expect.stringContaining("instead of mine")]);
  });

  it("a written name that is no macvlan's is not taken", () => {
    const { own, remarks } = placeOne("use_vmac eth1");
    expect(own?.name).toBe("vrrp.51");
    expect(remarks).toEqual([expect.stringContaining("there is an interface eth1 already")]);
  });

  it("addresses of other interfaces stay there, or get a virtual MAC of their own", () => {
    const text = (options: string, word = "") =>
      instanceText(options).replace("192.0.2.1/24", `192.0.2.1/24\n 198.51.100.1 dev eth1 ${word}`);
    const plain = place(text("use_vmac")).placed[0];
    expect(plain && devices(plain.instance)).toEqual(["vrrp.51", "eth1"]);
    for (const one of [place(text("use_vmac\n use_vmac_addr")), place(text("use_vmac", "use_vmac"))]) {
      const [placement] = one.placed;
      expect(placement && devices(placement.instance)).toEqual(["vrrp.51", "vrrp1.51"]);
      expect(placement?.made.map(({ name, base }) => `${name} ${base}`)).toEqual([
        "vrrp.51 eth0",
        "vrrp1.51 eth1",
      ]);
    }
  });

  it("an excluded address of the other family turns IPv6 on only where it stands", () => {
    const excluded = "virtual_ipaddress_excluded {\n 2001:db8::1\n }";
    expect(placeOne(`use_vmac\n ${excluded}`).own?.ipv6).toBe(false);
    const { made } = placeOne(`use_vmac\n use_vmac_addr\n ${excluded}`);
    expect(made).toMatchObject([
      { name: "vrrp.51", ipv6: false },
      { name: "vrrp6.51", ipv6: true, hardwareAddress: "00:00:5e:00:02:33" },
    ]);
  });

  it("an IPv6 virtual MAC mirrors the link-local address below, or makes one of the hardware address there", () => {
    const text = `vrrp_instance A {
 interface eth0
 virtual_router_id 51
 use_vmac
 virtual_ipaddress {
  fe80::100
 }
}
`;
    const { placed, table } = place(text);
    const [placement] = placed;
    if (placement === undefined) throw new Error("no instance was bound");
    expect(standingAddresses(placement, table)).toEqual([{ address: "fe80::ff:fe00:1", prefixLength: 64 }]);
    table.addAddress(hostAddress("fe80::7", 64));
    expect(standingAddresses(placement, table)).toEqual([{ address: "fe80::7", prefixLength: 64 }]);
    const base = { ...placement, wire: "eth0" };
    expect(standingAddresses(base, table)).toEqual([]);
  });

  it("use_ipvlan: its address stands on it as long as it is there", () => {
    const { own, table, ...placement } = placeOne("use_ipvlan ipv1 192.0.2.7 private");
    expect(own).toMatchObject({ kind: "ipvlan", name: "ipv1", mode: "private", base: "eth0" });
    if (own === undefined) throw new Error("no interface");
    expect(standingAddresses({ ...placement, own }, table)).toEqual([
      { address: "192.0.2.7" as IpAddress, prefixLength: 32 },
    ]);
  });
});
