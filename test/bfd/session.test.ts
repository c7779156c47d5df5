import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { milliseconds, seconds } from "../../src/base/time.ts";
import type { EndState } from "../../src/bfd/control-packet.ts";
import { bfdSession } from "../../src/bfd/session.ts";
import { detectionTime, periodicInterval } from "../../src/bfd/session-timing.ts";
import { Bench, sent } from "./bfd-support.ts";

/** A session in a state, reached by packets. */
function inState(state: EndState): Bench {
  const bench = new Bench();
  bench.take({ kind: "start" });
  if (state === "down") return bench;
  if (state === "admin-down") {
    bench.bringUp().take({ kind: "shutdown" });
    return bench;
  }
  bench.hear({ yourDiscriminator: 0 });
  if (state === "up") bench.hear({ state: "init" });
  return bench;
}

describe("the states of a session", () => {
  it("B-20: it starts Down and says so at once", () => {
    const bench = new Bench();
    expect(bench.session.state).toBe("down");
    expect(sent(bench.take({ kind: "start" }))).toMatchObject([{ state: "down", yourDiscriminator: 0 }]);
  });

  const table: readonly (readonly [EndState, EndState, EndState])[] = [
    ["down", "admin-down", "down"],
    ["down", "down", "init"],
    ["down", "init", "up"],
    ["down", "up", "down"],
    ["init", "admin-down", "down"],
    ["init", "down", "init"],
    ["init", "init", "up"],
    ["init", "up", "up"],
    ["up", "admin-down", "down"],
    ["up", "down", "down"],
    ["up", "init", "up"],
    ["up", "up", "up"],
  ];
  it.each(table)("B-20: in %s, a packet that says %s leads to %s", (state, received, wanted) => {
    const bench = inState(state);
    bench.hear({ state: received });
    expect(bench.session.state).toBe(wanted);
    if (state !== "down" && wanted === "down") expect(bench.session.diagnostic).toBe(3);
  });

  it("B-20: administratively down it discards what comes", () => {
    const bench = inState("admin-down");
    const before = bench.session;
    expect(bench.hear({ state: "down" })).toEqual([]);
    expect(bench.session).toBe(before);
  });

  it("B-28: a change is told at once, between the periodic packets", () => {
    const bench = inState("down");
    expect(sent(bench.hear({ yourDiscriminator: 0 }))).toMatchObject([
      { state: "init", yourDiscriminator: 77 },
    ]);
    expect(sent(bench.hear({ state: "init" }))).toMatchObject([{ state: "up" }]);
    expect(sent(bench.hear({ state: "init" }))).toEqual([]);
    expect(sent(bench.hear({ state: "down" }))).toMatchObject([{ state: "down", diagnostic: 3 }]);
  });

  it("tells its followers of Up and of Down, and not that the neighbour was switched off on purpose", () => {
    const followers = (bench: Bench) => bench.effects.filter(({ kind }) => kind === "followers");
    const dropped = new Bench().bringUp();
    dropped.hear({ state: "down" });
    expect(followers(dropped)).toEqual([
      { kind: "followers", up: true },
      { kind: "followers", up: false },
    ]);
    const switchedOff = new Bench().bringUp();
    switchedOff.hear({ state: "admin-down" });
    expect(switchedOff.session.state).toBe("down");
    expect(followers(switchedOff)).toEqual([{ kind: "followers", up: true }]);
  });

  it("B-21: passive, it never speaks until it is spoken to, and again when the neighbour is gone", () => {
    const bench = new Bench({ passive: true });
    bench.take({ kind: "start" });
    expect(bench.pass(10_000_000)).toEqual([]);
    expect(sent(bench.hear({ yourDiscriminator: 0 }))).toHaveLength(1);
    bench.hear({ state: "init" });
    bench.pass(4_000_000);
    expect(bench.session.state).toBe("down");
    expect(sent(bench.pass(10_000_000))).toEqual([]);
  });

  it("B-21: active, it goes on speaking to nobody", () => {
    const bench = new Bench();
    bench.take({ kind: "start" });
    expect(sent(bench.pass(10_000_000)).length).toBeGreaterThanOrEqual(10);
  });
});

