import type { Instant } from "../base/time.ts";
import type { Config } from "../conf/model/config.ts";
import type { ServiceSet } from "../forward/service.ts";
import { valueAt, withValue } from "./deadline-tree.ts";
import { healthDirector } from "./health-director.ts";
import type { HealthStanding, VirtualServerStanding } from "./health-standing.ts";
import {
  type HealthConfig,
  type HealthEffect,
  type HealthState,
  initialHealthState,
  type VirtualServerState,
} from "./health-state.ts";
import type { InterfaceAddress, Link, VrrpHostEffect, VrrpHostEvent } from "./host.ts";
import { LinkTable } from "./link-table.ts";
import { asMade } from "./own-interfaces.ts";
import { indexRouters } from "./router-configuration.ts";
import { setRouterState } from "./router-delivery.ts";
import { assess, priorityOf } from "./router-upkeep.ts";
import { vrrpDirector } from "./vrrp-director.ts";
import { initialVrrpState, type VrrpDirectorState } from "./vrrp-director-state.ts";
import type { VrrpStatus } from "./vrrp-status.ts";
import { openWires } from "./wires.ts";

/** What the VRRP process would do at a reload, and what it would be afterwards. */
export interface VrrpRehearsal {
  readonly effects: readonly VrrpHostEffect[];
  readonly after: VrrpDirectorState;
  /** Scripts that would be run at once, because they are new or their command is. */
  readonly scriptsStarted: readonly string[];
}

/**
 * Hands a new configuration to the real machine of the VRRP process, put into the state that `status` tells of, and
 * drops the effects. What a plan says is thus what the daemon's own code decides, and cannot drift from it.
 */
export function rehearseVrrp(
  running: Config,
  options: { readonly next: Config; readonly status: VrrpStatus },
): VrrpRehearsal {
  const { next, status } = options;
  const state = resumeVrrp(running, status);
  const effects = stepThrough(state, { kind: "reload", config: next }, status.now);
  return { effects, after: state, scriptsStarted: scriptsDueAt(state, status.now) };
}

/** The first start of a VRRP process that had nothing to do so far, on the interfaces that `status` tells of. */
export function rehearseVrrpStart(next: Config, status: VrrpStatus): VrrpRehearsal {
  const state = initialVrrpState();
  const effects = stepThrough(state, { kind: "start", config: next, ...world(status) }, status.now);
  return { effects, after: state, scriptsStarted: scriptsDueAt(state, status.now) };
}

/** One step, and those that follow from it at once: an own interface that is asked for comes. */
function stepThrough(
  state: VrrpDirectorState,
  event: VrrpHostEvent,
  now: Instant,
): readonly VrrpHostEffect[] {
  const { effects } = vrrpDirector.step(state, event, now);
  const following = effects.flatMap((effect) => {
    if (effect.kind !== "make-own-interface") return [];
    const { own } = effect;
    const link = asMade(own, state.links);
    const added = own.addresses.map((address) => ({
      ...address,
      interfaceIndex: link.index,
      secondary: false,
    }));
    for (const address of added) state.links.addAddress(address);
    return stepThrough(state, { kind: "link", link }, now);
  });
  return [...effects, ...following];
}

function scriptsDueAt(state: VrrpDirectorState, now: Instant): readonly string[] {
  const due: VrrpHostEffect[] = [];
  state.scripts.alarm(now, due);
  return due.flatMap((effect) => (effect.kind === "run-script" ? [effect.script] : []));
}

