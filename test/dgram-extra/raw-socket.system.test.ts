import { once } from "node:events";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { SocketOptions } from "../../src/dgram-extra/configurable-socket.ts";
import { interfaceIndex, interfaceName } from "../../src/dgram-extra/interface-index.ts";
import { inNetworkNamespace, networkNamespaceCookie } from "../../src/dgram-extra/network-namespace.ts";
import type { MessageInfo } from "../../src/dgram-extra/received-batch.ts";
import { createSocket, type Socket } from "../../src/dgram-extra/socket.ts";
import { monotonicMicroseconds } from "../../src/dgram-extra/system-call.ts";
import { eventually } from "../support/eventually.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";

const PROTOCOL = 253; // for experiments (RFC 3692)
const LOAD_BYTE_ABSOLUTE = 0x30;
const JUMP_IF_EQUAL = 0x15;
const RETURN = 6;

describeWith({ title: "raw, packet and netlink sockets", needs: ["root", "netns", "ip"] }, () => {
  const namespaces = new Namespaces("le-raw");
  const open: Socket[] = [];

  beforeAll(() => {
    namespaces.add("a");
    namespaces.add("b");
    namespaces.cable(
      { namespace: "a", interface: "v0", addresses: ["10.7.0.1/24", "fd07::1/64"] },
      { namespace: "b", interface: "v1", addresses: ["10.7.0.2/24", "fd07::2/64"] },
    );
  });
  afterEach(() => {
    for (const socket of open.splice(0)) socket.close();
  });
  afterAll(() => namespaces.remove());

  function make(where: string, options: SocketOptions): Socket {
    const socket = createSocket({ namespace: namespaces.name(where), ...options });
    open.push(socket);
    return socket;
  }

  function indexOf(where: string, name: string): number {
    return inNetworkNamespace(namespaces.name(where), () => interfaceIndex(name));
  }

  it("opens a socket in another namespace and comes home", () => {
    const home = networkNamespaceCookie();
    make("a", { type: "raw4", protocol: PROTOCOL, interface: "v0" });
    expect(networkNamespaceCookie()).toBe(home);
    expect(() => make("a", { type: "raw4", protocol: PROTOCOL, interface: "v1" })).toThrow(/ENODEV/);
    expect(networkNamespaceCookie()).toBe(home);
    expect(() => createSocket({ type: "raw4", namespace: "no-such-namespace" })).toThrow(/ENOENT/);
  });

  it("names interfaces and numbers them", () => {
    const index = indexOf("a", "v0");
    expect(inNetworkNamespace(namespaces.name("a"), () => interfaceName(index))).toBe("v0");
    expect(() => indexOf("a", "v1")).toThrow(/No interface "v1"/);
  });

  it.each([
    { type: "raw4", group: "224.0.0.18", from: /^10\.7\.0\.1$/, header: 20 },
    { type: "raw6", group: "ff02::12", from: /^(fe80|fd07)::/, header: 0 },
  ] as const)("$type hears a group with TTL, interface, destination and time", async (row) => {
    const receiver = make("b", { type: row.type, protocol: PROTOCOL, interface: "v1" });
    receiver.joinGroup(row.group, "v1");
    receiver.bind();
    const sender = make("a", { type: row.type, protocol: PROTOCOL, interface: "v0" });
    sender.setTtl(77);
    sender.setMulticastInterface(indexOf("a", "v0"));
    const message = once(receiver, "message") as Promise<[Buffer, MessageInfo]>;
    const before = monotonicMicroseconds();
    await eventually(
      () =>
        sender.send(Buffer.from("hello"), { address: row.group, interfaceIndex: indexOf("a", "v0") }).sent,
      {
        within: 5_000,
      },
    );
    const [data, info] = await message;
    expect(data.subarray(row.header).toString()).toBe("hello");
    expect(info).toMatchObject({
      ttl: 77,
      destination: row.group,
      interfaceIndex: indexOf("b", "v1"),
      truncated: false,
    });
    expect(info.address).toMatch(row.from);
    expect(info.receivedAt).toBeGreaterThanOrEqual(before);
    expect(info.receivedAt).toBeLessThanOrEqual(monotonicMicroseconds());
  });

  it("drops in the kernel what the filter refuses, and takes another filter while open", async () => {
    const receiver = make("b", { type: "raw6", protocol: PROTOCOL, interface: "v1" });
    const only = (letter: string) => [
      { code: LOAD_BYTE_ABSOLUTE, constant: 0 },
      { code: JUMP_IF_EQUAL, whenFalse: 1, constant: letter.charCodeAt(0) },
      { code: RETURN, constant: 0xffff },
      { code: RETURN, constant: 0 },
    ];
    receiver.attachFilter(only("b"));
    receiver.bind();
    const seen: string[] = [];
    receiver.on("message", (data) => seen.push(data.toString()));
    const sender = make("a", { type: "raw6", protocol: PROTOCOL });
    const say = (letter: string) => sender.send(Buffer.from(letter), { address: "fd07::2" });
    for (const letter of "abc") say(letter);
    await eventually(() => seen.length > 0, { within: 5_000 });
    receiver.attachFilter(only("c"));
    for (const letter of "abc") say(letter);
    await eventually(() => seen.length > 1, { within: 5_000 });
    expect(seen).toEqual(["b", "c"]);
    expect(() => receiver.attachFilter([{ code: 0xffff, constant: 0 }])).toThrow(/EINVAL/);
  });

  it("reports ENETDOWN on a packet socket and receives again once the link is up", async () => {
    const receiver = make("b", { type: "packet", protocol: 0x88b5, interface: "v1" });
    const errors: string[] = [];
    let received = 0;
    receiver.on("error", (error) => errors.push(error.code));
    receiver.on("message", () => received++);
    receiver.bind();
    for (let round = 1; round <= 3; round++) {
      namespaces.run("b", ["ip", "link", "set", "v1", "down"]);
      await eventually(() => errors.length === round, { within: 5_000 });
      namespaces.run("b", ["ip", "link", "set", "v1", "up"]);
      const before = received;
      const frame = Buffer.from(`ffffffffffff02000000000188b5${"00".repeat(46)}`, "hex");
      const sender = make("a", { type: "packet" });
      await eventually(
        () => {
          sender.send(frame, { interfaceIndex: indexOf("a", "v0") });
          return received > before;
        },
        { within: 5_000 },
      );
    }
    expect(errors).toEqual(["ENETDOWN", "ENETDOWN", "ENETDOWN"]);
  });

  it("counts the datagrams that came too fast", async () => {
    const receiver = make("b", { type: "raw4", protocol: PROTOCOL, interface: "v1" });
    receiver.setOption(1, { name: 8, value: 2048 });
    let received = 0;
    let lost = 0;
    receiver.on("message", () => received++);
    receiver.on("overrun", (count) => {
      lost += count ?? 0;
    });
    receiver.bind();
    const sender = make("a", { type: "raw4", protocol: PROTOCOL });
    let sent = 0;
    await eventually(
      () => {
        for (let n = 0; n < 100; n++) if (sender.send(Buffer.from("x"), { address: "10.7.0.2" }).sent) sent++;
        return lost > 0;
      },
      { within: 5_000 },
    );
    expect(received).toBeGreaterThan(0);
    expect(received + lost).toBeLessThanOrEqual(sent);
  });

  it("says why a send fails", () => {
    const sender = make("a", { type: "raw4", protocol: PROTOCOL });
    expect(sender.send(Buffer.from("x"), { address: "192.0.2.1" })).toMatchObject({
      sent: false,
      error: { code: "ENETUNREACH", message: expect.stringContaining("192.0.2.1") },
    });
  });
});
