import { describe, expect, it } from "vitest";
import { type IpAddress, ipv4FromNumber } from "../../src/base/ip-address.ts";
import type { RealServer, VirtualServer } from "../../src/conf/model/virtual-server.ts";
import { desired, liveWeight, serviceDefinition, stepQuorum } from "../../src/forward/virtual-server.ts";

const at = { file: "a.conf", line: 1 };
const real = (last: number, changes: Partial<RealServer> = {}): RealServer => ({
  at,
  address: ipv4FromNumber(0xc0000200 + last),
  port: 80,
  forwarding: "nat",
  weight: last,
  upperThreshold: 0,
  lowerThreshold: 0,
  inhibitOnFailure: false,
  checkers: [],
  ...changes,
});
const virtual = (changes: Partial<VirtualServer> = {}): VirtualServer => ({
  at,
  key: { kind: "address", protocol: "tcp", address: "203.0.113.1" as IpAddress, port: 80 },
  scheduler: "wrr",
  forwarding: "nat",
  onePacket: false,
  alpha: false,
  omega: false,
  quorum: 1,
  hysteresis: 0,
  sorryServerInhibit: false,
  realServers: [real(1), real(2), real(3)],
  ...changes,
});
const sorryServer = { address: "192.0.2.99" as IpAddress, port: 8080, forwarding: "dr" } as const;

/** `192.0.2.1 w1` for each destination, in order. */
function table(server: VirtualServer, up: readonly number[], quorumUp = true): string[] {
  const isUp = (index: number): boolean => up.includes(index);
  return desired(server, { quorumUp, isUp }).destinations.map(
    ({ address, weight }) => `${address} w${weight}`,
  );
}

describe("the service a virtual server should have", () => {
  it("holds the real servers that are alive, in the order of the configuration", () => {
    expect(table(virtual(), [0, 2])).toEqual(["192.0.2.1 w1", "192.0.2.3 w3"]);
  });

  it("keeps a failed server with weight 0 under inhibit_on_failure", () => {
    const server = virtual({ realServers: [real(1, { inhibitOnFailure: true }), real(2)] });
    expect(table(server, [])).toEqual(["192.0.2.1 w0"]);
    expect(table(server, [0, 1])).toEqual(["192.0.2.1 w1", "192.0.2.2 w2"]);
  });

  it("gives way to the sorry server without a quorum, those alive included", () => {
    const server = virtual({ sorryServer, realServers: [real(1, { inhibitOnFailure: true }), real(2)] });
    expect(table(server, [1], false)).toEqual(["192.0.2.1 w0", "192.0.2.99 w1"]);
    expect(table(server, [1], true)).toEqual(["192.0.2.1 w0", "192.0.2.2 w2"]);
  });

  it("keeps those alive without a quorum when there is no sorry server", () => {
    expect(table(virtual({ quorum: 5 }), [0], false)).toEqual(["192.0.2.1 w1"]);
  });

  it("keeps the sorry server with weight 0 under sorry_server_inhibit", () => {
    const server = virtual({ sorryServer, sorryServerInhibit: true });
    expect(table(server, [0], true)).toEqual(["192.0.2.1 w1", "192.0.2.99 w0"]);
    expect(table(server, [], false)).toEqual(["192.0.2.99 w1"]);
  });

  it("names a server once when it is real and sorry server", () => {
    const both = { ...sorryServer, address: real(1).address, port: 80 };
    const server = virtual({ sorryServer: both, realServers: [real(1, { inhibitOnFailure: true })] });
    expect(table(server, [], false)).toEqual(["192.0.2.1 w1"]);
    expect(table(server, [0], true)).toEqual(["192.0.2.1 w1"]);
  });

  it("carries the configured values over", () => {
    const server = virtual({
      persistenceTimeout: 300,
      onePacket: true,
      realServers: [
        real(1, { forwarding: "dr", upperThreshold: 9, lowerThreshold: 3 }),
        real(2, { forwarding: "tun" }),
      ],
    });
    expect(desired(server, { quorumUp: true, isUp: () => true })).toEqual({
      key: server.key,
      scheduler: "wrr",
      schedulerFlags: [],
      persistence: 300,
      onePacket: true,
      destinations: [
        { address: "192.0.2.1", port: 80, method: "route", weight: 1, upperThreshold: 9, lowerThreshold: 3 },
        { address: "192.0.2.2", port: 80, method: "tunnel", weight: 2, upperThreshold: 0, lowerThreshold: 0 },
      ],
    });
    expect(serviceDefinition(virtual())).not.toHaveProperty("persistence");
  });

  it("measures a quorum by the weights of those alive", () => {
    expect(liveWeight(virtual(), (index) => index > 0)).toBe(5);
  });
});

describe("the quorum", () => {
  const rule = { quorum: 3, hysteresis: 1 };

  it.each<[up: boolean, weight: number, change: string]>([
    [false, 0, "none"],
    [false, 3, "none"],
    [false, 4, "gained"],
    [true, 4, "none"],
    [true, 2, "none"],
    [true, 1, "lost"],
    [true, 0, "lost"],
    [false, 2, "none"],
  ])("quorum 3, hysteresis 1: up %s with weight %i: %s", (up, weight, change) => {
    const step = stepQuorum(rule, { up, weight });
    expect(step.change).toBe(change);
    expect(step.up).toBe(change === "none" ? up : change === "gained");
  });

  it("is lost at weight 0 even when the hysteresis swallows it", () => {
    expect(stepQuorum({ quorum: 1, hysteresis: 1 }, { up: true, weight: 0 }).change).toBe("lost");
  });

  it("gives keepalived's figures", () => {
    expect(stepQuorum(rule, { up: false, weight: 4 }).figures).toBe("Gained quorum 3+1=4 <= 4");
    expect(stepQuorum(rule, { up: true, weight: 1 }).figures).toBe("Lost quorum 3-1=2 > 1");
  });
});
