import type { Instant } from "../base/time.ts";
import type { RealServer } from "../conf/model/virtual-server.ts";
import { type Destination, type ServiceOp, type ServiceSet, serviceKeyText } from "../forward/service.ts";
import { serviceOf } from "./health-refusals.ts";
import type { HealthStanding } from "./health-standing.ts";
import type { HealthConfig, HealthState, VirtualServerState } from "./health-state.ts";
import { type HealthRehearsal, rehearseHealth, rehearseHealthStart } from "./reload-rehearsal.ts";
import { realServerDifferences, type SettingChange, virtualServerDifferences } from "./reload-settings.ts";

/** What a reload does to one virtual server. */
export interface VirtualServerChange {
  readonly kind: "remove" | "edit" | "add";
  /** `serviceKeyText`, as `ipvsadm` and the table know it: `tcp 192.0.2.1:80`. */
  readonly service: string;
  readonly settings: readonly SettingChange[];
  readonly realServers: readonly RealServerChange[];
  /** Set when the quorum is gained or lost by the reload. */
  readonly quorum?: "gained" | "lost";
  /** What happens in the table, in order; none when the change shows only later, or only in checks and scripts. */
  readonly operations: readonly ServiceOp[];
}

/** What a reload does to one real server, or to the sorry server in the table. */
export interface RealServerChange {
  /** add, remove: in the configuration. edit: it stays there. table: only the table changes, for the quorum's sake. */
  readonly kind: "remove" | "edit" | "add" | "table";
  /** `192.0.2.10:80`. */
  readonly server: string;
  readonly settings: readonly SettingChange[];
  /** The weight in the table before and after; absent while it is not in there. */
  readonly weight: { readonly from?: number; readonly to?: number };
  /** What becomes of sessions: none there, they go on, they go on but no new ones come, their packets are dropped. */
  readonly sessions: "none" | "kept" | "drained" | "cut";
  /** Checks that begin anew, and that end; all others go on with what they know. */
  readonly checksStarted: number;
  readonly checksStopped: number;
}

/** What a reload does in the checker process. */
export interface HealthReload {
  /** Those that go first, then the others in the order of the new file: the order of the daemon. */
  readonly virtualServers: readonly VirtualServerChange[];
  readonly operations: readonly ServiceOp[];
}

/** How the checker process stands: it runs, or its first start is to come and the table holds this. */
export type CheckerSituation =
  | { readonly kind: "running"; readonly standing: HealthStanding }
  | { readonly kind: "idle"; readonly table: ServiceSet };

/** Foretells a reload of the checker process. */
export function planHealthReload(
  running: HealthConfig,
  options: { readonly next: HealthConfig; readonly situation: CheckerSituation; readonly now: Instant },
): HealthReload {
  const { next, situation, now } = options;
  const rehearsal =
    situation.kind === "idle"
      ? rehearseHealthStart(next, { table: situation.table, now })
      : rehearseHealth(running, { next, standing: situation.standing, now });
  const operations = rehearsal.effects.flatMap((effect) => (effect.kind === "apply" ? [effect.op] : []));
  return { virtualServers: serverChanges(rehearsal, operations), operations };
}

function serverChanges(
  { before, after }: HealthRehearsal,
  operations: readonly ServiceOp[],
): readonly VirtualServerChange[] {
  const byService = new Map<string, ServiceOp[]>();
  for (const operation of operations) {
    const service = serviceOf(operation);
    const known = byService.get(service);
    if (known === undefined) byService.set(service, [operation]);
    else known.push(operation);
  }
  const slotsAfter = slotsOf(after);
  const slotsBefore = slotsOf(before);
  const gone = before.servers.filter(({ server }) => !after.places.has(serviceKeyText(server.key)));
  const pair = (was: VirtualServerState | undefined, is: VirtualServerState | undefined) =>
    serverChange(was, is, { byService, slotsBefore, slotsAfter });
  return [
    ...gone.flatMap((was) => pair(was, undefined)),
    ...after.servers.flatMap((is) => {
      const place = before.places.get(serviceKeyText(is.server.key));
      return pair(place === undefined ? undefined : before.servers[place], is);
    }),
  ];
}

interface Comparison {
  readonly byService: ReadonlyMap<string, readonly ServiceOp[]>;
  readonly slotsBefore: ReadonlySet<number>;
  readonly slotsAfter: ReadonlySet<number>;
}

