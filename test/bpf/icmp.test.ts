import { afterAll, expect, it } from "vitest";
import { serviceKeyText } from "../../src/forward/service.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";
import { Bench, ip } from "./bench.ts";
import { icmpError, readIcmpError } from "./icmp-error.ts";

const client = "10.1.0.2";
const vip = "10.1.0.100";
const real = "10.2.0.11";

describeWith({ title: "ICMP errors about sessions", needs: ["root", "netns", "bpf", "ip"] }, () => {
  const spaces = new Namespaces("lf-icmp");
  const bench = new Bench(spaces, "d");
  afterAll(() => {
    bench.remove();
    spaces.remove();
  });

  const nat = bench.addService();
  bench.addServer(nat, { address: ip(real), port: 8_080 });
  bench.handle({ sourcePort: 4_000 });
  const direct = bench.addService({ port: 81 });
  bench.addServer(direct, { address: ip(real), port: 81, method: "route" });
  bench.handle({ sourcePort: 4_000, targetPort: 81 });

  const fromServer = { source: vip, sourcePort: 80, target: client, targetPort: 4_000, flags: "A" };

  it("go to the masqueraded real server that sent the packet, in its own terms", () => {
    const error = icmpError({ source: "10.1.0.254", target: vip }, fromServer);
    const { verdict, bytes } = bench.raw(error);
    expect(verdict).toBe("send");
    expect(readIcmpError(bytes)).toEqual({
      source: "10.1.0.254",
      target: real,
      ttl: 63,
      quoted: `${real}:8080 > ${client}:4000`,
      sound: true,
    });
    expect(bench.table.counters().get(serviceKeyText(nat))?.traffic.inPackets).toBe(2n);
  });

  it("go unchanged but for the TTL to a real server behind direct routing", () => {
    const error = icmpError({ source: "10.1.0.254", target: vip }, { ...fromServer, sourcePort: 81 });
    const { verdict, bytes } = bench.raw(error);
    expect(verdict).toBe("send");
    expect(readIcmpError(bytes)).toMatchObject({
      target: vip,
      ttl: 63,
      quoted: `${vip}:81 > ${client}:4000`,
      sound: true,
    });
  });

  it("from a masqueraded real server's side speak to the client of the virtual address", () => {
    const toServer = { source: client, sourcePort: 4_000, target: real, targetPort: 8_080 };
    for (const source of [real, "10.2.0.254"]) {
      const { verdict, bytes } = bench.raw(icmpError({ source, target: client }, toServer));
      expect(verdict).toBe("send");
      expect(readIcmpError(bytes)).toEqual({
        source: vip,
        target: client,
        ttl: 63,
        quoted: `${client}:4000 > ${vip}:80`,
        sound: true,
      });
    }
  });

  it.each([
    ["of no session", icmpError({ source: "10.1.0.254", target: vip }, { ...fromServer, targetPort: 4_001 })],
    ["that are no errors", icmpError({ source: client, target: vip, type: 8 }, fromServer)],
    ["about a later fragment", icmpError({ source: client, target: vip }, { ...fromServer, fragment: 4 })],
    [
      "addressed to somebody the quoted packet is not from",
      icmpError({ source: client, target: "10.1.0.1" }, fromServer),
    ],
  ])("are left to the stack: those %s", (_, error) => {
    const { verdict, bytes } = bench.raw(error);
    expect(verdict).toBe("stack");
    expect(bytes).toEqual(error);
  });
});
