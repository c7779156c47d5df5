import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { IpAddress } from "../../src/base/ip-address.ts";
import { seededRandom } from "../../src/base/random.ts";
import { instant, microseconds } from "../../src/base/time.ts";
import { EventQueue } from "../../src/sim/event-queue.ts";
import { playScenario, scenarioStory } from "../../src/sim/play-scenario.ts";
import { parseScenario, type Scenario } from "../../src/sim/scenario.ts";
import { CALM, Segment } from "../../src/sim/segment.ts";
import type { World } from "../../src/sim/world.ts";

const VIRTUAL = "192.0.2.1" as IpAddress;

function scenario(text: string): Scenario {
  const parsed = parseScenario(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

function play(text: string): World {
  return playScenario(scenario(text), { tracing: true }).world;
}

const pair = (steps: string, first = "", second = ""): string => `
router a 192.0.2.11 priority 150 ${first}
router b 192.0.2.12 priority 100 ${second}
at 0 start a
at 0 start b
${steps}`;

const violations = (world: World): readonly string[] => world.violations.map(({ what }) => what);

describe("the event queue", () => {
  it("gives the earliest first, and of equals the one put in first", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (times) => {
        const queue = new EventQueue<{ at: number; item: number }>();
        times.forEach((at, item) => {
          queue.push(instant(at), { at, item });
        });
        const out: { at: number; item: number }[] = [];
        for (let next = queue.pop(); next !== undefined; next = queue.pop()) out.push(next);
        const wanted = times.map((at, item) => ({ at, item })).sort((x, y) => x.at - y.at || x.item - y.item);
        expect(out).toEqual(wanted);
      }),
    );
  });
});

describe("the segment", () => {
  it("loses, doubles and delays about as often as it was told", () => {
    const segment = new Segment(seededRandom(3));
    segment.conditions = { ...CALM, loss: 0.25, duplication: 0.5, jitter: microseconds(100) };
    const frames = Array.from({ length: 4_000 }, () => segment.deliveries("a", "b"));
    expect(frames.filter((copies) => copies.length === 0).length).toBeGreaterThan(850);
    expect(frames.filter((copies) => copies.length === 0).length).toBeLessThan(1_150);
    expect(frames.filter((copies) => copies.length === 2).length).toBeGreaterThan(1_300);
    expect(frames.flat().every((delay) => delay >= 50 && delay <= 150)).toBe(true);
  });

  it("cuts one way only", () => {
    const segment = new Segment(seededRandom(3));
    segment.cut("a", "b");
    expect([segment.joins("a", "b"), segment.joins("b", "a")]).toEqual([false, true]);
    expect(segment.deliveries("a", "b")).toEqual([]);
    segment.mend("a", "b");
    expect(segment.deliveries("a", "b")).toEqual([50]);
  });
});

describe("the world", () => {
  it("moves the client with the master", () => {
    const before = play(pair("until 5"));
    expect([before.masters, before.client.believed(VIRTUAL)]).toEqual([["a"], "a"]);
    const after = play(pair("at 5 power-off a\nuntil 10"));
    expect([after.masters, after.client.believed(VIRTUAL)]).toEqual([["b"], "b"]);
  });

  it("a killed process leaves its addresses behind, a new one removes them first (ST-12)", () => {
    const killed = play(pair("at 5 kill a\nuntil 10"));
    expect(killed.host("a").kernel.has("eth0", VIRTUAL)).toBe(true);
    const again = play(pair("at 5 kill a\nat 10 start a\nuntil 10"));
    expect(again.host("a").kernel.has("eth0", VIRTUAL)).toBe(false);
  });

  it("says which hosts and networks it has when asked for another", () => {
    const world = play(pair("until 1"));
    expect(() => world.host("c")).toThrow(/"c".*a, b/);
    expect(() => world.segment("eth7")).toThrow(/eth7.*eth0/);
  });

  it("TM-7 steps of the wall clock move nothing", () => {
    const story = (steps: string): string =>
      scenarioStory(scenario(pair(`${steps}\nat 7 kill a\nuntil 15`)))
        .split("\n")
        .filter((line) => !line.includes("clock-step"))
        .join("\n");
    const stepped = "at 1 clock-step a 3600\nat 2 clock-step b -3600\nat 7.5 clock-step b 86400";
    expect(story(stepped)).toBe(story(""));
    expect(play(pair(`${stepped}\nuntil 9`)).host("b").wallClockError).toBe(82_800);
  });

  it("an alarm that nobody has set does no harm", () => {
    const woken = Array.from({ length: 40 }, (_, at) => `at ${at / 4} wake a\nat ${at / 4} wake b`).join(
      "\n",
    );
    const story = (steps: string): string =>
      scenarioStory(scenario(pair(`${steps}\nuntil 12`)))
        .split("\n")
        .filter((line) => !line.includes(" wake "))
        .join("\n");
    const advertised = (text: string): string => text.replaceAll(/ {2}\(\d+ times.*/g, "");
    expect(new Set(advertised(story(woken)).split("\n"))).toContain(
      "   3.414062  a         info: (a) Entering MASTER STATE",
    );
    expect(violations(play(pair(`${woken}\nuntil 12`)))).toEqual([]);
  });
});

describe("the invariants notice", () => {
  it("nothing in a day of peace", () => {
    const slow = "version 3 advert_int 40";
    const world = play(pair("until 86400", slow, slow));
    expect([world.masters, violations(world), world.client.believed(VIRTUAL)]).toEqual([["a"], [], "a"]);
  });

  it("but not two masters that cannot hear each other", () => {
    const world = play(pair("at 0 cut a b\nat 0 cut b a\nuntil 20"));
    expect([world.masters, violations(world)]).toEqual([["a", "b"], []]);
  });

  it("an address that nobody should have", () => {
    const world = play(pair("until 5"));
    world.act(() => world.host("b").kernel.addAddress("eth0", { address: VIRTUAL, prefixLength: 32 }));
    expect(violations(world)).toEqual(["b has eth0 192.0.2.1 and is no master of it"]);
  });
});

it("two that become master under AH in one instant do not count in step for ever", () => {
  const config = (name: string) => `config ${name}
    vrrp_instance V {
        interface eth0
        virtual_router_id 51
        authentication {
            auth_type AH
            auth_pass 1111
        }
        virtual_ipaddress {
            ${VIRTUAL}/24
        }
    }`;
  const world = play(`
host a 192.0.2.11
host b 192.0.2.12
${config("a")}
${config("b")}
at 0 start a
at 0 start b
until 20`);
  expect(violations(world)).toEqual([]);
  const masters = [...world.hosts.values()].filter((host) => host.router("V")?.state.role.kind === "master");
  expect(masters.map(({ name }) => name)).toEqual(["b"]);
});
