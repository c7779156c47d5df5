import type { AddressFamily, IpAddress } from "../../base/ip-address.ts";
import type { Duration } from "../../base/time.ts";
import type { SourceLine } from "./config.ts";
import type { ExtraInterfaceGarp, ScriptCommand } from "./global-definitions.ts";
import type { PolicyRule, Route } from "./route.ts";

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
  readonly trackFiles: readonly Tracked[];
  readonly trackProcesses: readonly Tracked[];
  readonly trackBfds: readonly Tracked[];
  /** `virtual_routes`, `virtual_rules`: there while the instance is master. */
  readonly routes: readonly Route[];
  readonly rules: readonly PolicyRule[];
  /** `use_vmac` or `use_ipvlan`: the addresses stand on an interface made for them. */
  readonly ownInterface?: OwnInterface;
  /** `use_vmac_addr`: so do addresses of other interfaces. */
  readonly ownInterfaceForAddresses: boolean;
  /** `vmac_xmit_base`: advertisements leave by the interface below. */
  readonly transmitFromBase: boolean;
  /** `unicast_fault_no_peer`: a fault rather than multicast when no peer is left. */
  readonly faultWithoutPeer: boolean;
  /** `old_unicast_checksum`; found out by itself when absent. */
  readonly oldUnicastChecksum?: "always" | "never";
  readonly vrf?: string;
  /** `track_src_ip`: a fault when the source address disappears. */
  readonly trackSourceAddress: boolean;
  /** `no_virtual_ipaddress`: that there is none is meant. */
  readonly noVirtualAddress: boolean;
  readonly promoteSecondaries: boolean;
  /** `linkbeat_use_polling`. */
  readonly pollLink: boolean;
  /** Without it that of its sync group counts, and without that the default. */
  readonly notifyPriorityChanges?: boolean;
  /** `lvs_sync_daemon_interface`. */
  readonly syncDaemonInterface?: string;
  /** `timer_expired_backup`: yield when the own timer ran late and the other has at least this priority. */
  readonly timerExpiredBackup?: number;
  readonly extraInterfaceGarp?: ExtraInterfaceGarp;
  /** `owner_ignore_adverts`; what strict mode says when absent. */
  readonly ownerIgnoresAdvertisements?: boolean;
  /** `kernel_rx_buf_size` in bytes; computed when absent. */
  readonly receiveBufferBytes?: number;
  readonly hmac?: HmacAuthentication;
  /** `debug`: stored, without any effect in keepalived too. */
  readonly debug: number;
}

/** `use_vmac` and `use_ipvlan`; what is absent is made up as keepalived does. */
export type OwnInterface =
  | {
      readonly kind: "vmac";
      readonly name?: string;
      /** The interface below, when it is not that of the instance. */
      readonly base?: string;
      /** Six octets; the virtual router's own when absent. */
      readonly hardwareAddress?: string;
      readonly netlinkNotify: boolean;
      readonly group?: string;
    }
  | {
      readonly kind: "ipvlan";
      readonly name?: string;
      readonly base?: string;
      readonly source?: IpAddress;
      readonly mode: "bridge" | "private" | "vepa";
      readonly group?: string;
    };

/** The `auth_hmac` block, keepalived's own addition to the protocol. Keys are as written: text, `hex:` or `file:`. */
export interface HmacAuthentication {
  readonly keys: readonly { readonly id: number; readonly secret: string }[];
  /** `active_key`; the lowest of the keys when none is written. */
  readonly activeKey?: number;
  /** `time_window`; three intervals, at least 5 s, when absent. */
  readonly timeWindow?: Duration;
  readonly antiReplay: "time" | "monotonic";
  readonly mode: "enforce" | "permissive" | "receive-only";
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
  /** A number is the kernel's own, where it has no name. */
  readonly scope?: "global" | "site" | "link" | "host" | "nowhere" | number;
  readonly label?: string;
  /** `peer`: the other end of a point-to-point link. */
  readonly peer?: { readonly address: IpAddress; readonly prefixLength: number };
  /** Words that stand alone, in the order written; absent when there are none. */
  readonly flags?: readonly AddressFlag[];
  /** `preferred_lft`; keepalived's own (forever, 0 for an IPv6 /128) when absent. */
  readonly preferredLifetime?: Duration | "forever";
  /** `track_group` of a static address. */
  readonly trackGroup?: string;
}

/**
 * `home`, `-nodad`, `mngtmpaddr`, `noprefixroute`, `autojoin`: flags of the kernel's; `no_track`: nobody minds when the
 * address is lost; `use_vmac`: it stands on a virtual MAC of its interface.
 */
export type AddressFlag =
  | "home"
  | "-nodad"
  | "mngtmpaddr"
  | "noprefixroute"
  | "autojoin"
  | "no_track"
  | "use_vmac";

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

/** Something that an instance or a group watches; its weight is its own when the line gave none, and 0 means: down is a fault. */
export interface Tracked {
  readonly name: string;
  readonly weight: number;
  readonly reverse: boolean;
}

/** An interface watched by an instance. */
export type TrackedInterface = Tracked;

/** A `vrrp_script` watched by an instance. */
export type TrackedScript = Tracked;

/** The `notify` family: a command for each change of role, run in order. */
/** Commands for changes of state. */
export interface VrrpNotify {
  readonly master?: ScriptCommand;
  readonly backup?: ScriptCommand;
  readonly fault?: ScriptCommand;
  readonly stop?: ScriptCommand;
  /** `notify`: called for every change with TYPE NAME STATE PRIORITY appended. */
  readonly any?: ScriptCommand;
  /** `notify_deleted`: a reload that removes the instance is told as DELETED; the command only when one is written. */
  readonly deleted?: ScriptCommand | "written";
  /** `notify_master_rx_lower_pri`: a master heard a lower priority. */
  readonly masterHeardLower?: ScriptCommand;
  /** `notify_concurrent`, locum's own: commands do not wait for earlier ones; what `global_defs` says when absent. */
  readonly concurrent?: boolean;
}
