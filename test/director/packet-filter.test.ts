import { describe, expect, it } from "vitest";
import type { IpAddress } from "../../src/base/ip-address.ts";
import { type Instant, instant, seconds } from "../../src/base/time.ts";
import type { VrrpInstance } from "../../src/conf/model/vrrp-instance.ts";
import type { VrrpHostEffect, VrrpHostEvent } from "../../src/director/host.ts";
import { vrrpDirector } from "../../src/director/vrrp-director.ts";
import { initialVrrpState } from "../../src/director/vrrp-director-state.ts";
import { configOf, eth0, hostAddress, instanceOf } from "./vrrp-fixtures.ts";

const eth1 = { ...eth0, index: 3, name: "eth1", hardwareAddress: Uint8Array.of(2, 0, 0, 0, 0, 7) };

/** A director, and what it asked for since the last look, without log, packets, announcements and what is held ready. */
function rig(changes: Partial<VrrpInstance>) {
  const state = initialVrrpState();
  let now: Instant = instant(1_000_000_000);
  let asked: VrrpHostEffect[] = [];
  const deliver = (event: VrrpHostEvent) => {
    asked.push(...vrrpDirector.step(state, event, now).effects);
  };
  const pass = (duration: number) => {
    for (let halves = 0; halves < 2 * duration; halves++) {
      now = instant(now + seconds(0.5));
      deliver({ kind: "alarm" });
    }
  };
  const seen = () => {
    const quiet = new Set(["log", "send-packet", "send-frame", "notification", "prepare-resignation"]);
    const effects = asked.filter(({ kind }) => !quiet.has(kind));
    asked = [];
    return effects;
  };
  const frames = () => asked.filter((effect) => effect.kind === "send-frame");
  const reload = (instance: Partial<VrrpInstance>) =>
    deliver({ kind: "reload", config: configOf(instanceOf(instance)) });
  const links = [eth0, eth1];
  deliver({
    kind: "start",
    config: configOf(instanceOf(changes)),
    links,
    addresses: [hostAddress("192.0.2.2")],
  });
  return { deliver, pass, seen, frames, reload, state };
}

const closed = (change: "close" | "open") => ({
  kind: "filter-addresses",
  change,
  addresses: [{ address: "192.0.2.100", interface: "eth0" }],
});

describe("accept mode", () => {
  it("ST-4 a master without it closes its addresses before it takes them, and opens them after it gave them up", () => {
    const { pass, seen, deliver } = rig({ accept: false });
    expect(seen()[0]).toMatchObject({
      kind: "configure-filter",
      settings: { table: "keepalived", closes: [4], guards: [] },
    });
    pass(4);
    expect(seen()).toMatchObject([closed("close"), { kind: "add-address" }]);
    deliver({ kind: "shutdown" });
    expect(seen()).toMatchObject([
      { kind: "stopping" },
      { kind: "remove-address" },
      closed("open"),
      { kind: "configure-filter", settings: { closes: [], guards: [] } },
      { kind: "stopped" },
    ]);
  });

  it("ST-4 never closes the addresses of their owner, nor those of a master in accept mode", () => {
    for (const changes of [{ accept: true }, { accept: false, priority: 255 }]) {
      const { pass, seen } = rig(changes);
      pass(4);
      expect(seen().map(({ kind }) => kind)).toEqual(["open-wire", "remove-address", "add-address"]);
    }
  });

  it("a reload opens and closes the addresses of a master at once", () => {
    const { pass, seen, reload } = rig({ accept: false });
    pass(4);
    seen();
    reload({ accept: true });
    expect(seen()).toMatchObject([{ kind: "configure-filter", settings: { closes: [] } }, closed("open")]);
    reload({ accept: false });
    expect(seen()).toMatchObject([{ kind: "configure-filter", settings: { closes: [4] } }, closed("close")]);
  });

  it("disable_local_igmp is asked for at the start and taken back at the end", () => {
    const { deliver, seen, state } = rig({});
    seen();
    const config = configOf(instanceOf({}));
    const global = { ...config.global, vrrp: { ...config.global.vrrp, disableLocalIgmp: true } };
    deliver({ kind: "reload", config: { ...config, global } });
    expect(seen()).toEqual([{ kind: "set-local-igmp", silent: true }]);
    deliver({ kind: "shutdown" });
    expect(seen()).toContainEqual({ kind: "set-local-igmp", silent: false });
    expect(state.localIgmpSilent).toBe(false);
  });
});

describe("garp_extra_if", () => {
  const virtualAddresses = [
    { address: "192.0.2.100" as IpAddress, prefixLength: 32 },
    { address: "198.51.100.1" as IpAddress, prefixLength: 32, device: "eth1" },
    { address: "198.51.100.2" as IpAddress, prefixLength: 32, device: "eth1" },
  ];

  const gratuitousArp = { ...instanceOf({}).gratuitousArp, delay: seconds(0) };

  it("a master announces one address on each other interface every so often", () => {
    const extra = { all: true, interval: seconds(10) };
    const { pass, seen, frames } = rig({ virtualAddresses, gratuitousArp, extraInterfaceGarp: extra });
    pass(4);
    pass(5);
    seen();
    pass(4);
    expect(frames()).toEqual([]);
    pass(2);
    expect(frames()).toMatchObject([{ interface: "eth1" }]);
    pass(10);
    expect(frames()).toHaveLength(2);
  });

  it("without `all` only on virtual MACs, and never on the interface of the advertisements", () => {
    const extra = { all: false, interval: seconds(10) };
    const { pass, seen, frames } = rig({ virtualAddresses, gratuitousArp, extraInterfaceGarp: extra });
    pass(4);
    pass(5);
    seen();
    pass(11);
    expect(frames()).toEqual([]);
  });
});
