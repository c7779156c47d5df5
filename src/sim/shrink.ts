import { after, type Instant, instant, seconds } from "../base/time.ts";
import type { Violation } from "./invariants.ts";
import { playScenario } from "./play-scenario.ts";
import type { Scenario, ScenarioStep, WrittenConfig } from "./scenario.ts";
import { readWrittenConfig } from "./written-config.ts";

/** Runs that shrinking may cost; a scenario of a few minutes takes some milliseconds each. */
const RUNS = 1_500;

/** Runs a scenario; the promises it breaks. */
export type Trial = (scenario: Scenario) => readonly Violation[];

/**
 * The smallest scenario to be found that still breaks the same kind of promise: without the steps, hosts, configuration
 * lines and random lateness that have nothing to do with it, with round times, ending with the break. The same scenario
 * when it breaks none.
 */
export function shrinkScenario(scenario: Scenario, trial: Trial = played): Scenario {
  const first = trial(scenario)[0];
  if (first === undefined) return scenario;
  const search = new Search(endingAt(scenario, first.at), { kind: violationKind(first), trial });
  if (!search.holds) return scenario;
  for (let size = -1; size !== search.size && search.runsLeft > 0; ) {
    size = search.size;
    search.dropSteps();
    search.dropHosts();
    search.dropConfigLines();
    search.simplify();
  }
  return search.best;
}

/** What kind of promise is broken: who it was and for how long does not matter. */
export function violationKind({ what }: Violation): string {
  return what
    .replace(/\b(?:fe80|2001)[0-9a-f:]*\b/g, "N")
    .replace(/\d[\d.]*/g, "N")
    .replace(/\b[a-e]\b/g, "host");
}

function played(scenario: Scenario): readonly Violation[] {
  return playScenario(scenario, { tracing: false }).violations;
}

function endingAt(scenario: Scenario, at: Instant): Scenario {
  const until = after(at, seconds(0.001));
  return { ...scenario, until, steps: scenario.steps.filter((step) => step.at <= until) };
}

class Search {
  best: Scenario;
  runsLeft = RUNS;
  readonly holds: boolean;
  readonly #kind: string;
  readonly #trial: Trial;

  constructor(start: Scenario, wanted: { readonly kind: string; readonly trial: Trial }) {
    this.best = start;
    this.#kind = wanted.kind;
    this.#trial = wanted.trial;
    this.holds = this.#fails(start);
  }

  get size(): number {
    const { steps, hosts, configs, lateAlarms } = this.best;
    const lines = configs.reduce((sum, config) => sum + config.lines.length, 0);
    const digits = steps.reduce((sum, { at }) => sum + String(at / 1_000_000).length, 0);
    return 100 * steps.length + 100 * hosts.length + 100 * lines + digits + (lateAlarms ? 1 : 0);
  }

  /** Halves, quarters and so on down to single steps are left out. */
  dropSteps(): void {
    for (let size = this.best.steps.length; size >= 1; size = Math.floor(size / 2)) {
      for (let from = this.best.steps.length - size; from >= 0; from -= size) {
        const steps = this.best.steps.filter((_, at) => at < from || at >= from + size);
        this.#try({ ...this.best, steps });
      }
    }
  }

  dropHosts(): void {
    for (const { name } of this.best.hosts) {
      const hosts = this.best.hosts.filter((host) => host.name !== name);
      const steps = this.best.steps.filter(({ objects }) => !objects.includes(name));
      if (hosts.length > 0) this.#try({ ...this.best, hosts, steps });
    }
    const used = new Set(this.best.steps.flatMap(({ objects }) => objects));
    this.#try({ ...this.best, configs: this.best.configs.filter(({ name }) => used.has(name)) });
  }

  /** Blocks first, then single lines, in all configurations at once and then in each. */
  dropConfigLines(): void {
    const all = new Set(this.best.configs.flatMap(({ lines }) => lines));
    for (const line of all) this.#tryConfigs((config) => without(config, (one) => one === line));
    for (const { name } of this.best.configs) {
      for (let at = 0; at < this.#linesOf(name).length; ) {
        const before = this.#linesOf(name).length;
        this.#tryConfigs((config) =>
          config.name === name ? without(config, (_, index) => index === at) : config,
        );
        if (this.#linesOf(name).length === before) at++;
      }
    }
  }

  simplify(): void {
    this.#try({ ...this.best, lateAlarms: false });
    this.#try({ ...this.best, seed: 1 });
    for (const [at, step] of this.best.steps.entries()) {
      for (const unit of [1_000_000, 100_000, 10_000, 1_000]) {
        const time = instant(Math.round(step.at / unit) * unit);
        if (time === step.at || this.#try({ ...this.best, steps: moved(this.best.steps, at, time) })) break;
      }
    }
  }

  #linesOf(name: string): readonly string[] {
    return this.best.configs.find((config) => config.name === name)?.lines ?? [];
  }

  #tryConfigs(change: (config: WrittenConfig) => WrittenConfig): void {
    const configs = this.best.configs.map(change);
    const same = configs.every(({ lines }, at) => lines.length === this.best.configs[at]?.lines.length);
    if (!same && configs.every(({ lines }) => readWrittenConfig(lines.join("\n")).ok))
      this.#try({ ...this.best, configs });
  }

  #try(candidate: Scenario): boolean {
    if (this.runsLeft <= 0 || !this.#fails(candidate)) return false;
    this.best = candidate;
    return true;
  }

  #fails(candidate: Scenario): boolean {
    this.runsLeft--;
    try {
      return this.#trial(candidate).some((found) => violationKind(found) === this.#kind);
    } catch {
      return false;
    }
  }
}

/** Without the lines picked, and with the whole block when the line begins one. */
function without(config: WrittenConfig, picked: (line: string, at: number) => boolean): WrittenConfig {
  const lines: string[] = [];
  let dropping = 0;
  for (const [at, line] of config.lines.entries()) {
    const opens = line.endsWith("{");
    if (dropping > 0) {
      if (opens) dropping++;
      else if (line === "}") dropping--;
      continue;
    }
    // An instance without addresses is refused by its peers, which would be another story.
    if (line === "}" || line === "virtual_ipaddress {" || !picked(line, at)) lines.push(line);
    else if (opens) dropping = 1;
  }
  return { ...config, lines };
}

function moved(steps: readonly ScenarioStep[], which: number, at: Instant): readonly ScenarioStep[] {
  return steps.map((step, index) => (index === which ? { ...step, at } : step)).sort((a, b) => a.at - b.at);
}
