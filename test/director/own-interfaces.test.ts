import { describe, expect, it } from "vitest";
import type { IpAddress } from "../../src/base/ip-address.ts";
import { after, type Instant, instant, seconds } from "../../src/base/time.ts";
import type { VrrpInstance } from "../../src/conf/model/vrrp-instance.ts";
import type { Link, OwnLink, VrrpHostEffect, VrrpHostEvent } from "../../src/director/host.ts";
import { vrrpDirector } from "../../src/director/vrrp-director.ts";
import { initialVrrpState } from "../../src/director/vrrp-director-state.ts";
import { configOf, eth0, hostAddress, instanceOf } from "./vrrp-fixtures.ts";

const vmac = { kind: "vmac", netlinkNotify: false } as const;

/** A director, and a host that makes interfaces under new indexes as the kernel does, or refuses. */
class Rig {
  readonly state = initialVrrpState();
  readonly effects: VrrpHostEffect[] = [];
  refuses = false;
  now: Instant = instant(1_000_000_000);
  #nextIndex = 10;

  deliver(event: VrrpHostEvent): void {
    const waiting = [event];
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { effects } = vrrpDirector.step(this.state, next, this.now);
      this.effects.push(...effects);
      waiting.push(...effects.flatMap((effect) => this.#perform(effect)));
    }
  }

  start(instance: VrrpInstance): void {
    const config = configOf(instance);
    this.deliver({ kind: "start", config, links: [eth0], addresses: [hostAddress("192.0.2.2")] });
  }

  pass(duration: number): void {
    const end = after(this.now, seconds(duration));
    for (let alarms = 0; alarms < 1_000; alarms++) {
      const due = vrrpDirector.deadline(this.state);
      if (due === undefined || due > end) break;
      this.now = due > this.now ? due : this.now;
      this.deliver({ kind: "alarm" });
    }
    this.now = end;
  }

  /** What happened since the last look, without what goes to the log. */
  seen(): readonly string[] {
    return this.effects.splice(0).flatMap((effect): readonly string[] => {
      if (["log", "send-frame", "prepare-resignation"].includes(effect.kind)) return [];
      if ("own" in effect) return [`${effect.kind} ${effect.own.name}`];
      return ["interface" in effect ? `${effect.kind} ${effect.interface}` : effect.kind];
    });
  }

  get role(): string | undefined {
    return [...this.state.routers.values()][0]?.state.role.kind;
  }

  get present(): Link | undefined {
    return this.state.links.named("vrrp.51");
  }

  #perform(effect: VrrpHostEffect): readonly VrrpHostEvent[] {
    if (effect.kind !== "make-own-interface") return [];
    if (this.refuses) return [{ kind: "effect-failed", effect, reason: "no such kind" }];
    const link = made(effect.own, this.#nextIndex++);
    const addresses = effect.own.addresses.map((address) => ({
      kind: "address-added" as const,
      address: { ...address, interfaceIndex: link.index, secondary: false },
    }));
    return [{ kind: "link", link }, ...addresses];
  }
}

function made({ name, hardwareAddress = "" }: OwnLink, index: number): Link {
  return {
    ...eth0,
    index,
    name,
    hardwareAddress: Uint8Array.from(hardwareAddress.split(":"), (octet) => Number.parseInt(octet, 16)),
    stacked: { kind: "macvlan", baseIndex: eth0.index, mode: "private", ours: true },
  };
}

function started(changes: Partial<VrrpInstance> = {}): Rig {
  const rig = new Rig();
  rig.start(instanceOf({ ownInterface: vmac, ...changes }));
  return rig;
}

function master(changes: Partial<VrrpInstance> = {}): Rig {
  const rig = started(changes);
  rig.pass(4);
  rig.seen();
  return rig;
}

describe("own interfaces of the VRRP director", () => {
  it("TX-14 makes it before anything is sent, then waits as Backup on its wire", () => {
    const rig = started();
    expect(rig.seen()).toEqual([
      "configure-filter",
      "make-own-interface vrrp.51",
      "open-wire vrrp.51",
      "remove-address vrrp.51",
    ]);
    expect(rig.role).toBe("backup");
    rig.pass(4);
    expect(rig.seen().slice(0, 2)).toEqual(["send-packet vrrp.51", "add-address vrrp.51"]);
  });

  it("ST-3 announces the addresses with the virtual hardware address", () => {
    const rig = started();
    rig.pass(4);
    const frames = rig.effects.filter((effect) => effect.kind === "send-frame");
    expect(frames.length).toBeGreaterThan(0);
    for (const { frame, interface: name } of frames) {
      expect(name).toBe("vrrp.51");
      expect([...frame.subarray(6, 12)]).toEqual([0, 0, 0x5e, 0, 1, 51]);
      expect([...frame.subarray(22, 28)]).toEqual([0, 0, 0x5e, 0, 1, 51]);
    }
  });

  it("vmac_xmit_base sends on the interface below, with the addresses on the virtual MAC", () => {
    const rig = started({ transmitFromBase: true });
    rig.pass(4);
    expect(rig.seen()).toEqual([
      "configure-filter",
      "make-own-interface vrrp.51",
      "open-wire eth0",
      "remove-address vrrp.51",
      "send-packet eth0",
      "add-address vrrp.51",
    ]);
  });

  it("one that is removed by somebody comes back at once with its addresses, and the master goes on", () => {
    const rig = master();
    rig.deliver({ kind: "link-removed", index: rig.present?.index ?? 0 });
    expect(rig.role).toBe("master");
    expect(rig.seen()).toEqual([
      "make-own-interface vrrp.51",
      "close-wire vrrp.51",
      "open-wire vrrp.51",
      "add-address vrrp.51",
    ]);
  });

  it("a second removal within a second is a fault, and another try follows", () => {
    const rig = master();
    rig.deliver({ kind: "link-removed", index: rig.present?.index ?? 0 });
    rig.deliver({ kind: "link-removed", index: rig.present?.index ?? 0 });
    expect(rig.role).toBe("fault");
    rig.pass(1);
    expect(rig.present).toBeDefined();
    expect(rig.role).toBe("backup");
  });

  it("a first removal is mended at once, however soon after the start", () => {
    const rig = started();
    rig.pass(0.5);
    rig.deliver({ kind: "link-removed", index: rig.present?.index ?? 0 });
    expect(rig.present).toBeDefined();
    expect(rig.role).toBe("backup");
  });

  it("one that cannot be made is a fault; the next try is a second later, and the reason is logged once", () => {
    const rig = new Rig();
    rig.refuses = true;
    rig.start(instanceOf({ ownInterface: vmac }));
    expect(rig.role).toBe("fault");
    rig.pass(10);
    const tries = rig.effects.filter(({ kind }) => kind === "make-own-interface");
    expect(tries.length).toBeGreaterThan(8);
    expect(tries.length).toBeLessThan(13);
    const told = rig.effects.filter((effect) => effect.kind === "log" && effect.message === "no such kind");
    expect(told).toHaveLength(1);
    rig.refuses = false;
    rig.pass(1);
    expect(rig.role).toBe("backup");
  });

  it("goes with the interface below, and is made anew on the one that comes", () => {
    const rig = master();
    rig.deliver({ kind: "link-removed", index: rig.present?.index ?? 0 });
    rig.deliver({ kind: "link-removed", index: rig.present?.index ?? 0 });
    rig.deliver({ kind: "link-removed", index: eth0.index });
    expect(rig.role).toBe("fault");
    rig.pass(5);
    rig.seen();
    rig.deliver({ kind: "link", link: { ...eth0, running: false } });
    expect(rig.seen()).toContain("make-own-interface vrrp.51");
  });

  it("IPv6: sends from what is mirrored, and follows the interface below", () => {
    const rig = new Rig();
    const addresses = [hostAddress("fe80::7", 64)];
    const virtualAddresses = [{ address: "fe80::100" as IpAddress, prefixLength: 128 }];
    const instance = instanceOf({ ownInterface: vmac, family: 6, version: 3, virtualAddresses });
    rig.deliver({ kind: "start", config: configOf(instance), links: [eth0], addresses });
    rig.pass(4);
    const sent = rig.effects.find((effect) => effect.kind === "send-packet");
    expect(sent).toMatchObject({ interface: "vrrp.51", source: "fe80::7" });
    rig.deliver({ kind: "address-removed", address: hostAddress("fe80::7", 64) });
    expect(rig.role).toBe("master");
    rig.pass(2);
    rig.deliver({ kind: "address-added", address: hostAddress("fe80::8", 64) });
    rig.effects.splice(0);
    rig.pass(2);
    expect(rig.effects.find((effect) => effect.kind === "send-packet")).toMatchObject({ source: "fe80::8" });
    expect(rig.state.links.addressesOf("vrrp.51")).toEqual(expect.arrayContaining(["fe80::8"]));
    expect(rig.state.links.addressesOf("vrrp.51")).not.toContain("fe80::7");
  });

  it("ST-12 resigns, removes the addresses and then the interface", () => {
    const rig = master();
    rig.deliver({ kind: "shutdown" });
    expect(rig.seen()).toEqual([
      "stopping",
      "send-packet vrrp.51",
      "remove-address vrrp.51",
      "remove-own-interface vrrp.51",
      "configure-filter",
      "stopped",
    ]);
  });

  it("a reload that changes nothing touches nothing; one that takes use_vmac away begins anew without it", () => {
    const rig = master();
    rig.deliver({ kind: "reload", config: configOf(instanceOf({ ownInterface: vmac })) });
    expect(rig.role).toBe("master");
    expect(rig.seen()).toEqual(["send-packet vrrp.51"]);
    rig.deliver({ kind: "reload", config: configOf(instanceOf({})) });
    expect(rig.role).toBe("backup");
    expect(rig.seen()).toEqual([
      "send-packet vrrp.51",
      "remove-address vrrp.51",
      "remove-own-interface vrrp.51",
      "configure-filter",
      "open-wire eth0",
      "close-wire vrrp.51",
      "remove-address eth0",
    ]);
  });

  it("what an earlier process left and nobody wants now is removed; what others made stays", () => {
    const rig = new Rig();
    const left = made(
      {
        kind: "vmac",
        name: "old",
        base: "eth0",
        family: 4,
        mode: "private",
        ipv6: false,
        addresses: [],
        notify: false,
      },
      30,
    );
    const others = { ...left, index: 31, name: "theirs", stacked: { ...left.stacked, ours: false } } as Link;
    const config = configOf(instanceOf({}));
    rig.deliver({
      kind: "start",
      config,
      links: [eth0, left, others],
      addresses: [hostAddress("192.0.2.2")],
    });
    expect(rig.seen()).toEqual(["remove-own-interface old", "open-wire eth0", "remove-address eth0"]);
  });
});
