import { type Random, seededRandom } from "../base/random.ts";
import { after, type Duration, type Instant, instant, microseconds } from "../base/time.ts";
import type { ScriptOutcome, VrrpHostEvent } from "../director/host.ts";
import { ClientWatch } from "./client-watch.ts";
import { EventQueue } from "./event-queue.ts";
import type { DirectorMachine, HostSetup, Surroundings } from "./host-surroundings.ts";
import { Invariants, isActiveMaster, type Violation, WAKE_LATENESS } from "./invariants.ts";
import { advertised, type Packet } from "./packet.ts";
import { Segment } from "./segment.ts";
import { SimulatedHost } from "./simulated-host.ts";

/** One thing that happened. */
export interface TraceEntry {
  readonly at: Instant;
  readonly who: string;
  readonly what: string;
}

/** How a world is made. */
export interface WorldSetup {
  readonly seed: number;
  readonly hosts: readonly HostSetup[];
  /** Whether alarms and the kernel's notifications come a random little late, as on a real machine. */
  readonly lateAlarms: boolean;
  /** Whether everything is written down; it costs more than the simulation itself. */
  readonly tracing: boolean;
  /** The machine of every VRRP process, when it is not ours. */
  readonly machine?: DirectorMachine;
}

/** The name of the host that sends to the virtual addresses and believes the last announcement it heard. */
export const CLIENT = "client";

/** The kernel tells of a change after this time at most, in microseconds. */
const NOTIFICATION_DELAY = 500;
/** A machine that is due again at once is woken after so many microseconds. */
const BUSY_GAP = 1_000;
/** How long a script runs, in microseconds. */
const SCRIPT_TIME = 5_000;

/**
 * Virtual time, a network for each interface name, some hosts and a client. Everything random comes from one seed,
 * everything at one instant happens in the order it was caused: the same setup gives the same trace.
 */
export class World {
  readonly segments: ReadonlyMap<string, Segment>;
  readonly hosts: ReadonlyMap<string, SimulatedHost>;
  readonly random: Random;
  readonly trace: TraceEntry[] = [];
  readonly invariants: Invariants;
  readonly client: ClientWatch;
  readonly #setup: WorldSetup;
  readonly #queue = new EventQueue<() => void>();
  readonly #alarms = new Map<SimulatedHost, PendingAlarm>();
  readonly #lastTold = new Map<SimulatedHost, Instant>();
  readonly #members: ReadonlyMap<string, readonly SimulatedHost[]>;
  /** What a recorder on the networks has kept. */
  readonly #kept = new Map<SimulatedHost, Map<number, Packet>>();
  #now: Instant = instant(0);
  #digest = 0;
  #events = 0;

