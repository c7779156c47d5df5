import type { AddressFamily, IpAddress } from "../base/ip-address.ts";
import { type Duration, microseconds } from "../base/time.ts";
import type { VirtualAddress, VrrpInstance } from "../conf/model/vrrp-instance.ts";

/** What one virtual router needs of its `vrrp_instance`. Trackers and notify commands stay with the director. */
export interface RouterConfig
  extends Pick<
    VrrpInstance,
    | "name"
    | "family"
    | "version"
    | "interface"
    | "virtualRouterId"
    | "advertisementInterval"
    | "initialState"
    | "preempt"
    | "preemptDelay"
    | "strict"
    | "authentication"
    | "virtualAddresses"
    | "excludedAddresses"
    | "routes"
    | "rules"
    | "unicastPeers"
    | "unicastTtl"
    | "checkUnicastSource"
    | "checksumPseudoHeader"
    | "gratuitousArp"
    | "lowerPriorityNoAdvertisement"
    | "higherPrioritySendAdvertisement"
    | "downTimerAdvertisements"
    | "skipCheckAdvertisedAddresses"
    | "multicastDestination"
    | "oldUnicastChecksum"
    | "hmac"
    | "ownerIgnoresAdvertisements"
    | "timerExpiredBackup"
  > {
  /** Base priority 1..255 as configured; the effective one, after trackers, comes in with events. */
  readonly priority: number;
  /** `vrrp_startup_delay`: how long after the startup event advertisements are ignored and nothing is sent. */
  readonly startupDelay: Duration;
}

/** Takes from a bound instance what its virtual router needs; `startupDelay` is global and 0 when not given. */
export function routerConfig(instance: VrrpInstance, startupDelay: Duration = microseconds(0)): RouterConfig {
  return {
    name: instance.name,
    family: instance.family,
    version: instance.version,
    interface: instance.interface,
    virtualRouterId: instance.virtualRouterId,
    priority: instance.priority,
    advertisementInterval: instance.advertisementInterval,
    initialState: instance.initialState,
    preempt: instance.preempt,
    preemptDelay: instance.preemptDelay,
    strict: instance.strict,
    authentication: instance.authentication,
    virtualAddresses: instance.virtualAddresses,
    excludedAddresses: instance.excludedAddresses,
    routes: instance.routes,
    rules: instance.rules,
    unicastPeers: instance.unicastPeers,
    unicastTtl: instance.unicastTtl,
    checkUnicastSource: instance.checkUnicastSource,
    checksumPseudoHeader: instance.checksumPseudoHeader,
    gratuitousArp: instance.gratuitousArp,
    lowerPriorityNoAdvertisement: instance.lowerPriorityNoAdvertisement,
    higherPrioritySendAdvertisement: instance.higherPrioritySendAdvertisement,
    downTimerAdvertisements: instance.downTimerAdvertisements,
    skipCheckAdvertisedAddresses: instance.skipCheckAdvertisedAddresses,
    ...optional(instance, "multicastDestination"),
    ...optional(instance, "oldUnicastChecksum"),
    ...optional(instance, "hmac"),
    ...optional(instance, "ownerIgnoresAdvertisements"),
    ...optional(instance, "timerExpiredBackup"),
    startupDelay,
  };
}

/** A property that may be absent, for an object that leaves it out then. */
function optional<Name extends keyof VrrpInstance>(
  instance: VrrpInstance,
  name: Name,
): Partial<Pick<VrrpInstance, Name>> {
  return instance[name] === undefined ? {} : ({ [name]: instance[name] } as Pick<VrrpInstance, Name>);
}

/**
 * Why locum cannot run this instance yet, as a message with the way out; undefined when it can. The director asks
 * before it makes a router, so that nothing half-works on the wire.
 */
