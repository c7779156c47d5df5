import type { Instant } from "../base/time.ts";
import type { Destination } from "../forward/service.ts";
import { liveWeight } from "../forward/virtual-server.ts";
import { valueAt } from "./deadline-tree.ts";
import { type HealthState, isAlive, realServerName, type VirtualServerState } from "./health-state.ts";

/** The health of everything, as plain data for `locum status` and JSON. Instants are of the process's clock. */
export interface HealthStatus {
  readonly virtualServers: readonly VirtualServerStatus[];
  /** Operations that the service table refused and that are tried again. */
  readonly refusedOperations: number;
}

/** One virtual server. `liveWeight` is what the quorum is measured by. */
export interface VirtualServerStatus {
  /** keepalived's name, `[192.0.2.1]:tcp:80`. */
  readonly name: string;
  readonly quorumUp: boolean;
  readonly quorum: number;
  readonly liveWeight: number;
  /** Whether the sorry server stands in; absent when there is none. */
  readonly sorryServer?: { readonly name: string; readonly active: boolean };
  readonly realServers: readonly RealServerStatus[];
}

/** One real server; up while all its checkers are. */
export interface RealServerStatus {
  readonly name: string;
  readonly up: boolean;
  readonly since: Instant;
  /** What the table holds; absent when the server is not in it. */
  readonly weight?: number;
  readonly configuredWeight: number;
  readonly checkers: readonly CheckerStatus[];
}

/** One checker: `tcp`, `http` or `https`. */
export interface CheckerStatus {
  readonly kind: string;
  readonly up: boolean;
  readonly since?: Instant;
  /** What the last attempt showed, `status 500, wanted 200`; empty before the first. */
  readonly lastReason: string;
  readonly retriesUsed: number;
}

/** Reads a state; costs a look at everything, so it is for people and not for each step. */
export function healthStatus(state: HealthState): HealthStatus {
  return {
    virtualServers: state.servers.map((server) => virtualServerStatus(state, server)),
    refusedOperations: state.refused.length,
  };
}

function virtualServerStatus(state: HealthState, at: VirtualServerState): VirtualServerStatus {
  const { server, name, quorumUp } = at;
  const inTable = new Map(at.owned?.destinations.map((destination) => [nameOf(destination), destination]));
  const { sorryServer } = server;
  return {
    name,
    quorumUp,
    quorum: server.quorum,
    liveWeight: liveWeight(server, (index) => isAlive(at, index)),
    ...(sorryServer === undefined
      ? {}
      : { sorryServer: { name: realServerName(server, sorryServer), active: !quorumUp } }),
    realServers: server.realServers.map((real, index) =>
      realServerStatus(state, { at, index, destination: inTable.get(nameOf(real)) }),
    ),
  };
}

function realServerStatus(
  state: HealthState,
  options: { at: VirtualServerState; index: number; destination: Destination | undefined },
): RealServerStatus {
  const { at, index, destination } = options;
  const real = at.reals[index];
  return {
    name: real?.name ?? "",
    up: isAlive(at, index),
    since: real?.since ?? (0 as Instant),
    ...(destination === undefined ? {} : { weight: destination.weight }),
    configuredWeight: at.server.realServers[index]?.weight ?? 0,
    checkers: (real?.slots ?? []).flatMap((slot) => {
      const checker = valueAt(state.checkers, slot)?.state;
      if (checker === undefined) return [];
      const { up, since, lastReason, retriesUsed, spec } = checker;
      const kind = spec.checker.kind === "http" && spec.checker.tls ? "https" : spec.checker.kind;
      return [{ kind, up, ...(since === undefined ? {} : { since }), lastReason, retriesUsed }];
    }),
  };
}

function nameOf({ address, port }: { readonly address: string; readonly port: number }): string {
  return `${address} ${port}`;
}
