/** One change of a service's destinations, which are named by the last part of their addresses, 10.9.0.<name>. */
export type Step =
  | ({ readonly kind: "add" | "edit"; readonly name: string; readonly weight: number } & Limits)
  | { readonly kind: "delete"; readonly name: string }
  /** New TCP connections, one choice each; "-" stands for none. */
  | { readonly kind: "choose"; readonly expected: string };

/** ipvsadm's -x and -y. */
interface Limits {
  readonly upper?: number;
  readonly lower?: number;
}

/** A run of choices that the kernel's IPVS (6.12) made. */
export interface RecordedRun {
  readonly title: string;
  readonly scheduler: string;
  readonly steps: readonly Step[];
}

/** Something that chooses: the specification in TypeScript, or the data path. */
export interface Chooser {
  change(step: Exclude<Step, { kind: "choose" }>): void;
  /** The name of the destination for a new connection, "-" for none. */
  choose(): string;
}

/** Plays a run; gives what was chosen beside what the kernel chose. */
export function play(
  run: RecordedRun,
  chooser: Chooser,
): { readonly chosen: string; readonly expected: string } {
  const chosen: string[] = [];
  const expected: string[] = [];
  for (const step of run.steps) {
    if (step.kind !== "choose") {
      chooser.change(step);
      continue;
    }
    const wanted = step.expected.split(" ");
    expected.push(...wanted);
    for (const _ of wanted) chosen.push(chooser.choose());
  }
  return { chosen: chosen.join(" "), expected: expected.join(" ") };
}

/** Destinations 11, 12, ... added in this order. */
function filled(weights: readonly number[], limits: Readonly<Record<string, Limits>> = {}): readonly Step[] {
  return weights.map((weight, at): Step => {
    const name = String(11 + at);
    return { kind: "add", name, weight, ...limits[name] };
  });
}

function run(scheduler: string, weights: readonly number[], expected: string): RecordedRun {
  return {
    title: `${scheduler} ${weights.join(",")}`,
    scheduler,
    steps: [...filled(weights), { kind: "choose", expected }],
  };
}

/** Recorded from Linux 6.12's IPVS with one new connection per choice. */
export const recordedRuns: readonly RecordedRun[] = [
  run("rr", [1, 1, 1], "13 12 11 13 12 11 13 12"),
  run("rr", [1, 0, 1], "13 11 13 11 13 11"),
  {
    title: "rr: add, delete and quiesce in mid-run",
    scheduler: "rr",
    steps: [
      ...filled([1, 1, 1]),
      { kind: "choose", expected: "13 12" },
      { kind: "add", name: "14", weight: 1 },
      { kind: "choose", expected: "11 14 13 12 11 14" },
      { kind: "delete", name: "12" },
      { kind: "choose", expected: "13 11 14 13 11 14" },
      { kind: "edit", name: "13", weight: 0 },
      { kind: "choose", expected: "11 14 11 14 11 14" },
    ],
  },
  {
    title: "rr with an upper threshold on 12",
    scheduler: "rr",
    steps: [
      ...filled([1, 1, 1], { 12: { upper: 3 } }),
      { kind: "choose", expected: "13 12 11 13 12 11 13 12 11 13 11 13 11 13" },
    ],
  },
  run("wrr", [4, 3, 2], "13 12 11 11 12 11 13 12 11 13 12 11 11 12 11 13 12 11 13 12"),
  run("wrr", [2, 3, 4], "13 12 11 13 13 12 13 12 11 13 12 11 13 13 12 13 12 11 13 12"),
  run("wrr", [1, 1, 1], "13 12 11 13 12 11 13 12"),
  run("wrr", [10, 20, 30], "13 12 11 13 13 12 13 12 11 13 13 12 13 12"),
  run("wrr", [5, 1, 1], "13 12 11 11 11 11 11 13 12 11 11 11 11 11 13"),
  run("wrr", [0, 3], "12 12 12 12 12"),
  run("wrr", [0, 0], "- - -"),
  run("wrr", [1, 2, 4], "13 12 11 13 13 13 12 13 12 11 13 13 13 12 13 12 11 13 13 13 12"),
  run("wrr", [4, 2, 1], "13 12 11 11 11 12 11 13 12 11 11 11 12 11 13 12 11 11 11 12 11"),
  run("wrr", [6, 4], "12 11 11 12 11 12 11 11 12 11 12 11 11 12 11"),
  run("wrr", [4, 6], "12 11 12 12 11 12 11 12 12 11 12 11 12 12 11"),
  {
    title: "wrr: edit and add in mid-run",
    scheduler: "wrr",
    steps: [
      ...filled([4, 3, 2]),
      { kind: "choose", expected: "13 12 11 11" },
      { kind: "edit", name: "12", weight: 6 },
      { kind: "choose", expected: "12 12 11 13 12 11 12 12 11 13 12 11 12 12 11 13" },
      { kind: "add", name: "14", weight: 2 },
      { kind: "choose", expected: "14 13 12 11 12 12 11 14 13 12 11 12 12 11 14 13" },
    ],
  },
  run("lc", [1, 1, 1], "13 12 11 13 12 11 13 12 11 13"),
  run("wlc", [1, 1, 1], "13 12 11 13 12 11 13 12 11 13"),
  run("wlc", [3, 2, 1], "13 12 11 11 12 11 13 12 11 11 12 11 13 12 11 11 12 11"),
  run("wlc", [1, 2, 3], "13 12 11 13 12 13 13 12 11 13 12 13 13 12 11 13 12 13"),
  {
    title: "wlc with upper thresholds on both",
    scheduler: "wlc",
    steps: [
      ...filled([1, 1], { 11: { upper: 2 }, 12: { upper: 2 } }),
      { kind: "choose", expected: "12 11 12 11 - -" },
    ],
  },
  run("sed", [3, 2, 1], "11 12 11 13 12 11 11 12 11 13 12 11 11 12 11 13 12 11"),
  run("sed", [1, 2, 3], "13 12 13 13 12 11 13 12 13 13 12 11 13 12 13 13 12 11"),
  run("nq", [3, 2, 1], "13 12 11 11 12 11 11 12 11 13 12 11 11 12 11 13 12 11"),
  run("nq", [1, 2, 3], "13 12 11 13 13 12 13 12 13 13 12 11 13 12 13 13 12 11"),
  run("ovf", [2, 5, 3], "12 12 12 12 12 12 13 13 13 13 11 11 11 - -"),
  run("ovf", [5, 5], "12 12 12 12 12 12 11 11 11 11 11 11 - -"),
  run("fo", [1, 5, 3], "12 12 12 12"),
  run("fo", [5, 5, 3], "12 12 12 12"),
  {
    title: "fo with an upper threshold on 12",
    scheduler: "fo",
    steps: [
      ...filled([1, 5, 3], { 12: { upper: 4 } }),
      { kind: "choose", expected: "12 12 12 12 13 13 13 13 13" },
    ],
  },
  run("none", [1, 1], "- -"),
];
