import { after, between, type Duration, type Instant, inSeconds } from "../base/time.ts";
import type { VrrpHostEvent } from "../director/host.ts";
import type { RouterEntry } from "../director/vrrp-director-state.ts";
import { understandEachOther } from "./hearing.ts";
import { HostPromises } from "./host-promises.ts";
import type { Segment } from "./segment.ts";
import type { SimulatedHost } from "./simulated-host.ts";

/** A broken promise, with the virtual time at which it was seen. */
export interface Violation {
  readonly at: Instant;
  readonly what: string;
}

/** A process is woken at most this much after its alarm, in microseconds. */
export const WAKE_LATENESS = 200;

/** More broken promises than this say nothing new. */
const ENOUGH = 50;

/** What the invariants watch. */
export interface Watched {
  readonly hosts: readonly SimulatedHost[];
  readonly segments: ReadonlyMap<string, Segment>;
  /** Has something done at a time, so that a promise broken in silence is noticed too. */
  later(at: Instant, action: () => void): void;
}

interface Overlap {
  readonly hosts: readonly [SimulatedHost, SimulatedHost];
  readonly entries: readonly [RouterEntry, RouterEntry];
  since: Instant;
}

/**
 * What must hold after every event: two routers that hear each other are not both master for longer than one interval
 * and the network's delay, and every process keeps the promises of `HostPromises`. Only what an event can have changed
 * is looked at.
 */
export class Invariants {
  readonly violations: Violation[] = [];
  readonly #watched: Watched;
  readonly #promises = new Map<SimulatedHost, HostPromises>();
  readonly #forged = new WeakSet<Uint8Array>();
  readonly #overlaps = new Map<string, Overlap>();

  constructor(watched: Watched) {
    this.#watched = watched;
    for (const host of watched.hosts)
      this.#promises.set(
        host,
        new HostPromises(host, {
          violate: (at, what) => this.violate(at, what),
          later: watched.later,
          isForged: (bytes) => this.#forged.has(bytes),
        }),
      );
  }

  /** A promise is broken. */
  violate(at: Instant, what: string): void {
    if (this.violations.length < ENOUGH) this.violations.push({ at, what });
  }

  /** A process has taken an event. True when a role or an address of the host has changed by it. */
  stepped(host: SimulatedHost, step: { readonly event: VrrpHostEvent; readonly now: Instant }): boolean {
    const changed = this.#promises.get(host)?.stepped(step.event, step.now) ?? false;
    if (changed) this.lookAtMasters(step.now);
    return changed;
  }

  /** Something was done to the world: who hears whom, and who is there, may be different now. */
  disturbed(now: Instant): void {
    for (const promises of this.#promises.values()) promises.disturbed(now);
    for (const overlap of this.#overlaps.values()) overlap.since = now;
    this.lookAtMasters(now);
  }

  /** Somebody who has no key has made a packet. */
  forge(bytes: Uint8Array): void {
    this.#forged.add(bytes);
  }

  /** A packet between the two was lost: they did not hear each other just now. */
  forgive(from: SimulatedHost, to: SimulatedHost, now: Instant): void {
    if (this.#overlaps.size === 0) return;
    for (const overlap of this.#overlaps.values())
      if (overlap.hosts.includes(from) && overlap.hosts.includes(to)) overlap.since = now;
  }

  /** Looks who is master now, beginning and ending the times in which two are. */
  lookAtMasters(now: Instant): void {
    const masters = new Map<string, { readonly host: SimulatedHost; readonly entry: RouterEntry }[]>();
    for (const host of this.#watched.hosts)
      for (const entry of host.routers) {
        if (!isActiveMaster(host, entry)) continue;
        const { interface: name, family, virtualRouterId } = entry.config;
        const key = `${name}/${family}/${virtualRouterId}`;
        const others = masters.get(key) ?? [];
        others.push({ host, entry });
        masters.set(key, others);
      }
    const seen = new Set<string>();
    for (const [key, all] of masters)
      for (const [at, first] of all.entries())
        for (const second of all.slice(at + 1)) {
          if (!this.#hearEachOther(first, second)) continue;
          const name = `${key} ${first.host.name} ${second.host.name}`;
          seen.add(name);
          if (!this.#overlaps.has(name))
            this.#begin(name, {
              hosts: [first.host, second.host],
              entries: [first.entry, second.entry],
              since: now,
            });
        }
    for (const name of this.#overlaps.keys()) if (!seen.has(name)) this.#overlaps.delete(name);
  }

  #hearEachOther(
    first: { readonly host: SimulatedHost; readonly entry: RouterEntry },
    second: { readonly host: SimulatedHost; readonly entry: RouterEntry },
  ): boolean {
    const segment = this.#watched.segments.get(first.entry.config.interface);
    if (segment === undefined) return false;
    const [a, b] = [first.host.name, second.host.name];
    return segment.joins(a, b) && segment.joins(b, a) && understandEachOther(first, second);
  }

  #begin(name: string, overlap: Overlap): void {
    this.#overlaps.set(name, overlap);
    this.#watch(name, overlap);
  }

  #watch(name: string, overlap: Overlap): void {
    const allowed = this.#allowed(overlap);
    const due = after(overlap.since, (allowed + 1) as Duration);
    this.#watched.later(due, () => {
      if (this.#overlaps.get(name) !== overlap) return;
      const now = after(overlap.since, (this.#allowed(overlap) + 1) as Duration);
      if (now > due) {
        this.#watch(name, overlap);
        return;
      }
      const [first, second] = overlap.hosts;
      const held = inSeconds(between(overlap.since, due));
      this.violate(
        due,
        `${first.name} and ${second.name} hear each other and were both master of ${name.split(" ")[0]} for ${held} s, allowed ${inSeconds(allowed)} s`,
      );
      this.#overlaps.delete(name);
    });
  }

  #allowed({ entries }: Overlap): Duration {
    const [first, second] = entries;
    const segment = this.#watched.segments.get(first.config.interface);
    const { delay, jitter, heldBack } = segment?.conditions ?? { delay: 0, jitter: 0, heldBack: 0 };
    const longest = Math.max(first.config.advertisementInterval, second.config.advertisementInterval);
    // Of two that count the numbers of authentication headers differently only one hears the other at first: it counts on
    // from there, and is heard with its own next one.
    const turns = first.config.version === 2 && first.config.authentication.kind === "ah" ? 2 : 1;
    return (turns * longest + 2 * (delay + jitter + heldBack) + 2 * WAKE_LATENESS) as Duration;
  }
}

/** Running, not held, on the network, able to send, and master. */
export function isActiveMaster(host: SimulatedHost, entry: RouterEntry): boolean {
  return (
    entry.state.role.kind === "master" &&
    host.running &&
    host.kernel.isUp(entry.config.interface) &&
    !host.kernel.refusals.has("send-packet")
  );
}
