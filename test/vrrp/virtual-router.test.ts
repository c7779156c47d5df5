import { describe, expect, it } from "vitest";
import { microseconds, milliseconds, seconds } from "../../src/base/time.ts";
import type { RouterEvent } from "../../src/vrrp/router-state.ts";
import { advert, at, Bench, bench, config, HIGHER, ip, LOWER, OWN, word } from "./router-support.ts";

const DOWN = { kind: "interface-down", interface: "eth0" } as const;
const OTHER = { kind: "script", name: "web" } as const;
const START: RouterEvent = { kind: "startup", source: OWN, priority: 100, faults: [] };
const other = config({ virtualAddresses: [{ address: ip("192.0.2.2"), prefixLength: 32 }] });

type Row = readonly [
  RouterEvent,
  { readonly [role in "initialize" | "backup" | "master" | "fault"]: string },
];

/** Role after the event, then what the world was asked to do. Routers have priority 100, half a second in their role. */
const TABLE: readonly (readonly [string, ...Row])[] = [
  [
    "startup",
    START,
    {
      initialize: "backup: remove-addresses, initialize -> backup",
      backup: "backup",
      master: "master",
      fault: "fault",
    },
  ],
  [
    "startup without an address",
    { ...START, source: undefined },
    {
      initialize: "fault: remove-addresses, initialize -> fault",
      backup: "backup",
      master: "master",
      fault: "fault",
    },
  ],
  [
    "shutdown",
    { kind: "shutdown" },
    {
      initialize: "initialize",
      backup: "initialize: backup -> initialize",
      master: "initialize: advert 0, remove-addresses, master -> initialize",
      fault: "initialize: fault -> initialize",
    },
  ],
  [
    "alarm",
    { kind: "alarm" },
    { initialize: "initialize", backup: "backup", master: "master", fault: "fault" },
  ],
  [
    "a higher priority",
    advert(150),
    {
      initialize: "initialize",
      backup: "backup",
      master: "backup: advert 100, advert 100, advert 100, remove-addresses, master -> backup",
      fault: "fault",
    },
  ],
  [
    "an equal priority from a higher address",
    advert(100),
    {
      initialize: "initialize",
      backup: "backup",
      master: "backup: advert 100, advert 100, advert 100, remove-addresses, master -> backup",
      fault: "fault",
    },
  ],
  [
    "an equal priority from a lower address",
    advert(100, { source: LOWER }),
    {
      initialize: "initialize",
      backup: "backup",
      master: "master: log, advert 100, announce x5, lower-priority-heard",
      fault: "fault",
    },
  ],
  [
    "an equal priority from our own address",
    advert(100, { source: OWN }),
    {
      initialize: "initialize",
      backup: "backup",
      master: "master: log",
      fault: "fault",
    },
  ],
  [
    "a lower priority",
    advert(50),
    {
      initialize: "initialize",
      backup: "backup: log",
      master: "master: log, advert 100, announce x5, lower-priority-heard",
      fault: "fault",
    },
  ],
  [
    "priority 0",
    advert(0),
    { initialize: "initialize", backup: "backup", master: "master: advert 100", fault: "fault" },
  ],
  [
    "another effective priority",
    { kind: "priority-changed", priority: 90 },
    {
      initialize: "initialize: log",
      backup: "backup: log",
      master: "master: log",
      fault: "fault: log",
    },
  ],
  [
    "the same effective priority",
    { kind: "priority-changed", priority: 100 },
    {
      initialize: "initialize",
      backup: "backup",
      master: "master",
      fault: "fault",
    },
  ],
  [
    "a fault",
    { kind: "fault-raised", reason: OTHER },
    {
      initialize: "initialize",
      backup: "fault: backup -> fault",
      master: "fault: advert 0, remove-addresses, master -> fault",
      fault: "fault",
    },
  ],
  [
    "the end of the only fault",
    { kind: "fault-cleared", reason: DOWN },
    {
      initialize: "initialize",
      backup: "backup",
      master: "master",
      fault: "backup: fault -> backup",
    },
  ],
  [
    "the end of a fault it did not have",
    { kind: "fault-cleared", reason: OTHER },
    {
      initialize: "initialize",
      backup: "backup",
      master: "master",
      fault: "fault",
    },
  ],
  [
    "another source address",
    { kind: "source-address-changed", source: LOWER },
    {
      initialize: "initialize",
      backup: "backup",
      master: "master",
      fault: "fault",
    },
  ],
  [
    "the source address gone",
    { kind: "source-address-changed", source: undefined },
    {
      initialize: "initialize",
      backup: "fault: backup -> fault",
      master: "fault: advert 0, remove-addresses, master -> fault",
      fault: "fault",
    },
  ],
  [
    "another configuration",
    { kind: "reconfigure", config: other, priority: 100 },
    {
      initialize: "initialize",
      backup: "backup",
      master: "master: advert 100, remove-addresses, add-addresses, announce x5",
      fault: "fault",
    },
  ],
  [
    "the same configuration",
    { kind: "reconfigure", config: config(), priority: 100 },
    {
      initialize: "initialize",
      backup: "backup",
      master: "master: advert 100",
      fault: "fault",
    },
  ],
  [
    "our address taken away",
    { kind: "addresses-lost", addresses: [ip("192.0.2.1")] },
    {
      initialize: "initialize",
      backup: "backup",
      master: "master: log, add-addresses, announce x5",
      fault: "fault",
    },
  ],
  [
    "an address taken away that is not ours",
    { kind: "addresses-lost", addresses: [ip("192.0.2.99")] },
    {
      initialize: "initialize",
      backup: "backup",
      master: "master",
      fault: "fault",
    },
  ],
  [
    "a failed effect",
    { kind: "effect-failed", effect: "send-advertisement", reason: "ENETDOWN" },
    {
      initialize: "initialize: log",
      backup: "backup: log",
      master: "master: log",
      fault: "fault: log",
    },
  ],
];

