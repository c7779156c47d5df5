import type { AddressFamily, IpAddress } from "../../base/ip-address.ts";
import type { Duration } from "../../base/time.ts";
import type { SourceLine } from "./config.ts";
import type { ScriptCommand } from "./global-definitions.ts";

/** A bound `vrrp_instance NAME { }`. */
export interface VrrpInstance {
  readonly name: string;
  readonly at: SourceLine;
  /** Taken from the first virtual address, or from `native_ipv6`; IPv4 when there is neither. */
  readonly family: AddressFamily;
  readonly version: 2 | 3;
  readonly interface: string;
  /** `virtual_router_id`, 1..255. */
  readonly virtualRouterId: number;
  /** Base priority, 1..255; 255 is the address owner. */
  readonly priority: number;
  /** `advert_int`: whole seconds for version 2, whole centiseconds for version 3. */
  readonly advertisementInterval: Duration;
  readonly initialState: "master" | "backup";
  readonly preempt: boolean;
  readonly preemptDelay: Duration;
  /** `accept` / `no_accept`; keepalived accepts by default. */
  readonly accept: boolean;
  readonly strict: boolean;
  readonly authentication: Authentication;
  /** `virtual_ipaddress`: carried in the advertisement, in the order written. */
  readonly virtualAddresses: readonly VirtualAddress[];
  /** `virtual_ipaddress_excluded`: moved, but not advertised. */
  readonly excludedAddresses: readonly VirtualAddress[];
  /** `mcast_src_ip` or `unicast_src_ip`. */
  readonly sourceAddress?: IpAddress;
  /** `unicast_peer`; empty means multicast. */
  readonly unicastPeers: readonly UnicastPeer[];
  readonly checkUnicastSource: boolean;
  /** `unicast_ttl`: TTL of unicast advertisements, 255 by default. */
  readonly unicastTtl: number;
  /** `mcast_dst_ip`, else `vrrp_mcast_group4` or `vrrp_mcast_group6`; the RFC's group when absent. */
  readonly multicastDestination?: IpAddress;
  /** Version 3 over IPv4: false when `version 3` came with `v3_checksum_as_v2`. */
  readonly checksumPseudoHeader: boolean;
  readonly gratuitousArp: GratuitousArpTiming;
  /** `lower_prio_no_advert`: stay silent when a lower priority is heard. */
  readonly lowerPriorityNoAdvertisement: boolean;
  /** `higher_prio_send_advert`: one last advertisement before yielding. */
  readonly higherPrioritySendAdvertisement: boolean;
  /** `down_timer_adverts`, 3 by default. */
  readonly downTimerAdvertisements: number;
  /** `skip_check_adv_addr`. */
  readonly skipCheckAdvertisedAddresses: boolean;
  readonly dontTrackPrimary: boolean;
  readonly trackInterfaces: readonly TrackedInterface[];
  readonly trackScripts: readonly TrackedScript[];
  readonly notify: VrrpNotify;
  readonly smtpAlert: boolean;
  /** `debug` and other values without a run-time meaning are not bound. */
}

/** The `authentication` block; version 3 has none. */
/** How version 2 advertisements prove where they come from. */
export type Authentication =
  | { readonly kind: "none" }
  /** RFC 2338 simple text; at most 8 octets count. */
  | { readonly kind: "pass"; readonly password: string }
  | { readonly kind: "ah"; readonly password: string };

/** One line of `virtual_ipaddress`. */
export interface VirtualAddress {
  readonly address: IpAddress;
  /** Prefix length as written; 32 or 128 when none was. */
  readonly prefixLength: number;
  readonly broadcast?: IpAddress;
  /** `dev`; the instance's interface when absent. */
  readonly device?: string;
  readonly scope?: "global" | "site" | "link" | "host" | "nowhere";
  readonly label?: string;
}

/** One line of `unicast_peer`; its limits stand in for the TTL check of multicast. */
/** Another router of a unicast instance, with the TTL its advertisements must have. */
export interface UnicastPeer {
  readonly address: IpAddress;
  readonly minTtl?: number;
  readonly maxTtl?: number;
}

/** How gratuitous ARP (IPv4) and unsolicited neighbour advertisements (IPv6) are repeated. */
export interface GratuitousArpTiming {
  /** `garp_master_delay`: pause before the second burst; 5 s by default. */
  readonly delay: Duration;
  /** `garp_master_repeat`: packets in each burst; 5 by default. */
  readonly repeat: number;
  /** `garp_master_refresh`: 0 switches it off. */
  readonly refresh: Duration;
  readonly refreshRepeat: number;
  /** `garp_lower_prio_delay`, `garp_lower_prio_repeat`: the burst after a lower priority was heard. */
  readonly lowerPriorityDelay: Duration;
  readonly lowerPriorityRepeat: number;
}

/** An interface watched by an instance; weight 0 means: down is a fault. */
export interface TrackedInterface {
  readonly name: string;
  readonly weight: number;
  readonly reverse: boolean;
}

/** A `vrrp_script` watched by an instance; the weight is the script's own when the line gave none. */
export interface TrackedScript {
  readonly name: string;
  readonly weight: number;
  readonly reverse: boolean;
}

/** The `notify` family: a command for each change of role, run in order. */
/** Commands for changes of state. */
export interface VrrpNotify {
  readonly master?: ScriptCommand;
  readonly backup?: ScriptCommand;
  readonly fault?: ScriptCommand;
  readonly stop?: ScriptCommand;
  /** `notify`: called for every change with TYPE NAME STATE PRIORITY appended. */
  readonly any?: ScriptCommand;
}
