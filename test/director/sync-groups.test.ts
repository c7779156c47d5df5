import { describe, expect, it } from "vitest";
import type { IpAddress } from "../../src/base/ip-address.ts";
import { after, type Instant, instant, seconds } from "../../src/base/time.ts";
import type { VrrpHostEffect, VrrpHostEvent } from "../../src/director/host.ts";
import { vrrpDirector } from "../../src/director/vrrp-director.ts";
import { initialVrrpState } from "../../src/director/vrrp-director-state.ts";
import { vrrpRecord } from "../../src/director/vrrp-record.ts";
import { advertisementPacket, configOf, eth0, hostAddress, instanceOf } from "./vrrp-fixtures.ts";

const eth1 = { ...eth0, index: 3, name: "eth1" };
const outside = instanceOf({});
const inside = instanceOf({
  name: "V2",
  interface: "eth1",
  virtualRouterId: 52,
  virtualAddresses: [{ address: "198.51.100.100" as IpAddress, prefixLength: 32 }],
});
const notify = { any: { argv: ["/bin/notify"] } };

const group = {
  name: "G",
  at: { file: "a.conf", line: 1 },
  members: ["V1", "V2"],
  trackInterfaces: [],
  trackScripts: [],
  trackFiles: [],
  trackProcesses: [],
  trackBfds: [],
  notify,
  smtpAlert: false,
  trackingWeight: false,
};

/** A director with both instances in one group, started with both interfaces up. */
class Pair {
  readonly #state = initialVrrpState();
  now: Instant = instant(1_000_000_000);
  effects: VrrpHostEffect[] = [];

  constructor() {
    const config = {
      ...configOf(outside),
      vrrpInstances: [outside, inside],
      syncGroups: [group],
    };
    const addresses = [
      hostAddress("192.0.2.2"),
      { ...hostAddress("198.51.100.2"), interfaceIndex: eth1.index },
    ];
    this.deliver({ kind: "start", config, links: [eth0, eth1], addresses });
  }

  deliver(event: VrrpHostEvent): void {
    this.effects.push(...vrrpDirector.step(this.#state, event, this.now).effects);
  }

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

  get roles(): string[] {
    return [...this.#state.routers.values()].map(({ state }) => state.role.kind);
  }

  get groupNotifications(): string[] {
    return this.effects.flatMap((effect) =>
      effect.kind === "notification"
        ? effect.notification.commands.map(({ arguments: words }) => words.join(" "))
        : [],
    );
  }
}

describe("a vrrp_sync_group", () => {
  it("ST-9 stays backup as a whole while one member hears its master, as keepalived 2.2.7 was seen to", () => {
    const pair = new Pair();
    // The outside network has a master that is heard; the inside one has none.
    for (let second = 0; second < 9; second++) {
      pair.deliver(advertisementPacket({ priority: 150 }));
      pair.pass(1);
      expect(pair.roles).toEqual(["backup", "backup"]);
    }
    pair.pass(2.7);
    expect(pair.roles).toEqual(["master", "master"]);
  });

  it("yields as a whole when one member hears a better router", () => {
    const pair = new Pair();
    pair.pass(4);
    expect(pair.roles).toEqual(["master", "master"]);
    pair.deliver(advertisementPacket({ priority: 150 }));
    expect(pair.roles).toEqual(["backup", "backup"]);
  });

  it("is at fault as a whole while one member is, and comes back as a whole", () => {
    const pair = new Pair();
    pair.pass(4);
    pair.deliver({ kind: "link", link: { ...eth1, running: false } });
    expect(pair.roles).toEqual(["fault", "fault"]);
    pair.pass(10);
    expect(pair.roles).toEqual(["fault", "fault"]);
    pair.deliver({ kind: "link", link: eth1 });
    expect(pair.roles).toEqual(["backup", "backup"]);
    pair.pass(4);
    expect(pair.roles).toEqual(["master", "master"]);
  });

  it("is at fault as a whole when one member loses the address it sends from", () => {
    const pair = new Pair();
    pair.deliver({
      kind: "address-removed",
      address: { ...hostAddress("198.51.100.2"), interfaceIndex: eth1.index },
    });
    expect(pair.roles).toEqual(["fault", "fault"]);
  });

  it("tells of each of its states once, as keepalived's arguments say them", () => {
    const pair = new Pair();
    pair.pass(4);
    pair.deliver(advertisementPacket({ priority: 150 }));
    pair.deliver({ kind: "link", link: { ...eth0, up: false } });
    pair.deliver({ kind: "shutdown" });
    expect(pair.groupNotifications).toEqual([
      "GROUP G BACKUP 0",
      "GROUP G MASTER 0",
      "GROUP G BACKUP 0",
      "GROUP G FAULT 0",
      "GROUP G STOP 0",
    ]);
  });
});

describe("a sync group whose process died and is gone on from", () => {
  it("begins as Backup as a whole when one of its masters was silent for too long, whichever it is", () => {
    for (const hasty of ["V1", "V2"]) {
      const config = { ...configOf(outside), vrrpInstances: [outside, inside], syncGroups: [group] };
      const instances = config.vrrpInstances.map((one) =>
        one.name === hasty ? { ...one, version: 3 as const, advertisementInterval: seconds(0.1) } : one,
      );
      const start = {
        kind: "start",
        config: { ...config, vrrpInstances: instances },
        links: [eth0, eth1],
        addresses: [hostAddress("192.0.2.2"), { ...hostAddress("198.51.100.2"), interfaceIndex: 3 }],
      } as const;
      const state = initialVrrpState();
      vrrpDirector.step(state, start, instant(0));
      let now = instant(0);
      while (now < 20_000_000) {
        now = vrrpDirector.deadline(state) ?? now;
        vrrpDirector.step(state, { kind: "alarm" }, now);
      }
      const roles = (of: typeof state) => [...of.routers.values()].map(({ state: { role } }) => role.kind);
      expect(roles(state)).toEqual(["master", "master"]);
      const legacy = { record: vrrpRecord(state), diedAt: now };
      const next = initialVrrpState();
      vrrpDirector.step(next, { ...start, legacy }, after(now, seconds(2)));
      expect(roles(next), hasty).toEqual(["backup", "backup"]);
    }
  });
});
