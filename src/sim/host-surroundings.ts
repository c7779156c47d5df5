import type { IpAddress } from "../base/ip-address.ts";
import type { Machine } from "../base/machine.ts";
import type { Duration, Instant } from "../base/time.ts";
import type { Config } from "../conf/model/config.ts";
import type { VrrpHostEffect, VrrpHostEvent } from "../director/host.ts";
import type { VrrpDirectorState } from "../director/vrrp-director-state.ts";
import type { Packet } from "./packet.ts";
import type { SimulatedHost } from "./simulated-host.ts";
import type { InterfaceSetup } from "./simulated-kernel.ts";

/** What the world does for a host: networks, time, and the record. */
export interface Surroundings {
  /** Whether anybody wants to read the record: without it no line is put together. */
  readonly tracing: boolean;
  now(): Instant;
  transmit(from: SimulatedHost, packet: Packet): void;
  announce(from: SimulatedHost, announced: { readonly interface: string; readonly frame: Uint8Array }): void;
  setAlarm(host: SimulatedHost, at: Instant | undefined): void;
  /** Has an event reach the process after the kernel's own delay, in the order in which they were caused. */
  tellLater(host: SimulatedHost, event: VrrpHostEvent, by: "netlink" | "parent"): void;
  runScript(host: SimulatedHost, script: { readonly name: string; readonly timeout: Duration }): void;
  record(who: string, what: string): void;
  later(at: Instant, action: () => void): void;
  /** The process has died, and its parent has not. */
  died(host: SimulatedHost): void;
  /** The process has taken an event and done what came of it. */
  stepped(host: SimulatedHost, event: VrrpHostEvent): void;
  /** A machine threw, which it must never do. */
  broken(host: SimulatedHost, why: string): void;
}

/** What runs in the process; a test may put a broken one there. */
export type DirectorMachine = Machine<VrrpDirectorState, VrrpHostEvent, VrrpHostEffect>;

/** How a simulated host is made. */
export interface HostSetup {
  readonly name: string;
  readonly interfaces: readonly InterfaceSetup[];
}

/** How a script ends when it is run now. */
export type ScriptFate = "ok" | "fails" | "hangs";

/** What the process asked for in its last step, for whoever checks on it. */
export interface LastStep {
  readonly notified: { readonly name: string; readonly state: string }[];
  readonly removed: { readonly interface: string; readonly address: IpAddress }[];
  /** VRIDs resigned from, one entry for each packet. */
  readonly resigned: string[];
  lines: number;
}

/** How a process ended that its parent did not want to end. */
export interface Death {
  readonly at: Instant;
  /** In the middle of what a step asked for, of which nothing is in the journal. */
  readonly inStep: boolean;
  /** Of which instances the last step told, whether the journal knows of it or not. */
  readonly told: readonly string[];
  readonly config: Config | undefined;
  /** What the world was like, by its counts of changes. */
  readonly world: string;
}

/** A death that waits for a step that asks for more than `after` things, of which it leaves the rest undone. */
export interface PlannedDeath {
  readonly after: number;
  readonly pause: Duration;
}
