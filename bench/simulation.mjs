// How many simulated seconds a second of one core simulates, for a pair and for larger sites. Prints the table of
// docs/benchmarks.md. Needs a build; run it alone, the fastest of several runs counts.
import { playScenario } from "../dist/sim/play-scenario.js";
import { parseScenario } from "../dist/sim/scenario.js";

const RUNS = 5;

/** Hosts that share one virtual router, through an hour in which the master is cut off every ten minutes. */
function site(hosts, interval) {
  const names = Array.from({ length: hosts }, (_, at) => "abcde"[at]);
  const lines = names.map(
    (name, at) =>
      `router ${name} 192.0.2.${11 + at} priority ${150 - 10 * at} version 3 advert_int ${interval}`,
  );
  const starts = names.map((name) => `at 0 start ${name}`);
  const faults = Array.from({ length: 5 }, (_, at) => [
    `at ${600 * (at + 1)} link-down a`,
    `at ${600 * (at + 1) + 30} link-up a`,
  ]);
  const text = ["late-alarms", ...lines, ...starts, ...faults.flat(), "until 3600"].join("\n");
  const scenario = parseScenario(text);
  if (!scenario.ok) throw new Error(scenario.error);
  return scenario.value;
}

function measure({ title, hosts, interval }) {
  const scenario = site(hosts, interval);
  let fastest = Infinity;
  let events = 0;
  for (let run = 0; run < RUNS; run++) {
    const begun = performance.now();
    const { world, violations } = playScenario(scenario, { tracing: false });
    fastest = Math.min(fastest, (performance.now() - begun) / 1000);
    events = world.events;
    if (violations.length > 0) throw new Error(`${title}: ${violations[0].what}`);
  }
  const rate = Math.round(3600 / fastest);
  const each = ((fastest / events) * 1e6).toFixed(1);
  return `| ${title} | ${rate.toLocaleString("en")} | ${Math.round(events / fastest).toLocaleString("en")} | ${each} |`;
}

const sites = [
  { title: "two directors, every second", hosts: 2, interval: 1 },
  { title: "two directors, ten times a second", hosts: 2, interval: 0.1 },
  { title: "five directors, every second", hosts: 5, interval: 1 },
];
console.log("| site | simulated seconds a second | events a second | microseconds an event |");
console.log("| --- | --- | --- | --- |");
for (const one of sites) console.log(measure(one));