describe("the pace of a session", () => {
  /** The gaps between the packets of the next while. */
  function gaps(bench: Bench, duration: number, repeat?: () => void): readonly number[] {
    const times: number[] = [];
    const end = bench.now + duration;
    while (bench.now < end) {
      repeat?.();
      const at = bench.session.nextTransmitAt;
      if (at === undefined) break;
      bench.pass(at - bench.now);
      times.push(bench.now);
    }
    return times.slice(1).map((time, place) => time - (times[place] ?? 0));
  }

  it("B-22: not up, it never wishes to send faster than once a second", () => {
    const bench = new Bench({ idleTransmit: milliseconds(10) });
    expect(sent(bench.take({ kind: "start" }))).toMatchObject([{ desiredMinTransmit: 1_000_000 }]);
    for (const gap of gaps(bench, 60_000_000)) expect(gap).toBeGreaterThanOrEqual(750_000);
    expect(sent(new Bench({ idleTransmit: seconds(3) }).take({ kind: "start" }))).toMatchObject([
      { desiredMinTransmit: 3_000_000 },
    ]);
  });

  it("B-22: down again, it is back at that pace", () => {
    const bench = new Bench().bringUp();
    expect(sent(bench.hear({ state: "down" }))).toMatchObject([{ desiredMinTransmit: 1_000_000 }]);
    for (const gap of gaps(bench, 10_000_000, () => bench.hear({ state: "admin-down" }))) {
      expect(gap).toBeGreaterThanOrEqual(750_000);
    }
  });

  it("B-23: the slower of its own wish and the neighbour's need, less 0 to 25 percent by chance", () => {
    const bench = new Bench().bringUp({ requiredMinReceive: 40_000 });
    const measured = gaps(bench, 20_000_000, () => bench.hear({ state: "up", requiredMinReceive: 40_000 }));
    expect(measured.length).toBeGreaterThan(400);
    expect(Math.min(...measured)).toBeGreaterThanOrEqual(30_000);
    expect(Math.min(...measured)).toBeLessThan(30_500);
    expect(Math.max(...measured)).toBeLessThanOrEqual(40_000);
    expect(Math.max(...measured)).toBeGreaterThan(39_500);
    const own = gaps(new Bench({ minTransmit: milliseconds(90) }).bringUp(), 50_000);
    expect(own.every((gap) => gap >= 67_500 && gap <= 90_000)).toBe(true);
  });

  it("B-23: with a multiplier of 1, 75 to 90 percent of it, never more", () => {
    const bench = new Bench({ multiplier: 1 }).bringUp({ requiredMinReceive: 40_000 });
    const measured = gaps(bench, 20_000_000, () => bench.hear({ state: "up", requiredMinReceive: 40_000 }));
    expect(Math.min(...measured)).toBeGreaterThanOrEqual(30_000);
    expect(Math.max(...measured)).toBeLessThanOrEqual(36_000);
    expect(Math.max(...measured)).toBeGreaterThan(35_000);
  });

  it("B-26: a neighbour that can receive nothing is never sent periodic packets, only answers", () => {
    const bench = new Bench().bringUp({ requiredMinReceive: 0, desiredMinTransmit: 1_000_000 });
    expect(sent(bench.pass(2_000_000))).toEqual([]);
    expect(sent(bench.hear({ state: "up", requiredMinReceive: 0, poll: true }))).toMatchObject([
      { final: true },
    ]);
    bench.hear({ state: "up", requiredMinReceive: 50_000 });
    expect(sent(bench.pass(1_000_000)).length).toBeGreaterThanOrEqual(15);
  });

  it("B-26: a neighbour that can receive again, or vanished without need is spoken to again", () => {
    const bench = new Bench().bringUp({ requiredMinReceive: 0 });
    bench.pass(60_000);
    expect(bench.session.state).toBe("down");
    expect(sent(bench.pass(5_000_000)).length).toBeGreaterThanOrEqual(4);
  });

  it("B-27: demand mode of a neighbour that is up ends periodic packets; we never ask for it", () => {
    const bench = new Bench().bringUp({ demand: true, desiredMinTransmit: 1_000_000 });
    expect(sent(bench.pass(2_000_000))).toEqual([]);
    expect(sent(bench.hear({ state: "init", demand: true }))).toEqual([]);
    expect(sent(bench.pass(1_000_000)).length).toBeGreaterThanOrEqual(15);
    expect(sent(bench.effects).every(({ demand }) => !demand)).toBe(true);
  });

  it("B-27: a poll is sent even so", () => {
    const bench = new Bench();
    bench.take({ kind: "start" });
    bench.hear({ yourDiscriminator: 0 });
    bench.hear({ state: "init", demand: true });
    bench.hear({ state: "up", demand: true });
    expect(sent(bench.pass(200_000)).every(({ poll }) => poll)).toBe(true);
    expect(sent(bench.effects).length).toBeGreaterThan(4);
  });

  it("B-33: echo is not offered", () => {
    const bench = new Bench().bringUp();
    bench.pass(1_000_000);
    expect(sent(bench.effects).every(({ requiredMinEchoReceive }) => requiredMinEchoReceive === 0)).toBe(
      true,
    );
  });
});