describe("every role, every event", () => {
  for (const [name, event, rows] of TABLE) {
    for (const role of ["initialize", "backup", "master", "fault"] as const) {
      it(`${role}, ${name}`, () => {
        const router = bench(role).on(event, at(0.5));
        expect([router.role, router.told.join(", ")].filter((part) => part !== "").join(": ")).toBe(
          rows[role],
        );
      });
    }
  }
});

describe("start", () => {
  it("waits the whole down interval as backup (TM-2)", () => {
    expect(new Bench().start(at(10)).deadline).toBe(at(13.609375));
  });

  it("ST-8 an owner with state MASTER becomes master after a microsecond", () => {
    const router = new Bench({ priority: 255, initialState: "master" }).start(at(0));
    expect(router.deadline).toBe(1);
    expect(router.run(at(0.1)).map(({ effect }) => word(effect))).toEqual([
      "advert 255",
      "add-addresses",
      "announce x5",
      "backup -> master",
    ]);
  });

  it("ST-10 state MASTER below 255 claims after one interval and the least skew", () => {
    expect(new Bench({ initialState: "master" }).start(at(0)).deadline).toBe(1_003_906);
    const third = new Bench({ initialState: "master", version: 3, advertisementInterval: milliseconds(100) });
    expect(third.start(at(0)).deadline).toBe(100_390);
  });

  it("ST-10 state MASTER gives way to a master that is heard in that time", () => {
    const router = new Bench({ initialState: "master" }).start(at(0)).on(advert(150), at(0.9));
    expect(router.deadline).toBe(at(0.9 + 3.609375));
  });

  it("vrrp_startup_delay: deaf and silent until it is over, and faults are remembered", () => {
    const router = new Bench({ startupDelay: seconds(5) }).start(at(0));
    expect([router.told, router.deadline]).toEqual([[], at(5)]);
    router.on(advert(200), at(1)).on({ kind: "fault-raised", reason: DOWN }, at(2));
    router.on({ kind: "alarm" }, at(4));
    expect(router.role).toBe("initialize");
    expect(router.on({ kind: "alarm" }, at(5)).told).toEqual(["remove-addresses", "initialize -> fault"]);
    expect(router.on({ kind: "fault-cleared", reason: DOWN }, at(6)).deadline).toBe(at(6 + 3.609375));
  });

  it("a shutdown during the startup delay ends it", () => {
    const router = new Bench({ startupDelay: seconds(5) }).start(at(0)).on({ kind: "shutdown" }, at(1));
    expect(router.deadline).toBeUndefined();
  });
});

