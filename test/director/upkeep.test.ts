import { describe, expect, it } from "vitest";
import type { IpAddress } from "../../src/base/ip-address.ts";
import { after, milliseconds } from "../../src/base/time.ts";
import { rehearseVrrp } from "../../src/director/reload-rehearsal.ts";
import { vrrpStatus } from "../../src/director/vrrp-status.ts";
import { Director } from "./tracker-world.ts";
import { advertisementPacket, eth0, hostAddress } from "./vrrp-fixtures.ts";

describe("interface_up_down_delays", () => {
  const blocks = "interface_up_down_delays {\neth0 1 2\n}";
  const link = (running: boolean) => ({ kind: "link", link: { ...eth0, running } }) as const;

  it("F26 a flapping link moves nothing, one that stays down does", () => {
    const director = new Director("", blocks);
    director.pass(4);
    for (let flap = 0; flap < 20; flap++) {
      director.deliver(link(flap % 2 === 1));
      director.pass(0.15);
    }
    expect(director.role).toBe("master");
    director.deliver(link(false));
    director.pass(0.9);
    expect(director.role).toBe("master");
    director.pass(0.2);
    expect(director.role).toBe("fault");
    director.deliver(link(true));
    director.pass(1.9);
    expect(director.role).toBe("fault");
    director.pass(0.2);
    expect(director.role).toBe("backup");
  });

  it("no delay is so long that another router would take over first, as in keepalived", () => {
    const shortened = (more: string, delays: string) =>
      new Director(more, `interface_up_down_delays {\neth0 ${delays}\n}`);
    const longLines = ({ lines }: Director) => lines.filter((line) => line.includes("up_down_delays"));
    const director = shortened("", "30 1");
    expect(longLines(director)).toEqual([
      "interface_up_down_delays of eth0: 1.996094 s at most, for another router would take over after that (advert_int, down_timer_adverts)",
    ]);
    director.pass(4);
    director.deliver(link(false));
    director.pass(1.9);
    expect(director.role).toBe("master");
    director.pass(0.1);
    expect(director.role).toBe("fault");
    const hasty = shortened("down_timer_adverts 1", "0.5");
    hasty.pass(4);
    hasty.deliver(link(false));
    expect(hasty.role).toBe("fault");
    expect(longLines(shortened("down_timer_adverts 5", "3 3"))).toEqual([]);
  });

  it("the status tells what counts and until when, and a plan goes on from there", () => {
    const director = new Director("", blocks);
    director.pass(4);
    const plan = () => {
      const { config } = director.state;
      if (config === undefined) throw new Error("nothing configured");
      const status = vrrpStatus(director.state, director.now);
      return { status, ...rehearseVrrp(config, { next: config, status }) };
    };
    expect(plan().status.linkDelays).toEqual([{ interface: "eth0", up: true, seenUp: true }]);
    director.deliver(link(false));
    director.pass(0.4);
    const { status, effects } = plan();
    expect(status.linkDelays).toMatchObject([{ up: true, turnsAt: after(director.now, milliseconds(600)) }]);
    // The link is down, but it does not count yet.
    expect(effects.filter(({ kind }) => kind === "remove-address")).toEqual([]);
    expect(director.role).toBe("master");
    director.pass(0.7);
    expect(plan().status.linkDelays).toEqual([{ interface: "eth0", up: false, seenUp: true }]);
  });

  it("an interface that disappears counts at once", () => {
    const director = new Director("", blocks);
    director.deliver({ kind: "link-removed", index: eth0.index });
    expect(director.role).toBe("fault");
  });
});

describe("addresses that nobody expects", () => {
  const stray = { kind: "address-added", address: hostAddress("192.0.2.100") } as const;
  const removals = (director: Director) =>
    director.effects.filter(({ kind }) => kind === "remove-address").length;

  it("F29 a virtual address on a backup is taken away and told of", () => {
    const director = new Director("");
    director.effects = [];
    director.deliver(stray);
    director.pass(0.3);
    expect(removals(director)).toBe(1);
    expect(director.lines.join("\n")).toMatch(/\(V\) 192\.0\.2\.100 was put on eth0 by someone else/);
    director.deliver(stray);
    director.pass(0.5);
    expect(removals(director)).toBe(1);
    director.pass(0.6);
    expect(removals(director)).toBe(2);
  });

  it("what the kernel tells late of a master that has yielded is no such address", () => {
    const director = new Director("");
    director.effects = [];
    director.deliver(stray);
    director.deliver({ kind: "address-removed", address: hostAddress("192.0.2.100") });
    director.pass(1);
    expect(removals(director)).toBe(0);
  });

  it("F27 a snapshot without the address brings it back, one with an address too many takes it away", () => {
    const director = new Director("");
    director.pass(4);
    director.effects = [];
    const addresses = [hostAddress("192.0.2.2")];
    director.deliver({ kind: "snapshot", links: [eth0], addresses });
    expect(director.effects.map(({ kind }) => kind)).toContain("add-address");
    const backup = new Director("");
    backup.effects = [];
    backup.deliver({
      kind: "snapshot",
      links: [eth0],
      addresses: [...addresses, hostAddress("192.0.2.100")],
    });
    backup.pass(0.3);
    expect(removals(backup)).toBe(1);
  });
});

