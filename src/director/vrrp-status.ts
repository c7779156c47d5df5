import type { AddressFamily, IpAddress } from "../base/ip-address.ts";
import type { Instant } from "../base/time.ts";
import { routeText, ruleText } from "../vrrp/path-text.ts";
import type { Paths } from "../vrrp/paths.ts";
import { movingAddresses } from "../vrrp/router-config.ts";
import type { FaultReason, KnownMaster, Role } from "../vrrp/router-state.ts";
import type { Standing } from "../vrrp/tracking.ts";
import type { Flooded } from "./flood-watch.ts";
import type { InterfaceAddress, Link } from "./host.ts";
import { entryKey, staticInterface } from "./kernel-entries.ts";
import type { DelayedLink } from "./link-delays.ts";
import type { ToldState } from "./notification.ts";
import type { GroupState } from "./sync-groups.ts";
import type { TrackerStatus } from "./tracker-standings.ts";
import type { RouterEntry, VrrpDirectorState } from "./vrrp-director-state.ts";

/**
 * How the VRRP process stands, as plain data for `locum status`, JSON and `locum plan`; it holds no password. With the
 * configuration that runs it is enough to foretell what a reload will do. Instants are of the machine's monotonic
 * clock, in microseconds.
 */
export interface VrrpStatus {
  /** When it was taken. */
  readonly now: Instant;
  readonly instances: readonly VrrpInstanceStatus[];
  /** `static_ipaddress`, `static_routes` and `static_rules`. */
  readonly statics: Pick<VrrpInstanceStatus, "addresses" | "routes" | "rules">;
  /** What was told last of each sync group. */
  readonly groups: readonly { readonly name: string; readonly state: GroupState }[];
  readonly scripts: readonly { readonly name: string; readonly standing: Standing }[];
  /** Tracked files, processes and BFD sessions; absent in what an older daemon answers. */
  readonly trackers?: TrackerStatus;
  /** `interface_up_down_delays`; absent in what an older daemon answers. */
  readonly linkDelays?: readonly DelayedLink[];
  /** Before it no election takes place; absent in what an older daemon answers. */
  readonly electionsFrom?: Instant;
  readonly links: readonly LinkStatus[];
  /** Where a flood of bad packets comes in, most of which the kernel drops; absent in what an older daemon answers. */
  readonly floods?: readonly Flooded[];
}

/** One virtual router. */
export interface VrrpInstanceStatus {
  /** `routerKey`: what makes it the same router across reloads. */
  readonly key: string;
  readonly name: string;
  readonly interface: string;
  /** The virtual MAC or ipvlan its addresses stand on. */
  readonly ownInterface?: string;
  readonly family: AddressFamily;
  readonly virtualRouterId: number;
  readonly version: 2 | 3;
  readonly role: Role;
  /** When it changed to this role; absent before the first. */
  readonly changedAt?: Instant;
  /** The state told last to scripts, pipes and by mail; absent before the first. */
  readonly told?: ToldState;
  /** What stands against taking part, as far as the router was told. */
  readonly faults: readonly FaultReason[];
  /** Effective, after trackers; and as configured. */
  readonly priority: number;
  readonly basePriority: number;
  /** What advertisements are sent from; absent while the interface has none. */
  readonly source?: IpAddress;
  /** The master heard last, while it is known. */
  readonly master?: KnownMaster;
  readonly addresses: readonly VirtualAddressStatus[];
  /** `virtual_routes` and `virtual_rules`. */
  readonly routes: readonly PathStatus[];
  readonly rules: readonly PathStatus[];
  readonly counters: VrrpCountersStatus;
}

/** One virtual address and whether its interface has it. */
export interface VirtualAddressStatus {
  readonly address: IpAddress;
  readonly prefixLength: number;
  readonly interface: string;
  readonly present: boolean;
}

/** One route or rule in the words of its line, and whether the kernel has it, as far as is known. */
export interface PathStatus {
  readonly text: string;
  readonly present: boolean;
}

/** keepalived's statistics of one instance; `rejected` by keepalived's names, only those that are not 0. */
export interface VrrpCountersStatus {
  readonly advertisementsReceived: number;
  readonly advertisementsSent: number;
  readonly becameMaster: number;
  readonly releasedMaster: number;
  readonly priorityZeroReceived: number;
  readonly priorityZeroSent: number;
  readonly rejected: Readonly<Record<string, number>>;
}

/** An interface with its addresses; the hardware address as its octets. */
export interface LinkStatus extends Omit<Link, "hardwareAddress"> {
  readonly hardwareAddress: readonly number[];
  readonly addresses: readonly Omit<InterfaceAddress, "interfaceIndex">[];
}

/** Reads a state; costs a look at everything, so it is made when somebody asks and not in each step. */
export function vrrpStatus(state: VrrpDirectorState, now: Instant): VrrpStatus {
  return {
    now,
    instances: [...state.routers].map(([key, entry]) => instanceStatus(entry, { key, state })),
    statics: staticStatus(state),
    groups: [...state.groupStates].map(([name, told]) => ({ name, state: told })),
    scripts: state.scripts.standings(),
    trackers: state.standings.all(),
    linkDelays: state.linkDelays.all(),
    electionsFrom: state.electionsFrom,
    floods: state.floods.flooded(),
    links: state.links.all().map(({ link, addresses }) => ({
      ...link,
      hardwareAddress: [...link.hardwareAddress],
      addresses: addresses.map(({ interfaceIndex: _, ...address }) => address),
    })),
  };
}

function staticStatus(state: VrrpDirectorState): VrrpStatus["statics"] {
  const { config, links } = state;
  if (config === undefined) return { addresses: [], routes: [], rules: [] };
  return {
    addresses: config.staticAddresses.map((virtual) => {
      const { address, prefixLength } = virtual;
      const at = staticInterface(virtual, config);
      return { address, prefixLength, interface: at, present: links.has(at, address) };
    }),
    ...pathStatus({ routes: config.staticRoutes, rules: config.staticRules }, state),
  };
}

function pathStatus(
  { routes, rules }: Paths,
  { paths }: VrrpDirectorState,
): Pick<VrrpInstanceStatus, "routes" | "rules"> {
  return {
    routes: routes.map((route) => ({
      text: routeText(route),
      present: paths.has(entryKey({ kind: "remove-route", route })),
    })),
    rules: rules.map((rule) => ({
      text: ruleText(rule),
      present: paths.has(entryKey({ kind: "remove-rule", rule })),
    })),
  };
}

function instanceStatus(
  entry: RouterEntry,
  { key, state }: { readonly key: string; readonly state: VrrpDirectorState },
): VrrpInstanceStatus {
  const { config, counters, placement } = entry;
  const { role, priority, source, master } = entry.state;
  return {
    key,
    name: entry.instance.name,
    interface: config.interface,
    ...(placement.own === undefined ? {} : { ownInterface: placement.own.name }),
    family: config.family,
    virtualRouterId: config.virtualRouterId,
    version: config.version,
    role,
    ...(entry.changedAt === undefined ? {} : { changedAt: entry.changedAt }),
    faults: [...entry.faults.values()],
    priority,
    basePriority: config.priority,
    ...(entry.told === undefined ? {} : { told: entry.told }),
    ...(source === undefined ? {} : { source }),
    ...(master === undefined ? {} : { master }),
    addresses: movingAddresses(config).map(({ address, prefixLength, device = config.interface }) => ({
      address,
      prefixLength,
      interface: device,
      present: state.links.has(device, address),
    })),
    ...pathStatus(config, state),
    counters: { ...counters, rejected: Object.fromEntries(counters.rejected) },
  };
}
