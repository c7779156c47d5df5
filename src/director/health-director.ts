import { unreachable } from "../base/assert.ts";
import type { Machine, Step } from "../base/machine.ts";
import { after, earliest, type Instant } from "../base/time.ts";
import { type CheckerEffect, type CheckerEvent, checkerMachine } from "../check/checker.ts";
import type { Observation, ProbeId } from "../check/probe.ts";
import { type ServiceSet, serviceKeyText } from "../forward/service.ts";
import { dueSlots, earliestDeadline, valueAt, withValue } from "./deadline-tree.ts";
import { planHealth } from "./health-plan.ts";
import { noteRefusal, pause, withoutOvertaken } from "./health-refusals.ts";
import { deleteServices, reconcile, settleQuorum, turnRealServer } from "./health-services.ts";
import type { CheckerSlot, HealthConfig, HealthEffect, HealthEvent, HealthState } from "./health-state.ts";

type HealthStep = Step<HealthState, HealthEffect>;

/** A probe's number is its checker's slot and the low bits of the checker's own count. */
const PROBES_PER_SLOT = 2 ** 22;

/**
 * The checker process: a checker for each check of each real server, and the part of the service table that follows
 * from what they find. A step costs no more than the checker it is about, however many there are; only a verdict that
 * takes a real server in or out looks at the whole of its virtual server.
 */
export const healthDirector: Machine<HealthState, HealthEvent, HealthEffect> = {
  step(state, event, now) {
    if (event.kind === "start") return state.phase === "idle" ? start(state, event, now) : unchanged(state);
    if (state.phase !== "running") return unchanged(state);
    switch (event.kind) {
      case "reload":
        return configure(state, { config: event.config, table: new Map(), now });
      case "alarm":
        return alarm(state, now);
      case "probe-result":
        return probeResult(state, event, now);
      case "bfd-session":
        return bfdSession(state, event, now);
      case "operation-refused":
        return noteRefusal(state, { ...event, now });
      case "shutdown":
        return shutdown(state, { keepServices: event.keepServices, now });
      default:
        return unreachable(event);
    }
  },
  deadline(state) {
    return earliest([earliestDeadline(state.checkers), state.retry?.at]);
  },
};

function unchanged(state: HealthState): HealthStep {
  return { state, effects: [] };
}

function start(state: HealthState, event: Extract<HealthEvent, { kind: "start" }>, now: Instant): HealthStep {
  const { config, table, seed } = event;
  if (!config.global.lvsFlush) return configure({ ...state, seed }, { config, table, now });
  const step = configure({ ...state, seed }, { config, table: new Map(), now });
  return { state: step.state, effects: [{ kind: "apply", op: { kind: "flush" } }, ...step.effects] };
}

function configure(
  state: HealthState,
  options: { readonly config: HealthConfig; readonly table: ServiceSet; readonly now: Instant },
): HealthStep {
  const { config, table, now } = options;
  const plan = planHealth(state, { config, table, now });
  const effects: HealthEffect[] = plan.dropped.flatMap((slot) => cancelEffects(state, slot));
  const { ops, effects: removals } = deleteServices(plan.removed);
  effects.push(...removals);
  let next: HealthState = { ...plan.state, refused: withoutOvertaken(plan.state.refused, ops) };
  for (const [place, { server }] of plan.state.servers.entries()) {
    const starting = !state.places.has(serviceKeyText(server.key));
    const settled = settleQuorum(next, { place, starting });
    next = settled.state;
    effects.push(...settled.effects);
  }
  for (const { state: checker, server } of plan.started) {
    const name = next.servers[server]?.name ?? "";
    const message = `Activating healthchecker for service ${checker.spec.service} for VS ${name}`;
    effects.push({ kind: "log", level: "info", message });
  }
  return { state: next, effects };
}

function alarm(state: HealthState, now: Instant): HealthStep {
  let next = state;
  const effects: HealthEffect[] = [];
  for (const slot of dueSlots(state.checkers, now)) {
    const step = stepChecker(next, { slot, event: { kind: "alarm" }, now });
    next = step.state;
    effects.push(...step.effects);
  }
  if (next.retry === undefined || now < next.retry.at) return { state: next, effects };
  const step = retryRefused(next, { attempts: next.retry.attempts, now });
  return { state: step.state, effects: [...effects, ...step.effects] };
}

function probeResult(
  state: HealthState,
  { id, observation }: { readonly id: ProbeId; readonly observation: Observation },
  now: Instant,
): HealthStep {
  const slot = Math.floor(id / PROBES_PER_SLOT);
  const phase = valueAt(state.checkers, slot)?.state.phase;
  if (phase?.kind !== "probing" || probeNumber(slot, phase.id) !== id) return unchanged(state);
  const event: CheckerEvent = { kind: "probe-result", id: phase.id, observation };
  return stepChecker(state, { slot, event, now });
}