/** Starts the machine with the running configuration and puts it where the running one stands. */
function resumeVrrp(config: Config, status: VrrpStatus): VrrpDirectorState {
  const state = initialVrrpState();
  const { now } = status;
  stepThrough(state, { kind: "start", config, ...world(status) }, now);
  state.scripts.alarm(now, []);
  state.scripts.restore(
    status.scripts.map(({ name, standing }) => ({ name, standing: { standing, against: 0 } })),
  );
  state.electionsFrom = status.electionsFrom ?? now;
  if (status.trackers !== undefined) state.standings.restore(status.trackers);
  state.linkDelays.restore(status.linkDelays ?? []);
  const { links, addresses } = world(status);
  state.links.replaceAll(links, addresses);
  const started = new Map(state.routers);
  state.routers.clear();
  for (const { key, role, faults, priority, source, master, told } of status.instances) {
    const entry = started.get(key);
    if (entry === undefined) continue;
    setRouterState(entry, { ...entry.state, role, priority, source, master }, state);
    entry.told = told;
    if (role.kind === "fault" && told === undefined) state.untold.add(entry);
    entry.faults.clear();
    for (const fault of faults) entry.faults.set(JSON.stringify(fault), fault);
    // In the order of the running process: what stops first is decided by it.
    state.routers.set(key, entry);
  }
  indexRouters(state, config);
  for (const entry of state.routers.values()) {
    entry.priority = priorityOf(entry, state);
    assess(entry, state);
  }
  state.groupStates.clear();
  for (const { name, state: told } of status.groups) state.groupStates.set(name, told);
  state.wires.clear();
  openWires({ state, now, out: [] });
  return state;
}

/** The interfaces that a status tells of. */
export function linksOf(status: VrrpStatus): LinkTable {
  const { links, addresses } = world(status);
  const table = new LinkTable();
  table.replaceAll(links, addresses);
  return table;
}

function world(status: VrrpStatus): {
  readonly links: readonly Link[];
  readonly addresses: readonly InterfaceAddress[];
} {
  return {
    links: status.links.map(({ addresses: _, hardwareAddress, ...link }) => ({
      ...link,
      hardwareAddress: Uint8Array.from(hardwareAddress),
    })),
    addresses: status.links.flatMap(({ index, addresses }) =>
      addresses.map((address) => ({ ...address, interfaceIndex: index })),
    ),
  };
}

/** What the checker process would do at a reload, and its states before and after. */
export interface HealthRehearsal {
  readonly effects: readonly HealthEffect[];
  readonly before: HealthState;
  readonly after: HealthState;
}

/** The same for the checker process. */
export function rehearseHealth(
  running: HealthConfig,
  options: { readonly next: HealthConfig; readonly standing: HealthStanding; readonly now: Instant },
): HealthRehearsal {
  const { next, standing, now } = options;
  const before = resumeHealth(running, { standing, now });
  const { state, effects } = healthDirector.step(before, { kind: "reload", config: next }, now);
  return { effects, before, after: state };
}

/** The first start of a checker process, on what its service table holds. */
export function rehearseHealthStart(
  next: HealthConfig,
  options: { readonly table: ServiceSet; readonly now: Instant },
): HealthRehearsal {
  const event = { kind: "start", config: next, table: options.table, seed: 0 } as const;
  const { state, effects } = healthDirector.step(initialHealthState, event, options.now);
  return { effects, before: initialHealthState, after: state };
}

function resumeHealth(
  config: HealthConfig,
  { standing, now }: { readonly standing: HealthStanding; readonly now: Instant },
): HealthState {
  const event = { kind: "start", config, table: new Map(), seed: 0 } as const;
  let { state } = healthDirector.step(initialHealthState, event, now);
  const places = new Map(standing.virtualServers.map((server) => [server.service, server]));
  for (const [service, place] of state.places) {
    const [server, known] = [state.servers[place], places.get(service)];
    if (server !== undefined && known !== undefined)
      state = resumeServer(state, { place, server, standing: known });
  }
  return state;
}

function resumeServer(
  state: HealthState,
  options: {
    readonly place: number;
    readonly server: VirtualServerState;
    readonly standing: VirtualServerStanding;
  },
): HealthState {
  const { place, server, standing } = options;
  let { checkers } = state;
  const reals = server.reals.map((real, index) => {
    const ups = real.slots.map((slot, at) => {
      const up = standing.checkersUp[index]?.[at] ?? true;
      const known = valueAt(checkers, slot);
      if (known === undefined) return up;
      const value = { ...known, state: { ...known.state, up } };
      checkers = withValue(checkers, { slot, value, deadline: undefined });
      return up;
    });
    return { ...real, failing: ups.filter((up) => !up).length };
  });
  const resumed = { ...server, reals, quorumUp: standing.quorumUp, owned: standing.owned };
  return { ...state, checkers, servers: state.servers.with(place, resumed) };
}
