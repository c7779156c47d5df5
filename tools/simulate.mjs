// Worlds of the simulation by hand: `node tools/simulate.mjs --seeds 1000 --seconds 3600 --seed 1`. A seed whose world
// breaks a promise is printed, shrunk to a scenario that can be replayed with `--replay FILE`. Needs a build.
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { playScenario, scenarioStory, violationLine } from "../dist/sim/play-scenario.js";
import { randomScenario } from "../dist/sim/random-world.js";
import { parseScenario, scenarioText } from "../dist/sim/scenario.js";
import { shrinkScenario, violationKind } from "../dist/sim/shrink.js";

/** One seed: what it broke, and how much happened in it. */
function runSeed(seed, seconds) {
  const scenario = randomScenario(seed, seconds);
  const { world, violations } = playScenario(scenario, { tracing: false });
  return {
    seed,
    events: world.events,
    digest: world.digest,
    dark: world.client.darkSpells.length,
    first: violations[0] === undefined ? undefined : violationLine(violations[0]),
    kind: violations[0] === undefined ? undefined : violationKind(violations[0]),
  };
}

/** A failing seed as a scenario and its story. */
function shrunk(seed, seconds) {
  const small = shrinkScenario(randomScenario(seed, seconds));
  return `${scenarioText(small)}\n--- everything that happened ---\n${scenarioStory(small)}`;
}

function replay(file) {
  const [steps] = readFileSync(file, "utf8").split("\n--- everything that happened ---\n");
  const scenario = parseScenario(steps);
  if (!scenario.ok) throw new Error(`${file}: ${scenario.error}`);
  console.log(scenarioStory(scenario.value));
}

function options() {
  const { values } = parseArgs({
    options: {
      seeds: { type: "string", default: process.env.LOCUM_SEEDS ?? "1000" },
      seed: { type: "string", default: "1" },
      seconds: { type: "string", default: "3600" },
      workers: { type: "string", default: String(availableParallelism()) },
      shrink: { type: "string", default: "3" },
      replay: { type: "string" },
      story: { type: "boolean", default: false },
    },
  });
  return values;
}

/** Hands seeds out one by one, so that no worker waits for another. */
async function runAll({ first, count, seconds, workers, onDone }) {
  let next = first;
  const one = () =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL(import.meta.url), { workerData: { seconds } });
      const give = () => (next < first + count ? worker.postMessage(next++) : worker.postMessage("end"));
      worker.on("message", (outcome) => {
        onDone(outcome);
        give();
      });
      worker.on("error", reject);
      worker.on("exit", resolve);
      give();
    });
  await Promise.all(Array.from({ length: Math.min(workers, count) }, one));
}

async function main() {
  const asked = options();
  if (asked.replay !== undefined) return replay(asked.replay);
  const [first, count, seconds] = [Number(asked.seed), Number(asked.seeds), Number(asked.seconds)];
  if (asked.story) return console.log(scenarioStory(randomScenario(first, seconds)));
  const begun = performance.now();
  const outcomes = [];
  const onDone = (outcome) => outcomes.push(outcome);
  await runAll({ first, count, seconds, workers: Number(asked.workers), onDone });
  const failed = outcomes.filter((outcome) => outcome.first !== undefined).sort((a, b) => a.seed - b.seed);
  for (const { seed, first: line } of failed) console.log(`seed ${seed}: ${line.trim()}`);
  const kinds = new Map(failed.map(({ kind, seed }) => [kind, seed]));
  for (const seed of [...kinds.values()].slice(0, Number(asked.shrink)))
    console.log(`\n== seed ${seed}, shrunk ==\n${shrunk(seed, seconds)}`);
  const took = (performance.now() - begun) / 1000;
  const events = outcomes.reduce((sum, outcome) => sum + outcome.events, 0);
  const digest = outcomes.reduce((sum, outcome) => (sum ^ Math.imul(outcome.digest, outcome.seed)) | 0, 0);
  console.log(
    `${outcomes.length - failed.length} passed, ${failed.length} failed of ${count} seeds from ${first}, ${seconds} s each; ` +
      `${events} events in ${took.toFixed(1)} s (${Math.round((count * seconds) / took)} simulated seconds a second); digest ${(digest >>> 0).toString(16)}`,
  );
  process.exitCode = failed.length === 0 ? 0 : 1;
}

if (isMainThread) await main();
else {
  parentPort.on("message", (seed) => {
    if (seed === "end") parentPort.close();
    else parentPort.postMessage(runSeed(seed, workerData.seconds));
  });
}