/** Tells every check that follows a session how it stands. Sessions change seldom, so all checks are looked at. */
function bfdSession(
  state: HealthState,
  { name, up }: { readonly name: string; readonly up: boolean },
  now: Instant,
): HealthStep {
  const follows = (slot: number) => {
    const checker = valueAt(state.checkers, slot)?.state.spec.checker;
    return checker?.kind === "bfd" && checker.name === name;
  };
  const slots = state.servers.flatMap(({ reals }) => reals.flatMap((real) => real.slots.filter(follows)));
  let next = state;
  const effects: HealthEffect[] = [];
  for (const slot of slots) {
    const step = stepChecker(next, { slot, event: { kind: "session", up }, now });
    next = step.state;
    effects.push(...step.effects);
  }
  return { state: next, effects };
}

function probeNumber(slot: number, id: ProbeId): ProbeId {
  return slot * PROBES_PER_SLOT + (id % PROBES_PER_SLOT);
}

function stepChecker(
  state: HealthState,
  options: { readonly slot: number; readonly event: CheckerEvent; readonly now: Instant },
): HealthStep {
  const { slot, event, now } = options;
  const before = valueAt(state.checkers, slot);
  if (before === undefined) return unchanged(state);
  const step = checkerMachine.step(before.state, event, now);
  const value: CheckerSlot = { ...before, state: step.state };
  const deadline = checkerMachine.deadline(step.state);
  let next: HealthState = { ...state, checkers: withValue(state.checkers, { slot, value, deadline }) };
  const effects: HealthEffect[] = [];
  for (const effect of step.effects) {
    const turned = perform(next, { effect, slot, before, now });
    next = turned.state;
    effects.push(...turned.effects);
  }
  return { state: next, effects };
}

function perform(
  state: HealthState,
  options: {
    readonly effect: CheckerEffect;
    readonly slot: number;
    readonly before: CheckerSlot;
    readonly now: Instant;
  },
): HealthStep {
  const { effect, slot, before, now } = options;
  switch (effect.kind) {
    case "probe":
    case "cancel-probe":
      return { state, effects: [{ ...effect, id: probeNumber(slot, effect.id) }] };
    case "log":
      return { state, effects: [effect] };
    case "verdict-changed":
      return turnRealServer(state, {
        server: before.server,
        real: before.real,
        wasUp: before.state.up,
        isUp: effect.up,
        reason: effect.reason,
        now,
      });
    default:
      return unreachable(effect);
  }
}

function cancelEffects(state: HealthState, slot: number): readonly HealthEffect[] {
  const phase = valueAt(state.checkers, slot)?.state.phase;
  return phase?.kind === "probing" ? [{ kind: "cancel-probe", id: probeNumber(slot, phase.id) }] : [];
}

/** Services that were lost are made anew, what was refused is asked for again; after a quiet pause the count ends. */
function retryRefused(
  state: HealthState,
  { attempts, now }: { readonly attempts: number; readonly now: Instant },
): HealthStep {
  const { retry: _, ...rest } = state;
  let next: HealthState = rest;
  const effects: HealthEffect[] = [];
  for (const [place, server] of state.servers.entries()) {
    if (server.owned !== undefined) continue;
    const step = reconcile(next, place);
    next = step.state;
    effects.push(...step.effects);
  }
  effects.push(...next.refused.map((op): HealthEffect => ({ kind: "apply", op })));
  if (effects.length === 0) return unchanged(next);
  const retry = { at: after(now, pause(attempts + 1)), attempts: attempts + 1 };
  return { state: { ...next, refused: [], retry }, effects };
}

function shutdown(
  state: HealthState,
  { keepServices, now }: { readonly keepServices: boolean; readonly now: Instant },
): HealthStep {
  const slots = state.servers.flatMap(({ reals }) => reals.flatMap((real) => real.slots));
  const effects: HealthEffect[] = slots.flatMap((slot) => cancelEffects(state, slot));
  if (!keepServices) effects.push(...deleteServices(state.servers, { omega: true, now }).effects);
  effects.push({ kind: "stopped" });
  const { retry: _, ...rest } = state;
  const emptied = state.servers.map((server) => (keepServices ? server : { ...server, owned: undefined }));
  return {
    state: {
      ...rest,
      phase: "stopped",
      servers: emptied,
      checkers: { root: undefined, depth: 0 },
      refused: [],
    },
    effects,
  };
}