describe("backup", () => {
  it("TM-3 restarts its timer for a higher or equal priority", () => {
    expect(bench("backup").on(advert(150), at(2)).deadline).toBe(at(5.609375));
    expect(bench("backup").on(advert(100, { source: LOWER }), at(2)).deadline).toBe(at(5.609375));
  });

  it("section D: a lower priority does not touch the timer, and is logged once", () => {
    const router = bench("backup").on(advert(50), at(2));
    expect(router.deadline).toBe(at(3.609375));
    expect(router.on(advert(50), at(3)).told).toEqual([]);
    expect(router.on(advert(60), at(3.1)).told).toEqual(["log"]);
  });

  it("TM-3 nopreempt: a lower priority counts as a master", () => {
    expect(bench("backup", { preempt: false }).on(advert(50), at(2)).deadline).toBe(at(5.609375));
  });

  it("TM-4 priority 0 leaves the skew only, also under nopreempt", () => {
    expect(bench("backup").on(advert(0), at(1)).deadline).toBe(at(1.609375));
    expect(bench("backup", { preempt: false }).on(advert(0), at(1)).deadline).toBe(at(1.609375));
  });

  it("RX-10 TM-6 version 3 adopts the master's interval for down timer and skew", () => {
    const router = bench("backup", { version: 3 }).on(
      advert(150, { version: 3, interval: milliseconds(200) }),
      at(1),
    );
    expect(router.deadline).toBe(1_000_000 + 600_000 + 121_875);
    expect(router.on(advert(0, { version: 3, interval: seconds(1) }), at(1.1)).deadline).toBe(
      1_100_000 + 121_875,
    );
  });

  it("RX-10 version 2 keeps its own interval", () => {
    const router = bench("backup").on(advert(150, { interval: seconds(9) }), at(1));
    expect(router.deadline).toBe(at(4.609375));
  });

  it("preempt_delay: counts from the first lower advertisement, and a better one ends it", () => {
    const router = bench("backup", { preemptDelay: seconds(10) }).on(advert(50), at(1));
    expect(router.deadline).toBe(at(4.609375));
    expect(router.on(advert(50), at(10.9)).deadline).toBe(at(10.9 + 3.609375));
    expect(router.on(advert(50), at(11)).deadline).toBe(at(10.9 + 3.609375));
    expect(router.on(advert(150), at(12)).deadline).toBe(at(12 + 3.609375));
    expect(router.on(advert(50), at(13)).deadline).toBe(at(13 + 3.609375));
  });

  it("an early or repeated alarm is harmless, a late one acts", () => {
    const router = bench("backup").on({ kind: "alarm" }, at(3.609374));
    expect(router.role).toBe("backup");
    expect(router.on({ kind: "alarm" }, at(3.7)).role).toBe("master");
    expect(router.on({ kind: "alarm" }, at(3.7)).told).toEqual([]);
  });

  it("a changed priority moves its deadline by the difference in skew", () => {
    expect(bench("backup").on({ kind: "priority-changed", priority: 150 }, at(1)).deadline).toBe(3_414_062);
    expect(bench("backup").on({ kind: "priority-changed", priority: 50 }, at(1)).deadline).toBe(3_804_687);
  });

  it("a reload in the middle of the wait keeps the deadline", () => {
    const router = bench("backup").on(
      { kind: "reconfigure", config: config({ downTimerAdvertisements: 5 }), priority: 100 },
      at(3),
    );
    expect(router.deadline).toBe(at(3.609375));
  });

  it("TM-2 down_timer_adverts", () => {
    expect(bench("backup", { downTimerAdvertisements: 2 }).deadline).toBe(at(2.609375));
  });
});