export function unsupportedReason(instance: VrrpInstance): string | undefined {
  if (instance.hmac?.keys.length === 0) {
    return `(${instance.name}) auth_hmac has no key that can be used, and without authentication the instance must not run: add a key of 32 to 64 octets, or remove the block`;
  }
  if (instance.strict && instance.unicastPeers.length > 0) {
    return `(${instance.name}) strict mode knows no unicast peers, so the instance does not run: remove unicast_peer, or turn strict mode off`;
  }
  const { virtualAddresses, noVirtualAddress } = instance;
  if (virtualAddresses.length === 0 && (instance.strict || (instance.version === 3 && !noVirtualAddress))) {
    return `(${instance.name}) an instance of version 3 or in strict mode must have a virtual address, so it does not run: add virtual_ipaddress { ADDRESS/LENGTH }${instance.strict ? "" : ", or write no_virtual_ipaddress"}`;
  }
  if (instance.family === 6 && instance.version === 2) {
    return `(${instance.name}) VRRP version 2 cannot carry IPv6: the configured version is 2, wanted 3 (vrrp_version 3)`;
  }
  const { ownInterface } = instance;
  if (instance.family === 4 && ownInterface?.kind === "ipvlan" && ownInterface.source === undefined) {
    return `(${instance.name}) use_ipvlan needs an IPv4 address of its own to send from: the configured address is none, wanted use_ipvlan NAME ADDRESS`;
  }
  return undefined;
}

const MOST_ADDRESSES = 255;

/**
 * As many advertised addresses as fit into one packet of `mtu` bytes and into the count's single byte; the rest becomes
 * excluded: still ours, but not advertised. keepalived's reckoning, which takes an Ethernet header off the MTU too.
 */
export function fitAddresses(
  config: RouterConfig,
  mtu: number,
): { readonly config: RouterConfig; readonly moved: number; readonly message: string } {
  const overhead = config.family === 4 ? (config.version === 2 ? 14 + 20 + 8 + 8 : 14 + 20 + 8) : 14 + 40 + 8;
  const size = config.family === 4 ? 4 : 16;
  const room = Math.max(0, Math.min(MOST_ADDRESSES, Math.floor((mtu - overhead) / size)));
  const { virtualAddresses: all } = config;
  if (all.length <= room) return { config, moved: 0, message: "" };
  const virtualAddresses = all.slice(0, room);
  return {
    config: {
      ...config,
      virtualAddresses,
      excludedAddresses: [...config.excludedAddresses, ...all.slice(room)],
    },
    moved: all.length - room,
    message: `(${config.name}) ${all.length} virtual addresses do not fit into an advertisement on ${config.interface} (MTU ${mtu}): ${room} are advertised, the other ${all.length - room} are held without being advertised. Write those into virtual_ipaddress_excluded, on every director`,
  };
}

/** The addresses carried in the advertisement, in the order written. */
export function advertisedAddresses(config: RouterConfig): readonly IpAddress[] {
  return config.virtualAddresses.map((virtual) => virtual.address);
}

/** Every address that moves with the role: the advertised ones, then the excluded ones. */
export function movingAddresses(
  config: Pick<RouterConfig, "virtualAddresses" | "excludedAddresses">,
): readonly VirtualAddress[] {
  return [...config.virtualAddresses, ...config.excludedAddresses];
}

/** The prefix length that the interface has an address with: with a `peer` it is that of the other end. */
export function heldPrefixLength({ prefixLength, peer }: VirtualAddress): number {
  return peer?.prefixLength ?? prefixLength;
}

/** The same text for two addresses exactly when the kernel's are the same in every property; `at` is the interface. */
export function addressKey(
  { trackGroup: _, device: __, flags = [], ...virtual }: VirtualAddress,
  at: string,
): string {
  const ofKernel = flags.filter((flag) => flag !== "no_track");
  return JSON.stringify([at, Object.entries(virtual).sort(([a], [b]) => (a < b ? -1 : 1)), ofKernel]);
}

/** The multicast group of RFC 3768 section 5.2.2 and RFC 9568 section 5.1.2.2. */
export function multicastGroup(family: AddressFamily): IpAddress {
  return (family === 4 ? "224.0.0.18" : "ff02::12") as IpAddress;
}

/** The group of a router: `mcast_dst_ip`, `vrrp_mcast_group4` or `vrrp_mcast_group6`, else that of the RFCs. */
export function multicastGroupOf(config: RouterConfig): IpAddress {
  return config.multicastDestination ?? multicastGroup(config.family);
}

/** Where advertisements go: each unicast peer in turn, or the multicast group. */
export function advertisementDestinations(config: RouterConfig): readonly IpAddress[] {
  if (config.unicastPeers.length > 0) return config.unicastPeers.map((peer) => peer.address);
  return [multicastGroupOf(config)];
}

/** The TTL or hop limit of what is sent: 255 by multicast (TX-2), `unicast_ttl` to peers. */
export function advertisementTtl(config: RouterConfig): number {
  return config.unicastPeers.length > 0 ? config.unicastTtl : 255;
}
