import { type IpAddress, parseIpAddress } from "../base/ip-address.ts";
import { failed, ok, type Result } from "../base/result.ts";
import { type Instant, instant, seconds } from "../base/time.ts";
import type { RouterConfig } from "../vrrp/router-config.ts";
import { simulatedConfig } from "./simulated-config.ts";
import { type TraceEntry, World } from "./world.ts";

/**
 * A scenario is text. Directors first, one per line, then what happens to them, then how long to watch:
 *
 *     router a 192.0.2.11 priority 150 state master
 *     router b 192.0.2.12 priority 100 nopreempt
 *     at 0 start a
 *     at 10 kill a
 *     until 20
 *
 * Times are seconds. `#` starts a comment. The words after a router's address are those of keepalived.conf.
 */
export interface Scenario {
  readonly routers: readonly {
    readonly name: string;
    readonly address: IpAddress;
    readonly config: RouterConfig;
  }[];
  readonly steps: readonly ScenarioStep[];
  readonly until: Instant;
}

/** One thing done to the world. */
export interface ScenarioStep {
  readonly at: Instant;
  readonly verb: string;
  readonly objects: readonly string[];
}

type Draft = { routers: Scenario["routers"]; steps: Scenario["steps"]; until: Instant };

/** Reads a scenario; the error names the line and what was expected there. */
export function parseScenario(text: string): Result<Scenario, string> {
  const draft: Draft = { routers: [], steps: [], until: instant(0) };
  for (const [at, line] of text.split("\n").entries()) {
    const words = line.replace(/#.*/, "").trim().split(/\s+/);
    const problem = words[0] === "" ? undefined : readLine(draft, words);
    if (problem !== undefined) return failed(`line ${at + 1}, "${line.trim()}": ${problem}`);
  }
  if (draft.until === 0) return failed("no end: add a line like `until 20`");
  return ok(draft);
}

function readLine(draft: Draft, words: readonly string[]): string | undefined {
  const [first, ...rest] = words;
  switch (first) {
    case "router":
      return readRouter(draft, rest);
    case "at":
      return readStep(draft, rest);
    case "until": {
      const end = Number(rest[0]);
      if (!(end > 0)) return "expected a time in seconds";
      draft.until = instant(end * 1_000_000);
      return undefined;
    }
    default:
      return "expected router, at or until";
  }
}

function readRouter(draft: Draft, words: readonly string[]): string | undefined {
  const [name, text, ...options] = words;
  const address = parseIpAddress(text ?? "");
  if (name === undefined || !address.ok) return "expected a name and an IPv4 address";
  let said: Partial<RouterConfig> = {};
  for (let at = 0; at < options.length; ) {
    const option = readOption(options.slice(at));
    if (option === undefined) return `unknown option ${options.slice(at, at + 2).join(" ")}`;
    said = { ...said, ...option.said };
    at += option.words;
  }
  const config = simulatedConfig({ name, ...said });
  draft.routers = [...draft.routers, { name, address: address.value, config }];
  return undefined;
}

interface Option {
  readonly said: Partial<RouterConfig>;
  /** Words used up. */
  readonly words: number;
}

/** The options of a router line, by their words in keepalived.conf. */
const SWITCHES: Readonly<Record<string, Partial<RouterConfig>>> = {
  nopreempt: { preempt: false },
  strict: { strict: true },
  lower_prio_no_advert: { lowerPriorityNoAdvertisement: true },
  higher_prio_send_advert: { higherPrioritySendAdvertisement: true },
};

const SETTINGS: Readonly<Record<string, (value: string) => Partial<RouterConfig> | undefined>> = {
  priority: (value) => ({ priority: Number(value) }),
  version: (value) => (value === "2" || value === "3" ? { version: value === "2" ? 2 : 3 } : undefined),
  state: (value) => (value === "master" || value === "backup" ? { initialState: value } : undefined),
  advert_int: (value) => ({ advertisementInterval: seconds(Number(value)) }),
  preempt_delay: (value) => ({ preemptDelay: seconds(Number(value)) }),
  down_timer_adverts: (value) => ({ downTimerAdvertisements: Number(value) }),
  startup_delay: (value) => ({ startupDelay: seconds(Number(value)) }),
  auth_pass: (value) => ({ authentication: { kind: "pass", password: value } }),
};

function readOption(words: readonly string[]): Option | undefined {
  const [word = "", value] = words;
  const switched = SWITCHES[word];
  if (switched !== undefined) return { said: switched, words: 1 };
  const said = value === undefined ? undefined : SETTINGS[word]?.(value);
  return said === undefined ? undefined : { said, words: 2 };
}

/** Each verb of an `at` line; names and values follow it. */
const VERBS: Readonly<Record<string, (world: World, objects: readonly string[]) => void>> = {
  start: (world, [name = ""]) => world.router(name).start(world.now),
  stop: (world, [name = ""]) => world.router(name).stop(world.now),
  kill: (world, [name = ""]) => world.router(name).kill(),
  "power-off": (world, [name = ""]) => world.router(name).powerOff(),
  hold: (world, [name = ""]) => world.router(name).hold(),
  resume: (world, [name = ""]) => world.router(name).resume(world.now),
  "link-down": (world, [name = ""]) => world.router(name).setLink(false, world.now),
  "link-up": (world, [name = ""]) => world.router(name).setLink(true, world.now),
  "delete-address": (world, [name = "", address = ""]) =>
    world.router(name).loseAddress(address as IpAddress, world.now),
  priority: (world, [name = "", value = ""]) =>
    world.router(name).deliver({ kind: "priority-changed", priority: Number(value) }, world.now),
  cut: (world, [from = "", to = ""]) => world.segment.cut(from, to),
  mend: (world, [from = "", to = ""]) => world.segment.mend(from, to),
};

function readStep(draft: Draft, words: readonly string[]): string | undefined {
  const [time, verb = "", ...objects] = words;
  if (!(Number(time) >= 0)) return "expected a time in seconds after at";
  if (VERBS[verb] === undefined) return `expected one of ${Object.keys(VERBS).join(", ")}`;
  draft.steps = [...draft.steps, { at: instant(Number(time) * 1_000_000), verb, objects }];
  return undefined;
}

/** Everything that happened in a scenario as text, one line each; repeated advertisements are counted on one line. */
export function playScenario(scenario: Scenario, seed = 1): string {
  const world = new World({ seed, routers: scenario.routers, lateAlarms: false });
  for (const { at, verb, objects } of scenario.steps) {
    world.schedule(at, () => {
      world.record("*", [verb, ...objects].join(" "));
      VERBS[verb]?.(world, objects);
    });
  }
  world.runUntil(scenario.until);
  const broken = world.violations.map(({ at, what }) => `${clock(at)}  !         ${what}`);
  const end = `${clock(scenario.until)}  *         end: master ${world.masters.join(" ") || "none"}`;
  return [...condense(world.trace), ...broken, end, ""].join("\n");
}

/** A series of equal entries of one router, uninterrupted by any other, becomes one line. */
function condense(trace: readonly TraceEntry[]): readonly string[] {
  const lines: string[] = [];
  for (let at = 0; at < trace.length; ) {
    const entry = trace[at] as TraceEntry;
    let next = at + 1;
    while (trace[next]?.who === entry.who && trace[next]?.what === entry.what) next++;
    lines.push(traceLine(entry) + series(trace.slice(at, next)));
    at = next;
  }
  return lines;
}

function series(entries: readonly TraceEntry[]): string {
  const last = entries.at(-1);
  if (last === undefined || entries.length < 2) return "";
  return `  (${entries.length} times until ${clock(last.at).trim()})`;
}

/** One entry as a line of text. */
export function traceLine({ at, who, what }: TraceEntry): string {
  return `${clock(at)}  ${who.padEnd(8)}  ${what}`;
}

function clock(at: Instant): string {
  return (at / 1_000_000).toFixed(6).padStart(11);
}