describe("becoming master", () => {
  it("ST-7 advertisement, addresses, announcement, in this order; excluded addresses move too", () => {
    const excludedAddresses = [{ address: ip("198.51.100.1"), prefixLength: 24 }];
    const router = bench("backup", { excludedAddresses }).on({ kind: "alarm" }, at(4));
    expect(router.told).toEqual(["advert 100", "add-addresses", "announce x5", "backup -> master"]);
    const [sent, added] = router.effects;
    expect(sent).toMatchObject({
      source: OWN,
      advertisement: { addresses: ["192.0.2.1"], priority: 100, version: 2 },
    });
    expect(added).toMatchObject({ addresses: [{ address: "192.0.2.1" }, { address: "198.51.100.1" }] });
  });

  it("ST-6 five announcements at once and five after garp_master_delay", () => {
    const announced = bench("master")
      .run(at(20))
      .filter(({ effect }) => effect.kind === "announce");
    expect(announced.map((entry) => [entry.at, word(entry.effect)])).toEqual([[at(5), "announce x5"]]);
  });

  it("ST-6 garp_master_refresh repeats for ever, a delay of 0 leaves the second burst out", () => {
    const gratuitousArp = {
      ...config().gratuitousArp,
      delay: microseconds(0),
      refresh: seconds(3),
      refreshRepeat: 2,
    };
    const announced = bench("master", { gratuitousArp })
      .run(at(10))
      .filter(({ effect }) => effect.kind === "announce");
    expect(announced.map((entry) => [entry.at, word(entry.effect)])).toEqual(
      [3, 6, 9].map((second) => [at(second), "announce x2"]),
    );
  });
});

