import type { AddressFamily, IpAddress } from "../base/ip-address.ts";
import type { Duration, Instant } from "../base/time.ts";
import type { Config } from "../conf/model/config.ts";
import type { ScriptCommand } from "../conf/model/global-definitions.ts";
import type { PolicyRule, Route } from "../conf/model/route.ts";
import type { VirtualAddress } from "../conf/model/vrrp-instance.ts";
import type { HeardSequence } from "../vrrp/authentication-trailer.ts";
import type { Receiver } from "../vrrp/reception.ts";
import type { Notification } from "./notification.ts";
import type { FileReading, ProcessCount } from "./tracker-standings.ts";
import type { Legacy } from "./vrrp-record.ts";

/**
 * What the VRRP process and the world tell each other, as plain data. The live host in `linux/` performs the effects
 * and reports what happens; a recorded list of events replays a run exactly.
 */

/** A network interface as the kernel describes it. */
export interface Link {
  readonly index: number;
  readonly name: string;
  /** The administrator's switch (IFF_UP). */
  readonly up: boolean;
  /** Carrier and operational state (IFF_RUNNING). */
  readonly running: boolean;
  /** Hardware address, 6 bytes for Ethernet; empty when the kind has none. */
  readonly hardwareAddress: Uint8Array;
  /** A macvlan or ipvlan, which stands on another interface. */
  readonly stacked?: StackedLink;
  /** The largest packet in bytes; absent: Ethernet's 1500. */
  readonly mtu?: number;
  /** Neither ARP nor neighbour discovery there (IFF_NOARP, loopback): nothing to announce. */
  readonly withoutNeighbours?: boolean;
  /** The host forwards IPv6 packets that come in by it; absent: it does. */
  readonly forwardsIpv6?: boolean;
}

/** What a macvlan or ipvlan is made of. */
export interface StackedLink {
  readonly kind: "macvlan" | "ipvlan";
  /** Index of the interface below. */
  readonly baseIndex: number;
  /** "private", "vepa", "bridge" or "passthru"; of an ipvlan that is no plain layer 2 one "other". */
  readonly mode: string;
  /** It carries the mark of locum, so locum made it. */
  readonly ours: boolean;
}

/** An interface that locum makes on another one, for the addresses of a virtual router to stand on. */
export interface OwnLink {
  readonly kind: "vmac" | "ipvlan";
  readonly name: string;
  /** The interface below, by name. */
  readonly base: string;
  readonly family: AddressFamily;
  /** vmac: six octets with colons. */
  readonly hardwareAddress?: string;
  /** "private" for a vmac, that of `use_ipvlan` for an ipvlan. */
  readonly mode: "bridge" | "private" | "vepa";
  /** Whether IPv6 has anything to do on it; it is switched off there otherwise. */
  readonly ipv6: boolean;
  /** Addresses that stand on it as long as it is there: what IPv6 advertisements are sent from. */
  readonly addresses: readonly { readonly address: IpAddress; readonly prefixLength: number }[];
  /** `group`, by number or name; that of the interface below when absent. */
  readonly group?: string;
  /** `netlink_notify_msg`: let the kernel tell of the interface below once more. */
  readonly notify: boolean;
}

/** An address on an interface. */
export interface InterfaceAddress {
  readonly interfaceIndex: number;
  readonly address: IpAddress;
  readonly prefixLength: number;
  /** IFA_F_SECONDARY: not the one the kernel prefers as source. */
  readonly secondary: boolean;
  /** IPv6: duplicate address detection is under way or failed, so nothing can be sent from it. */
  readonly tentative?: boolean;
  /** It failed: another host has this address. */
  readonly duplicate?: boolean;
}

/** How a script ended. */
export type ScriptOutcome =
  | { readonly kind: "exited"; readonly code: number }
  | { readonly kind: "killed"; readonly signal: string }
  | { readonly kind: "timed-out" }
  | { readonly kind: "not-started"; readonly reason: string }
  /** This host had no descriptor, process or memory left: nothing is known of the script. */
  | { readonly kind: "shortage"; readonly reason: string };

/** What files and processes say that a configuration tracks, read before it is taken, so that no role rests on a guess. */
export interface TrackerReadings {
  readonly files?: readonly FileReading[];
  readonly processes?: readonly ProcessCount[];
}

