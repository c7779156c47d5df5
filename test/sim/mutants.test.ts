import { describe, expect, it } from "vitest";
import { instant } from "../../src/base/time.ts";
import type { VrrpHostEffect, VrrpHostEvent } from "../../src/director/host.ts";
import { vrrpDirector } from "../../src/director/vrrp-director.ts";
import type { RouterEntry, VrrpDirectorState } from "../../src/director/vrrp-director-state.ts";
import type { VrrpRecord } from "../../src/director/vrrp-record.ts";
import type { DirectorMachine } from "../../src/sim/host-surroundings.ts";
import { advertised } from "../../src/sim/packet.ts";
import { playScenario, violationLine } from "../../src/sim/play-scenario.ts";
import { randomScenario } from "../../src/sim/random-world.ts";
import { parseScenario, scenarioText } from "../../src/sim/scenario.ts";
import { shrinkScenario } from "../../src/sim/shrink.ts";

/** So many seeds must be enough to notice any of the mutants. */
const SEEDS = 80;
const SECONDS = 400;

interface Mutant {
  readonly does: string;
  /** What it does not hear; everything else reaches the real machine. */
  readonly deaf?: (event: VrrpHostEvent, state: VrrpDirectorState) => boolean;
  /** What it hears instead of an event. */
  readonly mishears?: (event: VrrpHostEvent) => VrrpHostEvent;
  /** What it remembers of each router's packets, before an event. */
  readonly forgets?: (entry: RouterEntry) => RouterEntry["exchange"];
  /** What it does instead of an effect. */
  readonly instead?: (effect: VrrpHostEffect, event: VrrpHostEvent) => readonly VrrpHostEffect[];
  readonly deadline?: DirectorMachine["deadline"];
  readonly noticedAs: RegExp;
}

const priorityOf = (event: VrrpHostEvent): number | undefined =>
  event.kind === "packet" ? advertised(event.packet, event.family).priority : undefined;

const isMaster = (state: VrrpDirectorState): boolean =>
  [...state.routers.values()].some((entry) => entry.state.role.kind === "master");

function withRecord(event: VrrpHostEvent, change: (record: VrrpRecord) => VrrpRecord): VrrpHostEvent {
  if (event.kind !== "start" || event.legacy === undefined) return event;
  return { ...event, legacy: { ...event.legacy, record: change(event.legacy.record) } };
}

const MUTANTS: readonly Mutant[] = [
  {
    does: "never steps down for a better one",
    deaf: (event, state) => event.kind === "packet" && isMaster(state),
    noticedAs: /hear each other and were both master/,
  },
  {
    does: "leaves its addresses behind when it is master no more",
    instead: (effect) => (effect.kind === "remove-address" ? [] : [effect]),
    noticedAs: /and is no master of it/,
  },
  {
    does: "does not look after its addresses",
    deaf: (event) => event.kind === "address-removed" || event.kind === "snapshot",
    noticedAs: /is master and without|wanted no fault|wanted fault/,
  },
  {
    does: "tells of everything twice",
    instead: (effect) => (effect.kind === "notification" ? [effect, effect] : [effect]),
    noticedAs: /was notified twice/,
  },
  {
    does: "forgets to tell of faults",
    instead: (effect) =>
      effect.kind === "notification" && effect.notification.state === "FAULT" ? [] : [effect],
    noticedAs: /the last that was notified is/,
  },
  {
    does: "resigns twice (ST-12)",
    instead: (effect, event) =>
      event.kind === "shutdown" && effect.kind === "send-packet" ? [effect, effect] : [effect],
    noticedAs: /resigned 2 times at its stop, wanted 1/,
  },
  {
    does: "takes its addresses off and puts them back at a reload",
    instead: (effect, event) =>
      event.kind === "reload" && effect.kind === "send-packet"
        ? [effect, ...taken.splice(0)]
        : [remember(effect)],
    noticedAs: /a reload took .* from a master that keeps it/,
  },
  {
    does: "is always due",
    deadline: (state) => (isMaster(state) ? (0 as never) : vrrpDirector.deadline(state)),
    noticedAs: /is due at .* again, after its alarm/,
  },
  {
    does: "does not hear of links",
    deaf: (event) => event.kind === "link",
    noticedAs: /wanted fault|wanted exactly one|hear each other|sends what is for/,
  },
  {
    does: "does not hear of scripts that fail",
    deaf: (event) =>
      event.kind === "script-result" && (event.outcome.kind !== "exited" || event.outcome.code !== 0),
    noticedAs: /wanted fault|wanted the best one/,
  },
  ...(["tracked-file", "tracked-process", "bfd-session"] as const).map((kind) => ({
    does: `does not hear of the ${kind} that changes`,
    deaf: (event: VrrpHostEvent) => event.kind === kind,
    noticedAs: /wanted fault|wanted no fault|wanted the best one/,
  })),
  {
    does: "begins anew when it should go on",
    mishears: (event) => {
      if (event.kind !== "start") return event;
      const { legacy: _, ...fresh } = event;
      return fresh;
    },
    noticedAs: /goes on as backup and was master: wanted master/,
  },
  {
    does: "forgets, when it goes on, how its scripts stood",
    mishears: (event) => withRecord(event, (record) => ({ ...record, scripts: [] })),
    noticedAs: /goes on with priority|goes on as fault and was/,
  },
  {
    does: "forgets, when it goes on, which master it had heard",
    mishears: (event) =>
      withRecord(event, (record) => ({
        ...record,
        routers: record.routers.map((router) =>
          router.role.kind === "backup"
            ? { ...router, role: { ...router.role, masterDownAt: instant(0) } }
            : router,
        ),
      })),
    noticedAs: /became master .* too early/,
  },
  {
    does: "takes an authentication header that it has taken before (RX-8)",
    forgets: ({ exchange }) => ({ ...exchange, headerSequence: 0 }),
    noticedAs: /took the same packet twice/,
  },
  {
    does: "keeps no mark of whom it has heard (RX-22)",
    forgets: ({ exchange }) => ({ ...exchange, heard: [] }),
    noticedAs: /took the same packet twice/,
  },
  {
    does: "begins to count anew when it goes on",
    mishears: (event) =>
      withRecord(event, (record) => ({
        ...record,
        routers: record.routers.map((router) => ({ ...router, sequence: "0" })),
      })),
    noticedAs: /goes on with header/,
  },
  {
    does: "throws when it hears priority 0",
    instead: (effect, event) => {
      if (priorityOf(event) === 0) throw new Error("zero");
      return [effect];
    },
    noticedAs: /the machine threw: zero/,
  },
];

