import { type IpAddress, ipAddressBytes, parseIpAddress } from "../base/ip-address.ts";
import { failed, ok, type Result } from "../base/result.ts";
import { type Instant, instant } from "../base/time.ts";
import { routerLineConfig } from "./router-line.ts";
import { isVerb, VERB_NAMES } from "./scenario-verbs.ts";
import { readWrittenConfig } from "./written-config.ts";

/**
 * A scenario is text. Hosts and configurations first, then what happens to them, then how long to watch:
 *
 *     host a 192.0.2.11 198.51.100.11
 *     config a
 *         vrrp_instance V1 {
 *             ...
 *         }
 *     router b 192.0.2.12 priority 100 nopreempt
 *     at 0 start a
 *     at 10 kill a
 *     until 20
 *
 * A host has an interface for each of its addresses, eth0 and so on; interfaces of one name are on one network. The
 * indented lines after `config` are a keepalived.conf. `router` makes a host and a configuration of one instance in one
 * line; its words are those of keepalived.conf. `start` takes the configuration of the host's own name unless another
 * is named. `late-alarms` has alarms and notifications come a random little late, `seed 7` draws other random numbers.
 * Times are seconds. `#` starts a comment.
 */
export interface Scenario {
  readonly seed: number;
  readonly lateAlarms: boolean;
  readonly hosts: readonly ScenarioHost[];
  readonly configs: readonly WrittenConfig[];
  readonly steps: readonly ScenarioStep[];
  readonly until: Instant;
}

/** A host: its first address is on eth0, its second on eth1. */
export interface ScenarioHost {
  readonly name: string;
  readonly addresses: readonly IpAddress[];
}

/** The IPv6 address that an interface has beside its own one. */
export function linkLocal(address: IpAddress): IpAddress {
  return `fe80::${(ipAddressBytes(address)[3] as number).toString(16)}` as IpAddress;
}

/** A keepalived.conf by name; the lines are without indentation. */
export interface WrittenConfig {
  readonly name: string;
  readonly lines: readonly string[];
}

/** One thing done to the world. */
export interface ScenarioStep {
  readonly at: Instant;
  readonly verb: string;
  readonly objects: readonly string[];
}

type Draft = { -readonly [Key in keyof Scenario]: Scenario[Key] } & {
  /** The configuration that indented lines belong to. */
  open: { readonly name: string; readonly lines: string[] } | undefined;
};

/** Reads a scenario; the error names the line and what was expected there. */
export function parseScenario(text: string): Result<Scenario, string> {
  const draft: Draft = {
    seed: 1,
    lateAlarms: false,
    hosts: [],
    configs: [],
    steps: [],
    until: instant(0),
    open: undefined,
  };
  for (const [at, line] of text.split("\n").entries()) {
    if (draft.open !== undefined && /^\s+\S/.test(line)) {
      draft.open.lines.push(line.trim());
      continue;
    }
    const words = line.replace(/#.*/, "").trim().split(/\s+/);
    const problem = words[0] === "" ? undefined : readLine(draft, words);
    if (problem !== undefined) return failed(`line ${at + 1}, "${line.trim()}": ${problem}`);
  }
  if (draft.until === 0) return failed("no end: add a line like `until 20`");
  const { open: _, ...scenario } = draft;
  const problem = brokenConfig(scenario) ?? unknownName(scenario);
  return problem === undefined ? ok(scenario) : failed(problem);
}

function readLine(draft: Draft, words: readonly string[]): string | undefined {
  const [first, ...rest] = words;
  draft.open = undefined;
  switch (first) {
    case "router":
      return readRouter(draft, rest);
    case "host":
      return readHost(draft, rest);
    case "config":
      if (rest[0] === undefined) return "expected a name";
      draft.open = { name: rest[0], lines: [] };
      draft.configs = [...draft.configs, draft.open];
      return undefined;
    case "at":
      return readStep(draft, rest);
    case "seed":
      draft.seed = Number(rest[0]);
      return Number.isInteger(draft.seed) ? undefined : "expected a whole number";
    case "late-alarms":
      draft.lateAlarms = true;
      return undefined;
    case "until": {
      const end = Number(rest[0]);
      if (!(end > 0)) return "expected a time in seconds";
      draft.until = instant(end * 1_000_000);
      return undefined;
    }
    default:
      return "expected host, config, router, at, seed, late-alarms or until";
  }
}

function readHost(draft: Draft, words: readonly string[]): string | undefined {
  const [name, ...texts] = words;
  const addresses = texts.map(parseIpAddress);
  if (name === undefined || addresses.length === 0) return "expected a name and an IPv4 address";
  const good = addresses.flatMap((address) => (address.ok ? [address.value] : []));
  if (good.length < addresses.length) return "expected a name and an IPv4 address for each interface";
  draft.hosts = [...draft.hosts, { name, addresses: good }];
  return undefined;
}

function readRouter(draft: Draft, words: readonly string[]): string | undefined {
  const [name, text = "", ...options] = words;
  const address = parseIpAddress(text);
  if (name === undefined || !address.ok) return "expected a name and an IPv4 address";
  const lines = routerLineConfig(name, options);
  if (!lines.ok) return lines.error;
  draft.hosts = [...draft.hosts, { name, addresses: [address.value] }];
  draft.configs = [...draft.configs, { name, lines: lines.value }];
  return undefined;
}

function readStep(draft: Draft, words: readonly string[]): string | undefined {
  const [time, verb = "", ...objects] = words;
  if (!(Number(time) >= 0)) return "expected a time in seconds after at";
  if (!isVerb(verb)) return `expected one of ${VERB_NAMES.join(", ")}`;
  draft.steps = [...draft.steps, { at: instant(Number(time) * 1_000_000), verb, objects }];
  return undefined;
}

function brokenConfig({ configs }: Scenario): string | undefined {
  for (const { name, lines } of configs) {
    const config = readWrittenConfig(lines.join("\n"));
    if (!config.ok) return `config ${name}: ${config.error}`;
  }
  return undefined;
}

/** A host that does not exist is noticed before the run, not in the middle of it. */
function unknownName({ hosts, steps }: Scenario): string | undefined {
  const names = new Set([...hosts.map(({ name }) => name), "client"]);
  for (const { verb, objects } of steps) {
    if (verb === "network" || verb === "calm") continue;
    const [name = "", second = ""] = objects;
    const wrong = !names.has(name)
      ? name
      : (verb === "cut" || verb === "mend") && !names.has(second)
        ? second
        : undefined;
    if (wrong !== undefined) return `${[verb, ...objects].join(" ")}: no host is called "${wrong}"`;
  }
  return undefined;
}

/** The scenario as text that `parseScenario` reads. */
export function scenarioText(scenario: Scenario): string {
  const { seed, lateAlarms, hosts, configs, steps, until } = scenario;
  return [
    `seed ${seed}`,
    ...(lateAlarms ? ["late-alarms"] : []),
    ...hosts.map(({ name, addresses }) => `host ${name} ${addresses.join(" ")}`),
    ...configs.flatMap(({ name, lines }) => [`config ${name}`, ...indented(lines)]),
    ...steps.map(({ at, verb, objects }) => ["at", at / 1_000_000, verb, ...objects].join(" ")),
    `until ${until / 1_000_000}`,
    "",
  ].join("\n");
}

function indented(lines: readonly string[]): readonly string[] {
  let depth = 1;
  return lines.map((line) => {
    if (line.endsWith("}")) depth--;
    const shown = "    ".repeat(depth) + line;
    if (line.endsWith("{")) depth++;
    return shown;
  });
}
