import type { AddressFamily, IpAddress } from "../../base/ip-address.ts";
import type { Duration } from "../../base/time.ts";

/** A network, or all of them when the length is 0. */
export interface Network {
  readonly address: IpAddress;
  readonly prefixLength: number;
}

/** Kind of a route; `unicast` when none is written. */
export type RouteType =
  | "unicast"
  | "local"
  | "nat"
  | "broadcast"
  | "anycast"
  | "multicast"
  | "throw"
  | "unreachable"
  | "prohibit"
  | "blackhole"
  | "xresolve";

/** One line of `virtual_routes` or `static_routes`. */
export interface Route {
  readonly type: RouteType;
  readonly family: AddressFamily;
  readonly destination: Network;
  /** `from`: source network of an IPv6 route. */
  readonly from?: Network;
  /** `src`: source address of packets sent along it. */
  readonly source?: IpAddress;
  readonly via?: IpAddress;
  /** `or`: a second gateway, as it was written before `nexthop`. */
  readonly alternativeGateway?: IpAddress;
  /** `as`: read and without effect. */
  readonly asAddress?: IpAddress;
  readonly device?: string;
  readonly onLink: boolean;
  readonly encapsulation?: readonly string[];
  /** Names or numbers as written, where the system has a table of names. */
  readonly table?: string;
  readonly protocol?: string;
  readonly scope?: string;
  readonly tos?: string;
  readonly realms?: string;
  readonly vrf?: string;
  readonly metric?: number;
  /** `expires` of an IPv6 route. */
  readonly expires?: Duration;
  /** `pref` of an IPv6 route. */
  readonly preference?: string;
  readonly ttlPropagate?: boolean;
  readonly metrics: RouteMetrics;
  /** Those of the metrics that stand after `lock`. */
  readonly locked: readonly (keyof RouteMetrics)[];
  readonly nextHops: readonly NextHop[];
  /** `prepend`, `append` or `add`: where among routes of the same destination. */
  readonly placement: "prepend" | "append" | "add";
  /** `no_track`: nobody minds when it is lost. */
  readonly noTrack: boolean;
  /** `track_group` of a static route. */
  readonly trackGroup?: string;
}

/** What a route tells TCP and the path; the keyword is the field's name without capitals, times are in milliseconds. */
export interface RouteMetrics {
  readonly mtu?: number;
  readonly hopLimit?: number;
  readonly advMss?: number;
  readonly rtt?: number;
  readonly rttVar?: number;
  readonly reordering?: number;
  readonly window?: number;
  readonly cwnd?: number;
  readonly ssThresh?: number;
  /** `rto_min`. */
  readonly rtoMin?: number;
  readonly initCwnd?: number;
  readonly initRwnd?: number;
  /** `features ecn`. */
  readonly ecn?: boolean;
  readonly quickAck?: boolean;
  /** `congctl`. */
  readonly congestionControl?: string;
  /** `fastopen_no_cookie`. */
  readonly fastOpenNoCookie?: boolean;
}

/** One `nexthop` of a route over several gateways. */
export interface NextHop {
  readonly via?: IpAddress;
  readonly device?: string;
  /** 1..256. */
  readonly weight: number;
  readonly onLink: boolean;
  readonly encapsulation?: readonly string[];
  readonly realms?: string;
}

/** What a policy rule leads to. */
export type RuleAction =
  | { readonly kind: "table"; readonly table: string }
  | { readonly kind: "goto"; readonly preference: number }
  | { readonly kind: "l3mdev" }
  | { readonly kind: "nop" }
  | { readonly kind: "blackhole" }
  | { readonly kind: "unreachable" }
  | { readonly kind: "prohibit" };

/** One line of `virtual_rules` or `static_rules`. */
export interface PolicyRule {
  /** `inet`, `inet6`, or the family of an address; both families when nothing tells. */
  readonly family?: AddressFamily;
  readonly from?: Network;
  readonly to?: Network;
  readonly action: RuleAction;
  /** `not`. */
  readonly inverted: boolean;
  /** `preference`; made up when absent. */
  readonly preference?: number;
  readonly tos?: number;
  /** `fwmark N[/MASK]`. */
  readonly mark?: { readonly value: number; readonly mask?: number };
  readonly realms?: string;
  /** `suppress_prefixlength`, `suppress_ifgroup`. */
  readonly suppressPrefixLength?: number;
  readonly suppressInterfaceGroup?: string;
  readonly inputInterface?: string;
  readonly outputInterface?: string;
  /** `tunnel-id`, a number of up to 64 bits as written. */
  readonly tunnelId?: string;
  readonly userIds?: NumberRange;
  readonly protocol?: string;
  /** `ipproto`. */
  readonly transport?: string;
  readonly sourcePorts?: NumberRange;
  readonly destinationPorts?: NumberRange;
  readonly noTrack: boolean;
  readonly trackGroup?: string;
}

/** Both ends belong to it. */
export interface NumberRange {
  readonly from: number;
  readonly to: number;
}
