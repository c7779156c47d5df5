import { type IpAddress, ipAddressBytes } from "../base/ip-address.ts";
import type { Config } from "../conf/model/config.ts";
import { movingAddresses } from "../vrrp/router-config.ts";
import { impliedInterfaces } from "./implied-interfaces.ts";
import type { LinkTable } from "./link-table.ts";
import { type TrackedKind, type TrackedThing, trackedBy } from "./router-trackers.ts";
import type { Group } from "./sync-groups.ts";
import type { RouterEntry } from "./vrrp-director-state.ts";

/**
 * Which routers an interface, an address or a tracker concerns, and the sync groups. Made anew with each configuration,
 * so that an event looks only at the routers that it can change: with a thousand of them a look at all, for each
 * address that the kernel tells of, would hold up the advertisements.
 */
export class RouterIndex {
  groups: readonly Group[] = [];
  readonly #byInterface = new Map<string, Set<RouterEntry>>();
  readonly #byAddress = new Map<string, Set<RouterEntry>>();
  readonly #byTracker = new Map<string, Set<RouterEntry>>();
  readonly #virtual = new Map<string, Set<IpAddress>>();
  readonly #own = new Map<string, readonly Uint8Array[]>();

  /** Takes the routers of a configuration, and gives each its group and what it tracks. */
  rebuild(config: Config, routers: Iterable<RouterEntry>): void {
    for (const map of [this.#byInterface, this.#byAddress, this.#byTracker, this.#virtual, this.#own])
      map.clear();
    const entries = [...routers];
    this.groups = groupsOf(config, entries);
    for (const entry of entries) {
      const made = new Set(entry.placement.made.map(({ name }) => name));
      const implied = impliedInterfaces(entry.instance, config).map(impliedTracker);
      // What is made for the router itself is looked after apart: see own-interfaces.ts.
      entry.tracked = [...trackedBy(entry.instance, entry.group), ...implied].filter(
        ({ kind, name }) => kind !== "interface" || !made.has(name),
      );
      put(this.#byInterface, entry.config.interface, entry);
      for (const { name, base } of entry.placement.made) {
        put(this.#byInterface, name, entry);
        put(this.#byInterface, base, entry);
      }
      for (const { kind, name } of entry.tracked) {
        if (kind === "interface") put(this.#byInterface, name, entry);
        else put(this.#byTracker, `${kind} ${name}`, entry);
      }
      for (const { device = entry.config.interface, address } of movingAddresses(entry.config)) {
        put(this.#byInterface, device, entry);
        put(this.#byAddress, `${device} ${address}`, entry);
        put(this.#virtual, device, address);
      }
    }
  }

  /** Those that run on an interface, have addresses on it, or track it. */
  onInterface(name: string): Iterable<RouterEntry> {
    return this.#byInterface.get(name) ?? [];
  }

  /** Those that move this address on this interface; undefined when it is nobody's. */
  withAddress(interfaceName: string, address: IpAddress): ReadonlySet<RouterEntry> | undefined {
    return this.#byAddress.get(`${interfaceName} ${address}`);
  }

  /** Those that track something that is no interface. */
  tracking(kind: TrackedKind, name: string): Iterable<RouterEntry> {
    return this.#byTracker.get(`${kind} ${name}`) ?? [];
  }

  /** The addresses on an interface that move with a router: nothing is sent from them. */
  virtualOn(interfaceName: string): ReadonlySet<IpAddress> {
    return this.#virtual.get(interfaceName) ?? NONE;
  }

  /**
   * The addresses of an interface that do not move, in network order: what comes from one of them comes from ourselves
   * (RX-21). The same list for all routers of the interface, kept until `forgetOwn`.
   */
  ownAddresses(interfaceName: string, links: LinkTable): readonly Uint8Array[] {
    let own = this.#own.get(interfaceName);
    if (own === undefined) {
      const virtual = this.virtualOn(interfaceName);
      const fixed = new Set(links.addressesOf(interfaceName).filter((address) => !virtual.has(address)));
      own = [...fixed].map(ipAddressBytes);
      this.#own.set(interfaceName, own);
    }
    return own;
  }

  /** The addresses of an interface, or of all, may have changed. */
  forgetOwn(interfaceName?: string): void {
    if (interfaceName === undefined) this.#own.clear();
    else this.#own.delete(interfaceName);
  }
}

function impliedTracker(name: string): TrackedThing {
  return { kind: "interface", name, weight: 0, reverse: false };
}

const NONE: ReadonlySet<IpAddress> = new Set();

function put<Key, Value>(map: Map<Key, Set<Value>>, key: Key, value: Value): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, new Set([value]));
  else known.add(value);
}

/** An instance is in one group at most. */
function groupsOf(config: Config, entries: readonly RouterEntry[]): readonly Group[] {
  const byInstance = new Map<string, Group>();
  const groups = config.syncGroups.map((block): Group => ({ block, members: [], faulty: new Set() }));
  for (const group of groups) for (const name of group.block.members) byInstance.set(name, group);
  for (const entry of entries) {
    entry.group = byInstance.get(entry.instance.name);
    entry.group?.members.push(entry);
  }
  return groups;
}
