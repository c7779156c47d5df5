import { ADDRESS_TOPOLOGY, DIRECT_TOPOLOGY, NAT_TOPOLOGY } from "../lab/pair-topologies.ts";
import type { TopologyPlan } from "../lab/topology-plan.ts";

/** The two machines of a pair, by their namespace's short name. */
export type DirectorName = "a" | "b";

/** A web server of the lab. */
export interface WebServer {
  /** The machine it runs on, and what it answers. */
  readonly machine: string;
  /** As the service table lists it. */
  readonly address: string;
  /** Weight in the example's configuration. */
  readonly weight: number;
}

/** One of the example folders, and the machines it is meant for. */
export interface Situation {
  /** The folder below examples/. */
  readonly name: string;
  readonly summary: string;
  readonly topology: TopologyPlan;
  /** "balancing": directors before real servers. "address": two web servers share one address. */
  readonly kind: "balancing" | "address";
  /** Addresses that the directors advertise from. */
  readonly directors: Readonly<Record<DirectorName, string>>;
  /** All virtual addresses; the client asks the first. */
  readonly virtualAddresses: readonly [string, ...string[]];
  readonly webServers: readonly WebServer[];
}

const DIRECTORS = { a: "192.0.2.2", b: "192.0.2.3" } as const;

/** The situations that the demo knows, the default one first. */
export const SITUATIONS: readonly Situation[] = [
  {
    name: "lvs-nat",
    summary: "two directors between a client and two real servers, address translation",
    topology: NAT_TOPOLOGY,
    kind: "balancing",
    directors: DIRECTORS,
    virtualAddresses: ["192.0.2.10", "10.8.0.1"],
    webServers: [
      { machine: "web1", address: "10.8.0.11:80", weight: 1 },
      { machine: "web2", address: "10.8.0.12:80", weight: 2 },
    ],
  },
  {
    name: "lvs-dr",
    summary: "two directors beside two real servers, direct routing",
    topology: DIRECT_TOPOLOGY,
    kind: "balancing",
    directors: DIRECTORS,
    virtualAddresses: ["192.0.2.10"],
    webServers: [
      { machine: "web1", address: "192.0.2.21:80", weight: 1 },
      { machine: "web2", address: "192.0.2.22:80", weight: 2 },
    ],
  },
  {
    name: "nginx-vip",
    summary: "two web servers share one address, which follows the living one",
    topology: ADDRESS_TOPOLOGY,
    kind: "address",
    directors: DIRECTORS,
    virtualAddresses: ["192.0.2.10"],
    webServers: [
      { machine: "a", address: "192.0.2.2:80", weight: 1 },
      { machine: "b", address: "192.0.2.3:80", weight: 1 },
    ],
  },
];

/** The situation of that name; undefined when there is none. */
export function situationNamed(name: string): Situation | undefined {
  return SITUATIONS.find((situation) => situation.name === name);
}
