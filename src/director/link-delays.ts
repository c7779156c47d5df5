import { after, type Duration, earliest, type Instant, inSeconds, microseconds } from "../base/time.ts";
import type { LinkDelay } from "../conf/model/daemon-definitions.ts";
import type { RouterEntry } from "./vrrp-director-state.ts";

/** How one link with delays stands. */
export interface DelayedLink {
  readonly interface: string;
  /** What counts, whatever the link is at the moment. */
  readonly up: boolean;
  /** It has been up before: only then do delays apply, as in keepalived. */
  readonly seenUp: boolean;
  /** When the other state counts, if it lasts; absent while the link is what counts. */
  readonly turnsAt?: Instant;
}

/** The same, as it is kept. */
interface Delayed {
  delay: LinkDelay;
  up: boolean;
  seenUp: boolean;
  turnsAt: Instant | undefined;
}

/**
 * `interface_up_down_delays`: a link that goes down or comes up counts only when that has lasted, so that a flapping
 * cable moves no addresses. An interface that disappears counts at once. Changed in place: it belongs to one machine's
 * state.
 */
export class LinkDelays {
  readonly #delayed = new Map<string, Delayed>();

  /** Takes the delays of a configuration, and how the links stand; what is known keeps its state. */
  configure(delays: readonly LinkDelay[], isUp: (name: string) => boolean): void {
    const known = new Map(this.#delayed);
    this.#delayed.clear();
    for (const delay of delays) {
      const up = isUp(delay.interface);
      const entry = known.get(delay.interface) ?? { delay, up, seenUp: up, turnsAt: undefined };
      entry.delay = delay;
      this.#delayed.set(delay.interface, entry);
    }
  }

  /**
   * Takes how an interface stands now; "gone" when there is none of this name. No delay is longer than `longest`, which
   * is undefined when no router cares.
   */
  note(
    name: string,
    standing: "up" | "down" | "gone",
    { now, longest }: { readonly now: Instant; readonly longest: Duration | undefined },
  ): void {
    const entry = this.#delayed.get(name);
    if (entry === undefined) return;
    if (standing === "gone") {
      Object.assign(entry, { up: false, seenUp: false, turnsAt: undefined });
      return;
    }
    const up = standing === "up";
    if (up === entry.up) {
      entry.turnsAt = undefined;
      return;
    }
    const wanted = up ? entry.delay.up : entry.delay.down;
    const delay = longest === undefined || wanted < longest ? wanted : longest;
    if (entry.seenUp && delay > 0) entry.turnsAt ??= after(now, delay);
    else turn(entry);
  }

  /** Whether a link counts as up; undefined when it has no delays. */
  isUp(name: string): boolean | undefined {
    return this.#delayed.get(name)?.up;
  }

  /** How every link with delays stands. */
  all(): readonly DelayedLink[] {
    return [...this.#delayed.values()].map(({ delay, up, seenUp, turnsAt }) => ({
      interface: delay.interface,
      up,
      seenUp,
      ...(turnsAt === undefined ? {} : { turnsAt }),
    }));
  }

  /** Takes over how links stood elsewhere, those that have delays here. */
  restore(links: readonly DelayedLink[]): void {
    for (const { interface: name, up, seenUp, turnsAt } of links) {
      const entry = this.#delayed.get(name);
      if (entry !== undefined) Object.assign(entry, { up, seenUp, turnsAt });
    }
  }

  /** When the next delay ends. */
  deadline(): Instant | undefined {
    return earliest([...this.#delayed.values()].map(({ turnsAt }) => turnsAt));
  }

  /** Ends the delays that are over; the interfaces that count as another state now. */
  alarm(now: Instant): readonly string[] {
    const due = [...this.#delayed.values()].filter(({ turnsAt }) => turnsAt !== undefined && turnsAt <= now);
    for (const entry of due) turn(entry);
    return due.map(({ delay }) => delay.interface);
  }
}

function turn(entry: Delayed): void {
  entry.up = !entry.up;
  entry.seenUp ||= entry.up;
  entry.turnsAt = undefined;
}

/**
 * The longest that a link may be down before it counts, or up, as in keepalived: before another router takes over from
 * one that cannot be heard. Undefined when no router speaks on the interface.
 */
export function longestDelay(name: string, routers: Iterable<RouterEntry>): Duration | undefined {
  let longest: number | undefined;
  for (const { instance, config, state } of routers) {
    if (instance.interface !== name) continue;
    const interval = state.role.kind === "backup" ? state.role.masterInterval : config.advertisementInterval;
    const missed = config.downTimerAdvertisements - 1;
    const own = missed === 0 ? 0 : missed * interval - Math.floor(interval / 256);
    longest = Math.min(longest ?? own, own);
  }
  return longest === undefined ? undefined : microseconds(longest);
}

/** What is said at a start or a reload of delays that cannot be as long as they are written. */
export function shortenedDelays(
  delays: readonly LinkDelay[],
  routers: Iterable<RouterEntry>,
): readonly string[] {
  const all = [...routers];
  return delays.flatMap(({ interface: name, down, up }) => {
    const longest = longestDelay(name, all);
    if (longest === undefined || Math.max(down, up) <= longest) return [];
    const limit = `${inSeconds(longest)} s at most`;
    return [
      `interface_up_down_delays of ${name}: ${limit}, for another router would take over after that (advert_int, down_timer_adverts)`,
    ];
  });
}