function serverChange(
  was: VirtualServerState | undefined,
  is: VirtualServerState | undefined,
  comparison: Comparison,
): readonly VirtualServerChange[] {
  const either = is ?? was;
  if (either === undefined) return [];
  const service = serviceKeyText(either.server.key);
  const operations = comparison.byService.get(service) ?? [];
  const realServers = realServerChanges(was, is, comparison);
  const settings =
    was === undefined || is === undefined ? [] : virtualServerDifferences(was.server, is.server);
  const quorum = quorumChange(was, is);
  const kind = was === undefined ? "add" : is === undefined ? "remove" : "edit";
  const nothing =
    settings.length + realServers.length + operations.length === 0 && kind === "edit" && quorum === undefined;
  if (nothing) return [];
  return [{ kind, service, settings, realServers, operations, ...(quorum === undefined ? {} : { quorum }) }];
}

function quorumChange(
  was: VirtualServerState | undefined,
  is: VirtualServerState | undefined,
): VirtualServerChange["quorum"] {
  if (was === undefined || is === undefined || was.quorumUp === is.quorumUp) return undefined;
  return is.quorumUp ? "gained" : "lost";
}

interface Real {
  readonly real: RealServer | undefined;
  readonly slots: readonly number[];
  readonly destination: Destination | undefined;
}

function realServerChanges(
  was: VirtualServerState | undefined,
  is: VirtualServerState | undefined,
  comparison: Comparison,
): readonly RealServerChange[] {
  const [before, after] = [realsOf(was), realsOf(is)];
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].flatMap((server) => {
    const change = realServerChange(before.get(server), after.get(server), { ...comparison, server });
    return change === undefined ? [] : [change];
  });
}

function realServerChange(
  was: Real | undefined,
  is: Real | undefined,
  comparison: Comparison & { readonly server: string },
): RealServerChange | undefined {
  const { server, slotsBefore, slotsAfter } = comparison;
  const settings = was?.real && is?.real ? realServerDifferences(was.real, is.real) : [];
  const checksStarted = is?.slots.filter((slot) => !slotsBefore.has(slot)).length ?? 0;
  const checksStopped = was?.slots.filter((slot) => !slotsAfter.has(slot)).length ?? 0;
  const [from, to] = [was?.destination, is?.destination];
  const inTable = JSON.stringify(from) !== JSON.stringify(to);
  if (!inTable && settings.length + checksStarted + checksStopped === 0 && !was?.real === !is?.real) {
    return undefined;
  }
  return {
    kind: changeKind(was?.real, is?.real),
    server,
    settings,
    weight: {
      ...(from === undefined ? {} : { from: from.weight }),
      ...(to === undefined ? {} : { to: to.weight }),
    },
    sessions: sessionsAfter(from, to),
    checksStarted,
    checksStopped,
  };
}

function changeKind(was: RealServer | undefined, is: RealServer | undefined): RealServerChange["kind"] {
  if (was === undefined) return is === undefined ? "table" : "add";
  return is === undefined ? "remove" : "edit";
}

/** IPVS drops the packets of sessions whose destination was removed; weight 0 only keeps new ones away. */
function sessionsAfter(
  from: Destination | undefined,
  to: Destination | undefined,
): RealServerChange["sessions"] {
  if (from === undefined) return "none";
  if (to === undefined) return "cut";
  return to.weight === 0 && from.weight > 0 ? "drained" : "kept";
}

/** Real servers and what else the table holds (a sorry server), by `address:port`, the configured ones first. */
function realsOf(state: VirtualServerState | undefined): ReadonlyMap<string, Real> {
  const found = new Map<string, Real>();
  if (state === undefined) return found;
  const destinations = new Map(state.owned?.destinations.map((each) => [addressText(each), each]));
  for (const [index, real] of state.server.realServers.entries()) {
    const name = addressText(real);
    const slots = state.reals[index]?.slots ?? [];
    const earlier = found.get(name);
    // A second block of the same address and port adds its checks.
    if (earlier !== undefined) found.set(name, { ...earlier, slots: [...earlier.slots, ...slots] });
    else found.set(name, { real, slots, destination: destinations.get(name) });
  }
  for (const [name, destination] of destinations) {
    if (!found.has(name)) found.set(name, { real: undefined, slots: [], destination });
  }
  return found;
}

function addressText({ address, port }: { readonly address: string; readonly port: number }): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

function slotsOf({ servers }: HealthState): ReadonlySet<number> {
  return new Set(servers.flatMap(({ reals }) => reals.flatMap(({ slots }) => slots)));
}
