import { describe, expect, it } from "vitest";
import { milliseconds, seconds } from "../../src/base/time.ts";
import type { RouterEvent } from "../../src/vrrp/router-state.ts";
import { advert, at, Bench, bench, OWN, word } from "./router-support.ts";

const DOWN = { kind: "interface-down", interface: "eth0" } as const;
const OTHER = { kind: "script", name: "web" } as const;
const START: RouterEvent = { kind: "startup", source: OWN, priority: 100, faults: [] };

describe("start", () => {
  it("waits the whole down interval as backup (TM-2)", () => {
    expect(new Bench().start(at(10)).deadline).toBe(at(13.609375));
  });

  it("ST-8 TX-11 an owner with state MASTER becomes master after a microsecond, and advertises 255", () => {
    const router = new Bench({ priority: 255, initialState: "master" }).start(at(0));
    expect(router.deadline).toBe(1);
    expect(router.run(at(0.1)).map(({ effect }) => word(effect))).toEqual([
      "advert 255",
      "add-addresses",
      "announce x5",
      "backup -> master",
    ]);
  });

  it("ST-8 an owner with state BACKUP never skips the wait", () => {
    expect(new Bench({ priority: 255 }).start(at(0)).deadline).toBe(3_003_906);
  });

  it("ST-10 state MASTER below 255 waits as long as state BACKUP", () => {
    expect(new Bench({ initialState: "master" }).start(at(0)).deadline).toBe(3_609_375);
    const third = new Bench({ initialState: "master", version: 3, advertisementInterval: milliseconds(100) });
    expect(third.start(at(0)).deadline).toBe(360_937);
  });

  it("ST-10 state MASTER gives way to a master that is heard in that time", () => {
    const router = new Bench({ initialState: "master" }).start(at(0)).on(advert(150), at(0.9));
    expect(router.deadline).toBe(at(0.9 + 3.609375));
  });

  it("ST-8 an owner whose start waited for nothing but a script is Master with its first result", () => {
    const pending = { kind: "script-pending", name: "s" } as const;
    const owner = () => new Bench({ priority: 255, initialState: "master" }).start(at(0), [pending]);
    expect(owner().on({ kind: "fault-cleared", reason: pending }, at(1)).deadline).toBe(1_000_001);
    const failed = owner().on({ kind: "fault-raised", reason: DOWN }, at(1));
    failed.on({ kind: "fault-cleared", reason: pending }, at(1));
    expect(failed.on({ kind: "fault-cleared", reason: DOWN }, at(2)).deadline).toBe(at(2 + 3.003906));
  });

  it("vrrp_startup_delay: deaf and silent until it is over, and faults are remembered", () => {
    const router = new Bench({ startupDelay: seconds(5) }).start(at(0));
    // Backup at once, and rid of what an earlier process left on the interface.
    expect(router.told).toEqual(["remove-addresses", "initialize -> backup"]);
    expect(router.deadline).toBe(at(5 + 3.609375));
    expect(router.on(advert(200), at(4)).deadline).toBe(at(5 + 3.609375));
    expect(router.on(advert(0), at(4.5)).deadline).toBe(at(5 + 3.609375));
    expect(router.on(advert(200), at(5)).deadline).toBe(at(5 + 3.609375));
    expect(router.on(advert(200), at(5.5)).deadline).toBe(at(5.5 + 3.609375));
  });

  it("vrrp_startup_delay: a fault that comes and goes meanwhile shortens nothing", () => {
    const router = new Bench({ startupDelay: seconds(5) }).start(at(0));
    expect(router.on({ kind: "fault-raised", reason: DOWN }, at(2)).role).toBe("fault");
    expect(router.on({ kind: "fault-cleared", reason: DOWN }, at(3)).deadline).toBe(at(5 + 3.609375));
    expect(router.on(advert(200), at(4)).deadline).toBe(at(5 + 3.609375));
    router.on({ kind: "fault-raised", reason: DOWN }, at(5));
    expect(router.on({ kind: "fault-cleared", reason: DOWN }, at(6)).deadline).toBe(at(6 + 3.609375));
  });

  it("vrrp_startup_delay: one that begins at fault is deaf as well", () => {
    const start = { ...START, faults: [DOWN] } as RouterEvent;
    const router = new Bench({ startupDelay: seconds(5) }).on(start, at(0));
    expect(router.role).toBe("fault");
    router.on({ kind: "fault-cleared", reason: DOWN }, at(1)).on(advert(200), at(2));
    expect(router.deadline).toBe(at(5 + 3.609375));
  });

  it("a shutdown during the startup delay ends it", () => {
    const router = new Bench({ startupDelay: seconds(5) }).start(at(0)).on({ kind: "shutdown" }, at(1));
    expect(router.deadline).toBeUndefined();
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

  it("ST-14 does not forget that the winner has not shown yet that it has heard of our reign", () => {
    const farewellOf = ({ state: { role } }: Bench) => (role.kind === "backup" ? role.farewell : undefined);
    const yielded = bench("master").on(advert(150), at(9));
    expect(farewellOf(yielded)).toBeDefined();
    const back = (router: Bench): Bench =>
      router
        .on({ kind: "fault-raised", reason: DOWN }, at(9.2))
        .on({ kind: "fault-cleared", reason: DOWN }, at(60));
    expect(farewellOf(back(yielded))).toMatchObject({ heardAt: at(60) });
    expect(farewellOf(back(bench("master").on(advert(0), at(9))))).toBeDefined();
    expect(farewellOf(back(bench("backup")))).toBeUndefined();
  });

  it("TX-3 without a source address it is at fault and never advertises", () => {
    const router = new Bench().on({ ...START, source: undefined } as RouterEvent, at(0));
    expect(router.role).toBe("fault");
    expect(router.run(at(9))).toEqual([]);
    expect(router.on({ kind: "source-address-changed", source: OWN }, at(1)).role).toBe("backup");
  });
});