describe("source addresses", () => {
  it("track_src_ip: a fault while the configured address is not there", () => {
    const director = new Director("mcast_src_ip 192.0.2.7\ntrack_src_ip");
    expect(director.role).toBe("fault");
    director.deliver({ kind: "address-added", address: hostAddress("192.0.2.7") });
    expect(director.role).toBe("backup");
    director.deliver({ kind: "address-removed", address: hostAddress("192.0.2.7") });
    expect(director.role).toBe("fault");
  });

  it("F30 follows the address of the interface, and is a fault without one", () => {
    const director = new Director("");
    director.deliver({ kind: "address-added", address: hostAddress("192.0.2.9") });
    director.deliver({ kind: "address-removed", address: hostAddress("192.0.2.2") });
    expect(director.of("V").state.source).toBe("192.0.2.9" as IpAddress);
    director.deliver({ kind: "address-removed", address: hostAddress("192.0.2.9") });
    expect(director.role).toBe("fault");
  });

  it("unicast_fault_no_peer: a fault rather than multicast", () => {
    expect(new Director("unicast_fault_no_peer").role).toBe("fault");
    expect(new Director("unicast_fault_no_peer\nunicast_peer {\n192.0.2.3\n}").role).toBe("backup");
  });
});

describe("back from a fault", () => {
  /** A master of lower priority is heard four times a second for so many seconds. */
  function hear(director: Director, duration: number): void {
    for (let quarter = 0; quarter < duration * 4; quarter++) {
      director.deliver(advertisementPacket({ priority: 50 }));
      director.pass(0.25);
    }
  }
  const link = (running: boolean) => ({ kind: "link", link: { ...eth0, running } }) as const;

  it.each([
    ["", "master"],
    ["nopreempt", "backup"],
    ["preempt_delay 5", "backup"],
  ])("with %j it is %s after four seconds of a lower master", (line, role) => {
    const director = new Director(line);
    director.pass(4);
    director.deliver(link(false));
    expect(director.role).toBe("fault");
    director.deliver(link(true));
    hear(director, 4);
    expect(director.role).toBe(role);
  });

  it("preempt_delay ends", () => {
    const director = new Director("preempt_delay 5");
    director.pass(4);
    director.deliver(link(false));
    director.deliver(link(true));
    hear(director, 9);
    expect(director.role).toBe("master");
  });
});

describe("scripts over a reload", () => {
  const block = 'vrrp_script s {\nscript "/bin/true"\n}';

  it("one that a reload brings is no fault until its first result", () => {
    const director = new Director("");
    director.pass(4);
    director.reload("track_script {\ns\n}", block);
    expect(director.role).toBe("master");
    director.deliver({ kind: "script-result", script: "s", outcome: { kind: "exited", code: 1 } });
    expect(director.role).toBe("fault");
  });

  it("at the start it is waited for", () => {
    expect(new Director("track_script {\ns\n}", block).role).toBe("fault");
  });
});

describe("the start of elections", () => {
  it("vrrp_startup_delay counts from the start, not from a reload that brings an instance", () => {
    const director = new Director("", "global_defs {\nvrrp_startup_delay 10\n}");
    expect(director.role).toBe("backup");
    director.pass(13);
    expect(director.role).toBe("backup");
    director.pass(1);
    expect(director.role).toBe("master");
    director.reload(
      "",
      "global_defs {\nvrrp_startup_delay 10\n}\nvrrp_instance W {\ninterface eth1\nvirtual_router_id 52\nvirtual_ipaddress {\n198.51.100.100/24\n}\n}",
    );
    expect(director.of("W").state.role).not.toHaveProperty("deafUntil");
  });

  it("vrrp_delay_after_boot counts from the boot", () => {
    // The clock of these tests stands at 1,000 s when they begin.
    const director = new Director("", "global_defs {\nvrrp_delay_after_boot 1005\n}");
    director.pass(8);
    expect(director.role).toBe("backup");
    director.pass(1);
    expect(director.role).toBe("master");
  });
});