/** The packet filter that goes with `no_accept`, strict mode and virtual MACs. */
export interface FilterSettings {
  /** `nftables`: the name of the table, in either family. */
  readonly table: string;
  /** `nftables_priority`. */
  readonly priority: number;
  /** `nftables_ifindex`: link-local addresses with the number of their interface, not its name. */
  readonly byInterfaceIndex: boolean;
  /** `nftables_counters`. */
  readonly counters: boolean;
  /** Families in which addresses may be closed. */
  readonly closes: readonly AddressFamily[];
  /** Families in which virtual MACs are kept from telling of group memberships. */
  readonly guards: readonly AddressFamily[];
}

/** A virtual address and the interface it stands on. */
export interface FilteredAddress {
  readonly address: IpAddress;
  readonly interface: string;
}

/** What the VRRP process is told. */
export type VrrpHostEvent =
  | {
      readonly kind: "start";
      readonly config: Config;
      readonly links: readonly Link[];
      readonly addresses: readonly InterfaceAddress[];
      readonly readings?: TrackerReadings;
      /** What a process left that died a moment ago: it is gone on from there. */
      readonly legacy?: Legacy;
    }
  | { readonly kind: "reload"; readonly config: Config; readonly readings?: TrackerReadings }
  | { readonly kind: "alarm" }
  | {
      readonly kind: "packet";
      readonly interface: string;
      readonly family: AddressFamily;
      /** IPv4: the whole packet with its header. IPv6: the payload of the packet. */
      readonly packet: Uint8Array;
      readonly source: IpAddress;
      readonly destination?: IpAddress;
      readonly hopLimit: number;
    }
  /** Everything the kernel knows now: at a resync after lost notifications. */
  | {
      readonly kind: "snapshot";
      readonly links: readonly Link[];
      readonly addresses: readonly InterfaceAddress[];
    }
  | { readonly kind: "link"; readonly link: Link }
  | { readonly kind: "link-removed"; readonly index: number }
  | { readonly kind: "address-added"; readonly address: InterfaceAddress }
  | { readonly kind: "address-removed"; readonly address: InterfaceAddress }
  /** A route or rule that an effect had added is gone. `byKernel`: with its interface, say, or because its time is up. */
  | { readonly kind: "route-removed"; readonly route: Route; readonly byKernel: boolean }
  | { readonly kind: "rule-removed"; readonly rule: PolicyRule; readonly byKernel: boolean }
  | { readonly kind: "script-result"; readonly script: string; readonly outcome: ScriptOutcome }
  | ({ readonly kind: "tracked-file" } & FileReading)
  | ({ readonly kind: "tracked-process" } & ProcessCount)
  /** A `bfd_instance` as the BFD process reports it: up is state Up, everything else is down. */
  | { readonly kind: "bfd-session"; readonly name: string; readonly up: boolean }
  | { readonly kind: "effect-failed"; readonly effect: VrrpHostEffect; readonly reason: string }
  /** All counters of all routers begin at 0 again. */
  | { readonly kind: "clear-statistics" }
  /** Something to log, not too often: `about` names what it is about. */
  | { readonly kind: "trouble"; readonly about: string; readonly message: string }
  /** The time of day was read, or was set: it is `offset` microseconds more than the monotonic clock. */
  | { readonly kind: "wall-clock"; readonly offset: number }
  /** `resigned`: what `prepare-resignation` held ready was sent. */
  | { readonly kind: "shutdown"; readonly resigned?: true };

/** What the sockets of one interface and family are for. */
export interface Wire {
  readonly interface: string;
  readonly interfaceIndex: number;
  readonly family: AddressFamily;
  readonly virtualRouterIds: readonly number[];
  /** The multicast groups to join. */
  readonly groups: readonly IpAddress[];
  /** Some of the routers authenticate by an IPsec header, so that VRRP comes as protocol 51. */
  readonly withAuthenticationHeader: boolean;
  /** Let advertisements of all virtual routers through (`log_unknown_vrids`). */
  readonly everyVirtualRouter: boolean;
  /** `kernel_rx_buf_size`, `vrrp_rx_bufs_policy`: octets of the receive buffer; the host's own choice when absent. */
  readonly receiveBufferBytes?: number;
}

/** A virtual router whose packets the kernel is to look at. */
export interface ScreenedRouter {
  readonly receiver: Receiver;
  /** The highest number of an authentication header it has sent or taken: lower ones are refused as heard before. */
  readonly headerSequence: number;
  /** The highest sequence of a trailer that was taken from each sender, the latest first: the same of them. */
  readonly heard: readonly HeardSequence[];
  /**
   * Where a digest tells right from wrong: let only one in 32 of the packets through whose sender is none of these, and nothing
   * with a wrong digest, as far as that costs less than to hand it over.
   */
  readonly trusted?: readonly IpAddress[];
}

