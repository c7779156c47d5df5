import { addressOf, bpf, systemCall } from "dgram-extra";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { parseIpAddress } from "../../../src/base/ip-address.ts";
import { addressFlags } from "../../../src/linux/netlink/interface-address.ts";
import { type NetlinkEvent, NetlinkMonitor } from "../../../src/linux/netlink/netlink-monitor.ts";
import { RouteNetlink } from "../../../src/linux/netlink/route-netlink.ts";
import { TrafficControl } from "../../../src/linux/netlink/traffic-control.ts";
import { eventually } from "../../support/eventually.ts";
import { Namespaces } from "../../support/namespaces.ts";
import { describeWith } from "../../support/require.ts";

const patience = { within: 5_000 };

function address(text: string) {
  const parsed = parseIpAddress(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

describeWith({ title: "rtnetlink", needs: ["root", "netns", "ip"] }, () => {
  const namespaces = new Namespaces("le-netlink");
  const opened: { close(): void }[] = [];
  let namespace = "";

  beforeAll(() => {
    namespace = namespaces.add("a");
    namespaces.add("b");
    namespaces.cable({ namespace: "a", interface: "v0" }, { namespace: "b", interface: "v1" });
  });
  afterEach(() => {
    for (const one of opened.splice(0)) one.close();
  });
  afterAll(() => namespaces.remove());

  function open(): RouteNetlink {
    const netlink = new RouteNetlink({ namespace });
    opened.push(netlink);
    return netlink;
  }

  function indexOf(name: string): number {
    const link = open()
      .links()
      .find((candidate) => candidate.name === name);
    if (link === undefined) throw new Error(`no ${name}`);
    return link.index;
  }

  it("lists interfaces as ip shows them", () => {
    const shown = JSON.parse(namespaces.run("a", ["ip", "-j", "-d", "link", "show", "v0"]))[0];
    const link = open()
      .links()
      .find(({ name }) => name === "v0");
    expect(link).toMatchObject({
      index: shown.ifindex,
      up: true,
      running: true,
      mtu: shown.mtu,
      kind: "veth",
    });
    expect(Buffer.from(link?.hardwareAddress ?? []).toString("hex")).toBe(shown.address.replaceAll(":", ""));
  });

  it("adds an address with everything it was given, once, and removes it, once", () => {
    const netlink = open();
    const specification = {
      interfaceIndex: indexOf("v0"),
      address: address("10.8.0.1"),
      prefixLength: 24,
      broadcast: address("10.8.0.255"),
      label: "v0:vip",
      scope: "link",
    } as const;
    expect(netlink.addAddress(specification)).toEqual({ ok: true, value: "added" });
    expect(netlink.addAddress(specification)).toEqual({ ok: true, value: "present" });
    expect(namespaces.run("a", ["ip", "address", "show", "dev", "v0"])).toMatch(
      /inet 10\.8\.0\.1\/24 brd 10\.8\.0\.255 scope link v0:vip/,
    );
    expect(netlink.addresses().filter(({ label }) => label === "v0:vip")).toMatchObject([
      { address: "10.8.0.1", prefixLength: 24, secondary: false, scope: 253 },
    ]);
    expect(netlink.deleteAddress(specification)).toEqual({ ok: true, value: "deleted" });
    expect(netlink.deleteAddress(specification)).toEqual({ ok: true, value: "absent" });
  });

  it("adds an IPv6 address that is usable at once and never a source", () => {
    const netlink = open();
    netlink.addAddress({
      interfaceIndex: indexOf("v0"),
      address: address("fd08::1"),
      prefixLength: 64,
      flags: addressFlags.withoutDetection,
      preferredSeconds: 0,
    });
    expect(netlink.addresses().find((one) => one.address === "fd08::1")).toMatchObject({ tentative: false });
    expect(namespaces.run("a", ["ip", "-6", "address", "show", "dev", "v0"])).toMatch(
      /fd08::1\/64 .*nodad deprecated/,
    );
  });

  it("says in the kernel's words why an address is refused", () => {
    const specification = { interfaceIndex: indexOf("v0"), address: address("10.8.0.1"), prefixLength: 33 };
    expect(open().addAddress(specification)).toMatchObject({
      ok: false,
      error: { code: "EINVAL", message: "Invalid argument (EINVAL): ipv4: Invalid prefix length" },
    });
    expect(open().addAddress({ ...specification, prefixLength: 24, interfaceIndex: 9999 })).toMatchObject({
      ok: false,
      error: { code: "ENODEV" },
    });
  });

  it("lists more addresses than fit into one datagram", () => {
    const netlink = open();
    const interfaceIndex = indexOf("v0");
    const all = Array.from({ length: 500 }, (_, n) => address(`10.9.${n >> 8}.${n & 255}`));
    for (const one of all) netlink.addAddress({ interfaceIndex, address: one, prefixLength: 32 });
    const listed = new Set(netlink.addresses().map((one) => one.address));
    expect(all.filter((one) => !listed.has(one))).toEqual([]);
    for (const one of all) netlink.deleteAddress({ interfaceIndex, address: one, prefixLength: 32 });
  });

  it("reports links and addresses as they change", async () => {
    const events: NetlinkEvent[] = [];
    opened.push(new NetlinkMonitor({ namespace, onEvent: (event) => events.push(event) }));
    const interfaceIndex = indexOf("v0");
    const netlink = open();
    const sawLink = (state: object) =>
      eventually(
        () =>
          events.some(
            (event) => event.kind === "link" && event.link.name === "v0" && contains(event.link, state),
          ),
        patience,
      );
    netlink.addAddress({ interfaceIndex, address: address("10.8.1.1"), prefixLength: 24 });
    netlink.addAddress({ interfaceIndex, address: address("10.8.1.2"), prefixLength: 24 });
    await eventually(
      () => events.find((event) => event.kind === "address-added" && event.address.secondary),
      patience,
    );
    namespaces.run("b", ["ip", "link", "set", "v1", "down"]);
    await sawLink({ up: true, running: false });
    expect(netlink.setLinkUp(interfaceIndex, false).ok).toBe(true);
    await sawLink({ up: false });
    netlink.setLinkUp(interfaceIndex, true);
    namespaces.run("b", ["ip", "link", "set", "v1", "up"]);
    await sawLink({ up: true, running: true });
    namespaces.run("a", ["ip", "address", "flush", "dev", "v0", "to", "10.8.1.0/24"]);
    await eventually(() => events.filter((event) => event.kind === "address-removed").length >= 2, patience);
    namespaces.run("a", ["ip", "link", "add", "gone", "type", "veth", "peer", "name", "gone2"]);
    namespaces.run("a", ["ip", "link", "delete", "gone"]);
    await eventually(
      () => events.find((event) => event.kind === "link-removed" && event.name === "gone"),
      patience,
    );
  });

  it("reports that events were lost, and goes on", async () => {
    const events: NetlinkEvent[] = [];
    opened.push(
      new NetlinkMonitor({ namespace, receiveBuffer: 4096, onEvent: (event) => events.push(event) }),
    );
    const interfaceIndex = indexOf("v0");
    const netlink = open();
    const one = { interfaceIndex, address: address("10.8.2.1"), prefixLength: 32 };
    for (let n = 0; n < 200; n++) {
      netlink.addAddress(one);
      netlink.deleteAddress(one);
    }
    await eventually(() => events.find(({ kind }) => kind === "overrun"), patience);
    const before = events.length;
    await eventually(() => {
      netlink.addAddress(one);
      netlink.deleteAddress(one);
      return events.slice(before).some(({ kind }) => kind === "address-added");
    }, patience);
  });
});

describeWith({ title: "tc over rtnetlink", needs: ["root", "netns", "ip", "bpf"] }, () => {
  const namespaces = new Namespaces("le-tc");
  let control: TrafficControl;
  let interfaceIndex = 0;

  beforeAll(() => {
    const namespace = namespaces.add("a");
    control = new TrafficControl({ namespace });
    const netlink = new RouteNetlink({ namespace });
    interfaceIndex = netlink.links().find(({ name }) => name === "lo")?.index ?? 0;
    netlink.close();
  });
  afterAll(() => {
    control.close();
    namespaces.remove();
  });

  it("attaches, lists, replaces and detaches a program, and takes the empty clsact away", () => {
    const place = { interfaceIndex, direction: "ingress", priority: 3, handle: 1 } as const;
    expect(control.filters(interfaceIndex, "ingress")).toEqual({ ok: true, value: [] });
    expect(control.detachBpf(place)).toEqual({ ok: true, value: "absent" });
    expect(control.removeEmptyClsact(interfaceIndex)).toEqual({ ok: true, value: "absent" });
    expect(control.ensureClsact(interfaceIndex)).toEqual({ ok: true, value: "added" });
    expect(control.ensureClsact(interfaceIndex)).toEqual({ ok: true, value: "present" });
    const ids = [1, 2].map(() => {
      const fd = loadAcceptAll();
      expect(control.attachBpf({ ...place, fd, name: "accept" })).toEqual({ ok: true, value: undefined });
      systemCall("close", fd);
      const listed = control.listBpf(interfaceIndex, "ingress");
      expect(listed).toMatchObject({ ok: true, value: [{ ...place, kind: "bpf", name: "accept" }] });
      return listed.ok ? listed.value[0]?.programId : undefined;
    });
    expect(ids[1]).not.toBe(ids[0]);
    expect(control.listBpf(interfaceIndex, "egress")).toEqual({ ok: true, value: [] });
    expect(control.removeEmptyClsact(interfaceIndex)).toEqual({ ok: true, value: "in use" });
    expect(control.detachBpf(place)).toEqual({ ok: true, value: "detached" });
    expect(control.removeEmptyClsact(interfaceIndex)).toEqual({ ok: true, value: "removed" });
    expect(namespaces.run("a", ["ip", "link", "show", "lo"])).not.toContain("clsact");
  });

  it("says why a program is refused", () => {
    control.ensureClsact(interfaceIndex);
    const place = { interfaceIndex, direction: "egress", priority: 1, handle: 1 } as const;
    expect(control.attachBpf({ ...place, fd: 9999, name: "x" })).toMatchObject({
      ok: false,
      error: { code: "EBADF" },
    });
  });
});

/** `r0 = 0; exit` as a tc program. */
function loadAcceptAll(): number {
  const instructions = Buffer.from("b700000000000000" + "9500000000000000", "hex");
  const license = Buffer.from("GPL\0");
  const attributes = new Uint8Array(48);
  const view = new DataView(attributes.buffer);
  view.setUint32(0, 3, true); // BPF_PROG_TYPE_SCHED_CLS
  view.setUint32(4, 2, true);
  view.setBigUint64(8, addressOf(instructions), true);
  view.setBigUint64(16, addressOf(license), true);
  let fd = bpf(5, attributes);
  // The kernel's checker gives up with EAGAIN when a signal waits, and V8 signals its threads; libbpf asks again too.
  for (let attempt = 1; fd === -11 && attempt < 5; attempt++) fd = bpf(5, attributes);
  if (fd < 0) throw new Error(`cannot load the program: errno ${-fd}`);
  return fd;
}

function contains(whole: object, part: object): boolean {
  return Object.entries(part).every(([key, value]) => Reflect.get(whole, key) === value);
}
