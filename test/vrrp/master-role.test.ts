import { describe, expect, it } from "vitest";
import { microseconds, seconds } from "../../src/base/time.ts";
import { advert, at, bench, config, HIGHER, ip, LOWER, OWN, word } from "./router-support.ts";

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

  it("ST-6 garp_master_refresh repeats for ever, after a delay of 0 never a second burst", () => {
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

  it("TM-5 after a lost interval the beat starts anew, never with a burst of advertisements", () => {
    const router = bench("master").on({ kind: "alarm" }, at(3.3));
    expect(router.told).toEqual(["advert 100"]);
    expect(router.deadline).toBe(at(4.3));
  });

  it("TM-9 after a sleep beyond the down interval it announces its addresses again", () => {
    const router = bench("master").on({ kind: "alarm" }, at(3.7));
    expect(router.told).toEqual(["log", "advert 100", "announce x5"]);
    expect(bench("master").on({ kind: "alarm" }, at(3.6)).told).toEqual(["advert 100"]);
  });

  it("TM-9 timer_expired_backup: asleep until another took over it is Backup, and never announces", () => {
    const said = { preempt: false, timerExpiredBackup: 200 };
    const router = bench("master", said).on({ kind: "alarm" }, at(3.3));
    expect(router.told).toEqual(["log", "remove-addresses", "master -> backup"]);
    expect(router.deadline).toBe(at(3.3 + 3.609375));
    expect(bench("master", said).on({ kind: "alarm" }, at(3.2)).role).toBe("master");
    expect(bench("master", { ...said, preempt: true }).on({ kind: "alarm" }, at(3.3)).role).toBe("master");
    // What the other said meanwhile is read first, and must not be answered.
    const told = bench("master", said).on(advert(50), at(3.3));
    expect(told.told).toEqual(["log", "remove-addresses", "master -> backup"]);
    expect(told.deadline).toBe(at(3.3 + 3.609375));
    expect(bench("master", said).on(advert(50), at(3.2)).role).toBe("master");
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

  it("ST-1 equal priority: yields to a larger address, compared as unsigned numbers", () => {
    expect(bench("master").on(advert(100, { source: ip("200.0.0.1") }), at(9)).role).toBe("backup");
  });

  it("ST-1 equal priority: never yields to a smaller address", () => {
    expect(bench("master").on(advert(100, { source: ip("10.255.255.255") }), at(9)).role).toBe("master");
  });

  it("yields to the better one with its down timer set (section D)", () => {
    const router = bench("master").on(advert(150), at(9.5));
    expect(router.told).toEqual(["advert 100", "remove-addresses", "master -> backup"]);
    expect(router.masterDownAt).toBe(at(9.5 + 3.609375));
    expect(router.state.master).toEqual({ address: HIGHER, priority: 150 });
  });

  it("version 3 takes over the interval of the one it yields to", () => {
    const router = bench("master", { version: 3 }).on(
      advert(150, { version: 3, interval: seconds(2) }),
      at(9),
    );
    expect(router.masterDownAt).toBe(9_000_000 + 6_000_000 + 1_218_750);
  });

  it("ST-14 last words: one advertisement, after a short reign three, under vrrp_strict as it is asked for", () => {
    const left = ["remove-addresses", "master -> backup"];
    const yielding = (said: Parameters<typeof bench>[1], time: number): readonly string[] =>
      bench("master", said).on(advert(150), at(time)).told;
    expect(yielding({}, 3.7)).toEqual(["advert 100", ...left]);
    expect(yielding({}, 3.6)).toEqual([...new Array(3).fill("advert 100"), ...left]);
    // The winner's answer to the first would take the numbers of the others.
    const authentication = { kind: "ah", password: "s3cret" } as const;
    expect(yielding({ authentication }, 3.6)).toEqual(["advert 100", ...left]);
    expect(yielding({ strict: true }, 1)).toEqual(left);
    expect(yielding({ strict: true, higherPrioritySendAdvertisement: true }, 60)).toEqual([
      "advert 100",
      ...left,
    ]);
  });

  it("ST-14 says once more that it was master, with priority 1, until the winner answers off its beat", () => {
    const router = bench("master").on(advert(150), at(9));
    const heard: number[] = [];
    for (let second = 9; second < 12; second++) {
      for (const { at: time, effect } of router.run(at(second + 0.9)))
        if (effect.kind === "send-advertisement") {
          expect(effect.advertisement.priority).toBe(1);
          heard.push(time / 1_000_000);
        }
      router.on(advert(150), at(second + 1));
    }
    // Not before two of the winner's have shown its beat.
    expect(heard).toEqual([10.5, 11.5]);
    router.run(at(12.5));
    router.on(advert(150), at(12.501));
    expect(router.run(at(13.4))).toEqual([]);
    const { role } = router.state;
    expect(role.kind === "backup" && role.farewell).toBeUndefined();
  });

  it("ST-14 gives up telling a winner that never answers, and says nothing to one of priority 1", () => {
    const count = (priority: number, said: Parameters<typeof bench>[1]): number => {
      const router = bench("master", said).on(advert(priority), at(9));
      let sent = 0;
      for (let second = 9; second < 200; second++) {
        sent += router
          .run(at(second + 0.9))
          .filter(({ effect }) => effect.kind === "send-advertisement").length;
        router.on(advert(priority), at(second + 1));
      }
      return sent;
    };
    expect(count(150, {})).toBe(11);
    expect(count(150, { strict: true })).toBe(0);
    expect(count(1, { priority: 1 })).toBe(0);
  });

  it("ST-14 tells a winner that it does not hear, while its sync group keeps it from taking over", () => {
    const router = bench("master").on({ kind: "follow-group", to: "backup" }, at(9));
    const words = (now: number) => router.on({ kind: "await-group" }, at(now)).told;
    // Before its time is up there is nothing to wait for.
    expect(words(10)).toEqual([]);
    const due = (router.masterDownAt ?? at(0)) / 1_000_000;
    expect(words(due)).toEqual(["advert 1"]);
    expect(words(2 * due)).toEqual(["advert 1"]);
    const strict = bench("master", { strict: true }).on({ kind: "follow-group", to: "backup" }, at(9));
    expect(strict.on({ kind: "await-group" }, at(due)).told).toEqual([]);
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

  it("F18 the last words of a short-lived master are answered by a burst of their own, soon, and by one only", () => {
    const router = bench("master", {}).on(advert(50), at(0.2));
    expect(router.told).toContain("announce x5");
    for (const later of [0.203, 0.204, 0.205]) {
      expect(router.on(advert(50), at(later)).told).not.toContain("announce x5");
    }
    const alarm = { kind: "alarm" } as const;
    expect(router.on(alarm, at(0.209)).told).not.toContain("announce x5");
    expect(router.on(alarm, at(0.21)).told).toContain("announce x5");
    expect(router.on(alarm, at(0.22)).told).not.toContain("announce x5");
  });

  it("F4 a burst that a pause made overdue is no substitute for those that follow a lower priority heard now", () => {
    const router = bench("master").on(advert(50), at(10.2)).on(advert(50), at(40));
    const bursts = router.run(at(50)).filter(({ effect }) => effect.kind === "announce");
    expect(bursts.map((entry) => entry.at)).toEqual(expect.arrayContaining([at(40.3), at(45)]));
  });

  it("ST-13 under lower_prio_no_advert a lower priority is never answered, but still announced over", () => {
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

  it("ST-12 resigns once and never again, whatever follows", () => {
    const router = bench("master").on({ kind: "shutdown" }, at(1));
    expect(router.told[0]).toBe("advert 0");
    expect(router.on({ kind: "shutdown" }, at(1)).told).toEqual([]);
    expect(router.on({ kind: "alarm" }, at(9)).told).toEqual([]);
    expect(router.deadline).toBeUndefined();
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

  it("TX-11 trackers never touch an owner", () => {
    const router = bench("master", owner).on({ kind: "priority-changed", priority: 100 }, at(1));
    expect([router.state.priority, router.told]).toEqual([255, []]);
  });
});