describe("master", () => {
  it("TM-5 advertises every interval, and a late alarm does not move the beat", () => {
    const router = bench("master").on({ kind: "alarm" }, at(1.2));
    expect(router.told).toEqual(["advert 100"]);
    expect(router.deadline).toBe(at(2));
  });

  it("after a lost interval the beat starts anew, without a burst of advertisements", () => {
    const router = bench("master").on({ kind: "alarm" }, at(3.3));
    expect(router.told).toEqual(["advert 100"]);
    expect(router.deadline).toBe(at(4.3));
  });

  it("TM-9 after a sleep beyond the down interval it announces its addresses again", () => {
    const router = bench("master").on({ kind: "alarm" }, at(3.7));
    expect(router.told).toEqual(["log", "advert 100", "announce x5"]);
    expect(bench("master").on({ kind: "alarm" }, at(3.6)).told).toEqual(["advert 100"]);
  });

  it("TM-5 answers priority 0 at once and restarts its timer", () => {
    const router = bench("master").on(advert(0), at(0.4));
    expect(router.told).toEqual(["advert 100"]);
    expect(router.deadline).toBe(at(1.4));
  });

  it("a flood of priority 0 or of lower priorities is not returned in kind", () => {
    for (const priority of [0, 50]) {
      const router = bench("master");
      let sent = 0;
      for (let count = 0; count < 1_000; count++) {
        const now = at(0.5 + count / 10_000);
        router.on(advert(priority), now);
        sent += router.told.filter((told) => told.startsWith("advert")).length;
        router.on({ kind: "alarm" }, now);
        sent += router.told.filter((told) => told.startsWith("advert")).length;
      }
      expect(sent).toBeGreaterThan(8);
      expect(sent).toBeLessThan(15);
      expect(router.deadline).toBeLessThanOrEqual(at(1.6));
    }
  });

  it("ST-1 the tie-break compares addresses as unsigned numbers", () => {
    expect(bench("master").on(advert(100, { source: ip("200.0.0.1") }), at(9)).role).toBe("backup");
    expect(bench("master").on(advert(100, { source: ip("10.255.255.255") }), at(9)).role).toBe("master");
  });

  it("yields to the better one with its down timer set (section D)", () => {
    const router = bench("master").on(advert(150), at(9.5));
    expect(router.told).toEqual(["remove-addresses", "master -> backup"]);
    expect(router.deadline).toBe(at(9.5 + 3.609375));
    expect(router.state.master).toEqual({ address: HIGHER, priority: 150 });
  });

  it("version 3 takes over the interval of the one it yields to", () => {
    const router = bench("master", { version: 3 }).on(
      advert(150, { version: 3, interval: seconds(2) }),
      at(9),
    );
    expect(router.deadline).toBe(9_000_000 + 6_000_000 + 1_218_750);
  });

  it("ST-14 higher_prio_send_advert, adds one more advertisement, a short reign three", () => {
    const late = bench("master", { higherPrioritySendAdvertisement: true }).on(advert(150), at(60));
    expect(late.told).toEqual(["advert 100", "remove-addresses", "master -> backup"]);
    const short = bench("master").on(advert(150), at(3.6));
    expect(short.told).toEqual([...new Array(3).fill("advert 100"), "remove-addresses", "master -> backup"]);
    expect(bench("master").on(advert(150), at(3.7)).told[0]).toBe("remove-addresses");
    expect(bench("master", { strict: true }).on(advert(150), at(1)).told[0]).toBe("remove-addresses");
  });

  it("ST-13 a lower priority: announced again after garp_lower_prio_delay, logged once per second", () => {
    const router = bench("master").on(advert(50), at(10.2));
    expect(router.told).toEqual(["log", "advert 100", "announce x5", "lower-priority-heard"]);
    expect(router.on(advert(50), at(10.6)).told).toEqual(["advert 100", "announce x5"]);
    expect(router.on(advert(50), at(10.8)).told).toContain("lower-priority-heard");
    expect(router.on(advert(50), at(11.3)).told).toContain("log");
    const later = router.run(at(30)).filter(({ effect }) => effect.kind === "announce");
    expect(later.map((entry) => entry.at)).toContain(at(15.2));
  });

  it("ST-13 lower_prio_no_advert keeps silent, but still announces", () => {
    const router = bench("master", { lowerPriorityNoAdvertisement: true }).on(advert(50), at(10.2));
    expect(router.told).toEqual(["log", "announce x5", "lower-priority-heard"]);
    expect(router.deadline).toBe(at(1));
  });

  it("a changed priority shows with the next advertisement", () => {
    const router = bench("master").on({ kind: "priority-changed", priority: 90 }, at(0.5));
    expect(router.deadline).toBe(at(1));
    expect(router.on({ kind: "alarm" }, at(1)).told).toEqual(["advert 90"]);
  });

  it("TX-3 a new source address is used from the next advertisement on", () => {
    const router = bench("master").on({ kind: "source-address-changed", source: LOWER }, at(0.5));
    expect(router.on({ kind: "alarm" }, at(1)).effects[0]).toMatchObject({ source: LOWER });
  });

  it("ST-12 resigns exactly once, whatever follows", () => {
    const router = bench("master").on({ kind: "shutdown" }, at(1));
    expect(router.told[0]).toBe("advert 0");
    expect(router.on({ kind: "shutdown" }, at(1)).told).toEqual([]);
    expect(router.on({ kind: "alarm" }, at(9)).told).toEqual([]);
    expect(router.deadline).toBeUndefined();
  });
});

describe("addresses taken away", () => {
  const lost: RouterEvent = { kind: "addresses-lost", addresses: [ip("192.0.2.1")] };

  it("are put back at once, and a second time after a second", () => {
    const router = bench("master").on(lost, at(0.2));
    expect(router.on(lost, at(0.3)).told).toEqual([]);
    const restored = router.run(at(3)).find(({ effect }) => effect.kind === "add-addresses");
    expect(restored?.at).toBe(at(1.2));
  });

  it("an address that could not be added is tried again, and the failure logged once", () => {
    const failed: RouterEvent = { kind: "effect-failed", effect: "add-addresses", reason: "EBUSY" };
    const router = bench("master").on(failed, at(0.2));
    expect(router.told).toEqual(["log"]);
    expect(router.on(failed, at(0.3)).told).toEqual([]);
    expect(router.run(at(3)).find(({ effect }) => effect.kind === "add-addresses")?.at).toBe(at(1.2));
  });
});

