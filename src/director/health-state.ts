import type { Instant } from "../base/time.ts";
import type { CheckerState } from "../check/checker.ts";
import type { CancelProbeEffect, Observation, ProbeEffect, ProbeId } from "../check/probe.ts";
import type { Config } from "../conf/model/config.ts";
import type { GlobalDefinitions, ScriptCommand } from "../conf/model/global-definitions.ts";
import type { RealServer, VirtualServer } from "../conf/model/virtual-server.ts";
import type { Service, ServiceOp, ServiceRefusal, ServiceSet } from "../forward/service.ts";
import type { ServicePlan } from "../forward/virtual-server.ts";
import type { DeadlineTree } from "./deadline-tree.ts";
import type { LogEffect } from "./host.ts";

/** The part of a configuration that the checker process lives by. */
export interface HealthConfig extends Pick<Config, "virtualServers"> {
  readonly global: Pick<GlobalDefinitions, "lvsFlush" | "checkerLogAllFailures">;
}

/** What the checker process is told. */
export type HealthEvent =
  | {
      readonly kind: "start";
      readonly config: HealthConfig;
      /** All that the table holds. Services that the config names become ours; others are left alone. */
      readonly table: ServiceSet;
      /** Any 32-bit number; the warm-up times are drawn from it. */
      readonly seed: number;
    }
  | { readonly kind: "reload"; readonly config: HealthConfig }
  | { readonly kind: "alarm" }
  | { readonly kind: "probe-result"; readonly id: ProbeId; readonly observation: Observation }
  /** A `bfd_instance` as the BFD process reports it. */
  | { readonly kind: "bfd-session"; readonly name: string; readonly up: boolean }
  | { readonly kind: "operation-refused"; readonly op: ServiceOp; readonly refusal: ServiceRefusal }
  /** `keepServices`: the table stays as it is (`--dont-release-ipvs`). */
  | { readonly kind: "shutdown"; readonly keepServices: boolean };

/** What the checker process asks of the world, in order. */
export type HealthEffect =
  | ProbeEffect
  | CancelProbeEffect
  /** Change the service table; only a refusal is reported back. */
  | { readonly kind: "apply"; readonly op: ServiceOp }
  | LogEffect
  /** Run a command after the earlier ones of the same queue have ended. */
  | {
      readonly kind: "notify";
      readonly queue: string;
      readonly command: ScriptCommand;
      /** Appended to the command's own arguments. */
      readonly arguments: readonly string[];
    }
  /** For the FIFO, mail and SNMP; the names are keepalived's, as in log lines. */
  | {
      readonly kind: "real-server-changed";
      readonly virtualServer: string;
      readonly realServer: string;
      readonly up: boolean;
      readonly reason: string;
    }
  /** A check of a real server changed its verdict, for mail; `turned`: and the server with it. */
  | {
      readonly kind: "checker-changed";
      readonly virtualServer: string;
      readonly realServer: string;
      /** How the real server stands now. */
      readonly alive: boolean;
      readonly turned: boolean;
      readonly reason: string;
    }
  | { readonly kind: "quorum-changed"; readonly virtualServer: string; readonly up: boolean }
  /** Nothing is left to do and the process may end. */
  | { readonly kind: "stopped" };

/** Everything the checker process knows; immutable. */
export interface HealthState {
  readonly phase: "idle" | "running" | "stopped";
  readonly servers: readonly VirtualServerState[];
  /** Place in `servers` by `serviceKeyText`. */
  readonly places: ReadonlyMap<string, number>;
  /** Each checker at a slot of its own, which no other ever gets. */
  readonly checkers: DeadlineTree<CheckerSlot>;
  readonly nextSlot: number;
  readonly seed: number;
  /** Operations that the table refused and that are still wanted. */
  readonly refused: readonly ServiceOp[];
  /** When they are tried again, and how often that happened in a row. */
  readonly retry?: { readonly at: Instant; readonly attempts: number };
}

/** One checker and where it belongs. */
export interface CheckerSlot {
  readonly state: CheckerState;
  /** Places in `servers` and in their `reals`. */
  readonly server: number;
  readonly real: number;
}

/** A virtual server, its quorum and its part of the table. */
export interface VirtualServerState {
  readonly server: VirtualServer;
  readonly plan: ServicePlan;
  /** keepalived's name, `[192.0.2.1]:tcp:80`. */
  readonly name: string;
  readonly quorumUp: boolean;
  readonly reals: readonly RealServerState[];
  /** What the table holds for it, as far as was not refused; undefined when the service is not there. */
  readonly owned: Service | undefined;
}

/** A real server as the sum of its checkers. */
export interface RealServerState {
  /** keepalived's name, `[192.0.2.10]:tcp:80`. */
  readonly name: string;
  /** Its checkers' slots, in the order of the configuration. */
  readonly slots: readonly number[];
  /** How many of its checkers are down; it is alive at 0. */
  readonly failing: number;
  readonly since: Instant;
}

/** The state of a process that has not been started. */
export const initialHealthState: HealthState = {
  phase: "idle",
  servers: [],
  places: new Map(),
  checkers: { root: undefined, depth: 0 },
  nextSlot: 0,
  seed: 0,
  refused: [],
};

/** Whether the real server at a place is alive: all its checkers are up, or it has none. */
export function isAlive({ reals }: VirtualServerState, index: number): boolean {
  return reals[index]?.failing === 0;
}

/** A virtual server's name in keepalived's log lines: `[192.0.2.1]:tcp:80`, `FWM 5`. */
export function virtualServerName({ key }: VirtualServer): string {
  return key.kind === "fwmark" ? `FWM ${key.mark}` : `[${key.address}]:${key.protocol}:${key.port}`;
}

/** A real server's name in keepalived's log lines; a firewall mark has no protocol. */
export function realServerName({ key }: VirtualServer, real: Pick<RealServer, "address" | "port">): string {
  return `[${real.address}]:${key.kind === "fwmark" ? "none" : key.protocol}:${real.port}`;
}