describe("the detection time of a session", () => {
  it("B-24: is the neighbour's multiplier times the slower of our need and its wish", () => {
    const bench = new Bench({ minReceive: milliseconds(15) }).bringUp({ desiredMinTransmit: 20_000 });
    expect(detectionTime(bench.session)).toBe(60_000);
    bench.hear({ state: "up", desiredMinTransmit: 2_000, detectMultiplier: 4 });
    expect(detectionTime(bench.session)).toBe(60_000);
  });

  it("B-24: ends in Down with diagnostic 1, never a microsecond before", () => {
    const bench = new Bench().bringUp();
    bench.pass(59_999);
    expect(bench.session.state).toBe("up");
    const effects = bench.pass(1);
    expect(bench.session).toMatchObject({ state: "down", diagnostic: 1 });
    expect(effects).toContainEqual({ kind: "expired", silence: 60_000, overdue: 0 });
    expect(effects).toContainEqual({ kind: "followers", up: false });
    expect(sent(effects)).toMatchObject([{ state: "down", diagnostic: 1 }]);
  });

  it("B-24: begins again with every packet", () => {
    const bench = new Bench().bringUp();
    for (let packet = 0; packet < 100; packet++) {
      bench.pass(59_999);
      bench.hear({ state: "up", desiredMinTransmit: 20_000 });
    }
    expect(bench.session.state).toBe("up");
  });

  it("B-24: also ends Init", () => {
    const bench = inState("init");
    bench.pass(2_999_999);
    expect(bench.session.state).toBe("init");
    bench.pass(1);
    expect(bench.session).toMatchObject({ state: "down", diagnostic: 1 });
  });

  it("B-29: over, the neighbour's discriminator is forgotten", () => {
    const bench = new Bench().bringUp();
    bench.pass(60_000);
    expect(bench.session.remote.discriminator).toBe(0);
    expect(sent(bench.effects).at(-1)).toMatchObject({ yourDiscriminator: 0 });
  });

  it("B-29: Down by the neighbour's word, the neighbour is remembered for one more detection time", () => {
    const bench = new Bench().bringUp();
    bench.hear({ state: "down", desiredMinTransmit: 1_000_000 });
    bench.pass(2_999_999);
    expect(bench.session.remote.discriminator).toBe(77);
    bench.pass(1);
    expect(bench.session.remote.discriminator).toBe(0);
  });

  it("B-29: at the end AdminDown is said three times, to a neighbour that is known", () => {
    const bench = new Bench().bringUp();
    bench.take({ kind: "shutdown" });
    bench.pass(10_000_000);
    const end = bench.effects.slice(-4);
    expect(sent(end).map(({ state, diagnostic }) => [state, diagnostic])).toEqual(
      Array.from({ length: 3 }, () => ["admin-down", 7]),
    );
    expect(end.at(-1)).toEqual({ kind: "gone" });
    expect(bfdSession.deadline(bench.session)).toBeUndefined();
    const alone = new Bench();
    alone.take({ kind: "start" });
    expect(alone.take({ kind: "shutdown" })).toEqual([{ kind: "gone" }]);
  });
});

describe("a poll", () => {
  it("B-25: is answered at once, outside of the timer, and never with a poll", () => {
    const bench = inState("up");
    const due = bench.session.nextTransmitAt;
    expect(sent(bench.hear({ state: "up", poll: true }))).toMatchObject([{ final: true, poll: false }]);
    expect(bench.session.nextTransmitAt).toBe(due);
    expect(sent(bench.hear({ state: "up" }))).toEqual([]);
  });

  it("B-25: begins when the session comes up and runs until it is answered", () => {
    const bench = inState("up");
    expect(sent(bench.effects).at(-1)).toMatchObject({ state: "up", poll: true, desiredMinTransmit: 10_000 });
    bench.hear({ state: "up", desiredMinTransmit: 20_000 });
    expect(sent(bench.pass(59_000)).map(({ poll }) => poll)).not.toContain(false);
    bench.hear({ state: "up", desiredMinTransmit: 20_000, final: true });
    expect(sent(bench.pass(59_000)).map(({ poll }) => poll)).not.toContain(true);
  });

  it("B-25: sending slower and waiting shorter begin only with its answer", () => {
    const bench = new Bench({ minReceive: milliseconds(200) }).bringUp();
    const { config } = bench.session;
    const changed = { ...config, minTransmit: milliseconds(500), minReceive: milliseconds(10) };
    bench.take({ kind: "reconfigure", config: changed });
    expect([periodicInterval(bench.session), detectionTime(bench.session)]).toEqual([50_000, 600_000]);
    expect(sent(bench.pass(50_000))).toMatchObject([
      { poll: true, desiredMinTransmit: 500_000, requiredMinReceive: 10_000 },
    ]);
    bench.hear({ state: "up", desiredMinTransmit: 20_000, final: true });
    expect([periodicInterval(bench.session), detectionTime(bench.session)]).toEqual([500_000, 60_000]);
  });

  it("B-25: sending faster and waiting longer begin at once", () => {
    const bench = new Bench({ minTransmit: milliseconds(500) }).bringUp();
    const { config } = bench.session;
    const changed = { ...config, minTransmit: milliseconds(60), minReceive: milliseconds(200) };
    bench.take({ kind: "reconfigure", config: changed });
    expect([periodicInterval(bench.session), detectionTime(bench.session)]).toEqual([60_000, 600_000]);
    expect(bench.session.nextTransmitAt ?? Infinity).toBeLessThanOrEqual(bench.now + 60_000);
  });

  it("B-25: an answer to the poll before does not end the one after it", () => {
    const bench = new Bench().bringUp();
    const { config } = bench.session;
    bench.take({ kind: "reconfigure", config: { ...config, minTransmit: milliseconds(100) } });
    bench.take({ kind: "reconfigure", config: { ...config, minTransmit: milliseconds(300) } });
    bench.hear({ state: "up", final: true });
    expect(bench.session.poll).toBe("running");
    bench.hear({ state: "up", final: true });
    expect([bench.session.poll, bench.session.inUse.transmit]).toEqual(["none", 300_000]);
  });
});

