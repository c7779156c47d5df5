import { seededRandom } from "../base/random.ts";
import { instant } from "../base/time.ts";
import type { Config } from "../conf/model/config.ts";
import { type Draw, draw } from "./draw.ts";
import { drawTampering } from "./draw-authentication.ts";
import { type DrawnSite, drawSite } from "./draw-configs.ts";
import { drawCrashes } from "./draw-crashes.ts";
import { drawEpisode } from "./draw-faults.ts";
import { drawSensorFaults } from "./draw-trackers.ts";
import type { Scenario, ScenarioStep } from "./scenario.ts";
import { settlingTimes } from "./settlement.ts";
import { readWrittenConfig } from "./written-config.ts";

/** Intervals of faults in one episode, and of quiet after what it takes to settle. */
const EPISODE = 40;
/** Faults in one episode at most. */
const FAULTS = 12;
/** An hour has about this many episodes at intervals of a second. */
const EPISODES_AN_HOUR = 12;

/**
 * The world of a seed: hosts, configurations and what happens to them for `seconds`: times of faults, after each of
 * them quiet, in which all must settle.
 */
export function randomScenario(seed: number, seconds: number): Scenario {
  const random = seededRandom(seed ^ 0x5eed);
  const chance = draw(random);
  const trackers = draw(seededRandom(seed ^ 0x7ac4e5));
  const crashes = draw(seededRandom(seed ^ 0xc4a54));
  const authentication = draw(seededRandom(seed ^ 0xa07));
  const site = drawSite(random, { trackers, authentication });
  const steps: ScenarioStep[] = site.hosts.map(({ name }) => step(chance.between(0, 1), ["start", name]));
  const quiet = quietTime(site);
  const chaos = EPISODE * site.interval;
  const least = chaos + quiet + 1;
  const usual = Math.max(least, 3600 / EPISODES_AN_HOUR);
  let time = 1 + quiet;
  steps.push(step(1, ["calm"]));
  while (time + least <= seconds) {
    const end = time + chaos;
    const faults = 1 + chance.below(FAULTS);
    steps.push(...drawEpisode(chance, { site, start: time, end, faults }));
    steps.push(...drawSensorFaults(trackers, { ...site, start: time, end }));
    steps.push(...drawCrashes(crashes, { ...site, start: time, end }));
    steps.push(...drawTampering(authentication, { ...site, start: time, end }));
    steps.push(...leftDown(chance, { site, end }));
    steps.push(step(end, ["calm"]));
    time = end + quiet + chance.between(0, 2 * (usual - least));
    steps.push(
      ...site.hosts.flatMap(({ name, addresses }) => [
        step(time, ["start", name]),
        ...addresses.map((_, at) => step(time, ["interface-back", name, `eth${at}`])),
      ]),
    );
  }
  steps.sort((one, other) => one.at - other.at);
  return {
    seed,
    lateAlarms: true,
    hosts: site.hosts,
    configs: site.configs,
    steps,
    until: instant(seconds * 1_000_000),
  };
}

/** Now and then a host or an interface is missing for the whole quiet time. */
function leftDown(
  chance: Draw,
  { site, end }: { readonly site: DrawnSite; readonly end: number },
): readonly ScenarioStep[] {
  const host = chance.pick(site.hosts);
  const what = chance.below(10);
  if (what === 0) return [step(end, [chance.pick(["stop", "kill", "power-off"]), host.name])];
  return what === 1
    ? [step(end, ["interface-gone", host.name, `eth${chance.below(host.addresses.length)}`])]
    : [];
}

/** Long enough for whatever configurations are in use, in seconds. */
function quietTime({ configs, interval }: DrawnSite): number {
  const all = configs.flatMap(({ name, lines }): readonly Config[] => {
    const config = readWrittenConfig(lines.join("\n"));
    if (!config.ok) throw new RangeError(`Cannot use the drawn configuration ${name}: ${config.error}`);
    return [config.value];
  });
  return settlingTimes(all).best / 1_000_000 + 6 * interval;
}

function step(at: number, [verb = "", ...objects]: readonly string[]): ScenarioStep {
  return { at: instant(at * 1_000_000), verb, objects };
}