  constructor(setup: WorldSetup) {
    this.#setup = setup;
    this.random = seededRandom(setup.seed);
    const surroundings = this.#surroundings();
    this.hosts = new Map(
      setup.hosts.map((host) => [host.name, new SimulatedHost(host, surroundings, setup.machine)]),
    );
    const names = new Set(setup.hosts.flatMap(({ interfaces }) => interfaces.map(({ name }) => name)));
    this.segments = new Map([...names].map((name) => [name, new Segment(this.random)]));
    const all = [...this.hosts.values()];
    this.#members = new Map(
      [...names].map((name) => [
        name,
        all.filter((host) => host.setup.interfaces.some((one) => one.name === name)),
      ]),
    );
    this.invariants = new Invariants({
      hosts: all,
      segments: this.segments,
      later: (at, action) => this.schedule(at, action),
    });
    this.client = new ClientWatch(all, this.segments);
    for (const host of all) this.#alarms.set(host, { wanted: undefined, pending: undefined });
  }

  get now(): Instant {
    return this.#now;
  }

  /** How many things have happened. */
  get events(): number {
    return this.#events;
  }

  /** A number that two runs share when the same happened at the same times in the same order. */
  get digest(): number {
    return this.#digest;
  }

  get violations(): readonly Violation[] {
    return this.invariants.violations;
  }

  /** Who is master of what and can be heard: `host` when a host has one instance, else `host/instance`. */
  get masters(): readonly string[] {
    return [...this.hosts.values()].flatMap((host) => {
      const all = [...host.routers];
      return all
        .filter((entry) => isActiveMaster(host, entry))
        .map(({ instance }) => (all.length > 1 ? `${host.name}/${instance.name}` : host.name));
    });
  }

  /** The host of that name. */
  host(name: string): SimulatedHost {
    const host = this.hosts.get(name);
    if (host === undefined)
      throw new RangeError(
        `Cannot find the host "${name}": the world has ${[...this.hosts.keys()].join(", ")}`,
      );
    return host;
  }

  /** The network that interfaces of that name are on. */
  segment(name = "eth0"): Segment {
    const segment = this.segments.get(name);
    if (segment === undefined)
      throw new RangeError(
        `Cannot find the network of ${name}: the world has ${[...this.segments.keys()].join(", ")}`,
      );
    return segment;
  }

  record(who: string, what: string): void {
    if (this.#setup.tracing) this.trace.push({ at: this.#now, who, what });
  }

  /** Has `action` happen at an instant, not before now. */
  schedule(at: Instant, action: () => void): void {
    this.#queue.push(at > this.#now ? at : this.#now, action);
  }

  /** Lets virtual time pass until `end`, everything at `end` included. */
  runUntil(end: Instant): void {
    for (let at = this.#queue.nextAt; at !== undefined && at <= end; at = this.#queue.nextAt) {
      this.#now = at;
      this.#events++;
      this.#queue.pop()?.();
    }
    this.#now = end;
  }

  /** Does something to the world right now. */
  act(action: () => void): void {
    action();
    this.invariants.disturbed(this.#now);
    this.client.look(this.#now);
  }

  /** A packet that looks as if a host had sent it, heard by everyone, its supposed sender included. */
  forge(from: string, packet: Packet): void {
    this.invariants.forge(packet.bytes);
    this.#inject(from, packet);
  }

  #inject(from: string, packet: Packet): void {
    for (const to of this.#members.get(packet.interface) ?? [])
      if (isMulticast(packet) || to.kernel.has(packet.interface, packet.destination))
        this.schedule(after(this.#now, microseconds(50)), () => this.#arrive(packet, { from, to }));
  }

  /** Everyone hears again what a recorder has kept of a virtual router. */
  replay(name: string, instance: string): void {
    const host = this.host(name);
    const config = host.router(instance)?.config;
    const kept = config === undefined ? undefined : this.#kept.get(host)?.get(keptKey(config));
    if (kept !== undefined) this.#inject(name, kept);
  }

  /** The first packet of each router of each host, until it resigns: then that one. */
  #keep(from: SimulatedHost, packet: Packet): void {
    const { virtualRouterId, priority } = advertised(packet.bytes, packet.family);
    const key = keptKey({ family: packet.family, virtualRouterId });
    const kept = this.#kept.get(from) ?? new Map<number, Packet>();
    if (priority !== 0 && kept.has(key)) return;
    this.#kept.set(from, kept.set(key, packet));
  }

  #surroundings(): Surroundings {
    return {
      tracing: this.#setup.tracing,
      now: () => this.#now,
      transmit: (from, packet) => this.#transmit(from, packet),
      announce: (from, announced) => this.#announce(from, announced),
      setAlarm: (host, at) => this.#setAlarm(host, at),
      tellLater: (host, event, by) => this.#tellLater(host, event, by),
      runScript: (host, script) => this.#runScript(host, script),
      record: (who, what) => this.record(who, what),
      later: (at, action) => this.schedule(at, () => this.act(action)),
      died: () => {
        this.invariants.disturbed(this.#now);
        this.client.look(this.#now);
      },
      stepped: (host, event) => this.#stepped(host, event),
      broken: (host, why) => this.invariants.violate(this.#now, `${host.name}: the machine threw: ${why}`),
    };
  }

  #stepped(host: SimulatedHost, event: VrrpHostEvent): void {
    const text = event.kind;
    this.#digest =
      (Math.imul(this.#digest ^ this.#now, 0x01000193) + text.length * 31 + text.charCodeAt(0)) | 0;
    this.#digest = Math.imul(this.#digest ^ (host.deadline ?? 0), 0x01000193);
    const changed = this.invariants.stepped(host, { event, now: this.#now });
    if (changed) this.client.look(this.#now);
  }

  /**
   * One pending alarm per host, no later than its earliest deadline. A deadline that moves away, as that of a backup
   * does with every advertisement, leaves it where it is: it then fires early and is set again.
   */
  #setAlarm(host: SimulatedHost, at: Instant | undefined): void {
    const alarm = this.#alarms.get(host);
    if (alarm === undefined) return;
    alarm.wanted = at;
    if (at !== undefined && (alarm.pending === undefined || alarm.pending > at)) this.#push(host, alarm, at);
  }

  #push(host: SimulatedHost, alarm: PendingAlarm, at: Instant): void {
    alarm.pending = at;
    const late = this.#setup.lateAlarms ? this.random() * WAKE_LATENESS : 0;
    // A machine that asks again for what is past would keep a real host busy; here time goes on.
    const soonest = at <= this.#now ? this.#now + BUSY_GAP : at;
    this.schedule((soonest + Math.round(late)) as Instant, () => {
      if (alarm.pending !== at) return;
      alarm.pending = undefined;
      if (alarm.wanted === undefined) return;
      if (alarm.wanted > this.#now) this.#push(host, alarm, alarm.wanted);
      else host.wake();
    });
  }

  #transmit(from: SimulatedHost, packet: Packet): void {
    this.#keep(from, packet);
    const segment = this.segment(packet.interface);
    const toAll = isMulticast(packet);
    for (const to of this.#members.get(packet.interface) ?? []) {
      if (to === from || !(toAll || to.kernel.has(packet.interface, packet.destination))) continue;
      const delays = segment.deliveries(from.name, to.name);
      if (delays.length === 0) this.invariants.forgive(from, to, this.#now);
      for (const delay of delays) {
        this.schedule(after(this.#now, delay), () => {
          // A link cut while the packet was under way has cut it off too.
          if (segment.joins(from.name, to.name)) this.#arrive(packet, { from: from.name, to });
          else this.invariants.forgive(from, to, this.#now);
        });
      }
    }
  }

  #arrive(packet: Packet, { to }: { readonly from: string; readonly to: SimulatedHost }): void {
    const { virtualRouterId } = advertised(packet.bytes, packet.family);
    if (to.listens(packet, virtualRouterId)) to.receive(packet);
  }

  #announce(
    from: SimulatedHost,
    announced: { readonly interface: string; readonly frame: Uint8Array },
  ): void {
    const { interface: name, frame } = announced;
    if (!this.segment(name).joins(from.name, CLIENT)) this.client.miss(name, frame);
    for (const delay of this.segment(name).deliveries(from.name, CLIENT)) {
      this.schedule(after(this.#now, delay), () => {
        const address = this.client.hear(from, { interface: name, frame, now: this.#now });
        if (address !== undefined) this.record(CLIENT, `sends what is for ${address} to ${from.name}`);
      });
    }
  }

  /** Notifications keep their order, however late each of them is. */
  #tellLater(host: SimulatedHost, event: VrrpHostEvent, by: "netlink" | "parent"): void {
    const listens = () => (by === "netlink" ? host.listening : host.generation);
    const listener = listens();
    const delay = this.#setup.lateAlarms ? this.random() * NOTIFICATION_DELAY : 0;
    const earliest = after(this.#now, microseconds(delay));
    const at = Math.max(earliest, this.#lastTold.get(host) ?? 0) as Instant;
    this.#lastTold.set(host, at);
    this.schedule(at, () => {
      if (listens() === listener) host.tell(event);
    });
  }

  #runScript(host: SimulatedHost, script: { readonly name: string; readonly timeout: Duration }): void {
    const { generation } = host;
    const fate = host.scripts.get(script.name) ?? "ok";
    const lasts = fate === "hangs" ? script.timeout : microseconds(SCRIPT_TIME);
    const outcome: ScriptOutcome =
      fate === "hangs" ? { kind: "timed-out" } : { kind: "exited", code: fate === "ok" ? 0 : 1 };
    this.schedule(after(this.#now, lasts), () => {
      if (host.generation === generation) host.tell({ kind: "script-result", script: script.name, outcome });
    });
  }
}

interface PendingAlarm {
  wanted: Instant | undefined;
  pending: Instant | undefined;
}

function keptKey(router: { readonly family: 4 | 6; readonly virtualRouterId: number }): number {
  return router.virtualRouterId * 8 + router.family;
}

function isMulticast({ family, destination }: Packet): boolean {
  return family === 6 ? destination.startsWith("ff") : Number.parseInt(destination, 10) >= 224;
}
