import { describe, expect, it } from "vitest";
import type { IpAddress } from "../../src/base/ip-address.ts";
import type { InterfaceAddress, Link } from "../../src/director/host.ts";
import { LinkTable } from "../../src/director/link-table.ts";

const eth0: Link = { index: 2, name: "eth0", up: true, running: true, hardwareAddress: new Uint8Array(6) };
const none = { family: 4 as const, virtual: new Set<IpAddress>() };

function address(text: string, options: Partial<InterfaceAddress> = {}): InterfaceAddress {
  return { interfaceIndex: 2, address: text as IpAddress, prefixLength: 24, secondary: false, ...options };
}

describe("LinkTable", () => {
  it("primaryAddress() prefers the first address that is neither secondary nor virtual", () => {
    const table = new LinkTable();
    table.replaceAll(
      [eth0],
      [address("192.0.2.100"), address("192.0.2.7", { secondary: true }), address("192.0.2.8")],
    );
    const virtual = new Set(["192.0.2.100" as IpAddress]);
    expect(table.primaryAddress("eth0", { family: 4, virtual })).toBe("192.0.2.8");
    expect(table.primaryAddress("eth0", none)).toBe("192.0.2.100");
  });

  it("primaryAddress() takes the link-local address for IPv6", () => {
    const table = new LinkTable();
    table.replaceAll([eth0], [address("2001:db8::1"), address("fe80::7")]);
    expect(table.primaryAddress("eth0", { ...none, family: 6 })).toBe("fe80::7");
  });

  it("primaryAddress() passes over a tentative link-local address, and stays with another one", () => {
    const table = new LinkTable();
    const tentative = address("fe80::6", { tentative: true });
    table.replaceAll([eth0], [tentative]);
    const primary = () => table.primaryAddress("eth0", { ...none, family: 6 });
    expect(primary()).toBeUndefined();
    table.addAddress(address("fe80::7"));
    expect(primary()).toBe("fe80::7");
    table.addAddress(address("fe80::6", { tentative: false }));
    expect(primary()).toBe("fe80::7");
    table.removeAddress(address("fe80::7"));
    expect(primary()).toBe("fe80::6");
  });

  it("finds a renamed interface by its new name only", () => {
    const table = new LinkTable();
    table.replaceAll([eth0], []);
    table.set({ ...eth0, name: "eth9" });
    expect(table.named("eth0")).toBeUndefined();
    expect(table.named("eth9")?.index).toBe(2);
  });

  it("forgets an interface with its addresses, and finds one made again under the same name", () => {
    const table = new LinkTable();
    table.replaceAll([eth0], [address("192.0.2.8")]);
    table.set({ ...eth0, index: 5 });
    table.remove(2);
    expect(table.named("eth0")?.index).toBe(5);
    expect(table.primaryAddress("eth0", none)).toBeUndefined();
  });

  it("keeps one entry for an address told twice", () => {
    const table = new LinkTable();
    table.replaceAll([eth0], [address("192.0.2.8"), address("192.0.2.8")]);
    table.removeAddress(address("192.0.2.8"));
    expect(table.has("eth0", "192.0.2.8" as IpAddress)).toBe(false);
  });
});
