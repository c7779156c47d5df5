import type { IpAddress } from "../base/ip-address.ts";
import { between, type Duration, type Instant } from "../base/time.ts";
import type { RouterEntry } from "../director/vrrp-director-state.ts";
import { decodeAnnouncement } from "../vrrp/neighbour.ts";
import { movingAddresses } from "../vrrp/router-config.ts";
import { understandEachOther } from "./hearing.ts";
import { isActiveMaster } from "./invariants.ts";
import type { Segment } from "./segment.ts";
import type { SimulatedHost } from "./simulated-host.ts";

/** A time in which there was one master and the client sent elsewhere. */
export interface DarkSpell {
  readonly address: IpAddress;
  readonly from: Instant;
  readonly lasted: Duration;
}

interface Belief {
  readonly interface: string;
  readonly address: IpAddress;
  host: SimulatedHost;
  darkSince: Instant | undefined;
  /** The client was cut off, or two who do not understand each other had the address: nobody can set it right. */
  contested: boolean;
  /** The process that announced. */
  generation: number;
}

/**
 * What a client on each network believes: it sends what is for a virtual address to whoever announced it last, and its
 * belief does not expire, which is harder than any real neighbour table.
 */
export class ClientWatch {
  /** Every spell that has ended. */
  readonly darkSpells: DarkSpell[] = [];
  readonly #hosts: readonly SimulatedHost[];
  readonly #segments: ReadonlyMap<string, Segment>;
  readonly #beliefs = new Map<string, Belief>();

  constructor(hosts: readonly SimulatedHost[], segments: ReadonlyMap<string, Segment>) {
    this.#hosts = hosts;
    this.#segments = segments;
  }

  /** Takes a frame; the address when the client sends what is for it elsewhere from now on. */
  hear(
    from: SimulatedHost,
    announced: { readonly interface: string; readonly frame: Uint8Array; readonly now: Instant },
  ): IpAddress | undefined {
    const address = decodeAnnouncement(announced.frame)?.address;
    if (address === undefined) return undefined;
    const key = `${announced.interface} ${address}`;
    const belief = this.#beliefs.get(key);
    if (belief?.host === from) belief.generation = from.generation;
    if (belief?.host === from) return undefined;
    if (belief === undefined)
      this.#beliefs.set(key, {
        interface: announced.interface,
        address,
        host: from,
        darkSince: undefined,
        contested: false,
        generation: from.generation,
      });
    else {
      belief.host = from;
      belief.generation = from.generation;
    }
    this.look(announced.now);
    return address;
  }

  /** A frame was sent while the client was cut off: nobody can know that it has not heard it. */
  miss(interfaceName: string, frame: Uint8Array): void {
    const belief = this.#beliefs.get(`${interfaceName} ${decodeAnnouncement(frame)?.address}`);
    if (belief !== undefined) belief.contested = true;
  }

  /** Where the client sends what it has for a virtual address; undefined before the first announcement. */
  believed(address: IpAddress, interfaceName = "eth0"): string | undefined {
    return this.#beliefs.get(`${interfaceName} ${address}`)?.host.name;
  }

  /**
   * How long the client has sent to the wrong host, for an address that is dark now. When that host cannot speak any more,
   * its process was another, or a reload took the router away, nobody is left who knows, and the client's own neighbour table has to find out.
   * A router at fault says nothing either, as in keepalived: what its resignation did not reach is told after the fault.
   */
  darkNow(now: Instant): readonly DarkSpell[] {
    return [...this.#beliefs.values()].flatMap((belief) => {
      const { address, darkSince, host, generation } = belief;
      const silent = host.generation !== generation || !host.running || !host.kernel.isUp(belief.interface);
      const left = this.#holders(belief, (one) => one === host).length === 0;
      if (darkSince === undefined || silent || left) return [];
      if (this.#holders(belief, isToldBy(host)).length > 0) return [];
      const atFault = this.#holders(belief, (one, { state }) => one === host && state.role.kind === "fault");
      if (atFault.length > 0) return [];
      return [{ address, from: darkSince, lasted: between(darkSince, now) }];
    });
  }

  /** A role, an address or a network has changed: whose address is where now? */
  look(now: Instant): void {
    for (const belief of this.#beliefs.values()) {
      const masters = this.#mastersOf(belief);
      const [first] = masters;
      const claimants = this.#holders(belief, (_, { state }) => state.role.kind === "master");
      if (claimants.some((other) => areStrangers(claimants[0] ?? other, other))) belief.contested = true;
      else if (masters.length === 1 && first?.host === belief.host) belief.contested = false;
      const dark = masters.length === 1 && first?.host !== belief.host && !belief.contested;
      if (dark) belief.darkSince ??= now;
      else if (belief.darkSince !== undefined) {
        const { address, darkSince } = belief;
        this.darkSpells.push({ address, from: darkSince, lasted: between(darkSince, now) });
        belief.darkSince = undefined;
      }
    }
  }

  #mastersOf(belief: Belief): readonly Holder[] {
    const reaches = (host: SimulatedHost): boolean =>
      this.#segments.get(belief.interface)?.joins(host.name, "client") !== false;
    return this.#holders(belief, (host, entry) => reaches(host) && isActiveMaster(host, entry));
  }

  #holders(belief: Belief, counts: (host: SimulatedHost, entry: RouterEntry) => boolean): readonly Holder[] {
    const found: Holder[] = [];
    for (const host of this.#hosts)
      for (const entry of host.routers)
        if (counts(host, entry) && holds(entry, belief)) found.push({ host, entry });
    return found;
  }
}

function holds({ config }: RouterEntry, belief: Pick<Belief, "interface" | "address">): boolean {
  return movingAddresses(config).some(
    ({ address, device }) => address === belief.address && (device ?? config.interface) === belief.interface,
  );
}

/** Whether a host still tells the winner that it has been master, which takes the longer the longer it is not heard. */
function isToldBy(believed: SimulatedHost): (host: SimulatedHost, entry: RouterEntry) => boolean {
  return (host, { state }) =>
    host === believed && state.role.kind === "backup" && state.role.farewell !== undefined;
}

interface Holder {
  readonly host: SimulatedHost;
  readonly entry: RouterEntry;
}

function areStrangers(one: Holder, other: Holder): boolean {
  return one !== other && !understandEachOther(one, other);
}
