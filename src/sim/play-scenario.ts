import type { Instant } from "../base/time.ts";
import type { Config } from "../conf/model/config.ts";
import type { DirectorMachine, HostSetup } from "./host-surroundings.ts";
import type { Violation } from "./invariants.ts";
import { linkLocal, type Scenario, type ScenarioHost } from "./scenario.ts";
import { perform } from "./scenario-verbs.ts";
import { Settlement } from "./settlement.ts";
import { type TraceEntry, World } from "./world.ts";
import { readWrittenConfig } from "./written-config.ts";

/** How a scenario ended. */
export interface Played {
  readonly world: World;
  readonly violations: readonly Violation[];
}

/** Runs a scenario to its end. */
export function playScenario(
  scenario: Scenario,
  how: { readonly tracing: boolean; readonly machine?: DirectorMachine },
): Played {
  const world = new World({
    seed: scenario.seed,
    hosts: scenario.hosts.map(hostSetup),
    lateAlarms: scenario.lateAlarms,
    ...how,
  });
  const configs = new Map(scenario.configs.map(({ name, lines }) => [name, lines.join("\n")]));
  const config = (name: string): Config => {
    const read = readWrittenConfig(configs.get(name) ?? "");
    if (!read.ok) throw new RangeError(`Cannot use the configuration ${name}: ${read.error}`);
    return read.value;
  };
  const settlement = new Settlement(world);
  for (const step of scenario.steps) {
    world.schedule(step.at, () => {
      world.record("*", [step.verb, ...step.objects].join(" "));
      settlement.disturbed();
      world.act(() => perform(step, { world, config, calm: () => settlement.calm() }));
    });
  }
  world.runUntil(scenario.until);
  return { world, violations: world.violations };
}

/** Everything that happened as text, one line each; repeated advertisements are counted on one line. */
export function scenarioStory(scenario: Scenario): string {
  const { world, violations } = playScenario(scenario, { tracing: true });
  const end = `${clock(scenario.until)}  *         end: master ${world.masters.join(" ") || "none"}`;
  return [...condense(world.trace), ...violations.map(violationLine), end, ""].join("\n");
}

/** A broken promise as a line of text. */
export function violationLine({ at, what }: Violation): string {
  return `${clock(at)}  !         ${what}`;
}

/** Each address on an interface of its own; with the IPv6 link-local address that belongs to it. */
function hostSetup(host: ScenarioHost, at: number): HostSetup {
  return {
    name: host.name,
    interfaces: host.addresses.map((address, index) => ({
      name: `eth${index}`,
      hardwareAddress: Uint8Array.of(2, 0, 0, 0, index, at + 1),
      addresses: [
        { address, prefixLength: 24 },
        { address: linkLocal(address), prefixLength: 64 },
      ],
    })),
  };
}

/** A series of equal entries of one host, uninterrupted by any other, becomes one line. */
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
