import { describe, expect, it } from "vitest";
import { encodeAttributes } from "../../../src/linux/netlink/attributes.ts";
import { decodeLink } from "../../../src/linux/netlink/link.ts";
import {
  decodeIpv4Settings,
  encodeAlias,
  encodeIpv4Settings,
  encodeNoGeneratedAddress,
  encodeStackedLink,
} from "../../../src/linux/netlink/stacked-link.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const mac = Uint8Array.of(0, 0, 0x5e, 0, 1, 0x33);

/** A link's message with these attributes. */
function message(attributes: Parameters<typeof encodeAttributes>[0]) {
  const payload = Uint8Array.of(...new Uint8Array(16), ...encodeAttributes(attributes));
  return { type: 16, flags: 0, sequence: 0, portId: 0, payload };
}

const vmac = {
  kind: "macvlan",
  name: "vrrp.51",
  baseIndex: 2,
  mode: "private",
  hardwareAddress: mac,
  group: 0,
  master: 0,
} as const;

describe("stacked links over rtnetlink", () => {
  it("the request for a private macvlan is what iproute2 sends, octet by octet", () => {
    expect(hex(encodeAttributes(encodeStackedLink(vmac)))).toBe(
      [
        "0800050002000000", // IFLA_LINK 2
        "0c000300767272702e353100", // IFLA_IFNAME vrrp.51
        "0a00010000005e0001330000", // IFLA_ADDRESS, padded
        "1c001280", // IFLA_LINKINFO, nested
        "0c0001006d6163766c616e00", // IFLA_INFO_KIND macvlan
        "0c000280", // IFLA_INFO_DATA, nested
        "0800010001000000", // IFLA_MACVLAN_MODE private
      ].join(""),
    );
  });

  it("reads back: base, mode, and whether the alias says that locum made it", () => {
    for (const mode of ["private", "vepa", "bridge"] as const) {
      const link = decodeLink(
        message([...encodeStackedLink({ ...vmac, mode }), ...encodeAlias("locum: a=1")]),
      );
      expect(link?.stacked).toEqual({ kind: "macvlan", baseIndex: 2, mode, ours: true });
      const ipvlan = encodeStackedLink({ ...vmac, kind: "ipvlan", mode });
      expect(decodeLink(message(ipvlan))?.stacked).toEqual({
        kind: "ipvlan",
        baseIndex: 2,
        mode,
        ours: false,
      });
    }
    expect(decodeLink(message(encodeAlias("locum: a=1")))?.stacked).toBeUndefined();
  });

  it("group and VRF are asked for only when there are any", () => {
    const types = (link: Parameters<typeof encodeStackedLink>[0]) =>
      encodeStackedLink(link).map(({ type }) => type);
    expect(types(vmac)).toEqual([5, 3, 1, 18]);
    expect(types({ ...vmac, group: 7, master: 5 })).toEqual([5, 3, 1, 27, 10, 18]);
  });

  it("settings of IPv4 are nested three deep, and are read from the kernel's array", () => {
    expect(hex(encodeAttributes(encodeIpv4Settings({ arp_ignore: 1, rp_filter: 0 })))).toBe(
      "1c001a80180002801400018008001300010000000800080000000000",
    );
    const values = new Uint8Array(Uint32Array.from({ length: 33 }, (_, at) => at + 1).buffer);
    const read = decodeIpv4Settings(
      message([{ type: 26, value: [{ type: 2, value: [{ type: 1, value: values }] }] }]),
    );
    expect(read).toEqual({
      rp_filter: 8,
      arp_filter: 13,
      arp_announce: 18,
      arp_ignore: 19,
      promote_secondaries: 20,
      accept_local: 23,
    });
    expect(decodeIpv4Settings(message([])).arp_ignore).toBe(0);
  });

  it("no address is to be made of the hardware address: IN6_ADDR_GEN_MODE_NONE", () => {
    expect(hex(encodeAttributes(encodeNoGeneratedAddress()))).toBe("10001a800c000a800500080001000000");
  });
});
