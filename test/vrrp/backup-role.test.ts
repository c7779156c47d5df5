import { describe, expect, it } from "vitest";
import { milliseconds, seconds } from "../../src/base/time.ts";
import { advert, at, bench, config, LOWER } from "./router-support.ts";

describe("backup", () => {
  it("TM-3 restarts its timer for a higher or equal priority", () => {
    expect(bench("backup").on(advert(150), at(2)).deadline).toBe(at(5.609375));
    expect(bench("backup").on(advert(100, { source: LOWER }), at(2)).deadline).toBe(at(5.609375));
  });

  it("TM-3 a lower priority never touches the timer, and is logged once", () => {
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

  it("TM-4 a priority of 1 never shortens the wait as 0 does", () => {
    expect(bench("backup").on(advert(1), at(1)).deadline).toBe(at(3.609375));
  });

  it("ST-2 never asks for an address while a master is heard", () => {
    const router = bench("backup");
    for (let second = 1; second < 100; second++) {
      const told = router.on(advert(150), at(second)).told;
      expect([...told, ...router.run(at(second + 1)).map(({ effect }) => effect.kind)]).toEqual([]);
    }
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
