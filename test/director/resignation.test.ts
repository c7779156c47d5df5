import { describe, expect, it } from "vitest";
import type { IpAddress } from "../../src/base/ip-address.ts";
import { type Instant, instant, seconds } from "../../src/base/time.ts";
import type { VrrpInstance } from "../../src/conf/model/vrrp-instance.ts";
import type { VrrpHostEffect, VrrpHostEvent } from "../../src/director/host.ts";
import { vrrpDirector } from "../../src/director/vrrp-director.ts";
import { initialVrrpState } from "../../src/director/vrrp-director-state.ts";
import { advertisementPacket, configOf, eth0, hostAddress, instanceOf } from "./vrrp-fixtures.ts";

/** Octet of the priority in a VRRP packet with its IPv4 header. */
const PRIORITY = 22;

function rig(changes: Partial<VrrpInstance> = {}) {
  const state = initialVrrpState();
  let now: Instant = instant(1_000_000_000);
  let effects: VrrpHostEffect[] = [];
  const deliver = (event: VrrpHostEvent) => {
    effects.push(...vrrpDirector.step(state, event, now).effects);
  };
  return {
    state,
    deliver,
    pass(duration: number) {
      const end = instant(now + seconds(duration));
      for (;;) {
        const due = vrrpDirector.deadline(state);
        if (due === undefined || due > end) break;
        now = due;
        deliver({ kind: "alarm" });
      }
      now = end;
    },
    start() {
      const config = configOf(instanceOf(changes));
      deliver({ kind: "start", config, links: [eth0], addresses: [hostAddress("192.0.2.2")] });
    },
    /** What it asked for since the last look. */
    asked() {
      const seen = effects;
      effects = [];
      return seen;
    },
  };
}

/** The priorities in the packets that are held ready, each time they were changed. */
function heldReady(effects: readonly VrrpHostEffect[]): number[][] {
  return effects.flatMap((effect) =>
    effect.kind === "prepare-resignation" ? [effect.packets.map(({ packet }) => packet[PRIORITY] ?? -1)] : [],
  );
}

describe("resignations that are held ready", () => {
  it("a backup holds none; a master one for the group within 5 ms", () => {
    const { start, pass, asked } = rig();
    start();
    pass(3.5);
    expect(heldReady(asked())).toEqual([]);
    pass(0.2);
    const effects = asked();
    expect(heldReady(effects)).toEqual([[0]]);
    const [held] = effects.flatMap((effect) => (effect.kind === "prepare-resignation" ? effect.packets : []));
    expect(held).toMatchObject({ interface: "eth0", family: 4, destination: "224.0.0.18" });
  });

  it("one for each unicast peer", () => {
    const unicastPeers = ["192.0.2.8", "192.0.2.9"].map((address) => ({ address: address as IpAddress }));
    const { start, pass, asked } = rig({ unicastPeers });
    start();
    pass(4);
    expect(heldReady(asked())).toEqual([[0, 0]]);
  });

  it("who is no longer master holds none from the same step on", () => {
    const { start, pass, asked, deliver } = rig();
    start();
    pass(4);
    asked();
    deliver(advertisementPacket({ priority: 200 }));
    expect(heldReady(asked())).toEqual([[]]);
    pass(1);
    expect(heldReady(asked())).toEqual([]);
  });

  it("ST-12 priority 0 is sent once: not again by whoever has sent what was held ready", () => {
    const { start, pass, asked, deliver, state } = rig();
    start();
    pass(4);
    asked();
    deliver({ kind: "shutdown", resigned: true });
    const kinds = asked().map(({ kind }) => kind);
    expect(kinds).not.toContain("send-packet");
    expect(kinds).toContain("remove-address");
    expect([...state.routers.values()].map(({ counters }) => counters.priorityZeroSent)).toEqual([1]);
  });

  it("a router that became master just before the stop resigns in the ordinary way", () => {
    const { start, pass, asked, deliver } = rig();
    start();
    pass(3.61);
    expect(heldReady(asked())).toEqual([]);
    deliver({ kind: "shutdown", resigned: true });
    expect(
      asked().flatMap((effect) => (effect.kind === "send-packet" ? effect.packet[PRIORITY] : [])),
    ).toEqual([0]);
  });

  it("packets that count themselves are never held ready", () => {
    const { start, pass, asked, deliver } = rig({
      authentication: { kind: "ah", password: "secret" } as never,
    });
    start();
    pass(4);
    expect(heldReady(asked())).toEqual([]);
    deliver({ kind: "shutdown" });
    expect(asked().filter(({ kind }) => kind === "send-packet")).toHaveLength(1);
  });

  it("a reload holds ready what the new configuration says", () => {
    const { start, pass, asked, deliver } = rig();
    start();
    pass(4);
    asked();
    const shorter = instanceOf({ virtualRouterId: 51, advertisementInterval: seconds(2) });
    deliver({ kind: "reload", config: configOf(shorter) });
    pass(0.1);
    const effects = asked();
    expect(heldReady(effects)).toEqual([[], [0]]);
    const held = effects.flatMap((effect) => (effect.kind === "prepare-resignation" ? effect.packets : []));
    expect(held.map(({ packet }) => packet[25])).toEqual([2]);
  });
});
