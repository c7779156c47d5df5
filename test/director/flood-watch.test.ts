import { describe, expect, it } from "vitest";
import { after, type Instant, instant, microseconds, seconds } from "../../src/base/time.ts";
import type { VrrpInstance } from "../../src/conf/model/vrrp-instance.ts";
import type { VrrpHostEffect, VrrpHostEvent } from "../../src/director/host.ts";
import { vrrpDirector } from "../../src/director/vrrp-director.ts";
import { initialVrrpState } from "../../src/director/vrrp-director-state.ts";
import { vrrpStatus } from "../../src/director/vrrp-status.ts";
import { encodeAdvertisement } from "../../src/vrrp/advertisement.ts";

import { encodeAuthenticatedPacket, headerKey } from "../../src/vrrp/authentication-header.ts";
import { freshExchange } from "../../src/vrrp/exchange.ts";
import { createSender, outgoingPackets } from "../../src/vrrp/outgoing-packets.ts";
import { config, ip } from "../vrrp/router-support.ts";
import { advertisementPacket, configOf, eth0, hostAddress, instanceOf } from "./vrrp-fixtures.ts";

type Packet = Extract<VrrpHostEvent, { kind: "packet" }>;

const distant = advertisementPacket({ priority: 250, ttl: 254 }) as Packet;
const ah = { authentication: { kind: "ah", password: "right" } } as const;

/** Under an authentication header; made with another password when `wrong`. */
function signed(from: string, { wrong = false, sequence = 1 } = {}): Packet {
  const [source, destination] = [ip(from), ip("224.0.0.18")];
  const said = { version: 2, virtualRouterId: 51, priority: 200, interval: seconds(1), ...ah } as const;
  const message = encodeAdvertisement(
    { ...said, addresses: [ip("192.0.2.100")] },
    { source, destination, checksumPseudoHeader: false },
  );
  const packet = encodeAuthenticatedPacket(
    message,
    { source, destination, identification: 1, ttl: 255 },
    { key: headerKey(wrong ? "wrong" : "right"), unicast: false, sequence },
  );
  return { kind: "packet", interface: "eth0", family: 4, packet, source, destination, hopLimit: 255 };
}

function rig(changes: Partial<VrrpInstance> = {}) {
  const state = initialVrrpState();
  let now: Instant = instant(0);
  const all: VrrpHostEffect[] = [];
  const step = (event: VrrpHostEvent) => {
    all.push(...vrrpDirector.step(state, event, now).effects);
  };
  const config = configOf(instanceOf({ priority: 50, ...changes }));
  step({ kind: "start", config, links: [eth0], addresses: [hostAddress("192.0.2.2")] });
  all.length = 0;
  return {
    state,
    step,
    config,
    /** What was asked of the kernel and logged since the last look. */
    seen: () => {
      const effects = all.splice(0);
      return {
        heard: effects.flatMap((effect) => (effect.kind === "screen-heard" ? [effect] : [])),
        screens: effects.flatMap((effect) => (effect.kind === "screen-wire" ? [effect.routers] : [])),
        lines: effects.flatMap((effect) => (effect.kind === "log" ? [effect.message] : [])),
      };
    },
    send: (packet: Packet, { count, each }: { count: number; each: number }) => {
      for (let sent = 0; sent < count; sent++) {
        now = after(now, microseconds(each));
        step(packet);
      }
    },
    /** Lets every alarm ring that is due in that time. */
    wait: (forSeconds: number) => {
      const end = after(now, seconds(forSeconds));
      for (let due = vrrpDirector.deadline(state); due !== undefined && due <= end; ) {
        now = due > now ? due : now;
        step({ kind: "alarm" });
        due = vrrpDirector.deadline(state);
      }
      now = end;
    },
  };
}

const flood = { count: 400, each: 10 };
const isOfFlood = (line: string) => line.includes("flood");

