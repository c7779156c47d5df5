import { describe, expect, it } from "vitest";
import type { IpAddress } from "../../src/base/ip-address.ts";
import { after, type Instant, instant, milliseconds, seconds } from "../../src/base/time.ts";
import type { VrrpHostEffect, VrrpHostEvent } from "../../src/director/host.ts";
import { vrrpDirector } from "../../src/director/vrrp-director.ts";
import { initialVrrpState } from "../../src/director/vrrp-director-state.ts";
import { advertisementPacket, configOf, eth0, hostAddress, instanceOf } from "./vrrp-fixtures.ts";

/** A director whose time is ours: events go in, effects pile up. */
class Rig {
  readonly #state = initialVrrpState();
  now: Instant = instant(1_000_000_000);
  effects: VrrpHostEffect[] = [];

  deliver(event: VrrpHostEvent): readonly VrrpHostEffect[] {
    const { effects } = vrrpDirector.step(this.#state, event, this.now);
    this.effects.push(...effects);
    return effects;
  }

  /** Lets time pass, ringing every alarm on the way. */
  pass(duration: number): void {
    const end = after(this.now, seconds(duration));
    for (;;) {
      const due = vrrpDirector.deadline(this.#state);
      if (due === undefined || due > end) break;
      this.now = due > this.now ? due : this.now;
      this.deliver({ kind: "alarm" });
    }
    this.now = end;
  }

  /** Without log lines, and what is only held ready (resignation.test.ts). */
  kinds(): string[] {
    return this.effects
      .map(({ kind }) => kind)
      .filter((kind) => kind !== "log" && kind !== "prepare-resignation");
  }

  logs(): string[] {
    return this.effects.flatMap((effect) => (effect.kind === "log" ? [effect.message] : []));
  }

  get role(): string | undefined {
    return [...this.#state.routers.values()][0]?.state.role.kind;
  }
}

function started(instance = instanceOf({}), options: { up?: boolean } = {}): Rig {
  const rig = new Rig();
  const links = [{ ...eth0, up: options.up ?? true, running: options.up ?? true }];
  rig.deliver({ kind: "start", config: configOf(instance), links, addresses: [hostAddress("192.0.2.2")] });
  return rig;
}

describe("vrrpDirector", () => {
  it("opens the wire, removes what an earlier run left, and waits as Backup", () => {
    const rig = started();
    expect(rig.kinds()).toEqual(["open-wire", "remove-address"]);
    expect(rig.role).toBe("backup");
    expect(rig.logs()).toContain("(V1) Entering BACKUP STATE (init)");
  });

  it("ST-7 becomes Master with the advertisement first, then the address, then five announcements", () => {
    const rig = started();
    rig.effects = [];
    rig.pass(3.7);
    expect(rig.role).toBe("master");
    expect(rig.kinds()).toEqual(["send-packet", "add-address", ...Array<string>(5).fill("send-frame")]);
    const [sent] = rig.effects.filter((effect) => effect.kind === "send-packet");
    expect(sent).toMatchObject({ interface: "eth0", destination: "224.0.0.18" });
  });

  it("stays Backup while a better router advertises, and takes over when it falls silent", () => {
    const rig = started();
    for (let second = 0; second < 10; second++) {
      rig.deliver(advertisementPacket({ priority: 150 }));
      rig.pass(1);
    }
    expect(rig.role).toBe("backup");
    rig.pass(2.7);
    expect(rig.role).toBe("master");
  });

  it("RX-15 never lets a rejected packet touch a timer, and writes one line for a thousand", () => {
    const rig = started();
    rig.pass(3.7);
    rig.effects = [];
    const bad = advertisementPacket({ priority: 250, ttl: 1 });
    for (let n = 0; n < 1_000; n++) {
      rig.deliver(bad);
      rig.pass(0.01);
    }
    expect(rig.kinds().filter((kind) => kind === "send-packet")).toHaveLength(10);
    expect(rig.role).toBe("master");
    expect(rig.logs().filter((line) => line.includes("refused"))).toEqual([
      expect.stringMatching(/^\(V1\) refused an advertisement from 192\.0\.2\.3 for router 51: .*TTL/),
    ]);
  });

  it("ST-12 ST-2 resigns once with priority 0 and takes the address off at shutdown", () => {
    const rig = started();
    rig.pass(3.7);
    rig.effects = [];
    rig.deliver({ kind: "shutdown" });
    rig.deliver({ kind: "shutdown" });
    expect(rig.kinds()).toEqual(["stopping", "send-packet", "remove-address", "stopped"]);
  });

  it("goes to FAULT when the interface goes down, and takes part again when it is back", () => {
    const rig = started();
    rig.pass(3.7);
    rig.deliver({ kind: "link", link: { ...eth0, running: false } });
    expect(rig.role).toBe("fault");
    rig.deliver({ kind: "link", link: eth0 });
    expect(rig.role).toBe("backup");
  });

  it("waits in FAULT for an interface that is down at the start", () => {
    const rig = started(instanceOf({}), { up: false });
    expect(rig.role).toBe("fault");
    rig.pass(10);
    expect(rig.kinds()).not.toContain("send-packet");
  });

  it("puts an address back that somebody took off", () => {
    const rig = started();
    rig.pass(3.7);
    rig.effects = [];
    rig.deliver({ kind: "address-removed", address: hostAddress("192.0.2.100", 32) });
    rig.pass(0.2);
    expect(rig.kinds()).toContain("add-address");
    expect(rig.role).toBe("master");
  });

  it("with hundreds of routers, looks at an address of one of them for that one only", () => {
    const rig = new Rig();
    let asked = 0;
    const vrrpInstances = Array.from({ length: 200 }, (_, n) => {
      const address = `198.51.100.${n}` as IpAddress;
      const virtualAddresses = [{ address, prefixLength: 32 }];
      const instance = instanceOf({ name: `V${n}`, virtualRouterId: n + 1, virtualAddresses });
      return Object.defineProperty(instance, "dontTrackPrimary", { get: () => asked++ < 0 });
    });
    const config = { ...configOf(), vrrpInstances };
    rig.deliver({ kind: "start", config, links: [eth0], addresses: [hostAddress("192.0.2.2")] });
    rig.pass(3.7);
    asked = 0;
    for (const { virtualAddresses } of vrrpInstances) {
      const address = hostAddress(virtualAddresses[0]?.address ?? "", 32);
      rig.deliver({ kind: "address-added", address: { ...address, secondary: false } });
    }
    expect(rig.role).toBe("master");
    expect(asked).toBeLessThan(1_000);
    asked = 0;
    // The address that all of them send from concerns all of them.
    rig.deliver({ kind: "address-removed", address: hostAddress("192.0.2.2") });
    expect(asked).toBeGreaterThanOrEqual(200);
  });

  it("finds out after lost notifications that an address is gone", () => {
    const rig = started();
    rig.pass(3.7);
    rig.effects = [];
    rig.deliver({ kind: "snapshot", links: [eth0], addresses: [hostAddress("192.0.2.2")] });
    rig.pass(0.2);
    expect(rig.kinds()).toContain("add-address");
  });

  it("a reload of the same configuration moves nothing; the master shows itself once, as keepalived does", () => {
    const rig = started();
    rig.pass(3.7);
    rig.effects = [];
    rig.deliver({ kind: "reload", config: configOf(instanceOf({})) });
    expect(rig.kinds()).toEqual(["send-packet"]);
    expect(rig.role).toBe("master");
  });

  it("a reload without the instance resigns and takes the address off", () => {
    const rig = started();
    rig.pass(3.7);
    rig.effects = [];
    rig.deliver({ kind: "reload", config: configOf() });
    expect(rig.kinds()).toEqual(["send-packet", "remove-address", "close-wire"]);
  });

  it("opens the wire again when the interface was made anew", () => {
    const rig = started();
    rig.effects = [];
    rig.deliver({ kind: "link-removed", index: eth0.index });
    rig.deliver({ kind: "link", link: { ...eth0, index: 9 } });
    const opened = rig.effects.filter(
      (effect) => effect.kind === "open-wire" || effect.kind === "close-wire",
    );
    expect(opened).toMatchObject([{ kind: "close-wire" }, { kind: "open-wire", interfaceIndex: 9 }]);
  });
});

describe("vrrpDirector with a tracked script", () => {
  const tracked = instanceOf({ trackScripts: [{ name: "web", weight: -60, reverse: false }] });

  function scripted(): Rig {
    const rig = new Rig();
    rig.deliver({
      kind: "start",
      config: configOf(tracked, {
        name: "web",
        at: { file: "a.conf", line: 1 },
        command: { argv: ["/bin/true"] },
        interval: seconds(2),
        timeout: seconds(2),
        weight: -60,
        reverse: false,
        rise: 2,
        fall: 2,
        initFail: false,
      }),
      links: [eth0],
      addresses: [hostAddress("192.0.2.2" as IpAddress)],
    });
    return rig;
  }

  function answer(rig: Rig, code: number): void {
    rig.now = after(rig.now, milliseconds(1));
    rig.deliver({ kind: "script-result", script: "web", outcome: { kind: "exited", code } });
  }

  it("runs it at once and then every interval, not while it still runs", () => {
    const rig = scripted();
    rig.pass(5);
    expect(rig.kinds().filter((kind) => kind === "run-script")).toHaveLength(1);
    answer(rig, 0);
    rig.pass(4);
    expect(rig.kinds().filter((kind) => kind === "run-script")).toHaveLength(2);
  });

  it("lowers the priority after `fall` failures and raises it after `rise` successes", () => {
    const rig = scripted();
    rig.pass(0.1);
    answer(rig, 0);
    for (const code of [1, 1]) answer(rig, code);
    expect(rig.logs()).toContain("(V1) Changing effective priority from 100 to 40");
    answer(rig, 0);
    expect(rig.logs()).not.toContain("(V1) Changing effective priority from 40 to 100");
    answer(rig, 0);
    expect(rig.logs()).toContain("(V1) Changing effective priority from 40 to 100");
  });
});
