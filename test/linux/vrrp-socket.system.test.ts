import { inNetworkNamespace, interfaceIndex } from "dgram-extra";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { internetChecksum } from "../../src/base/checksum.ts";
import {
  type AddressFamily,
  type IpAddress,
  ipAddressBytes,
  parseIpAddress,
} from "../../src/base/ip-address.ts";
import { monotonicNow } from "../../src/linux/monotonic-clock.ts";
import { type VrrpPacketOrigin, VrrpSocket, type VrrpSocketTrouble } from "../../src/linux/vrrp-socket.ts";
import { eventually } from "../support/eventually.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";

const patience = { within: 5_000 };

interface Heard {
  readonly packet: Uint8Array;
  readonly info: VrrpPacketOrigin;
}

function address(text: string): IpAddress {
  const parsed = parseIpAddress(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

/** A VRRP-shaped message: what counts here is its second byte. */
function message(virtualRouterId: number): Uint8Array {
  return Uint8Array.of(0x31, virtualRouterId, 100, 1, 0, 100, 0, 0);
}

function ipv4(virtualRouterId: number, to: { destination: IpAddress }): Uint8Array {
  const header = new Uint8Array(20);
  header.set([0x45, 0xc0, 0, 28, 0, 1, 0, 0, 255, 112]);
  header.set(ipAddressBytes(address("10.6.0.1")), 12);
  header.set(ipAddressBytes(to.destination), 16);
  const checksum = internetChecksum(header);
  header.set([checksum >> 8, checksum & 255], 10);
  return Uint8Array.of(...header, ...message(virtualRouterId));
}

describeWith({ title: "VrrpSocket", needs: ["root", "netns", "ip"] }, () => {
  const namespaces = new Namespaces("le-vrrp");
  const sockets: VrrpSocket[] = [];
  const linkLocal = address("fe80::6:1");

  beforeAll(() => {
    namespaces.add("a");
    namespaces.add("b");
    connect();
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.close();
  });
  afterAll(() => namespaces.remove());

  function connect(): void {
    namespaces.cable(
      { namespace: "a", interface: "v0", addresses: ["10.6.0.1/24", `${linkLocal}/64`] },
      { namespace: "b", interface: "v1", addresses: ["10.6.0.2/24", "fe80::6:2/64"] },
    );
  }

  function indexOf(where: string, name: string): number {
    return inNetworkNamespace(namespaces.name(where), () => interfaceIndex(name));
  }

  function open(where: "a" | "b", options: { family: AddressFamily; virtualRouterIds: number[] }) {
    const interfaceName = where === "a" ? "v0" : "v1";
    const heard: Heard[] = [];
    const troubles: VrrpSocketTrouble[] = [];
    const result = VrrpSocket.open({
      ...options,
      interfaceName,
      interfaceIndex: indexOf(where, interfaceName),
      namespace: namespaces.name(where),
      onPacket: (packet, info) => heard.push({ packet: packet.slice(), info }),
      onTrouble: (trouble) => troubles.push(trouble),
    });
    if (!result.ok) throw new Error(result.error);
    sockets.push(result.value);
    return { socket: result.value, heard, troubles };
  }

  describe.each([4, 6] as const)("IPv%i", (family) => {
    const group = address(family === 4 ? "224.0.0.18" : "ff02::12");
    const unicast = address(family === 4 ? "10.6.0.2" : "fe80::6:2");
    const source = address(family === 4 ? "10.6.0.1" : linkLocal);

    function send(socket: VrrpSocket, to: { id: number; destination: IpAddress }): void {
      const packet = family === 4 ? ipv4(to.id, to) : message(to.id);
      const sent = socket.send(packet, { destination: to.destination, source });
      if (!sent.ok) throw new Error(sent.error);
    }

    it("sends to the group and hears it on the other side, once, and not itself", async () => {
      const here = open("a", { family, virtualRouterIds: [51] });
      const there = open("b", { family, virtualRouterIds: [51] });
      const before = monotonicNow();
      send(here.socket, { id: 51, destination: group });
      send(here.socket, { id: 51, destination: unicast });
      await eventually(() => there.heard.length === 2, patience);
      expect(there.heard.map(({ info }) => info.destination)).toEqual([group, unicast]);
      expect(here.heard).toEqual([]);
      const { packet, info } = there.heard[0] as Heard;
      expect(info).toMatchObject({ source, ttl: 255, interfaceIndex: indexOf("b", "v1") });
      expect(info.receivedAt).toBeGreaterThanOrEqual(before);
      expect(info.receivedAt).toBeLessThanOrEqual(monotonicNow());
      if (family === 4) expect(packet).toEqual(ipv4(51, { destination: group }));
      else expect(checksumWithPseudoHeader(packet, { source, destination: group })).toBe(0);
    });

    it("hears only the virtual routers it was told, also after being told others", async () => {
      const here = open("a", { family, virtualRouterIds: [] });
      const there = open("b", { family, virtualRouterIds: [2] });
      for (const id of [1, 2, 3]) send(here.socket, { id, destination: group });
      await eventually(() => there.heard.length > 0, patience);
      expect(there.socket.listenFor([3, 1])).toEqual({ ok: true, value: undefined });
      for (const id of [1, 2, 3]) send(here.socket, { id, destination: group });
      await eventually(() => there.heard.length >= 3, patience);
      const offset = family === 4 ? 21 : 1;
      expect(there.heard.map(({ packet }) => packet[offset])).toEqual([2, 1, 3]);
    });

    it("goes on after its interface went down and up", async () => {
      const here = open("a", { family, virtualRouterIds: [] });
      const there = open("b", { family, virtualRouterIds: [51] });
      namespaces.run("b", ["ip", "link", "set", "v1", "down"]);
      namespaces.run("b", ["ip", "link", "set", "v1", "up"]);
      await eventually(() => {
        send(here.socket, { id: 51, destination: group });
        return there.heard.length > 0;
      }, patience);
    });

    it("says why it cannot send while the interface is down, and sends again afterwards", async () => {
      const { socket } = open("b", { family, virtualRouterIds: [] });
      namespaces.run("b", ["ip", "link", "set", "v1", "down"]);
      const packet = family === 4 ? ipv4(1, { destination: group }) : message(1);
      const refused = socket.send(packet, { destination: group });
      expect(refused).toMatchObject({ ok: false, error: expect.stringMatching(/ \(E[A-Z]+\) by v1$/) });
      namespaces.run("b", ["ip", "link", "set", "v1", "up"]);
      await eventually(() => socket.send(packet, { destination: group }).ok, patience);
    });

    it("is reopened when the interface was removed and made again", async () => {
      const there = open("b", { family, virtualRouterIds: [51] });
      namespaces.run("a", ["ip", "link", "delete", "v0"]);
      connect();
      expect(there.socket.reopen(indexOf("b", "v1"))).toEqual({ ok: true, value: undefined });
      const here = open("a", { family, virtualRouterIds: [] });
      send(here.socket, { id: 51, destination: group });
      await eventually(() => there.heard.length === 1, patience);
    });
  });

  describe("IPv6 with two link-local addresses on the interface", () => {
    const group = address("ff02::12");
    const second = address("fe80::6:3");

    it("sends from the one it is told, each time, and with the hop limit it is told", async () => {
      namespaces.run("a", ["ip", "address", "add", `${second}/64`, "dev", "v0", "nodad"]);
      const here = open("a", { family: 6, virtualRouterIds: [] }).socket;
      const there = open("b", { family: 6, virtualRouterIds: [51] });
      const packet = message(51);
      const sources = [linkLocal, second, second, linkLocal];
      for (const [at, source] of sources.entries()) {
        packet[2] = at;
        expect(here.send(packet, { destination: group, source, hopLimit: 255 - at })).toMatchObject({
          ok: true,
        });
      }
      await eventually(() => there.heard.length === sources.length, patience);
      for (const [at, heard] of there.heard.entries()) {
        const source = sources[at] as IpAddress;
        expect(heard.info).toMatchObject({ source, ttl: 255 - at, destination: group });
        expect(heard.packet[2]).toBe(at);
        expect(checksumWithPseudoHeader(heard.packet, { source, destination: group })).toBe(0);
      }
    });

    it("sends nothing from an address that the interface has not, and says so", async () => {
      const here = open("a", { family: 6, virtualRouterIds: [] }).socket;
      const there = open("b", { family: 6, virtualRouterIds: [51] });
      const refused = here.send(message(51), { destination: group, source: address("fe80::6:4") });
      expect(refused).toMatchObject({
        ok: false,
        error: expect.stringMatching(/EINVAL.* by v0 from fe80::6:4$/),
      });
      expect(here.send(message(51), { destination: group, source: linkLocal })).toMatchObject({ ok: true });
      await eventually(() => there.heard.length > 0, patience);
      expect(there.heard.map(({ info }) => info.source)).toEqual([linkLocal]);
    });
  });

  it("says that there is no such interface", () => {
    const result = VrrpSocket.open({
      interfaceName: "none",
      interfaceIndex: 1,
      family: 4,
      virtualRouterIds: [],
      onPacket: () => undefined,
      onTrouble: () => undefined,
      namespace: namespaces.name("a"),
    });
    expect(result).toMatchObject({ ok: false, error: expect.stringContaining("ENODEV") });
  });
});

/** RFC 9568 section 5.2.8: 0 when the checksum is right. */
function checksumWithPseudoHeader(
  packet: Uint8Array,
  ends: { source: IpAddress; destination: IpAddress },
): number {
  const rest = Uint8Array.of(0, 0, 0, packet.length, 0, 0, 0, 112);
  return internetChecksum(ipAddressBytes(ends.source), ipAddressBytes(ends.destination), rest, packet);
}
