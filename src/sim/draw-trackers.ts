import { instant } from "../base/time.ts";
import { block } from "./config-block.ts";
import type { Draw } from "./draw.ts";
import type { ScenarioHost, ScenarioStep } from "./scenario.ts";

/** What the routers of a site may track beside scripts and interfaces, by the names of the blocks. */
export interface Sensors {
  readonly files: readonly string[];
  readonly processes: readonly string[];
  readonly sessions: readonly string[];
}

const FILES = ["load", "switch"];
const PROCESSES = ["web", "dns"];
const SESSIONS = ["uplink"];
/** Changes of one thing in one fault at most: it flaps. */
const CHANGES = 6;
/** Faults of sensors in one episode at most. */
const FAULTS = 5;

/** What one site has: every other has something. */
export function drawSensors(chance: Draw): Sensors {
  const some = (all: readonly string[]): readonly string[] =>
    chance.one(0.35) ? all.slice(0, 1 + chance.below(all.length)) : [];
  return { files: some(FILES), processes: some(PROCESSES), sessions: some(SESSIONS) };
}

/** The blocks of a configuration that say what is tracked. */
export function sensorBlocks(chance: Draw, { files, processes, sessions }: Sensors): readonly string[] {
  return [
    ...files.flatMap((name) =>
      block(`track_file ${name}`, [
        `file /run/${name}`,
        ...(chance.one(0.5) ? [`weight ${fileWeight(chance)}`] : []),
      ]),
    ),
    ...processes.flatMap((name) =>
      block(`vrrp_track_process ${name}`, [
        `process ${name}`,
        ...(chance.one(0.5) ? [`quorum ${1 + chance.below(3)}`] : []),
        ...(chance.one(0.2) ? ["quorum_max 3"] : []),
        ...(chance.one(0.3) ? [`terminate_delay ${chance.pick([0.1, 0.5, 1])}`] : []),
        ...(chance.one(0.3) ? [`fork_delay ${chance.pick([0.1, 0.5, 1])}`] : []),
        ...(chance.one(0.3) ? [`weight ${weight(chance)}`] : []),
      ]),
    ),
    ...sessions.flatMap((name) => block(`bfd_instance ${name}`, ["neighbor_ip 203.0.113.250"])),
  ];
}

/** What one instance tracks of it. */
export function sensorLines(chance: Draw, { files, processes, sessions }: Sensors): readonly string[] {
  return [
    ...tracked(chance, { list: "track_file", names: files, weight: () => ` weight ${fileWeight(chance)}` }),
    ...tracked(chance, {
      list: "track_process",
      names: processes,
      weight: () => ` weight ${weight(chance)}`,
    }),
    ...tracked(chance, { list: "track_bfd", names: sessions, weight: () => ` weight ${weight(chance)}` }),
  ];
}

/** What a sync group tracks of it: for a group everything is a fault, or all weights count alike for its members. */
export function groupSensorLines(chance: Draw, { files, processes, sessions }: Sensors): readonly string[] {
  const weighted = chance.one(0.4);
  const some = (): string => (weighted ? ` weight ${weight(chance)}` : " weight 0");
  return [
    ...(weighted ? ["sync_group_tracking_weight"] : []),
    ...tracked(chance, { list: "track_file", names: files, weight: some, always: true }),
    ...tracked(chance, { list: "track_process", names: processes, weight: some, always: true }),
    ...tracked(chance, { list: "track_bfd", names: sessions, weight: some, always: true }),
  ];
}

function tracked(
  chance: Draw,
  what: {
    readonly list: string;
    readonly names: readonly string[];
    readonly weight: () => string;
    /** Never the weight of the block. */
    readonly always?: boolean;
  },
): readonly string[] {
  const { list, names, weight: weightOf, always = false } = what;
  const lines = names.flatMap((name) =>
    chance.one(0.5) ? [`${name}${always || chance.one(0.7) ? weightOf() : ""}`] : [],
  );
  return lines.length === 0 ? [] : block(list, lines);
}

function weight(chance: Draw): string {
  return `${chance.pick([0, 0, 10, 60, -20, -60])}${chance.one(0.15) ? " reverse" : ""}`;
}

/** A file's number is multiplied by it. */
function fileWeight(chance: Draw): string {
  return `${chance.pick([0, 0, 1, 1, -1, 2, -2, 30, -127])}${chance.one(0.15) ? " reverse" : ""}`;
}

/** What happens to sensors between two times: each changes once or some times, and mostly is well again at the end. */
export function drawSensorFaults(
  chance: Draw,
  episode: {
    readonly hosts: readonly ScenarioHost[];
    readonly sensors: Sensors;
    readonly start: number;
    readonly end: number;
  },
): readonly ScenarioStep[] {
  const { hosts, sensors, start, end } = episode;
  const all = [
    ...sensors.files.map((name) => ({ verb: "file", name, good: "0", values: FILE_VALUES })),
    ...sensors.processes.map((name) => ({ verb: "processes", name, good: "2", values: PROCESS_VALUES })),
    ...sensors.sessions.map((name) => ({ verb: "bfd", name, good: "up", values: SESSION_VALUES })),
  ];
  if (all.length === 0) return [];
  return Array.from({ length: chance.below(FAULTS + 1) }, () => {
    const { verb, name, good, values } = chance.pick(all);
    const host = chance.pick(hosts).name;
    const from = chance.between(start, end);
    const to = chance.between(from, end);
    const changes = chance.one(0.5) ? 1 : 1 + chance.below(CHANGES);
    const steps = Array.from({ length: changes }, () =>
      step(chance.between(from, to), [verb, host, name, chance.pick(values)]),
    );
    return chance.one(0.75) ? [...steps, step(to, [verb, host, name, good])] : steps;
  }).flat();
}

const FILE_VALUES = [
  "0",
  "1",
  "2",
  "-1",
  "10",
  "-20",
  "254",
  "-254",
  "100000",
  "-100000",
  "gone",
  "nonsense",
];
const PROCESS_VALUES = ["0", "1", "2", "3", "4", "0 exec", "3 exec"];
const SESSION_VALUES = ["down", "down", "up"];

function step(at: number, words: readonly string[]): ScenarioStep {
  const [verb = "", ...objects] = words.flatMap((word) => word.split(" "));
  return { at: instant(at * 1_000_000), verb, objects };
}
