import { type IpAddress, parseIpAddress } from "../base/ip-address.ts";
import { type Random, seededRandom } from "../base/random.ts";
import {
  after,
  type Duration,
  type Instant,
  inSeconds,
  instant,
  microseconds,
  seconds,
} from "../base/time.ts";
import type { RouterConfig } from "../vrrp/router-config.ts";
import { skewTime } from "../vrrp/timers.ts";
import { WAKE_LATENESS } from "./invariants.ts";
import { CALM, type Conditions } from "./segment.ts";
import { simulatedConfig } from "./simulated-config.ts";
import type { SimulatedRouter } from "./simulated-router.ts";
import { type TraceEntry, World } from "./world.ts";

/** How one seed ended. */
export interface SeedOutcome {
  readonly seed: number;
  /** What the seed made: version, interval, priorities. */
  readonly about: string;
  /** Broken promises in words; empty when all held. */
  readonly broken: readonly string[];
  readonly trace: readonly TraceEntry[];
}

const NAMES = ["a", "b"] as const;
/** How many faults a run has, and over how many intervals they are spread. */
const FAULTS = 12;
const CHAOS_INTERVALS = 40;

/**
 * One pair of directors through a time of faults drawn from the seed, then through a quiet time in which it must
 * settle: exactly one master within three intervals and the skew, and that one for good.
 */
export function runSeed(seed: number): SeedOutcome {
  const draw = seededRandom(seed ^ 0x5eed);
  const configs = drawConfigs(draw);
  const first = configs[0] as RouterConfig;
  const interval = first.advertisementInterval;
  const world = new World({
    seed,
    lateAlarms: true,
    routers: configs.map((config, at) => ({
      name: config.name,
      address: address(`192.0.2.${11 + at}`),
      config,
    })),
  });
  const routers = [...world.routers.values()];
  for (const router of routers) world.act(() => router.start(world.now));
  drawFaults(world, { draw, interval });
  const chaosEnd = instant(interval * CHAOS_INTERVALS);
  world.runUntil(chaosEnd);
  world.act(() => endFaults(world, interval));
  const broken = [...settle(world, { configs, chaosEnd }), ...world.violations.map(violationLine)];
  const about = `version ${first.version}, every ${inSeconds(interval)} s, ${configs.map(configLine).join(", ")}`;
  return { seed, about, broken, trace: world.trace };
}

function configLine(config: RouterConfig): string {
  return `${config.name} ${config.priority} ${config.initialState}${config.preempt ? "" : " nopreempt"}`;
}

function violationLine({ at, what }: { readonly at: Instant; readonly what: string }): string {
  return `at ${(at / 1_000_000).toFixed(6)}: ${what}`;
}

function drawConfigs(draw: Random): readonly RouterConfig[] {
  const version = draw() < 0.5 ? 2 : 3;
  const interval = version === 2 ? seconds(1) : microseconds(pick(draw, [1, 5, 10, 20, 100]) * 10_000);
  const tie = draw() < 0.15;
  const shared = 1 + Math.floor(draw() * 254);
  return NAMES.map((name) => {
    const priority = tie ? shared : drawPriority(draw);
    const initialState = draw() < 0.3 ? "master" : "backup";
    return simulatedConfig({
      name,
      version,
      priority,
      initialState,
      advertisementInterval: interval,
      preempt: priority === 255 || draw() < 0.8,
      lowerPriorityNoAdvertisement: draw() < 0.1,
      higherPrioritySendAdvertisement: draw() < 0.2,
      authentication: version === 2 && draw() < 0.3 ? { kind: "pass", password: "1111" } : { kind: "none" },
    });
  }).map((config, _, all) => ({ ...config, authentication: (all[0] as RouterConfig).authentication }));
}

function drawPriority(draw: Random): number {
  return draw() < 0.1 ? 255 : 1 + Math.floor(draw() * 254);
}

/** Spreads faults over the chaos; each ends after a while of its own, or when the quiet begins. */
function drawFaults(world: World, how: { readonly draw: Random; readonly interval: Duration }): void {
  const { draw, interval } = how;
  for (let count = 0; count < FAULTS; count++) {
    const start = instant(draw() * interval * CHAOS_INTERVALS);
    const end = after(start, microseconds(draw() ** 2 * 10 * interval));
    const { name, begin, finish } = drawFault(world, how);
    world.schedule(start, () => {
      world.record("fault", name);
      begin();
    });
    world.schedule(end, () => {
      world.record("fault", `end of ${name}`);
      finish();
    });
  }
}

interface Fault {
  readonly name: string;
  begin(): void;
  finish(): void;
}

