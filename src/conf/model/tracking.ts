import type { IpAddress } from "../../base/ip-address.ts";
import type { Duration } from "../../base/time.ts";
import type { SourceLine } from "./config.ts";
import type { Tracked, VrrpNotify } from "./vrrp-instance.ts";

/** A bound `vrrp_sync_group NAME { }`: instances that change their state together. */
export interface SyncGroup {
  readonly name: string;
  readonly at: SourceLine;
  /** Names of instances that exist; each is in one group only. */
  readonly members: readonly string[];
  readonly trackInterfaces: readonly Tracked[];
  readonly trackScripts: readonly Tracked[];
  readonly trackFiles: readonly Tracked[];
  readonly trackProcesses: readonly Tracked[];
  readonly trackBfds: readonly Tracked[];
  readonly notify: VrrpNotify;
  readonly smtpAlert: boolean;
  /** `sync_group_tracking_weight`: what is tracked may have weights, which then count for all members. */
  readonly trackingWeight: boolean;
  /** For members that do not say; without it the default counts. */
  readonly notifyPriorityChanges?: boolean;
}

/** A bound `track_group NAME { }`: instances that fail when a static address or the like of the group is lost. */
export interface TrackGroup {
  readonly name: string;
  readonly at: SourceLine;
  readonly members: readonly string[];
}

/** A bound `garp_group { }`: a common limit for gratuitous ARP on some interfaces. */
export interface GarpGroup {
  readonly at: SourceLine;
  /** `garp_interval`, `gna_interval`: least gap between two packets; the global one when absent. */
  readonly garpInterval?: Duration;
  readonly neighbourInterval?: Duration;
  readonly interfaces: readonly string[];
}

/** A bound `track_file NAME { }`: a file whose number counts. */
export interface TrackFile {
  readonly name: string;
  readonly at: SourceLine;
  readonly path: string;
  /** The number is multiplied by this; 0 means: any number but 0 is a fault. */
  readonly weight: number;
  readonly reverse: boolean;
  /** `init_file`: the number to write when there is no file, or always. */
  readonly initial?: { readonly value: number; readonly overwrite: boolean };
}

/** A bound `vrrp_track_process NAME { }`: how many processes of a kind run. */
export interface TrackProcess {
  readonly name: string;
  readonly at: SourceLine;
  readonly process: string;
  readonly parameters: readonly string[];
  /** `param_match`: how parameters are compared; `any` when none are given. */
  readonly match: "any" | "exact" | "initial" | "partial";
  readonly weight: number;
  readonly reverse: boolean;
  readonly quorum: number;
  /** `quorum_max`; no limit when absent. */
  readonly quorumMax?: number;
  /** `terminate_delay`, `fork_delay`; `delay` sets both. */
  readonly terminateDelay: Duration;
  readonly forkDelay: Duration;
  readonly fullCommand: boolean;
}

/** A bound `bfd_instance NAME { }`. */
export interface BfdInstance {
  readonly name: string;
  readonly at: SourceLine;
  readonly sourceAddress?: IpAddress;
  readonly neighbourAddress: IpAddress;
  /** `min_rx`, `min_tx`, `idle_tx`. */
  readonly minReceive: Duration;
  readonly minTransmit: Duration;
  readonly idleTransmit: Duration;
  readonly multiplier: number;
  readonly passive: boolean;
  /** TTL or hop limit of what is sent. */
  readonly ttl: number;
  /** What the neighbour is expected to send with; `max_hops` less may arrive. */
  readonly expectedTtl: number;
  /** `max_hops`; -1 and 255 switch the test off. */
  readonly maxHops: number;
  readonly multihop: boolean;
  readonly weight: number;
  readonly reverse: boolean;
  /** `vrrp`, `checker`: who hears of the session; both when neither is written. */
  readonly forVrrp: boolean;
  readonly forChecker: boolean;
}