describe("FloodWatch", () => {
  it("asks nothing of the kernel for 2,900 refused packets a second, and counts and logs as ever", () => {
    const { send, seen, state } = rig();
    send(distant, { count: 5 * 2_900, each: 1_000_000 / 2_900 });
    expect(seen()).toMatchObject({ screens: [], lines: [expect.stringContaining("its TTL is 254")] });
    const [router] = state.routers.values();
    expect(router?.counters.rejected.get("ip_ttl_err")).toBe(5 * 2_900);
    expect(vrrpStatus(state, instant(0)).floods).toEqual([]);
  });

  it("asks nothing of the kernel for a neighbour that says all of 255 virtual routers wrong at once, every second", () => {
    const { send, seen } = rig();
    for (let second = 0; second < 20; second++) {
      send(distant, { count: 255, each: 4 });
      send(distant, { count: 1, each: 1_000_000 });
    }
    expect(seen().screens).toEqual([]);
  });

  it("has the kernel refuse after 300 refused packets, which a flood of 100,000 a second sends in 3 ms", () => {
    const { send, seen } = rig();
    send(distant, { count: 299, each: 10 });
    expect(seen().screens).toEqual([]);
    send(distant, { count: 1, each: 10 });
    expect(seen().screens).toHaveLength(1);
  });

  it("has the kernel refuse during a flood, says so once, and says when it is over", () => {
    const { send, seen, wait, state } = rig();
    send(distant, flood);
    const begun = seen();
    expect(begun.screens).toEqual([[expect.objectContaining({ headerSequence: 0 })]]);
    expect(begun.lines.filter(isOfFlood)).toEqual([
      "(eth0, IPv4) a flood of bad packets, the last one from 192.0.2.3 (ttl): while it goes on, the kernel drops what is plainly wrong, and most of it is neither counted nor logged",
    ]);
    expect(vrrpStatus(state, instant(0)).floods).toEqual([{ interface: "eth0", family: 4 }]);
    wait(10);
    expect(seen().screens).toEqual([undefined]);
    wait(3);
    const over = seen();
    expect(over.screens).toEqual([]);
    expect(over.lines.filter(isOfFlood)).toEqual([
      "(eth0, IPv4) the flood of bad packets is over: everything is counted and logged again",
    ]);
    expect(vrrpStatus(state, instant(0)).floods).toEqual([]);
  });

  it("a flood that goes on for a minute costs two lines, and 300 packets every ten seconds", () => {
    const { send, seen, wait } = rig();
    for (let turn = 0; turn < 6; turn++) {
      send(distant, { count: 300, each: 10 });
      wait(10);
    }
    wait(3);
    const { screens, lines } = seen();
    expect(screens.map((routers) => routers !== undefined)).toEqual(Array(6).fill([true, false]).flat());
    expect(lines.filter(isOfFlood)).toHaveLength(2);
  });

  it("a flood that comes and goes every few seconds is told once a minute", () => {
    const { send, seen, wait } = rig();
    for (let turn = 0; turn < 30; turn++) {
      send(distant, flood);
      wait(14);
    }
    const minutes = (30 * 14) / 60;
    expect(seen().lines.filter(isOfFlood).length).toBeLessThanOrEqual(2 * (minutes + 1));
  });

  it("hears everything again when a configuration is taken, until the flood shows itself", () => {
    const { send, seen, step, config } = rig();
    send(distant, flood);
    seen();
    step({ kind: "reload", config });
    expect(seen().screens).toEqual([undefined]);
    send(distant, flood);
    expect(seen().screens).toHaveLength(1);
  });

  it("forgets a wire that is closed", () => {
    const { send, seen, step, state } = rig();
    send(distant, flood);
    seen();
    step({ kind: "link-removed", index: eth0.index });
    expect(state.floods.deadline()).toBeUndefined();
    expect(state.floods.flooded()).toEqual([]);
  });

  it("holds back wrong digests of strangers, and hears at once whom it has heard before", () => {
    const { send, seen, state } = rig(ah);
    const [router] = state.routers.values();
    const taken = () => router?.counters.advertisementsReceived;
    send(signed("192.0.2.3"), { count: 1, each: 10 });
    expect(taken()).toBe(1);
    seen();
    send(signed("192.0.2.9", { wrong: true }), { count: 200, each: 10 });
    const { screens, lines } = seen();
    expect(screens).toEqual([[expect.objectContaining({ trusted: ["192.0.2.3"], headerSequence: 1 })]]);
    expect(lines.filter(isOfFlood)).toEqual([expect.stringContaining("one in 32")]);
    // What was in the buffer before the kernel began.
    const before = router?.counters.rejected.get("auth_failure") ?? 0;
    send(signed("192.0.2.9", { wrong: true }), { count: 320, each: 10 });
    expect((router?.counters.rejected.get("auth_failure") ?? 0) - before).toBe(10);
    send(signed("192.0.2.3", { sequence: 2 }), { count: 1, each: 10 });
    expect(taken()).toBe(2);
    // Later on only the kernel holds back, and a newcomer that it passes on is trusted from then on.
    send(signed("192.0.2.9", { wrong: true }), { count: 1, each: 200_000 });
    send(signed("192.0.2.4", { sequence: 3 }), { count: 1, each: 10 });
    expect(taken()).toBe(3);
    expect(seen().screens).toEqual([[expect.objectContaining({ trusted: ["192.0.2.4", "192.0.2.3"] })]]);
  });

  it("tells the kernel's side what was heard, while it looks at digests and not before", () => {
    const { send, seen, step, config } = rig(ah);
    send(signed("192.0.2.3"), { count: 1, each: 10 });
    send(signed("192.0.2.3", { wrong: true }), { count: 200, each: 10 });
    const { screens, heard } = seen();
    expect(screens).toEqual([[expect.objectContaining({ headerSequence: 1, heard: [] })]]);
    expect(heard).toEqual([]);
    send(signed("192.0.2.3", { sequence: 2 }), { count: 1, each: 10 });
    expect(seen().heard).toEqual([
      {
        ...{ kind: "screen-heard", interface: "eth0", family: 4 },
        ...{ virtualRouterId: 51, headerSequence: 2, heard: [] },
      },
    ]);
    step({ kind: "reload", config });
    send(signed("192.0.2.3", { sequence: 3 }), { count: 1, each: 10 });
    expect(seen().heard).toEqual([]);
  });

  it("has digests looked at too when a flood claims to be of another time, which no filter can tell", () => {
    const hmac = { keys: [{ id: 1, secret: "k" }], antiReplay: "time", mode: "enforce" } as const;
    const { send, seen } = rig({ version: 3, hmac });
    const router = createSender(config({ version: 3, hmac }));
    const source = ip("192.0.2.3");
    const said = { version: 3, virtualRouterId: 51, priority: 200, interval: seconds(1) } as const;
    const { packets } = outgoingPackets(
      { ...said, addresses: [ip("192.0.2.100")], authentication: { kind: "none" } },
      router,
      { source, exchange: freshExchange, clock: instant(1_767_225_601_500_000) },
    );
    const packet = packets[0]?.bytes ?? new Uint8Array();
    const destination = ip("224.0.0.18");
    const stale = {
      kind: "packet",
      interface: "eth0",
      family: 4,
      packet,
      source,
      destination,
      hopLimit: 255,
    } as const;
    send(stale, { count: 200, each: 10 });
    const { screens, lines } = seen();
    expect(screens).toEqual([[expect.objectContaining({ trusted: [] })]]);
    expect(lines.filter(isOfFlood)).toEqual([expect.stringContaining("(trailer-stale)")]);
  });

  it("does not hold back 900 wrong digests a second", () => {
    const { send, seen } = rig(ah);
    send(signed("192.0.2.9", { wrong: true }), { count: 3 * 900, each: 1_000_000 / 900 });
    expect(seen().screens).toEqual([]);
  });
});