function drawFault(world: World, how: { readonly draw: Random; readonly interval: Duration }): Fault {
  const { draw, interval } = how;
  const names = [...world.routers.keys()];
  const name = pick(draw, names);
  const other = names.find((candidate) => candidate !== name) ?? name;
  const kinds: readonly ((router: SimulatedRouter) => Fault)[] = [
    () => weather(world, drawConditions(draw, interval)),
    () => cut(world, [[name, other]]),
    () =>
      cut(world, [
        [name, other],
        [other, name],
      ]),
    (router) => fault(`hold ${name}`, { begin: () => router.hold(), finish: () => router.resume(world.now) }),
    (router) => fault(`kill ${name}`, { begin: () => router.kill(), finish: () => router.start(world.now) }),
    (router) =>
      fault(`power off ${name}`, { begin: () => router.powerOff(), finish: () => router.start(world.now) }),
    (router) =>
      fault(`stop ${name}`, { begin: () => router.stop(world.now), finish: () => router.start(world.now) }),
    (router) =>
      fault(`link of ${name} down`, {
        begin: () => router.setLink(false, world.now),
        finish: () => router.setLink(true, world.now),
      }),
    (router) =>
      fault(`delete the address on ${name}`, {
        begin: () => router.loseAddress(address("192.0.2.1"), world.now),
        finish: () => {},
      }),
  ];
  return pick(draw, kinds)(world.router(name));
}

function fault(name: string, does: Pick<Fault, "begin" | "finish">): Fault {
  return { name, ...does };
}

function weather(world: World, conditions: Conditions): Fault {
  const begin = (): void => {
    world.segment.conditions = conditions;
  };
  const finish = (): void => {
    world.segment.conditions = CALM;
  };
  return fault(`bad network (loss ${conditions.loss.toFixed(2)})`, { begin, finish });
}

function drawConditions(draw: Random, interval: Duration): Conditions {
  return {
    loss: draw() * 0.5,
    duplication: draw() * 0.3,
    reordering: draw() * 0.3,
    heldBack: microseconds(interval * 0.5),
    delay: microseconds(interval * 0.01),
    jitter: microseconds(interval * 0.02),
  };
}

function cut(world: World, ways: readonly (readonly [string, string])[]): Fault {
  const begin = (): void => {
    for (const [from, to] of ways) world.segment.cut(from, to);
  };
  const finish = (): void => {
    for (const [from, to] of ways) world.segment.mend(from, to);
  };
  return fault(`cut ${ways.map(([from, to]) => `${from}>${to}`).join(" ")}`, { begin, finish });
}

function endFaults(world: World, interval: Duration): void {
  world.record("fault", "all over");
  world.segment.conditions = { ...CALM, delay: microseconds(interval * 0.005) };
  world.segment.mendAll();
  for (const router of world.routers.values()) {
    router.setLink(true, world.now);
    router.resume(world.now);
    router.start(world.now);
  }
  world.calm();
}

/** The promises of the quiet time. Faults whose end was drawn for later than the chaos find nothing left to end. */
function settle(
  world: World,
  how: { readonly configs: readonly RouterConfig[]; readonly chaosEnd: Instant },
): readonly string[] {
  const { configs, chaosEnd } = how;
  const broken: string[] = [];
  const settledBy = after(chaosEnd, settlingTime(configs));
  world.runUntil(settledBy);
  const masters = world.masters;
  if (masters.length !== 1)
    broken.push(`masters after the quiet: ${masters.join(" ") || "none"}, wanted exactly one`);
  const best = bestOf(configs);
  if (best !== undefined && masters[0] !== best)
    broken.push(`master is ${masters[0]}, wanted the best one, ${best}`);
  const interval = (configs[0] as RouterConfig).advertisementInterval;
  world.runUntil(after(settledBy, microseconds(5 * interval)));
  if (world.masters.join() !== masters.join())
    broken.push(`the master changed in quiet to ${world.masters.join(" ")}`);
  return broken;
}

/** Three intervals and the longest skew, and what network and alarms add. */
function settlingTime(configs: readonly RouterConfig[]): Duration {
  const waits = configs.map((config) => {
    const { version, priority, advertisementInterval: interval } = config;
    return 3 * interval + skewTime({ version, priority, interval });
  });
  const first = configs[0] as RouterConfig;
  return microseconds(Math.max(...waits) + first.advertisementInterval * 0.01 + 2 * WAKE_LATENESS);
}

/** Who must end as master: the higher priority, when it may preempt and when both are not owners. */
function bestOf(configs: readonly RouterConfig[]): string | undefined {
  const [one, other] = configs;
  if (one === undefined || other === undefined || one.priority === other.priority) return undefined;
  const best = one.priority > other.priority ? one : other;
  return best.preempt ? best.name : undefined;
}

function pick<Item>(draw: Random, items: readonly Item[]): Item {
  return items[Math.floor(draw() * items.length)] as Item;
}

function address(text: string): IpAddress {
  const parsed = parseIpAddress(text);
  if (!parsed.ok) throw new RangeError(parsed.error);
  return parsed.value;
}
