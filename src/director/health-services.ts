import type { Step } from "../base/machine.ts";
import type { Instant } from "../base/time.ts";
import type { ScriptCommand } from "../conf/model/global-definitions.ts";
import { afterDiff, diffService } from "../forward/diff.ts";
import type { ServiceOp } from "../forward/service.ts";
import { desired, liveWeight, stepQuorum } from "../forward/virtual-server.ts";
import { withoutOvertaken } from "./health-refusals.ts";
import {
  type HealthEffect,
  type HealthState,
  isAlive,
  realServerName,
  type VirtualServerState,
} from "./health-state.ts";

type HealthStep = Step<HealthState, HealthEffect>;

/**
 * What a checker's verdict does to its real server: in or out of the service, by way of the quorum. keepalived's
 * order of log lines; one diff at the end, so that nothing is taken out and put back in between.
 */
export function turnRealServer(
  state: HealthState,
  change: {
    readonly server: number;
    readonly real: number;
    readonly wasUp: boolean;
    readonly isUp: boolean;
    readonly reason: string;
    readonly now: Instant;
  },
): HealthStep {
  const { real: index, wasUp, isUp, reason, now } = change;
  const server = state.servers[change.server];
  const real = server?.reals[index];
  const configured = server?.server.realServers[index];
  if (server === undefined || real === undefined || configured === undefined) return { state, effects: [] };
  const failing = real.failing + (wasUp ? 1 : 0) - (isUp ? 1 : 0);
  const alive = failing === 0;
  const turned = alive !== (real.failing === 0);
  const notify = alive ? configured.notifyUp : configured.notifyDown;
  // The first failure under alpha is told as well, although nothing changes in the table (seen of 2.2.7). A server
  // that was out before this process began was told of by the one before.
  const told = turned || (!wasUp && !isUp && configured.checkers.some(({ timing }) => timing.alpha));
  const effects: HealthEffect[] = [];
  const names = { virtualServer: server.name, realServer: real.name };
  if (turned) effects.push(info(turnText(server, { index, alive })));
  if (told) {
    effects.push(...notifyEffects(server, notify), {
      kind: "real-server-changed",
      ...names,
      up: alive,
      reason,
    });
  }
  if (wasUp !== isUp) effects.push({ kind: "checker-changed", ...names, alive, turned, reason });
  if (failing === real.failing) return { state, effects };
  const reals = server.reals.with(index, { ...real, failing, since: turned ? now : real.since });
  const next = withServer(state, { place: change.server, server: { ...server, reals } });
  if (!turned) return { state: next, effects };
  const settled = settleQuorum(next, { place: change.server, starting: false });
  return { state: settled.state, effects: [...effects, ...settled.effects] };
}

/** Decides anew whether a virtual server has its quorum, and brings its service into line. */
export function settleQuorum(
  state: HealthState,
  { place, starting }: { readonly place: number; readonly starting: boolean },
): HealthStep {
  const server = state.servers[place];
  if (server === undefined) return { state, effects: [] };
  const weight = liveWeight(server.server, (index) => isAlive(server, index));
  const step = stepQuorum(server.server, { up: server.quorumUp, weight });
  const changed = withServer(state, { place, server: { ...server, quorumUp: step.up } });
  const { state: next, effects } = reconcile(changed, place);
  if (step.change === "none") {
    const log = starting && !step.up ? quorumDownAtStart(server, weight) : [];
    return { state: next, effects: [...log, ...effects] };
  }
  const { quorumUp, quorumDown } = server.server;
  return {
    state: next,
    effects: [
      info(`${step.figures} for VS ${server.name}`),
      ...(starting && step.up ? [] : sorryLog(server, { standsIn: !step.up })),
      ...effects,
      ...notifyEffects(server, step.up ? quorumUp : quorumDown),
      { kind: "quorum-changed", virtualServer: server.name, up: step.up },
    ],
  };
}

/** Emits what is missing between the table and what is wanted of one virtual server. */
export function reconcile(state: HealthState, place: number): HealthStep {
  const server = state.servers[place];
  if (server === undefined) return { state, effects: [] };
  const wanted = desired(server.plan, {
    quorumUp: server.quorumUp,
    isUp: (index) => isAlive(server, index),
  });
  const ops = diffService(server.owned, wanted);
  if (ops.length === 0) return { state, effects: [] };
  const owned = afterDiff(server.owned, wanted);
  const next = withServer(state, { place, server: { ...server, owned } });
  return {
    state: { ...next, refused: withoutOvertaken(state.refused, ops) },
    effects: ops.map((op): HealthEffect => ({ kind: "apply", op })),
  };
}

