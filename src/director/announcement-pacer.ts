import { type AddressFamily, familyOf, type IpAddress } from "../base/ip-address.ts";
import { after, type Duration, earliest, type Instant } from "../base/time.ts";
import type { Config } from "../conf/model/config.ts";
import type { VrrpHostEffect } from "./host.ts";

/** A frame that announces an address on an interface. */
export interface AnnouncementFrame {
  readonly interface: string;
  readonly address: IpAddress;
  readonly frame: Uint8Array;
}

interface Lane {
  gap: Duration;
  /** Not before then may the next frame go out. */
  freeAt: Instant | undefined;
  readonly queue: AnnouncementFrame[];
}

/**
 * Keeps the least gap between two announcements on an interface, or on the interfaces of a `garp_group` together:
 * `vrrp_garp_interval` and `garp_interval` for gratuitous ARP, `vrrp_gna_interval` and `gna_interval` for neighbour
 * advertisements. Without a gap a frame goes out at once. Changed in place: it belongs to one machine's state.
 */
export class AnnouncementPacer {
  readonly #lanes = new Map<string, Lane>();
  #laneOf: (
    interfaceName: string,
    family: AddressFamily,
  ) => { readonly key: string; readonly gap: Duration } = (interfaceName, family) => ({
    key: `${family} ${interfaceName}`,
    gap: 0 as Duration,
  });

  /** Takes the intervals of a configuration; what waits goes on with them. */
  configure(config: Config): void {
    const { garpInterval, neighbourInterval } = config.global.vrrp;
    const groups = new Map(
      config.garpGroups.flatMap((group, at) =>
        group.interfaces.map((name) => [name, { group, at }] as const),
      ),
    );
    this.#laneOf = (name, family) => {
      const found = groups.get(name);
      const own = family === 4 ? found?.group.garpInterval : found?.group.neighbourInterval;
      const gap = own ?? (family === 4 ? garpInterval : neighbourInterval);
      return { key: found === undefined ? `${family} ${name}` : `${family} group ${found.at}`, gap };
    };
    const waiting = [...this.#lanes.values()].flatMap(({ queue }) => queue);
    const times = new Map([...this.#lanes].map(([key, { freeAt }]) => [key, freeAt]));
    this.#lanes.clear();
    for (const one of waiting) this.#lane(one).queue.push(one);
    for (const [key, lane] of this.#lanes) lane.freeAt = times.get(key);
  }

  /**
   * Sends what may go now and keeps the rest. Of one address a single frame waits, however often it is asked for, as in
   * keepalived: repeats that cannot be in quick succession are not made up for.
   * Deviation: frames go in the order of their asking, so that every address is announced before one is a second time.
   */
  send(
    frames: readonly AnnouncementFrame[],
    how: { readonly now: Instant; readonly out: VrrpHostEffect[] },
  ): void {
    for (const one of frames) {
      const lane = this.#lane(one);
      if (lane.gap === 0) {
        how.out.push({ kind: "send-frame", interface: one.interface, frame: one.frame });
        continue;
      }
      if (lane.freeAt === undefined || how.now >= lane.freeAt) this.#sendOn(lane, one, how);
      else if (!lane.queue.some((other) => sameAddress(other, one))) lane.queue.push(one);
    }
  }

  /** An address that is no longer ours must not be announced. */
  forget(about: { readonly interface: string; readonly address: IpAddress }): void {
    for (const { queue } of this.#lanes.values()) {
      for (let at = queue.length - 1; at >= 0; at--) {
        const one = queue[at];
        if (one !== undefined && sameAddress(one, about)) queue.splice(at, 1);
      }
    }
  }

  /** When the next frame may go; undefined when none waits. */
  deadline(): Instant | undefined {
    return earliest(
      [...this.#lanes.values()].map(({ queue, freeAt }) => (queue.length > 0 ? freeAt : undefined)),
    );
  }

  /** Sends what is due: one frame of each lane, for the next one has to wait again. */
  alarm(now: Instant, out: VrrpHostEffect[]): void {
    for (const lane of this.#lanes.values()) {
      if (lane.freeAt !== undefined && now < lane.freeAt) continue;
      const next = lane.queue.shift();
      if (next !== undefined) this.#sendOn(lane, next, { now, out });
    }
  }

  #sendOn(
    lane: Lane,
    one: AnnouncementFrame,
    { now, out }: { readonly now: Instant; readonly out: VrrpHostEffect[] },
  ): void {
    out.push({ kind: "send-frame", interface: one.interface, frame: one.frame });
    lane.freeAt = after(now, lane.gap);
  }

  #lane(one: { readonly interface: string; readonly address: IpAddress }): Lane {
    const { key, gap } = this.#laneOf(one.interface, familyOf(one.address));
    const known = this.#lanes.get(key);
    if (known !== undefined) {
      known.gap = gap;
      return known;
    }
    const lane: Lane = { gap, freeAt: undefined, queue: [] };
    this.#lanes.set(key, lane);
    return lane;
  }
}

function sameAddress(
  a: { readonly interface: string; readonly address: IpAddress },
  b: { readonly interface: string; readonly address: IpAddress },
): boolean {
  return a.interface === b.interface && a.address === b.address;
}
