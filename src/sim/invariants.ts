import { after, between, type Duration, type Instant, inSeconds } from "../base/time.ts";
import { movingAddresses } from "../vrrp/router-config.ts";
import type { Segment } from "./segment.ts";
import type { SimulatedRouter } from "./simulated-router.ts";

/** A broken promise, with the virtual time at which it was seen. */
export interface Violation {
  readonly at: Instant;
  readonly what: string;
}

/**
 * What must hold after every event:
 * 1. two routers that hear each other are not both master for longer than one interval and the network's delay;
 * 2. a running process has its addresses on the interface exactly while it is master.
 */
export class Invariants {
  readonly violations: Violation[] = [];
  readonly #routers: readonly SimulatedRouter[];
  readonly #segment: Segment;
  readonly #bothSince = new Map<string, Instant>();

  constructor(routers: readonly SimulatedRouter[], segment: Segment) {
    this.#routers = routers;
    this.#segment = segment;
  }

  /** A frame between the two was lost: they did not hear each other just now. */
  forgive(from: string, to: string): void {
    this.#bothSince.delete(pair(from, to));
  }

  /** Everything that was allowed while faults came and went is forgotten: from now on it counts afresh. */
  forgiveAll(): void {
    this.#bothSince.clear();
  }

  check(now: Instant): void {
    for (const [at, first] of this.#routers.entries()) {
      this.#checkAddresses(first, now);
      for (const second of this.#routers.slice(at + 1)) this.#checkPair(first, second, now);
    }
  }

  #checkPair(first: SimulatedRouter, second: SimulatedRouter, now: Instant): void {
    const key = pair(first.name, second.name);
    const both =
      first.active &&
      second.active &&
      first.role === "master" &&
      second.role === "master" &&
      this.#segment.joins(first.name, second.name) &&
      this.#segment.joins(second.name, first.name);
    if (!both) {
      this.#bothSince.delete(key);
      return;
    }
    const since = this.#bothSince.get(key) ?? now;
    this.#bothSince.set(key, since);
    const allowed = this.#allowed(first, second);
    if (now <= after(since, allowed)) return;
    const held = `${inSeconds(between(since, now))} s, allowed ${inSeconds(allowed)} s`;
    this.violations.push({
      at: now,
      what: `${first.name} and ${second.name} hear each other and were both master for ${held}`,
    });
    this.#bothSince.set(key, now);
  }

  #allowed(first: SimulatedRouter, second: SimulatedRouter): Duration {
    const { delay, jitter, heldBack } = this.#segment.conditions;
    const longest = Math.max(
      first.setup.config.advertisementInterval,
      second.setup.config.advertisementInterval,
    );
    return (longest + delay + jitter + heldBack + WAKE_LATENESS) as Duration;
  }

  #checkAddresses(router: SimulatedRouter, now: Instant): void {
    if (!router.running) return;
    const wanted =
      router.role === "master" ? movingAddresses(router.setup.config).map(({ address }) => address) : [];
    const lost = router.state.role.kind === "master" && router.state.role.restore !== undefined;
    const right =
      wanted.length === router.addresses.size && wanted.every((address) => router.addresses.has(address));
    if (right || lost) return;
    const has = [...router.addresses].join(" ") || "none";
    this.violations.push({ at: now, what: `${router.name} is ${router.role} with the addresses ${has}` });
  }
}

/** A process is woken at most this much after its alarm, in microseconds. */
export const WAKE_LATENESS = 200;

function pair(one: string, other: string): string {
  return one < other ? `${one} ${other}` : `${other} ${one}`;
}
