import type { IpAddress } from "../base/ip-address.ts";
import { type Random, seededRandom } from "../base/random.ts";
import { after, type Duration, type Instant, instant, microseconds } from "../base/time.ts";
import { decodeAnnouncement } from "../vrrp/neighbour.ts";
import type { RouterConfig } from "../vrrp/router-config.ts";
import { EventQueue } from "./event-queue.ts";
import { Invariants, type Violation, WAKE_LATENESS } from "./invariants.ts";
import { Segment } from "./segment.ts";
import { SimulatedRouter, type Surroundings } from "./simulated-router.ts";

/** One thing that happened. */
export interface TraceEntry {
  readonly at: Instant;
  readonly who: string;
  readonly what: string;
}

/** How a world is made. */
export interface WorldSetup {
  readonly seed: number;
  readonly routers: readonly {
    readonly name: string;
    readonly address: IpAddress;
    readonly config: RouterConfig;
  }[];
  /** Whether alarms come a random little late, as on a real machine. */
  readonly lateAlarms: boolean;
}

/** The name of the host that sends to the virtual addresses and believes the last announcement it heard. */
export const CLIENT = "client";

/**
 * Virtual time, one segment, some directors and a client. Everything random comes from one seed, everything at one
 * instant happens in the order it was caused: the same setup gives the same trace.
 */
export class World {
  readonly segment: Segment;
  readonly routers: ReadonlyMap<string, SimulatedRouter>;
  readonly random: Random;
  readonly trace: TraceEntry[] = [];
  readonly #queue = new EventQueue<() => void>();
  readonly #invariants: Invariants;
  readonly #alarms = new Map<string, Instant>();
  readonly #beliefs = new Map<IpAddress, string>();
  readonly #lateAlarms: boolean;
  #now: Instant = instant(0);

  constructor(setup: WorldSetup) {
    this.random = seededRandom(setup.seed);
    this.segment = new Segment(this.random);
    this.#lateAlarms = setup.lateAlarms;
    const surroundings: Surroundings = {
      send: (from, packet) => this.#send(from, packet),
      announce: (from, frame) => this.#announce(from, frame),
      record: (who, what) => this.record(who, what),
    };
    this.routers = new Map(
      setup.routers.map((router, at) => [
        router.name,
        new SimulatedRouter({ ...router, hardwareAddress: hardwareAddress(at) }, surroundings),
      ]),
    );
    this.#invariants = new Invariants([...this.routers.values()], this.segment);
  }

  get now(): Instant {
    return this.#now;
  }

  get violations(): readonly Violation[] {
    return this.#invariants.violations;
  }

  /** The directors that are master now and can be heard, by name. */
  get masters(): readonly string[] {
    return [...this.routers.values()].filter((r) => r.active && r.role === "master").map((r) => r.name);
  }

  /** Where the client sends what it has for a virtual address; undefined before the first announcement. */
  believed(address: IpAddress): string | undefined {
    return this.#beliefs.get(address);
  }

  /** The director of that name. */
  router(name: string): SimulatedRouter {
    const router = this.routers.get(name);
    if (router === undefined) {
      throw new RangeError(
        `Cannot find the router "${name}": the world has ${[...this.routers.keys()].join(", ")}`,
      );
    }
    return router;
  }

  record(who: string, what: string): void {
    this.trace.push({ at: this.#now, who, what });
  }

  /** Has `action` happen at an instant, not before now. */
  schedule(at: Instant, action: () => void): void {
    this.#queue.push(Math.max(at, this.#now) as Instant, action);
  }

  /** Does something to the world right now and lets it settle. */
  act(action: () => void): void {
    action();
    this.#settle();
  }

  /** Faults have ended: what they allowed is not held against anyone from here on. */
  calm(): void {
    this.#invariants.forgiveAll();
  }

  /** Lets virtual time pass until `end`, everything at `end` included. */
  runUntil(end: Instant): void {
    for (let at = this.#queue.nextAt; at !== undefined && at <= end; at = this.#queue.nextAt) {
      this.#now = at;
      this.#queue.pop()?.item();
      this.#settle();
    }
    this.#now = end;
    this.#invariants.check(end);
  }

  #settle(): void {
    for (const router of this.routers.values()) this.#setAlarm(router);
    this.#invariants.check(this.#now);
  }

  /** One pending alarm per router, at its earliest deadline; an outdated one still fires and does no harm. */
  #setAlarm(router: SimulatedRouter): void {
    const deadline = router.deadline;
    if (deadline === undefined || this.#alarms.get(router.name) === deadline) return;
    this.#alarms.set(router.name, deadline);
    const late = this.#lateAlarms ? this.random() * WAKE_LATENESS : 0;
    this.schedule(after(deadline, microseconds(late)), () => {
      if (this.#alarms.get(router.name) === deadline) this.#alarms.delete(router.name);
      router.wake(this.#now);
    });
  }

  #send(from: string, packet: Uint8Array): void {
    for (const to of this.routers.values()) {
      if (to.name === from) continue;
      const delays = this.segment.deliveries(from, to.name);
      if (delays.length === 0) this.#invariants.forgive(from, to.name);
      for (const delay of delays) this.#later(delay, () => this.#arrive({ from, to, packet }));
    }
  }

  /** A link cut while the packet was under way has cut it off too. */
  #arrive(packet: {
    readonly from: string;
    readonly to: SimulatedRouter;
    readonly packet: Uint8Array;
  }): void {
    if (this.segment.joins(packet.from, packet.to.name)) packet.to.receive(packet.packet, this.#now);
  }

  #announce(from: string, frame: Uint8Array): void {
    for (const delay of this.segment.deliveries(from, CLIENT)) {
      this.#later(delay, () => {
        const heard = decodeAnnouncement(frame);
        if (heard === undefined || this.#beliefs.get(heard.address) === from) return;
        this.#beliefs.set(heard.address, from);
        this.record(CLIENT, `sends what is for ${heard.address} to ${from}`);
      });
    }
  }

  #later(delay: Duration, action: () => void): void {
    this.schedule(after(this.#now, delay), action);
  }
}

/** A locally administered address per router. */
function hardwareAddress(at: number): Uint8Array {
  return Uint8Array.of(2, 0, 0, 0, 0, at + 1);
}
