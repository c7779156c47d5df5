import { unreachable } from "../base/assert.ts";
import { after, type Duration, type Instant } from "../base/time.ts";
import type { Config } from "../conf/model/config.ts";
import { Driver } from "../director/driver.ts";
import type { SendPacket, VrrpHostEffect, VrrpHostEvent } from "../director/host.ts";
import { vrrpDirector } from "../director/vrrp-director.ts";
import {
  initialVrrpState,
  type RouterEntry,
  type VrrpDirectorState,
} from "../director/vrrp-director-state.ts";
import { needsWallClock } from "../director/wall-clock.ts";
import { KERNEL_NEWS, timeOfDay } from "./host-news.ts";
import { recordEffects } from "./host-record.ts";
import type {
  Death,
  DirectorMachine,
  HostSetup,
  LastStep,
  PlannedDeath,
  ScriptFate,
  Surroundings,
} from "./host-surroundings.ts";
import { advertised, type Packet, wireKey } from "./packet.ts";
import { SensedWorld } from "./sensed-world.ts";
import { SimulatedJournal } from "./simulated-journal.ts";
import { SimulatedKernel } from "./simulated-kernel.ts";
import { WorldMark } from "./world-mark.ts";

/** Packets a stopped process finds in its socket when it goes on. */
const SOCKET_QUEUE = 200;
const NONE: VrrpHostEvent[] = [];
/**
 * A host of the simulated world: the live machine of the VRRP process with its live driver, and around it a process that can
 * be started, stopped, held, killed and reloaded, a kernel that outlives it, and a wall clock that can be stepped (TM-7).
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
  /** How the last process died that was not told to end. */
  death: Death | undefined;
  /** Whether all that a successor looked at when it began was as it had been then. */
  isAsAtDeath = false;
  #journal = new SimulatedJournal();
  /** The configuration that the parent has, while there is a parent. */
  #wanted: Config | undefined;
  #planned: PlannedDeath | undefined;
  #dying = false;
  readonly #mark: WorldMark;

  constructor(setup: HostSetup, surroundings: Surroundings, machine: DirectorMachine = vrrpDirector) {
    this.#machine = machine;
    this.name = setup.name;
    this.setup = setup;
    this.#surroundings = surroundings;
    const tell = (event: VrrpHostEvent, by: "netlink" | "parent"): void => {
      this.#mark.changed(surroundings.now());
      surroundings.tellLater(this, event, by);
    };
    this.kernel = new SimulatedKernel(setup.interfaces, (event) => tell(event, "netlink"));
    this.sensed = new SensedWorld((event) => tell(event, "parent"));
    this.#mark = new WorldMark(this.kernel, this.sensed);
  }

  get running(): boolean {
    return this.#process === "running";
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

  /** Starts parent and process; those that run go on. */
  start(config: Config): void {
    if (this.#process !== "none" || this.#wanted !== undefined) return;
    this.#wanted = config;
    this.#journal = new SimulatedJournal();
    this.#begin(config);
  }

  /** The process dies and its parent lives: a successor goes on after a pause. */
  crash(pause: Duration): void {
    if (this.#process !== "none") this.#die(pause, { inStep: false });
  }

  /** It will die in the middle of a step. */
  planCrash(planned: PlannedDeath): void {
    if (this.#process !== "none") this.#planned = planned;
  }

  /** Nobody dies any more, and who is awaited comes now. */
  settle(): void {
    this.#planned = undefined;
    this.#succeed();
    this.resume();
  }

  #die(pause: Duration, { inStep }: { readonly inStep: boolean }): void {
    const wanted = this.#wanted;
    const at = this.#surroundings.now();
    const told = inStep ? this.lastStep.notified.map(({ name }) => name) : [];
    // It died before it knew, or before it counted.
    const world =
      this.#process === "held" || this.#mark.isNews(this.config, at) ? "unknown" : this.#mark.text;
    this.death = { at, inStep, told, config: this.config, world };
    this.kill();
    this.#wanted = wanted;
    this.#surroundings.record(this.name, inStep ? "dies in the middle of this" : "dies");
    const { generation } = this;
    this.#surroundings.later(after(at, pause), () => {
      if (this.generation === generation) this.#succeed();
    });
    this.#surroundings.died(this);
  }

  #succeed(): void {
    if (this.#process !== "none" || this.#wanted === undefined) return;
    this.#journal.handOver();
    this.#begin(this.#wanted);
  }

  /** A successor begins with the configuration that its predecessor had taken; the one that is wanted is a reload to it. */
  #begin(wanted: Config): void {
    const { config = wanted, ...legacy } = this.#journal.read();
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
    this.isAsAtDeath = this.death?.world === this.#mark.text && this.death.config === wanted;
    this.#driver = new Driver(this.#machine, {
      host,
      initial: initialVrrpState(),
      afterStep: (state, now) => {
        if (!this.#dying) this.#journal.note(state, now);
      },
    });
    const world = { ...this.kernel.snapshot(), ...this.sensed.readings(config) };
    if (needsWallClock(config))
      this.#driver.deliver(timeOfDay(this.wallClockError), this.#surroundings.now());
    this.deliver({ kind: "start", config, ...world, ...legacy });
    this.sensed.introduceSessions(config);
    if (config !== wanted) this.reload(wanted);
  }

  /** SIGHUP with another file. */
  reload(config: Config): void {
    if (this.#wanted !== undefined) this.#wanted = config;
    if (needsWallClock(config)) this.tell(timeOfDay(this.wallClockError));
    this.tell({ kind: "reload", config });
    this.sensed.introduceSessions(config);
  }

  /** SIGTERM: the process says goodbye and ends. */
  stop(): void {
    if (this.#process === "held") return;
    this.#wanted = undefined;
    if (this.#process !== "running") return;
    const resigned = this.#prepared.length > 0;
    this.deliver({ kind: "shutdown", ...(resigned ? { resigned } : {}) });
  }

  /** SIGKILL for parent and process: they are gone, addresses stay in the kernel. */
  kill(): void {
    this.#process = "none";
    this.#wanted = undefined;
    this.#planned = undefined;
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
    this.tell(timeOfDay(this.wallClockError));
  }

  /** What the wall clock shows, in microseconds. */
  get timeOfDay(): Instant {
    return after(this.#surroundings.now(), timeOfDay(this.wallClockError).offset as Duration);
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
    const planned = this.#planned;
    if (!this.#dying || planned === undefined) {
      this.#surroundings.stepped(this, event);
      return;
    }
    this.#dying = false;
    this.#die(planned.pause, { inStep: true });
  }

  #perform(wanted: readonly VrrpHostEffect[]): readonly VrrpHostEvent[] {
    if (this.#dying) return NONE;
    const left = this.#planned?.after ?? Number.POSITIVE_INFINITY;
    this.#dying = wanted.length > left;
    const effects = this.#dying ? wanted.slice(0, left) : wanted;
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
      case "screen-heard":
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