describe("a session under strain", () => {
  it("B-31: over several hops, a session that times out comes back at half the pace and recovers in a minute", () => {
    const bench = new Bench({ multihop: true, minTransmit: milliseconds(100) }).bringUp();
    bench.pass(60_000);
    expect(bench.effects).toContainEqual({ kind: "pace", slower: true, transmit: 200_000 });
    bench.hear({ yourDiscriminator: 0 });
    bench.hear({ state: "init", desiredMinTransmit: 1_000_000 });
    expect(sent(bench.effects).at(-1)).toMatchObject({ state: "up", desiredMinTransmit: 200_000 });
    for (let second = 0; second < 61; second++) {
      bench.pass(1_000_000);
      bench.hear({ state: "up", final: true });
    }
    expect(bench.effects).toContainEqual({ kind: "pace", slower: false, transmit: 100_000 });
    bench.pass(500_000);
    expect(sent(bench.effects).at(-1)).toMatchObject({ desiredMinTransmit: 100_000 });
  });

  it("B-31: on one hop, or after the neighbour's word, it never slows down", () => {
    const link = new Bench().bringUp();
    link.pass(60_000);
    const far = new Bench({ multihop: true }).bringUp();
    far.hear({ state: "down" });
    for (const bench of [link, far]) {
      bench.hear({ yourDiscriminator: 0 });
      bench.hear({ state: "init" });
      expect(sent(bench.effects).at(-1)).toMatchObject({ state: "up", desiredMinTransmit: 10_000 });
    }
  });

  it("B-32: the largest figures of a packet give a bounded detection time and no packet", () => {
    const largest = { detectMultiplier: 255, desiredMinTransmit: 0xffffffff, requiredMinReceive: 0xffffffff };
    const bench = new Bench().bringUp(largest);
    expect(detectionTime(bench.session)).toBe(86_400_000_000);
    expect(sent(bench.pass(3_600_000_000)).length).toBeLessThanOrEqual(2);
  });

  it("B-32: the smallest figures of a packet give no pace beyond our own", () => {
    const bench = new Bench().bringUp({ detectMultiplier: 1, desiredMinTransmit: 0, requiredMinReceive: 1 });
    expect([periodicInterval(bench.session), detectionTime(bench.session)]).toEqual([10_000, 10_000]);
  });

  it("never schedules more than its pace allows, whatever comes", () => {
    const packets = fc.record({
      state: fc.constantFrom("admin-down" as const, "down" as const, "init" as const, "up" as const),
      poll: fc.boolean(),
      demand: fc.boolean(),
      detectMultiplier: fc.integer({ min: 1, max: 255 }),
      desiredMinTransmit: fc.nat(0xffffffff),
      requiredMinReceive: fc.nat(0xffffffff),
      wait: fc.nat(100_000),
    });
    fc.assert(
      fc.property(fc.array(packets, { maxLength: 30 }), (steps) => {
        const bench = inState("down");
        for (const { wait, ...packet } of steps) {
          const periodic = sent(bench.pass(wait)).length;
          expect(periodic).toBeLessThanOrEqual(2 + wait / 7_500);
          // One answer or one change for each packet that came.
          expect(sent(bench.hear(packet)).length).toBeLessThanOrEqual(1);
          expect(bench.session.state !== "up" || bench.session.silentAt !== undefined).toBe(true);
        }
      }),
    );
  });
});
