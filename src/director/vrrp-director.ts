import type { Machine, Step } from "../base/machine.ts";
import { earliest, type Instant } from "../base/time.ts";
import { extraGarpAlarm, extraGarpDeadline } from "./extra-garp.ts";
import { effectFailed } from "./failed-effects.ts";
import type { VrrpHostEffect, VrrpHostEvent } from "./host.ts";
import { kernelNews } from "./kernel-news.ts";
import { logNowAndThen } from "./log-now-and-then.ts";
import { repeatStates, tellGroupChanges, tellLateFaults, toldInStartingOrder } from "./notifying.ts";
import { keepOwnInterfaces, ownInterfacesDeadline, removeAllOwnInterfaces } from "./own-interfaces.ts";
import { removeFilter } from "./packet-filter.ts";
import { acknowledgeResignation, resignationsAlarm, scheduleResignations } from "./resignation.ts";
import { configure, electionsFrom, takeFile, tellDelay } from "./router-configuration.ts";
import { clearCounters } from "./router-counters.ts";
import { deliver } from "./router-delivery.ts";
import { refreshAll } from "./router-upkeep.ts";
import { removeStatics, staticsAlarm } from "./static-entries.ts";
import { groupIsReady } from "./sync-groups.ts";
import type { StepContext, VrrpDirectorState } from "./vrrp-director-state.ts";
import { packet } from "./vrrp-reception.ts";

/** Joins virtual routers, interfaces, trackers and notifications: the machine of the VRRP process. */
export const vrrpDirector: Machine<VrrpDirectorState, VrrpHostEvent, VrrpHostEffect> = {
  step(state, event, now): Step<VrrpDirectorState, VrrpHostEffect> {
    const out: VrrpHostEffect[] = [];
    const context = { state, now, out };
    state.touched.clear();
    take(event, context);
    tellLateFaults(context);
    tellGroupChanges(context);
    scheduleResignations(context);
    if (event.kind === "reload") repeatStates(context);
    const configured = event.kind === "start" || event.kind === "reload";
    return { state, effects: configured ? toldInStartingOrder(out) : out };
  },
  deadline(state) {
    return earliest([
      state.deadlines.earliest(),
      state.scripts.deadline(),
      state.standings.deadline(),
      state.linkDelays.deadline(),
      state.strays.deadline(),
      state.floods.deadline(),
      ownInterfacesDeadline(state),
      state.statics.restoreAt,
      state.pacer.deadline(),
      state.resignations.dueAt,
      extraGarpDeadline(state),
    ]);
  },
};

function take(event: VrrpHostEvent, context: StepContext): void {
  const { state } = context;
  switch (event.kind) {
    case "start":
      state.links.replaceAll(event.links, event.addresses);
      state.electionsFrom = electionsFrom(event.config, context.now);
      if (event.legacy === undefined) tellDelay(context);
      configure(event, context);
      return;
    case "reload":
      configure(event, context);
      return;
    case "alarm":
      alarm(context);
      return;
    case "packet":
      packet(event, context);
      return;
    case "snapshot":
    case "link":
    case "link-removed":
    case "address-added":
    case "address-removed":
    case "route-removed":
    case "rule-removed":
      kernelNews(event, context);
      return;
    case "script-result":
      state.scripts.result(event.script, { outcome: event.outcome, now: context.now, out: context.out });
      refreshAll(state.index.tracking("script", event.script), context);
      return;
    case "tracked-file":
      takeFile(event, context);
      refreshAll(state.index.tracking("file", event.name), context);
      return;
    case "tracked-process":
      if (state.standings.process(event, context.now)) quorumTurned(event.name, context);
      return;
    case "bfd-session":
      bfdSession(event, context);
      return;
    case "wall-clock":
      state.wallClockOffset = event.offset;
      return;
    case "effect-failed":
      effectFailed(event, context);
      return;
    case "trouble":
      logNowAndThen(
        { key: `trouble ${event.about}`, level: "warning", message: () => event.message },
        context,
      );
      return;
    case "clear-statistics":
      for (const { counters } of state.routers.values()) clearCounters(counters);
      return;
    case "shutdown":
      shutdown(event, context);
      return;
  }
}

/** A tracked process has its quorum or has it no more: told in keepalived's words. */
function quorumTurned(name: string, context: StepContext): void {
  const { state, out } = context;
  const turn = state.standings.standing("process", name) === "up" ? "gained" : "lost";
  out.push({ kind: "log", level: "info", message: `Quorum ${turn} for tracked process ${name}` });
  refreshAll(state.index.tracking("process", name), context);
}

function alarm(context: StepContext): void {
  const { state, now } = context;
  state.scripts.alarm(now, context.out);
  for (const name of state.standings.alarm(now)) quorumTurned(name, context);
  for (const name of state.linkDelays.alarm(now)) refreshAll(state.index.onInterface(name), context);
  state.strays.alarm(context);
  state.floods.alarm(context);
  extraGarpAlarm(context);
  if (isDue(ownInterfacesDeadline(state), now)) keepOwnInterfaces(state.routers.values(), context);
  staticsAlarm(context);
  routersAlarm(context);
  state.pacer.alarm(now, context.out);
  resignationsAlarm(context);
}

/** Of routers that are due together, so many have their turn at one alarm. */
const TURNS = 16;

/**
 * The routers that have waited longest, a few at a time: the rest stay due, so that the driver's next alarm, which follows
 * at once, is theirs. What these have to say goes out before the others are asked, and with hundreds of masters each group
 * of them has an instant of its own and keeps it, as every master of keepalived does, instead of one burst for all.
 */
function routersAlarm(context: StepContext): void {
  const { state, now } = context;
  for (let turn = 0; turn < TURNS; turn++) {
    const slot = state.deadlines.due(now);
    const entry = slot === undefined ? undefined : state.slots[slot];
    if (entry === undefined) return;
    const { role } = entry.state;
    const waits = role.kind === "backup" && role.masterDownAt <= now && !groupIsReady(entry, now);
    deliver(entry, { kind: waits ? "await-group" : "alarm" }, context);
  }
}

function isDue(deadline: Instant | undefined, now: Instant): boolean {
  return deadline !== undefined && deadline <= now;
}

/** Takes how a BFD session stands, with keepalived's line for each router that tracks it. */
function bfdSession(
  { name, up }: { readonly name: string; readonly up: boolean },
  context: StepContext,
): void {
  const { state, out } = context;
  const routers = [...state.index.tracking("bfd", name)];
  if (state.standings.bfdSession(name, up)) {
    for (const { instance } of routers) {
      const message = `VRRP_Instance(${instance.name}) Tracked BFD instance ${name} is ${up ? "UP" : "DOWN"}`;
      out.push({ kind: "log", level: "info", message });
    }
  }
  refreshAll(routers, context);
}

function shutdown({ resigned }: Extract<VrrpHostEvent, { kind: "shutdown" }>, context: StepContext): void {
  const { state, out } = context;
  if (state.stopping) return;
  state.stopping = true;
  out.push({ kind: "stopping" });
  for (const entry of state.routers.values()) {
    const silent = resigned === true && acknowledgeResignation(entry, context);
    deliver(entry, { kind: "shutdown", ...(silent ? { resigned: true } : {}) }, context);
  }
  tellGroupChanges(context);
  removeStatics(context);
  for (const name of state.promoting) out.push({ kind: "promote-secondaries", interface: name, on: false });
  removeAllOwnInterfaces(context);
  removeFilter(context);
  out.push({ kind: "stopped" });
}
