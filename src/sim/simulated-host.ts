import { unreachable } from "../base/assert.ts";
import type { IpAddress } from "../base/ip-address.ts";
import type { Machine } from "../base/machine.ts";
import type { Duration, Instant } from "../base/time.ts";
import type { Config } from "../conf/model/config.ts";
import { Driver } from "../director/driver.ts";
import type { SendPacket, VrrpHostEffect, VrrpHostEvent } from "../director/host.ts";
import { vrrpDirector } from "../director/vrrp-director.ts";
import {
  initialVrrpState,
  type RouterEntry,
  type VrrpDirectorState,
} from "../director/vrrp-director-state.ts";
import { recordEffects } from "./host-record.ts";
import { advertised, type Packet } from "./packet.ts";
import { SensedWorld } from "./sensed-world.ts";
import { type InterfaceSetup, SimulatedKernel } from "./simulated-kernel.ts";

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

/** Packets a stopped process finds in its socket when it goes on; the rest the kernel has dropped. */
const SOCKET_QUEUE = 200;
const NONE: VrrpHostEvent[] = [];
/** What comes by netlink, and is lost when its socket overflows. */
const KERNEL_NEWS: ReadonlySet<VrrpHostEvent["kind"]> = new Set([
  "snapshot",
  "link",
  "link-removed",
  "address-added",
  "address-removed",
]);

/**
 * A host of the simulated world: the live machine of the VRRP process with its live driver, and around it a process
 * that can be started, stopped, held, killed and reloaded, and a kernel that keeps what it was told when the process
 * dies. It has a wall clock too, which can be stepped and which nothing reads (TM-7).
 */
export class SimulatedHost {
  readonly name: string;
  readonly setup: HostSetup;
  readonly kernel: SimulatedKernel;
  readonly sensed: SensedWorld;
  readonly scripts = new Map<string, ScriptFate>();
  /** Seconds by which the wall clock is wrong. */
  wallClockError = 0;
  /** Counts processes: what was meant for an earlier one reaches nobody. */
  generation = 0;
  /** Counts sockets for the kernel's notifications: what was under way to an earlier one is lost. */
  listening = 0;
  readonly lastStep: LastStep = { notified: [], removed: [], resigned: [], lines: 0 };
  readonly #surroundings: Surroundings;
  readonly #machine: DirectorMachine;
  #process: "none" | "running" | "held" = "none";
  #driver: Driver<VrrpDirectorState, VrrpHostEvent, VrrpHostEffect> | undefined;
  #wires = new Map<string, readonly number[]>();
  #inbox: Packet[] = [];
  /** What leaves the moment the process is told to stop. */
  #prepared: readonly SendPacket[] = [];
  /** What kernel and scripts told a held process. */
  #untold: VrrpHostEvent[] = [];

  constructor(setup: HostSetup, surroundings: Surroundings, machine: DirectorMachine = vrrpDirector) {
    this.#machine = machine;
    this.name = setup.name;
    this.setup = setup;
    this.#surroundings = surroundings;
    this.kernel = new SimulatedKernel(setup.interfaces, (event) =>
      surroundings.tellLater(this, event, "netlink"),
    );
    this.sensed = new SensedWorld((event) => surroundings.tellLater(this, event, "parent"));
  }

  get running(): boolean {
    return this.#process === "running";
  }

  get held(): boolean {
    return this.#process === "held";
  }

  /** The configuration of the process; undefined while there is none. */
  get config(): Config | undefined {
    return this.#driver?.state.config;
  }

  /** The virtual routers of the process, none while there is no process. */
  get routers(): Iterable<RouterEntry> {
    return this.#driver?.state.routers.values() ?? [];
  }

  /** One virtual router by the name of its instance. */
  router(name: string): RouterEntry | undefined {
    for (const entry of this.routers) if (entry.instance.name === name) return entry;
    return undefined;
  }

  /** When the process wants to be woken. */
  get deadline(): Instant | undefined {
    return this.#driver === undefined ? undefined : this.#machine.deadline(this.#driver.state);
  }

