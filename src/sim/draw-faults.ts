import { instant } from "../base/time.ts";
import type { Draw } from "./draw.ts";
import type { DrawnSite } from "./draw-configs.ts";
import type { ScenarioStep } from "./scenario.ts";

/** What a fault is drawn from. Times are seconds. */
interface FaultDraw {
  readonly chance: Draw;
  readonly site: DrawnSite;
  readonly host: string;
  readonly from: number;
  readonly to: number;
}

type Words = readonly string[];
/** What is done when the fault begins, and what ends it, if anything does. */
type Fault = readonly [begin: Words, end?: Words];

/** One time of faults: some of them, in any order, overlapping; nothing of it is later than `end`. */
export function drawEpisode(
  chance: Draw,
  episode: {
    readonly site: DrawnSite;
    readonly start: number;
    readonly end: number;
    readonly faults: number;
  },
): readonly ScenarioStep[] {
  const { site, start, end } = episode;
  return Array.from({ length: episode.faults }, () => {
    const from = chance.between(start, end);
    const longest = chance.one(0.5) ? 2 * site.interval : 12 * site.interval;
    const to = Math.min(end, from + chance.between(0, longest));
    const host = chance.pick(site.hosts).name;
    const fault = chance.pick(FAULTS);
    return drawnSteps(fault({ chance, site, host, from, to }), from, to);
  }).flat();
}

function drawnSteps(faults: readonly Fault[], from: number, to: number): readonly ScenarioStep[] {
  return faults.flatMap(([begin, end]) => [step(from, begin), ...(end === undefined ? [] : [step(to, end)])]);
}

function step(at: number, [verb = "", ...objects]: Words): ScenarioStep {
  return { at: instant(at * 1_000_000), verb, objects };
}

/** Each kind of fault; those that matter most stand twice. */
const FAULTS: readonly ((draw: FaultDraw) => readonly Fault[])[] = [
  badNetwork,
  badNetwork,
  oneWay,
  oneWay,
  parted,
  held,
  held,
  ({ host, chance, site }) => [
    [
      ["kill", host],
      ["start", host, anyConfig(chance, { site, host })],
    ],
  ],
  ({ host, chance, site }) => [
    [
      ["power-off", host],
      ["start", host, anyConfig(chance, { site, host })],
    ],
  ],
  ({ host, chance, site }) => [
    [
      ["stop", host],
      ["start", host, anyConfig(chance, { site, host })],
    ],
  ],
  reloaded,
  reloaded,
  link,
  link,
  ({ host, chance, site }) => {
    const on = anyInterface(chance, { site, host });
    return [
      [
        ["interface-gone", host, on],
        ["interface-back", host, on],
      ],
    ];
  },
  ({ host, chance, site }) => {
    const { address, interface: on } = chance.pick(site.addresses);
    return [[["delete-address", host, address, on]]];
  },
  ({ host }) => [[["overrun", host]]],
  ({ host, chance }) => {
    const what = chance.pick(["add-address", "send-packet"]);
    return [
      [
        ["refuse", host, what],
        ["allow", host, what],
      ],
    ];
  },
  script,
  script,
  ({ host, chance }) => [[["clock-step", host, String(chance.pick([-3600, -1, 1, 3600]))]]],
  ({ host }) => [[["wake", host]]],
  ({ host, chance, site }) => [[["forge", host, chance.pick(site.instances).name, "0"]]],
];

function badNetwork({ chance, site }: FaultDraw): readonly Fault[] {
  const on = chance.below(site.hosts[0]?.addresses.length ?? 1);
  const conditions = [
    ["loss", chance.between(0, 0.5)],
    ["duplication", chance.between(0, 0.3)],
    ["reordering", chance.between(0, 0.3)],
    ["held-back", chance.between(0, site.interval / 2)],
    ["delay", chance.between(0, site.interval / 100)],
    ["jitter", chance.between(0, site.interval / 50)],
  ].flatMap(([word, value]) => (chance.one(0.6) ? [String(word), String(value)] : []));
  return [
    [
      ["network", ...conditions, "on", `eth${on}`],
      ["network", "on", `eth${on}`],
    ],
  ];
}

/** One does not hear another: the way back stays open. */
function oneWay({ chance, site, host }: FaultDraw): readonly Fault[] {
  const other = chance.pick(
    [...site.hosts.map(({ name }) => name), "client"].filter((name) => name !== host),
  );
  const on = anyInterface(chance, { site, host });
  const [from, to] = other === "client" || chance.one(0.5) ? [host, other] : [other, host];
  return [
    [
      ["cut", from, to, on],
      ["mend", from, to, on],
    ],
  ];
}

/** A host and all others do not hear each other. */
function parted({ chance, site, host }: FaultDraw): readonly Fault[] {
  const on = anyInterface(chance, { site, host });
  return site.hosts
    .filter(({ name }) => name !== host)
    .flatMap(({ name }): readonly Fault[] => [
      [
        ["cut", host, name, on],
        ["mend", host, name, on],
      ],
      [
        ["cut", name, host, on],
        ["mend", name, host, on],
      ],
    ]);
}

function held({ host }: FaultDraw): readonly Fault[] {
  return [
    [
      ["hold", host],
      ["resume", host],
    ],
  ];
}

function link({ chance, site, host }: FaultDraw): readonly Fault[] {
  const on = anyInterface(chance, { site, host });
  return [
    [
      ["link-down", host, on],
      ["link-up", host, on],
    ],
  ];
}

function reloaded({ chance, site, host }: FaultDraw): readonly Fault[] {
  return [[["reload", host, anyConfig(chance, { site, host })]]];
}

/** Mostly it recovers; one in five stays as it is for the rest of the time or until it is drawn again. */
function script({ chance, site, host }: FaultDraw): readonly Fault[] {
  const name = chance.pick(site.scripts);
  const begin = ["script", host, name, chance.pick(["fails", "fails", "hangs"])];
  return [chance.one(0.8) ? [begin, ["script", host, name, "ok"]] : [begin]];
}

function anyConfig(chance: Draw, { site, host }: Pick<FaultDraw, "site" | "host">): string {
  return chance.pick(site.configsOf.get(host) ?? [host]);
}

function anyInterface(chance: Draw, { site }: Pick<FaultDraw, "site" | "host">): string {
  return `eth${chance.below(site.hosts[0]?.addresses.length ?? 1)}`;
}