/** What the mutant that reloads badly has put on its interfaces. */
const taken: VrrpHostEffect[] = [];
function remember(effect: VrrpHostEffect): VrrpHostEffect {
  if (effect.kind === "add-address") taken.push({ ...effect, kind: "remove-address" }, effect);
  return effect;
}

function machineOf({ deaf, mishears, forgets, instead, deadline }: Mutant): DirectorMachine {
  return {
    step(state, told, now) {
      const event = mishears?.(told) ?? told;
      if (forgets !== undefined && event.kind === "packet")
        for (const entry of state.routers.values()) entry.exchange = forgets(entry);
      if (deaf?.(event, state) === true) return { state, effects: [] };
      const step = vrrpDirector.step(state, event, now);
      return {
        state: step.state,
        effects: step.effects.flatMap((effect) => instead?.(effect, event) ?? [effect]),
      };
    },
    deadline: deadline ?? vrrpDirector.deadline,
  };
}

describe("the simulation notices a director that", () => {
  it.each(MUTANTS.map((mutant) => [mutant.does, mutant] as const))("%s", (_, mutant) => {
    const machine = machineOf(mutant);
    const seen: string[] = [];
    for (let seed = 1; seed <= SEEDS && !seen.some((line) => mutant.noticedAs.test(line)); seed++) {
      taken.length = 0;
      const { violations } = playScenario(randomScenario(seed, SECONDS), { tracing: false, machine });
      seen.push(...violations.map(violationLine));
    }
    expect(seen.join("\n")).toMatch(mutant.noticedAs);
  });
});

describe("a world that fails", () => {
  it("is shrunk to a short scenario that fails in the same way and can be read again", () => {
    const machine = machineOf(MUTANTS[1] as Mutant);
    const trial = (scenario: ReturnType<typeof randomScenario>) =>
      playScenario(scenario, { tracing: false, machine }).violations;
    const worlds = Array.from({ length: SEEDS }, (_, at) => randomScenario(at + 1, SECONDS));
    const whole = worlds.find((world) => trial(world).some(({ what }) => what.includes("no master of it")));
    if (whole === undefined) throw new Error("no seed notices the mutant");
    const small = shrinkScenario(whole, trial);
    expect(small.steps.length).toBeLessThan(5);
    expect(scenarioText(small).length).toBeLessThan(scenarioText(whole).length / 10);
    expect(
      trial(small)
        .map(({ what }) => what)
        .join(),
    ).toMatch(/and is no master of it/);
    expect(parseScenario(scenarioText(small))).toEqual({ ok: true, value: small });
  });
});
