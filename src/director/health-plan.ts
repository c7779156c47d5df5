import { seededRandom } from "../base/random.ts";
import type { Instant } from "../base/time.ts";
import { checkerMachine, newChecker } from "../check/checker.ts";
import type { Checker, RealServer, VirtualServer } from "../conf/model/virtual-server.ts";
import { type Service, type ServiceSet, serviceKeyText } from "../forward/service.ts";
import { planService } from "../forward/virtual-server.ts";
import { type DeadlineTree, emptyDeadlineTree, valueAt, withValue } from "./deadline-tree.ts";
import {
  type CheckerSlot,
  type HealthConfig,
  type HealthState,
  type RealServerState,
  realServerName,
  type VirtualServerState,
  virtualServerName,
} from "./health-state.ts";

/** What a new configuration makes of the present state. */
export interface HealthPlan {
  readonly state: HealthState;
  /** Slots of checkers that are new and of those that are gone; all others go on undisturbed. */
  readonly started: readonly CheckerSlot[];
  readonly dropped: readonly number[];
  /** Virtual servers that are gone. */
  readonly removed: readonly VirtualServerState[];
}

/**
 * Lays a configuration over what runs. Virtual servers are matched by what they answer for, real servers by address
 * and port, checkers by all that is configured of them; a checker that matches keeps its state, its probe under way
 * and its slot. `table` is what was there before we started: a real server that is missing in a service of ours was
 * down when the process died, and stays out until a check succeeds.
 */
export function planHealth(
  previous: HealthState,
  options: { readonly config: HealthConfig; readonly table: ServiceSet; readonly now: Instant },
): HealthPlan {
  const planner = new Planner(previous, options);
  return planner.plan(options.config.virtualServers);
}

/** Collects one new state; lives for one call. */
class Planner {
  readonly #previous: HealthState;
  readonly #table: ServiceSet;
  readonly #now: Instant;
  readonly #logAllFailures: boolean;
  readonly #started: CheckerSlot[] = [];
  readonly #keptSlots = new Set<number>();
  #checkers: DeadlineTree<CheckerSlot> = emptyDeadlineTree();
  #nextSlot: number;

  constructor(
    previous: HealthState,
    { config, table, now }: { config: HealthConfig; table: ServiceSet; now: Instant },
  ) {
    this.#logAllFailures = config.global.checkerLogAllFailures;
    this.#previous = previous;
    this.#table = table;
    this.#now = now;
    this.#nextSlot = previous.nextSlot;
  }

  plan(configured: readonly VirtualServer[]): HealthPlan {
    const places = new Map<string, number>();
    const servers: VirtualServerState[] = [];
    for (const server of configured) {
      const key = serviceKeyText(server.key);
      if (places.has(key)) continue;
      places.set(key, servers.length);
      servers.push(this.#virtualServer(server, { key, place: servers.length }));
    }
    const { servers: old } = this.#previous;
    const slots = old.flatMap(({ reals }) => reals.flatMap((real) => real.slots));
    return {
      state: {
        ...this.#previous,
        phase: "running",
        servers,
        places,
        checkers: this.#checkers,
        nextSlot: this.#nextSlot,
      },
      started: this.#started,
      dropped: slots.filter((slot) => !this.#keptSlots.has(slot)),
      removed: old.filter(({ server }) => !places.has(serviceKeyText(server.key))),
    };
  }

  #virtualServer(server: VirtualServer, at: { key: string; place: number }): VirtualServerState {
    const oldPlace = this.#previous.places.get(at.key);
    const old = oldPlace === undefined ? undefined : this.#previous.servers[oldPlace];
    const before = this.#table.get(at.key);
    const known = new Map(old?.server.realServers.map((real, index) => [nameOf(real), old.reals[index]]));
    const reals = server.realServers.map((real, index) =>
      this.#realServer(real, {
        server,
        place: { server: at.place, real: index },
        old: known.get(nameOf(real)),
        wasDown: before !== undefined && !carries(before, real),
      }),
    );
    return {
      server,
      plan: planService(server),
      name: virtualServerName(server),
      quorumUp: old?.quorumUp ?? false,
      reals,
      owned: old?.owned ?? before,
    };
  }

  #realServer(
    real: RealServer,
    context: {
      server: VirtualServer;
      place: { server: number; real: number };
      old: RealServerState | undefined;
      wasDown: boolean;
    },
  ): RealServerState {
    const { server, place, old, wasDown } = context;
    const free = new Map<string, number[]>();
    for (const slot of old?.slots ?? []) {
      const spec = valueAt(this.#previous.checkers, slot)?.state.spec;
      if (spec !== undefined) push(free, { key: contentOf(spec.checker, spec.virtualHost), slot });
    }
    const slots = real.checkers.map((checker) => {
      const kept = free.get(contentOf(checker, server.virtualHost))?.shift();
      return kept === undefined
        ? this.#newChecker(checker, { server, real, place, startsDown: checker.timing.alpha || wasDown })
        : this.#keepChecker(kept, place);
    });
    const failing = slots.filter((slot) => valueAt(this.#checkers, slot)?.state.up !== true).length;
    const changed = old === undefined || (old.failing === 0) !== (failing === 0);
    return { name: realServerName(server, real), slots, failing, since: changed ? this.#now : old.since };
  }

  #keepChecker(slot: number, place: { server: number; real: number }): number {
    const state = valueAt(this.#previous.checkers, slot)?.state;
    if (state !== undefined) {
      const spec = { ...state.spec, logAllFailures: this.#logAllFailures };
      this.#put(slot, { state: { ...state, spec }, ...place });
    }
    this.#keptSlots.add(slot);
    return slot;
  }

  #newChecker(
    checker: Checker,
    options: {
      server: VirtualServer;
      real: RealServer;
      place: { server: number; real: number };
      startsDown: boolean;
    },
  ): number {
    const slot = this.#nextSlot++;
    const { server, real, place, startsDown } = options;
    const idle = newChecker({
      checker,
      service: realServerName(server, "target" in checker ? checker.target : real),
      ...(server.virtualHost === undefined ? {} : { virtualHost: server.virtualHost }),
      startsDown,
      logAllFailures: this.#logAllFailures,
    });
    const warmupShare = seededRandom((this.#previous.seed ^ Math.imul(slot + 1, 0x9e3779b1)) >>> 0)();
    const { state } = checkerMachine.step(idle, { kind: "start", warmupShare }, this.#now);
    const entry = { state, ...place };
    this.#put(slot, entry);
    this.#started.push(entry);
    return slot;
  }

  #put(slot: number, value: CheckerSlot): void {
    const deadline = checkerMachine.deadline(value.state);
    this.#checkers = withValue(this.#checkers, { slot, value, deadline });
  }
}

function nameOf({ address, port }: { readonly address: string; readonly port: number }): string {
  return `${address} ${port}`;
}

/** Whether a table's service sends traffic to a real server. */
function carries(service: Service, real: RealServer): boolean {
  const at = service.destinations.find(({ address, port }) => address === real.address && port === real.port);
  return at !== undefined && (at.weight > 0 || real.weight === 0);
}

/** Equal for checkers that are configured alike. */
function contentOf(checker: Checker, virtualHost: string | undefined): string {
  return JSON.stringify([virtualHost, checker]);
}

function push(lists: Map<string, number[]>, { key, slot }: { key: string; slot: number }): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [slot]);
  else list.push(slot);
}