/** Takes services out of the table. With `omega` set on a virtual server, a stop is told to its scripts. */
export function deleteServices(
  servers: readonly VirtualServerState[],
  options?: { readonly omega: boolean; readonly now: Instant },
): { readonly ops: readonly ServiceOp[]; readonly effects: readonly HealthEffect[] } {
  const ops: ServiceOp[] = [];
  const effects: HealthEffect[] = [];
  for (const server of servers) {
    for (const [index, real] of server.server.realServers.entries()) {
      const inhibited = real.inhibitOnFailure && !isAlive(server, index) ? "(inhibited) " : "";
      const name = realServerName(server.server, real);
      effects.push(info(`Shutting down ${inhibited}service ${name} from VS ${server.name}`));
    }
    if (options?.omega === true && server.server.omega) effects.push(...omegaEffects(server));
    if (server.owned === undefined) continue;
    const op: ServiceOp = { kind: "delete-service", key: server.server.key };
    ops.push(op);
    effects.push({ kind: "apply", op });
  }
  return { ops, effects };
}

function omegaEffects(server: VirtualServerState): readonly HealthEffect[] {
  const virtualServer = server.name;
  const alive = server.server.realServers.filter((_, index) => isAlive(server, index));
  const reason = "The director stops.";
  return [
    ...alive.flatMap((real): readonly HealthEffect[] => {
      const names = { virtualServer, realServer: realServerName(server.server, real) };
      return [
        ...notifyEffects(server, real.notifyDown),
        { kind: "real-server-changed", ...names, up: false, reason },
        { kind: "checker-changed", ...names, alive: false, turned: true, reason },
      ];
    }),
    ...(server.quorumUp
      ? [
          ...notifyEffects(server, server.server.quorumDown),
          { kind: "quorum-changed", virtualServer, up: false } as const,
        ]
      : []),
  ];
}

function withServer(
  state: HealthState,
  { place, server }: { readonly place: number; readonly server: VirtualServerState },
): HealthState {
  return { ...state, servers: state.servers.with(place, server) };
}

function info(message: string): HealthEffect {
  return { kind: "log", level: "info", message };
}

/** keepalived's four forms of the same news. */
function turnText(
  { server, name }: VirtualServerState,
  { index, alive }: { readonly index: number; readonly alive: boolean },
): string {
  const real = server.realServers[index];
  if (real === undefined) return "";
  const service = realServerName(server, real);
  if (real.inhibitOnFailure) return `${alive ? "Enabling" : "Disabling"} service ${service} of VS ${name}`;
  return alive ? `Adding service ${service} to VS ${name}` : `Removing service ${service} from VS ${name}`;
}

function sorryLog(
  { server, name }: VirtualServerState,
  { standsIn }: { readonly standsIn: boolean },
): readonly HealthEffect[] {
  const { sorryServer, sorryServerInhibit } = server;
  if (sorryServer === undefined) return [];
  const service = realServerName(server, sorryServer);
  const line = standsIn
    ? sorryServerInhibit
      ? `Enabling sorry server ${service} of VS ${name}`
      : `Adding sorry server ${service} to VS ${name}`
    : sorryServerInhibit
      ? `Disabling sorry server ${service} of VS ${name}`
      : `Removing sorry server ${service} from VS ${name}`;
  const pool = standsIn
    ? `Removing alive servers from the pool for VS ${name}`
    : `Adding alive servers to the pool for VS ${name}`;
  return [info(line), info(pool)];
}

function quorumDownAtStart(server: VirtualServerState, weight: number): readonly HealthEffect[] {
  const { quorum, hysteresis, sorryServer } = server.server;
  if (sorryServer === undefined) return [];
  const figures = `${quorum}-${hysteresis}=${quorum - hysteresis} > ${weight}`;
  return [
    info(`Starting with quorum down ${figures} for VS ${server.name}`),
    ...sorryLog(server, { standsIn: true }),
  ];
}

/** Scripts of one virtual server run one after another, in the order of what happened. */
function notifyEffects(
  server: VirtualServerState,
  command: ScriptCommand | undefined,
): readonly HealthEffect[] {
  if (command === undefined) return [];
  return [{ kind: "notify", queue: `VS ${server.name}`, command, arguments: [] }];
}
