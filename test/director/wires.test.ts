import { describe, expect, it } from "vitest";
import { instant } from "../../src/base/time.ts";
import type { Wire } from "../../src/director/host.ts";
import { vrrpDirector } from "../../src/director/vrrp-director.ts";
import { initialVrrpState } from "../../src/director/vrrp-director-state.ts";
import { load } from "../conf/configuration.ts";
import { advertisementPacket, eth0, hostAddress } from "./vrrp-fixtures.ts";

function block(name: string, lines: string): string {
  return `vrrp_instance ${name} {\ninterface eth0\npriority 100\n${lines}\n}\n`;
}

const addresses = (text: string) => `virtual_ipaddress {\n${text}\n}`;

/** The sockets that a configuration asks for, and what it says of a packet. */
function start(text: string) {
  const { config } = load(text);
  const state = initialVrrpState();
  const event = { kind: "start", config, links: [eth0], addresses: [hostAddress("192.0.2.2")] } as const;
  const { effects } = vrrpDirector.step(state, event, instant(1_000_000));
  const wires = effects.filter((effect) => effect.kind === "open-wire") as readonly Wire[];
  return { state, wires };
}

const pair =
  block("A", `virtual_router_id 51\n${addresses("192.0.2.100")}`) +
  block("B", `virtual_router_id 52\nversion 3\n${addresses("192.0.2.101")}`);

describe("the sockets that a configuration asks for", () => {
  it("one for the instances of an interface and family, of both versions", () => {
    expect(start(pair).wires).toMatchObject([
      { interface: "eth0", family: 4, virtualRouterIds: [51, 52], groups: ["224.0.0.18"] },
    ]);
  });

  it("two for the same VRID in both families", () => {
    const both = pair + block("C", `virtual_router_id 51\n${addresses("fe80::100\n2001:db8::100")}`);
    expect(start(both).wires.map(({ family, groups }) => [family, groups])).toEqual([
      [4, ["224.0.0.18"]],
      [6, ["ff02::12"]],
    ]);
  });

  it("TX-1 the groups of vrrp_mcast_group4, vrrp_mcast_group6 and mcast_dst_ip", () => {
    const text =
      `global_defs {\nvrrp_mcast_group4 224.0.0.99\nvrrp_mcast_group6 ff02::99\n}\n${pair}` +
      block("C", `virtual_router_id 53\nmcast_dst_ip 224.0.0.77\n${addresses("192.0.2.103")}`) +
      block("D", `virtual_router_id 53\n${addresses("fe80::100")}`);
    expect(start(text).wires.map(({ groups }) => groups)).toEqual([
      ["224.0.0.99", "224.0.0.77"],
      ["ff02::99"],
    ]);
  });

  it("no group for unicast instances, and a socket for authentication headers only where there are any", () => {
    const unicast = block(
      "A",
      `virtual_router_id 51\nunicast_peer {\n192.0.2.3\n}\nauthentication {\nauth_type AH\nauth_pass x\n}\n${addresses("192.0.2.100")}`,
    );
    expect(start(unicast).wires).toMatchObject([{ groups: [], withAuthenticationHeader: true }]);
    expect(start(pair).wires).toMatchObject([{ withAuthenticationHeader: false }]);
  });

  it("receive buffers: the sum of what each router wants, kernel_rx_buf_size before vrrp_rx_bufs_policy", () => {
    const size = (text: string) => start(text).wires[0]?.receiveBufferBytes;
    const sized = block("C", `virtual_router_id 53\nkernel_rx_buf_size 4000000\n${addresses("192.0.2.103")}`);
    expect(size(pair)).toBeUndefined();
    expect(size(pair + sized)).toBe(4_000_000);
    expect(size(pair + sized + sized.replace("C {", "D {").replace("53", "54"))).toBe(8_000_000);
    const global = (lines: string) => `global_defs {\n${lines}\n}\n${pair}`;
    expect(size(global("vrrp_rx_bufs_policy 10000\nvrrp_rx_bufs_multiplier 5"))).toBe(20_000);
    expect(size(global("vrrp_rx_bufs_policy 10000") + sized)).toBe(4_020_000);
    expect(size(global("vrrp_rx_bufs_policy MTU"))).toBeUndefined();
    expect(size(global("vrrp_rx_bufs_policy MTU\nvrrp_rx_bufs_multiplier 1000"))).toBe(2 * 9_216_000);
  });

  it("RX-6 log_unknown_vrids lets every VRID through and names each once; without it they are refused in silence", () => {
    const told = (text: string) => {
      const { state, wires } = start(text);
      const packet = advertisementPacket({ virtualRouterId: 77 });
      const lines = [1, 2, 3].flatMap(() => vrrpDirector.step(state, packet, instant(2_000_000)).effects);
      return [wires[0]?.everyVirtualRouter, lines.map((effect) => effect.kind === "log" && effect.message)];
    };
    expect(told(pair)).toEqual([false, []]);
    expect(told(`global_defs {\nlog_unknown_vrids\n}\n${pair}`)).toEqual([
      true,
      ["(eth0, IPv4) 192.0.2.3 advertises the virtual router 77, which is not configured here"],
    ]);
  });
});
