import type { IpAddress } from "../base/ip-address.ts";
import type { Duration, Instant } from "../base/time.ts";
import type { PolicyRule, Route } from "../conf/model/route.ts";
import type { VirtualAddress } from "../conf/model/vrrp-instance.ts";
import type { Advertisement } from "./advertisement.ts";
import type { ReceivedAdvertisement } from "./reception.ts";
import type { RouterConfig } from "./router-config.ts";

/** Why a router may not take part in an election (keepalived's FAULT). Two reasons are the same when all fields are. */
export type FaultReason =
  | { readonly kind: "interface-down"; readonly interface: string }
  | { readonly kind: "interface-missing"; readonly interface: string }
  /** The interface has no address of the router's family to send from; raised by the machine itself. */
  | { readonly kind: "no-source-address" }
  /** `unicast_fault_no_peer`: multicast would be the only way left. */
  | { readonly kind: "no-unicast-peer" }
  /** A `track_script` of weight 0 failed, or has not given its first result yet. */
  | { readonly kind: "script"; readonly name: string }
  | { readonly kind: "script-pending"; readonly name: string }
  /** Another member of the `vrrp_sync_group` is at fault: `name` is that instance. */
  | { readonly kind: "sync-group"; readonly name: string }
  /** Another tracker that takes the router out of the election: a file's number, a process's quorum, a BFD session. */
  | { readonly kind: "file" | "process" | "bfd"; readonly name: string };

/** What each role needs is inside it. The names are those of RFC 3768; RFC 9568 says Active for Master. */
export type Role =
  /** Before `startup` and after `shutdown`. */
  InitializeRole | FaultRole | BackupRole | MasterRole;

/** Until then no election takes place (`vrrp_startup_delay`): what is heard does not count, and no wait has begun. */
export interface Deafness {
  readonly deafUntil?: Instant;
}

/** Not in any election: before the start and after the end. */
export interface InitializeRole extends Deafness {
  readonly kind: "initialize";
  /** What is known to be wrong before the start. */
  readonly faults: readonly FaultReason[];
}

/** Kept out of the election. */
export interface FaultRole extends Deafness {
  readonly kind: "fault";
  readonly reasons: readonly FaultReason[];
  /** It was Master until then, or had yielded and was still telling the winner so. */
  readonly owesFarewell?: true;
  /** Nothing was ever wrong but that scripts have given no result yet: leaving it is the start. */
  readonly starting?: true;
}

/** Listening to a master, or for one. */
export interface BackupRole extends Deafness {
  readonly kind: "backup";
  /** When the master counts as gone. */
  readonly masterDownAt: Instant;
  /** Version 3: the interval of the master heard last (RFC 9568 section 6.1); version 2: always our own. */
  readonly masterInterval: Duration;
  /** `preempt_delay`: until then a master of lower priority is left in peace. */
  readonly preemptNotBefore?: Instant;
  /** The master is gone here, and the rest of the `vrrp_sync_group` still hears its own. */
  readonly awaitsGroup?: true;
  /** After a reign of ours, until the winner shows that it has heard of it. */
  readonly farewell?: Farewell;
}

/** What a router that has yielded still says, so that the winner announces the addresses over our announcements. */
export interface Farewell {
  /** When an advertisement of the winner was heard last; when we yielded, before. */
  readonly heardAt: Instant;
  /** That one and one before it show when its next is due. */
  readonly onBeat: boolean;
  /** Absent while nothing was said. */
  readonly sentAt?: Instant;
  readonly nextAt: Instant;
  /** How many more are sent at most. */
  readonly left: number;
}

/** Advertising, with the addresses on the interface. */
export interface MasterRole {
  readonly kind: "master";
  readonly since: Instant;
  readonly nextAdvertisementAt: Instant;
  readonly lastAdvertisementAt: Instant;
  /** An answer to a foreign advertisement that had to wait its turn. */
  readonly answerAt?: Instant;
  /** Bursts of gratuitous ARP or neighbour advertisements still to be made, in no order. */
  readonly announcements: readonly PendingAnnouncement[];
  /** When the lower-priority advertisement was last logged, for the rate limit. */
  readonly lowerPriorityLoggedAt?: Instant;
  /** Set while another router claims priority 255 too. */
  readonly ownerConflict?: OwnerConflict;
  /** When the last one was passed on to whoever is notified. */
  readonly lowerPriorityToldAt?: Instant;
  /** When the last burst that answered a lower priority went out, for the rate limit. */
  readonly lowerPriorityAnnouncedAt?: Instant;
  /** Addresses that someone else took away, or that could not be added, are put back then. */
  readonly restore?: { readonly at: Instant; readonly addresses: readonly VirtualAddress[] };
  readonly restoredAt?: Instant;
  /** When routes and rules are put back: those that somebody minds, or all when some were refused. */
  readonly restorePaths?: { readonly at: Instant; readonly all: boolean };
  readonly pathsRestoredAt?: Instant;
}

/** A burst of `repeat` announcements for each of `addresses`, repeated `every` so often when that is set. */
export interface PendingAnnouncement {
  readonly kind: "second-burst" | "refresh" | "lower-priority" | "owed";
  readonly at: Instant;
  readonly addresses: readonly VirtualAddress[];
  readonly repeat: number;
  readonly every?: Duration;
}

/**
 * Another router claims priority 255 too, with a lower address than ours. First two more of our regular
 * advertisements go out, then we listen; a peer still heard by then does not back off, so we do.
 */
