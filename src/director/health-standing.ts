import type { VirtualServer } from "../conf/model/virtual-server.ts";
import { type Service, serviceKeyText } from "../forward/service.ts";
import { desired, liveWeight, planService, stepQuorum } from "../forward/virtual-server.ts";
import { valueAt } from "./deadline-tree.ts";
import type { HealthConfig, HealthState } from "./health-state.ts";

/**
 * What of a checker process decides over its next reload, as plain data: with the configuration that runs it is enough
 * to foretell each operation on the service table.
 */
export interface HealthStanding {
  /** In the order of the configuration, a second block of the same service left out. */
  readonly virtualServers: readonly VirtualServerStanding[];
}

/** One virtual server. */
export interface VirtualServerStanding {
  /** `serviceKeyText`. */
  readonly service: string;
  readonly quorumUp: boolean;
  /** What the table holds for it; absent when the service is not there. */
  readonly owned?: Service;
  /** For each real server, whether each of its checkers is up. */
  readonly checkersUp: readonly (readonly boolean[])[];
}

/** Reads a running process's state. */
export function healthStanding(state: HealthState): HealthStanding {
  return {
    virtualServers: state.servers.map(({ server, quorumUp, owned, reals }) => ({
      service: serviceKeyText(server.key),
      quorumUp,
      ...(owned === undefined ? {} : { owned }),
      checkersUp: reals.map(({ slots }) =>
        slots.map((slot) => valueAt(state.checkers, slot)?.state.up === true),
      ),
    })),
  };
}

/** A process at rest whose real servers are all alive: what is assumed when no daemon can be asked. */
export function settledHealth({ virtualServers }: HealthConfig): HealthStanding {
  const seen = new Set<string>();
  const standing: VirtualServerStanding[] = [];
  for (const server of virtualServers) {
    const service = serviceKeyText(server.key);
    if (seen.has(service)) continue;
    seen.add(service);
    standing.push(settledServer(server, service));
  }
  return { virtualServers: standing };
}

function settledServer(server: VirtualServer, service: string): VirtualServerStanding {
  const isUp = () => true;
  const quorumUp = stepQuorum(server, { up: false, weight: liveWeight(server, isUp) }).up;
  return {
    service,
    quorumUp,
    owned: desired(planService(server), { quorumUp, isUp }),
    checkersUp: server.realServers.map(({ checkers }) => checkers.map(() => true)),
  };
}
