import { describe, expect, it } from "vitest";
import type { IpAddress } from "../../../src/base/ip-address.ts";
import type { FilterSettings } from "../../../src/director/host.ts";
import { closedElements, filterTable } from "../../../src/linux/netfilter/filter-table.ts";
import {
  equals,
  inSet,
  type NftChange,
  nameKey,
  newChain,
  newRule,
  payload,
  verdict,
} from "../../../src/linux/netfilter/nft-messages.ts";
import { encodeAttributes } from "../../../src/linux/netlink/attributes.ts";

const settings: FilterSettings = {
  table: "keepalived",
  priority: -1,
  byInterfaceIndex: false,
  counters: false,
  closes: [4, 6],
  guards: [],
};

const hex = ({ attributes }: NftChange) => Buffer.from(encodeAttributes(attributes)).toString("hex");
const text = (changes: readonly NftChange[]) =>
  changes.map((change) => Buffer.from(encodeAttributes(change.attributes)).toString("latin1"));
const address = (text: string, family: 4 | 6) =>
  ({ address: text as IpAddress, family, interface: "eth0", interfaceIndex: 2 }) as const;

describe("nf_tables messages", () => {
  it("a rule that drops what goes to a set of addresses is the kernel's, octet by octet", () => {
    const where = { family: 4, table: "keepalived", chain: "in" } as const;
    const rule = newRule(where, [
      payload("network", { offset: 16, length: 4 }),
      inSet("vips"),
      verdict("drop"),
    ]);
    expect(hex(rule)).toBe(
      [
        "0f0001006b656570616c69766564000007000200696e0000",
        "90000480",
        "34000180", // payload: register 1, network header, offset 16, 4 octets
        "0c0001007061796c6f616400240002800800010000000001080002000000000108000300000000100800040000000004",
        "28000180", // lookup: set vips, register 1
        "0b0001006c6f6f6b75700000",
        "18000280090001007669707300000000",
        "0800020000000001",
        "30000180", // immediate: the verdict drop
        "0e000100696d6d6564696174650000001c0002800800010000000000100002800c0002800800010000000000",
      ].join(""),
    );
  });

  it("a base chain has its hook, its priority and the policy accept", () => {
    const chain = hex(newChain(4, "t", { name: "in", hook: "input", priority: -1 }));
    expect(chain).toContain("14000480080001000000000108000200ffffffff");
    expect(chain).toContain("0800050000000001");
    expect(hex(newChain(6, "t", { name: "plain" }))).not.toContain("0800050000000001");
  });
});

describe("filterTable", () => {
  it("ST-5 IPv6: neighbour discovery is accepted before anything is dropped", () => {
    const changes = filterTable(6, settings, { closed: [address("2001:db8::1", 6)], guarded: [] });
    const rules = text(changes).filter((_, at) => changes[at]?.message === "newRule");
    const into = rules.filter((rule) => rule.includes("in\0") && !rule.includes("in_link_local\0\0"));
    expect(into[0]).toContain("neighbor-discovery");
    expect(into.at(-1)).toContain("vips");
    const discovery = changes.find(({ message }) => message === "newElements");
    // 135 and 136, solicitation and advertisement.
    expect(discovery && hex(discovery)).toMatch(/0500010087000000.*0500010088000000/);
  });

  it("ST-5 never lets discovery's exception into IPv4, where ARP does not pass the filter at all", () => {
    const changes = filterTable(4, settings, { closed: [address("192.0.2.1", 4)], guarded: [] });
    expect(text(changes).join("")).not.toContain("neighbor");
  });

  it("a link-local address is closed on its interface: by name, or by number with nftables_ifindex", () => {
    const elements = (byInterfaceIndex: boolean) =>
      closedElements("newElements", { ...settings, byInterfaceIndex }, [
        address("fe80::1", 6),
        address("2001:db8::1", 6),
      ]);
    expect(text(elements(false)).map((change) => /vips\w*/.exec(change)?.[0])).toEqual([
      "vips_link_local_name",
      "vips",
    ]);
    expect(text(elements(false))[0]).toContain("eth0");
    expect(text(elements(true))[0]).toContain("vips_link_local\0");
  });

  it("counters are there only when they are asked for", () => {
    const counted = (counters: boolean) =>
      text(filterTable(4, { ...settings, counters }, { closed: [], guarded: [] }))
        .join("")
        .match(/counter/g);
    expect(counted(false)).toBeNull();
    expect(counted(true)).toHaveLength(2);
  });

  it("virtual MACs: a report goes by the interface below, a solicitation nowhere", () => {
    const guarded = [{ family: 6, index: 9, baseIndex: 2 }] as const;
    const changes = filterTable(6, { ...settings, closes: [], guards: [6] }, { closed: [], guarded });
    const words = text(changes).join("");
    expect(words).toMatch(/dup/);
    expect(words).toContain("vmac_map");
    expect(words).toContain("vmac_set");
    expect(changes.filter(({ message }) => message === "newRule")).toHaveLength(2);
    expect(Buffer.from(encodeAttributes([equals(nameKey("macvlan"))])).toString("latin1")).toContain(
      "macvlan",
    );
  });
});