  /** Starts a new process; one that runs goes on. */
  start(config: Config): void {
    if (this.#process !== "none") return;
    this.#process = "running";
    this.generation++;
    this.listening++;
    this.#wires = new Map();
    this.#inbox = [];
    this.#untold = [];
    this.#prepared = [];
    const host = {
      alarm: { set: (at: Instant | undefined) => this.#surroundings.setAlarm(this, at) },
      perform: (effects: readonly VrrpHostEffect[]) => this.#perform(effects),
    };
    this.#driver = new Driver(this.#machine, { host, initial: initialVrrpState() });
    this.deliver({ kind: "start", config, ...this.kernel.snapshot(), ...this.sensed.readings(config) });
    this.sensed.introduceSessions(config);
  }

  /** SIGHUP with another file. */
  reload(config: Config): void {
    this.tell({ kind: "reload", config });
    this.sensed.introduceSessions(config);
  }

  /** SIGTERM: the process says goodbye and ends. */
  stop(): void {
    if (this.#process !== "running") return;
    const resigned = this.#prepared.length > 0;
    this.deliver({ kind: "shutdown", ...(resigned ? { resigned } : {}) });
  }

  /** SIGKILL: the process is gone, its addresses stay in the kernel. */
  kill(): void {
    this.#process = "none";
    this.#driver = undefined;
    this.generation++;
    this.listening++;
    this.#surroundings.setAlarm(this, undefined);
  }

  /** The machine loses power: process and addresses are gone. */
  powerOff(): void {
    this.kill();
    this.kernel.reboot();
  }

  /** SIGSTOP: nothing runs, packets wait in the socket. */
  hold(): void {
    if (this.#process === "running") this.#process = "held";
  }

  /** SIGCONT: what waits in the sockets first, then the alarm if it is due, as the live host does it. */
  resume(): void {
    if (this.#process !== "held") return;
    this.#process = "running";
    const untold = this.#untold;
    const waiting = this.#inbox;
    this.#untold = [];
    this.#inbox = [];
    for (const event of untold) this.tell(event);
    for (const packet of waiting) this.receive(packet);
    this.wake();
  }

  /** Notifications under way are lost; the process is told so and looks at everything again. */
  overrun(): void {
    if (this.#process === "none") return;
    this.listening++;
    this.#untold = this.#untold.filter(({ kind }) => !KERNEL_NEWS.has(kind));
    this.tell({ kind: "snapshot", ...this.kernel.snapshot() });
  }

  /** Something to be known to the process, at once or when it goes on. */
  tell(event: VrrpHostEvent): void {
    if (this.#process === "running") this.deliver(event);
    else if (this.#process === "held") this.#untold.push(event);
  }

  /** Whether a socket of the process lets packets of this virtual router in. */
  listens(packet: Packet, virtualRouterId: number): boolean {
    if (this.#process === "none" || !this.kernel.isUp(packet.interface)) return false;
    return this.#wires.get(wireKey(packet))?.includes(virtualRouterId) ?? false;
  }

  /** A packet that its socket lets in. */
  receive(packet: Packet): void {
    if (this.#process === "running") {
      const { bytes, ...rest } = packet;
      this.deliver({ kind: "packet", packet: bytes, ...rest });
    } else if (this.#process === "held" && this.#inbox.length < SOCKET_QUEUE) this.#inbox.push(packet);
  }

  /** Somebody sets the wall clock, by so many seconds. */
  stepWallClock(by: number): void {
    this.wallClockError += by;
    this.tell({ kind: "wall-clock", offset: this.wallClockError * 1_000_000 });
  }

  /** The alarm; harmless when nothing is due. */
  wake(): void {
    if (this.#process === "running") this.deliver({ kind: "alarm" });
  }

  /** One event and all that follows from it. */
  deliver(told: VrrpHostEvent): void {
    const { lastStep } = this;
    // Files and processes are read when the configuration is taken, however long it had to wait.
    const event = told.kind === "reload" ? { ...told, ...this.sensed.readings(told.config) } : told;
    if (lastStep.notified.length > 0) lastStep.notified.length = 0;
    if (lastStep.removed.length > 0) lastStep.removed.length = 0;
    if (lastStep.resigned.length > 0) lastStep.resigned.length = 0;
    lastStep.lines = 0;
    if (event.kind === "shutdown" && event.resigned === true) this.#perform(this.#prepared);
    try {
      this.#driver?.deliver(event, this.#surroundings.now());
    } catch (error) {
      this.#surroundings.broken(this, error instanceof Error ? error.message : String(error));
      this.kill();
    }
    this.#surroundings.stepped(this, event);
  }

  #perform(effects: readonly VrrpHostEffect[]): readonly VrrpHostEvent[] {
    if (this.#surroundings.tracing) recordEffects(this, { effects, record: this.#surroundings.record });
    let failures: VrrpHostEvent[] = NONE;
    for (const effect of effects) {
      const reason = this.#performOne(effect);
      if (reason !== undefined) failures = [...failures, { kind: "effect-failed", effect, reason }];
    }
    return failures;
  }

  #performOne(effect: VrrpHostEffect): string | undefined {
    switch (effect.kind) {
      case "open-wire":
        if (!this.kernel.isThere(effect.interface))
          return `cannot open the VRRP socket on ${effect.interface}: it is not there`;
        this.#wires.set(wireKey(effect), effect.virtualRouterIds);
        return undefined;
      case "close-wire":
        this.#wires.delete(wireKey(effect));
        return undefined;
      // What a screen drops, the receiver checks refuse as well.
      case "screen-wire":
        return undefined;
      case "send-packet":
        return this.#send(effect);
      case "prepare-resignation":
        this.#prepared = effect.packets;
        return undefined;
      case "send-frame":
        if (!this.kernel.isThere(effect.interface))
          return `cannot announce on ${effect.interface}: it is not there`;
        if (this.kernel.isUp(effect.interface)) this.#surroundings.announce(this, effect);
        return undefined;
      case "add-address":
        return this.kernel.addAddress(effect.interface, effect.address);
      case "remove-address":
        this.lastStep.removed.push({ interface: effect.interface, address: effect.address.address });
        this.kernel.removeAddress(effect.interface, effect.address.address);
        return undefined;
      case "run-script":
        this.#surroundings.runScript(this, { name: effect.script, timeout: effect.timeout });
        return undefined;
      case "notification": {
        const { about, state } = effect.notification;
        if (about.startsWith("instance ") && state !== undefined)
          this.lastStep.notified.push({ name: about.slice("instance ".length), state });
        return undefined;
      }
      case "log":
        if (effect.level !== "debug") this.lastStep.lines++;
        return undefined;
      case "stopping":
        return undefined;
      // No simulated host has virtual MACs, routes or rules of its own: they hang on the same roles as addresses do.
      case "add-route":
      case "remove-route":
      case "add-rule":
      case "remove-rule":
      case "promote-secondaries":
      case "configure-filter":
      case "filter-addresses":
      case "set-local-igmp":
      case "make-own-interface":
      case "remove-own-interface":
        return undefined;
      case "stopped":
        this.#process = "none";
        this.#surroundings.setAlarm(this, undefined);
        return undefined;
      default:
        return unreachable(effect);
    }
  }

  #send(effect: SendPacket): string | undefined {
    const { interface: name, family, packet: bytes, source, destination } = effect;
    if (advertised(bytes, family).priority === 0)
      this.lastStep.resigned.push(`${name}/${family}/${advertised(bytes, family).virtualRouterId}`);
    if (!this.#wires.has(wireKey(effect))) return `cannot send on ${name}: it is not there`;
    if (this.kernel.refusals.has("send-packet")) return `cannot send on ${name}: the kernel refuses`;
    if (!this.kernel.isUp(name)) return undefined;
    const hopLimit = family === 4 ? (bytes[8] as number) : 255;
    this.#surroundings.transmit(this, { interface: name, family, bytes, source, destination, hopLimit });
    return undefined;
  }
}

function wireKey(wire: { readonly interface: string; readonly family: 4 | 6 }): string {
  return wire.family === 4 ? wire.interface : `${wire.interface}/6`;
}
