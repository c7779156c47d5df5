import { unreachable } from "../base/assert.ts";
import type {
  ForwardingMethod,
  RealServer,
  SorryServer,
  VirtualServer,
} from "../conf/model/virtual-server.ts";
import type { Destination, DestinationMethod, Service, ServiceDefinition } from "./service.ts";

/** What is known of a virtual server's health. */
export interface HealthView {
  readonly quorumUp: boolean;
  /** Whether the real server at this place of `realServers` is alive. */
  readonly isUp: (index: number) => boolean;
}

/** A virtual server's destinations in both forms, made once so that a change of health costs little. */
export interface ServicePlan {
  readonly definition: ServiceDefinition;
  readonly realServers: readonly RealServerPlan[];
  readonly sorry?: { readonly active: Destination; readonly inhibited?: Destination };
}

/** `inhibited` is what stays in the table while the server is down; nothing when it is removed then. */
export interface RealServerPlan {
  readonly alive: Destination;
  readonly inhibited?: Destination;
}

/** Translates a virtual server into the table's words. */
export function planService(server: VirtualServer): ServicePlan {
  return {
    definition: serviceDefinition(server),
    realServers: server.realServers.map((real) => {
      const alive = realServerDestination(real);
      return real.inhibitOnFailure ? { alive, inhibited: { ...alive, weight: 0 } } : { alive };
    }),
    ...(server.sorryServer === undefined
      ? {}
      : { sorry: planSorryServer(server.sorryServer, server.sorryServerInhibit) }),
  };
}

/**
 * The service a virtual server should have now. A server that is down is absent, or stays with weight 0 under
 * `inhibit_on_failure`. Without a quorum the sorry server stands in for all of them; when there is no sorry server,
 * those that are alive go on (keepalived does the same). `sorry_server_inhibit` keeps it in the table with weight 0.
 */
export function desired(server: VirtualServer | ServicePlan, health: HealthView): Service {
  const plan = "definition" in server ? server : planService(server);
  const standIn = health.quorumUp ? undefined : plan.sorry?.active;
  const destinations: Destination[] = [];
  for (const [index, real] of plan.realServers.entries()) {
    const destination = standIn === undefined && health.isUp(index) ? real.alive : real.inhibited;
    if (destination === undefined) continue;
    if (standIn === undefined || !sameServer(destination, standIn)) destinations.push(destination);
  }
  const sorry = standIn ?? plan.sorry?.inhibited;
  if (sorry !== undefined && !destinations.some((destination) => sameServer(destination, sorry))) {
    destinations.push(sorry);
  }
  return { ...plan.definition, destinations };
}

/** The sum of the weights of the real servers that are alive: what the quorum is measured by. */
export function liveWeight(server: VirtualServer, isUp: (index: number) => boolean): number {
  let sum = 0;
  for (const [index, real] of server.realServers.entries()) if (isUp(index)) sum += real.weight;
  return sum;
}

/** What has become of a quorum, with the figures behind it. */
export interface QuorumStep {
  readonly up: boolean;
  readonly change: "gained" | "lost" | "none";
  /** keepalived's log line for the change; empty without one. */
  readonly figures: string;
}

/**
 * The quorum after a change of weight: gained at `quorum + hysteresis` and above, lost below `quorum - hysteresis`
 * and at 0.
 */
export function stepQuorum(
  server: { readonly quorum: number; readonly hysteresis: number },
  current: { readonly up: boolean; readonly weight: number },
): QuorumStep {
  const { quorum, hysteresis } = server;
  const { up, weight } = current;
  if (!up && weight > 0 && weight >= quorum + hysteresis) {
    const figures = `Gained quorum ${quorum}+${hysteresis}=${quorum + hysteresis} <= ${weight}`;
    return { up: true, change: "gained", figures };
  }
  if (up && (weight === 0 || weight < quorum - hysteresis)) {
    const figures = `Lost quorum ${quorum}-${hysteresis}=${quorum - hysteresis} > ${weight}`;
    return { up: false, change: "lost", figures };
  }
  return { up, change: "none", figures: "" };
}

/** A virtual server without its destinations, in the table's words. */
export function serviceDefinition(server: VirtualServer): ServiceDefinition {
  return {
    key: server.key,
    scheduler: server.scheduler,
    schedulerFlags: [],
    ...(server.persistenceTimeout === undefined ? {} : { persistence: server.persistenceTimeout }),
    onePacket: server.onePacket,
  };
}

function realServerDestination(real: RealServer): Destination {
  const { address, port, forwarding, weight, upperThreshold, lowerThreshold } = real;
  return { address, port, method: destinationMethod(forwarding), weight, upperThreshold, lowerThreshold };
}

function planSorryServer(sorry: SorryServer, inhibit: boolean): NonNullable<ServicePlan["sorry"]> {
  const active: Destination = {
    address: sorry.address,
    port: sorry.port,
    method: destinationMethod(sorry.forwarding),
    weight: 1,
    upperThreshold: 0,
    lowerThreshold: 0,
  };
  return inhibit ? { active, inhibited: { ...active, weight: 0 } } : { active };
}

function destinationMethod(forwarding: ForwardingMethod): DestinationMethod {
  switch (forwarding) {
    case "nat":
      return "masquerade";
    case "dr":
      return "route";
    case "tun":
      return "tunnel";
    default:
      return unreachable(forwarding);
  }
}

function sameServer(a: Destination, b: Destination): boolean {
  return a.port === b.port && a.address === b.address;
}