describe("fault (ST-9)", () => {
  it("ends only with its last reason, and then waits a whole down interval", () => {
    const router = bench("fault").on({ kind: "fault-raised", reason: OTHER }, at(1));
    expect(router.on({ kind: "fault-cleared", reason: DOWN }, at(2)).role).toBe("fault");
    expect(router.on({ kind: "fault-cleared", reason: OTHER }, at(3)).deadline).toBe(at(3 + 3.609375));
  });

  it("the same reason twice counts once", () => {
    const router = bench("fault").on({ kind: "fault-raised", reason: { ...DOWN } }, at(1));
    expect(router.on({ kind: "fault-cleared", reason: DOWN }, at(2)).role).toBe("backup");
  });

  it("no source address is a fault until there is one", () => {
    const router = new Bench().on({ ...START, source: undefined } as RouterEvent, at(0));
    expect(router.role).toBe("fault");
    expect(router.on({ kind: "source-address-changed", source: OWN }, at(1)).role).toBe("backup");
  });
});

describe("RX-7 two owners", () => {
  const owner = { priority: 255 } as const;

  it("the lower address yields at once", () => {
    const router = bench("master", owner).on(advert(255), at(9));
    expect(router.role).toBe("backup");
    expect(router.told[0]).toBe("log");
  });

  it("the higher address tells twice, listens, and drops to 254 when the other goes on", () => {
    const rival = advert(255, { source: LOWER });
    const router = bench("master", owner).on(rival, at(0.5));
    expect(router.told).toContain("log");
    router.on({ kind: "alarm" }, at(1)).on(rival, at(1.5)).on({ kind: "alarm" }, at(2));
    expect(router.role).toBe("master");
    expect(router.on(rival, at(2.5)).role).toBe("backup");
    expect(router.state.priority).toBe(254);
    expect(router.on(rival, at(3.5)).state.priority).toBe(254);
    expect(router.on(advert(100, { source: LOWER }), at(4.5)).state.priority).toBe(255);
  });

  it("the higher address stays when the other falls silent", () => {
    const router = bench("master", owner).on(advert(255, { source: LOWER }), at(0.5));
    router.run(at(9));
    expect(router.on(advert(255, { source: LOWER }), at(9.5)).role).toBe("master");
    expect(router.state.priority).toBe(255);
  });

  it("trackers never touch an owner (TX-11)", () => {
    const router = bench("master", owner).on({ kind: "priority-changed", priority: 100 }, at(1));
    expect([router.state.priority, router.told]).toEqual([255, []]);
  });
});

describe("effective priority", () => {
  it.each([
    [-20, 1],
    [0, 1],
    [300, 254],
    [255, 254],
  ])("%i is held within 1..254: %i", (asked, used) => {
    expect(bench("backup").on({ kind: "priority-changed", priority: asked }, at(1)).state.priority).toBe(
      used,
    );
  });
});

describe("reload of a master", () => {
  const two = [ip("192.0.2.1"), ip("192.0.2.2")].map((address) => ({ address, prefixLength: 32 }));

  it("adds and announces only what is new, twice", () => {
    const router = bench("master").on(
      { kind: "reconfigure", config: config({ virtualAddresses: two }), priority: 100 },
      at(0.5),
    );
    expect(router.told).toEqual(["advert 100", "add-addresses", "announce x5"]);
    expect(router.effects[1]).toMatchObject({ addresses: [{ address: "192.0.2.2" }] });
    const bursts = router.run(at(9)).filter(({ effect }) => effect.kind === "announce");
    expect(bursts.map((entry) => entry.at)).toEqual([at(5), at(5.5)]);
  });

  it("announces nothing later that it no longer has", () => {
    const router = bench("master", { virtualAddresses: two });
    router.on({ kind: "reconfigure", config: config(), priority: 100 }, at(0.5));
    expect(router.told).toEqual(["advert 100", "remove-addresses"]);
    const burst = router.run(at(9)).find(({ effect }) => effect.kind === "announce");
    expect(burst?.effect).toMatchObject({ addresses: [{ address: "192.0.2.1" }] });
  });
});