/** What the VRRP process asks of the world, in order. */
export type VrrpHostEffect =
  /** Listen for these virtual routers on an interface; asked again when anything of it changes. */
  | ({ readonly kind: "open-wire" } & Wire)
  | { readonly kind: "close-wire"; readonly interface: string; readonly family: AddressFamily }
  /**
   * Drop in the kernel what the receiver checks of these routers would refuse anyhow, as far as it can be told there; without
   * `routers`, or when the wire is opened for others, hear everything again.
   */
  | {
      readonly kind: "screen-wire";
      readonly interface: string;
      readonly family: AddressFamily;
      readonly routers?: readonly ScreenedRouter[];
    }
  /** What a router that is screened has heard by now, so that it is not heard again. */
  | {
      readonly kind: "screen-heard";
      readonly interface: string;
      readonly family: AddressFamily;
      readonly virtualRouterId: number;
      readonly headerSequence: number;
      readonly heard: readonly HeardSequence[];
    }
  | SendPacket
  /** Hold these ready, instead of what was held before, and send them the moment the process is told to stop. */
  | { readonly kind: "prepare-resignation"; readonly packets: readonly SendPacket[] }
  /** A complete Ethernet frame: gratuitous ARP or neighbour advertisement. */
  | { readonly kind: "send-frame"; readonly interface: string; readonly frame: Uint8Array }
  | { readonly kind: "add-address"; readonly interface: string; readonly address: VirtualAddress }
  | { readonly kind: "remove-address"; readonly interface: string; readonly address: VirtualAddress }
  /** Makes an interface, or makes what is there so; the `link` event follows at once. */
  | { readonly kind: "make-own-interface"; readonly own: OwnLink }
  | { readonly kind: "remove-own-interface"; readonly own: OwnLink }
  /** What is there already, or gone already, is no failure. `replace`: in the place of the one of the same destination. */
  | { readonly kind: "add-route"; readonly route: Route; readonly replace: boolean }
  | { readonly kind: "remove-route"; readonly route: Route }
  | { readonly kind: "add-rule"; readonly rule: PolicyRule }
  | { readonly kind: "remove-rule"; readonly rule: PolicyRule }
  /** A secondary address takes the place of a primary one that goes; off: as it was before it was switched on. */
  | { readonly kind: "promote-secondaries"; readonly interface: string; readonly on: boolean }
  /** Makes the packet filter as it should be: asked at each start, also when nothing is wanted, for what was left. */
  | { readonly kind: "configure-filter"; readonly settings: FilterSettings }
  /** From now on packets to these addresses are dropped, or taken. */
  | {
      readonly kind: "filter-addresses";
      readonly change: "close" | "open";
      readonly addresses: readonly FilteredAddress[];
    }
  /** `disable_local_igmp`: memberships of link-local groups are not told, or told as before. */
  | { readonly kind: "set-local-igmp"; readonly silent: boolean }
  | {
      readonly kind: "run-script";
      readonly script: string;
      readonly command: ScriptCommand;
      readonly timeout: Duration;
    }
  /** Somebody is to be told. */
  | { readonly kind: "notification"; readonly notification: Notification }
  | LogEffect
  /** What follows undoes our work for good. */
  | { readonly kind: "stopping" }
  /** The router machines are at rest and the process may end. */
  | { readonly kind: "stopped" };

/** IPv4: a whole packet with its header. IPv6: the VRRP message. */
export interface SendPacket {
  readonly kind: "send-packet";
  readonly interface: string;
  readonly family: AddressFamily;
  readonly packet: Uint8Array;
  readonly source: IpAddress;
  readonly destination: IpAddress;
  /** IPv6; the header of an IPv4 packet has its own. */
  readonly hopLimit: number;
}

/** A line for the log. */
export interface LogEffect {
  readonly kind: "log";
  readonly level: LogLevel;
  readonly message: string;
}

/** syslog(3) levels in use. */
export type LogLevel = "error" | "warning" | "notice" | "info" | "debug";

/** One alarm at the earliest deadline; setting it again moves it, undefined switches it off. */
export interface Alarm {
  set(at: Instant | undefined): void;
}