export type OwnerConflict =
  | { readonly kind: "telling"; readonly advertisementsLeft: number; readonly peerInterval: Duration }
  | { readonly kind: "listening"; readonly until: Instant };

/** The master heard last, while it is known. */
export interface KnownMaster {
  readonly address: IpAddress;
  readonly priority: number;
}

/** The whole state of one virtual router: plain data. */
export interface RouterState {
  readonly config: RouterConfig;
  readonly role: Role;
  /** The primary address adverts are sent from; undefined before startup and while the interface has none. */
  readonly source: IpAddress | undefined;
  /** Effective priority: 1..254, or 255 for the owner. */
  readonly priority: number;
  readonly master: KnownMaster | undefined;
  /** The reasons of failed effects that were logged in this role, so that a lasting failure is logged once. */
  readonly knownFailures: readonly string[];
}

/** Everything that can happen to a virtual router. */
export type RouterEvent =
  /**
   * Begin. `source` is the primary address of the interface in the router's family (or `mcast_src_ip` /
   * `unicast_src_ip`), `priority` the effective priority, `faults` what is already known to be wrong.
   */
  | {
      readonly kind: "startup";
      readonly source: IpAddress | undefined;
      readonly priority: number;
      readonly faults: readonly FaultReason[];
    }
  /** `resigned`: its priority 0 has been sent already. */
  | { readonly kind: "shutdown"; readonly resigned?: true }
  /**
   * Instead of `startup`: the process that was this router died at `diedAt`, or not long after, in the role and with the
   * master given.
   */
  | {
      readonly kind: "resume";
      readonly role: Role;
      readonly master: KnownMaster | undefined;
      readonly diedAt: Instant;
      readonly source: IpAddress | undefined;
      readonly priority: number;
      readonly faults: readonly FaultReason[];
    }
  /** An advertisement that passed every receiver check. A rejected one never becomes an event. */
  | { readonly kind: "advertisement"; readonly received: ReceivedAdvertisement }
  /** The deadline has passed, or not: an early, late or repeated one is harmless. */
  | { readonly kind: "alarm" }
  /** The effective priority after trackers, see `effectivePriority`. */
  | { readonly kind: "priority-changed"; readonly priority: number }
  | { readonly kind: "fault-raised"; readonly reason: FaultReason }
  | { readonly kind: "fault-cleared"; readonly reason: FaultReason }
  | { readonly kind: "source-address-changed"; readonly source: IpAddress | undefined }
  /** Its time is up, but not yet that of every other member of the `vrrp_sync_group`: the wait begins again. */
  | { readonly kind: "await-group" }
  /** Another member of the `vrrp_sync_group` became Master, or gave it up: this one follows. */
  | { readonly kind: "follow-group"; readonly to: "master" | "backup" }
  /** A new configuration of the same router (same key); role and timers are kept. */
  | { readonly kind: "reconfigure"; readonly config: RouterConfig; readonly priority: number }
  /** Someone else removed these addresses of ours from the interface. */
  | { readonly kind: "addresses-lost"; readonly addresses: readonly IpAddress[] }
  /** Someone else removed a route or rule of ours; `text` is its line. */
  | { readonly kind: "path-lost"; readonly text: string }
  /** The kernel may have dropped routes in silence: an interface came back, an address went. */
  | { readonly kind: "paths-uncertain" }
  /** The host could not do what an effect asked for. */
  | {
      readonly kind: "effect-failed";
      readonly effect: RouterEffect["kind"];
      readonly reason: string;
      /** Of the addresses that were to be added the one that was not; all of them when absent. */
      readonly address?: IpAddress;
    };

/** Why a role was left for another. */
export type ChangeReason =
  | "startup"
  | "master-down"
  | "higher-priority"
  | "equal-priority-higher-address"
  | "fault-raised"
  | "fault-cleared"
  | "sync-group"
  /** The process of a master crashed, and was away for longer than a down interval. */
  | "late-resumption"
  /** `timer_expired_backup`: we woke up so late that another router must have taken over. */
  | "overslept"
  | "shutdown";

/** What the world is asked to do, in the order given. */
export type RouterEffect =
  /** Encode and send to every destination of `advertisementDestinations`. Priority 0 resigns. */
  | { readonly kind: "send-advertisement"; readonly advertisement: Advertisement; readonly source: IpAddress }
  | { readonly kind: "add-addresses"; readonly addresses: readonly VirtualAddress[] }
  /** Addresses that are not there are not an error. */
  | { readonly kind: "remove-addresses"; readonly addresses: readonly VirtualAddress[] }
  /** `replace`: each takes the place of the one with the same destination, table and metric. */
  | { readonly kind: "add-routes"; readonly routes: readonly Route[]; readonly replace: boolean }
  /** Routes and rules that are not there are not an error. */
  | { readonly kind: "remove-routes"; readonly routes: readonly Route[] }
  | { readonly kind: "add-rules"; readonly rules: readonly PolicyRule[] }
  | { readonly kind: "remove-rules"; readonly rules: readonly PolicyRule[] }
  /** Send `repeat` gratuitous ARP requests or unsolicited neighbour advertisements for each address. */
  | {
      readonly kind: "announce";
      readonly addresses: readonly VirtualAddress[];
      readonly repeat: number;
    }
  | {
      readonly kind: "role-changed";
      readonly from: Role["kind"];
      readonly to: Role["kind"];
      readonly reason: ChangeReason;
      readonly priority: number;
    }
  | { readonly kind: "lower-priority-heard"; readonly source: IpAddress; readonly priority: number }
  | { readonly kind: "log"; readonly level: "info" | "warning" | "error"; readonly message: string };
