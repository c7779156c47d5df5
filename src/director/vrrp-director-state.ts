import type { AddressFamily, IpAddress } from "../base/ip-address.ts";
import { type Instant, instant } from "../base/time.ts";
import type { Config } from "../conf/model/config.ts";
import type { OwnInterface, VrrpInstance } from "../conf/model/vrrp-instance.ts";
import type { Exchange } from "../vrrp/exchange.ts";
import type { PreparedPackets, Sender } from "../vrrp/outgoing-packets.ts";
import type { Receiver, ReceptionContext } from "../vrrp/reception.ts";
import type { Rejection } from "../vrrp/rejection.ts";
import type { RouterConfig } from "../vrrp/router-config.ts";
import type { FaultReason, RouterState } from "../vrrp/router-state.ts";
import { AnnouncementPacer } from "./announcement-pacer.ts";
import { DeadlineTable } from "./deadline-table.ts";
import { FloodWatch } from "./flood-watch.ts";
import type { VrrpHostEffect } from "./host.ts";
import type { DeferredRemovals } from "./kernel-entries.ts";
import { LinkDelays } from "./link-delays.ts";
import { LinkTable } from "./link-table.ts";
import type { ToldState } from "./notification.ts";
import type { OwnInterfaceAttempt } from "./own-interfaces.ts";
import type { Placement } from "./placement.ts";
import { RejectionLog } from "./rejection-log.ts";
import { initialResignations, type PreparedResignations } from "./resignation.ts";
import { RouterIndex } from "./router-index.ts";
import type { TrackedThing } from "./router-trackers.ts";
import { ScriptSchedule } from "./script-schedule.ts";
import { initialStaticStanding, type StaticStanding } from "./static-entries.ts";
import { StrayAddresses } from "./stray-addresses.ts";
import type { Group, GroupState } from "./sync-groups.ts";
import { TrackerStandings } from "./tracker-standings.ts";
import type { Legacy } from "./vrrp-record.ts";

/** One virtual router and what the director keeps beside its machine. */
export interface RouterEntry {
  /** As placed: the interface of each address is filled in where it is not the instance's own. */
  instance: VrrpInstance;
  /** On which interfaces it lives. */
  placement: Placement;
  config: RouterConfig;
  receiver: Receiver;
  sender: Sender;
  state: RouterState;
  /** Our own addresses on its interface, in network order, for the receiver checks. */
  context: ReceptionContext;
  /** Effective priority handed in last. */
  priority: number;
  /** Faults handed in and not yet cleared, by their text. */
  readonly faults: Map<string, FaultReason>;
  readonly counters: RouterCounters;
  /** A reload has taken it out of the configuration. */
  removed: boolean;
  /** When its role changed last. */
  changedAt: Instant | undefined;
  /** The state told last, and that of the last mail. */
  told: ToldState | undefined;
  mailed: ToldState | undefined;
  /** What its packets count, kept across reloads. */
  exchange: Exchange;
  /** The packets of its last advertisement. */
  prepared: PreparedPackets | undefined;
  /** Whose advertisements were taken, the latest first: a few at most. */
  heardFrom: readonly IpAddress[];
  /** Its place in the table of deadlines. */
  slot: number;
  /** Its `vrrp_sync_group`, and what it tracks: set by the index of the configuration. */
  group: Group | undefined;
  tracked: readonly TrackedThing[];
  /** What was found wrong with it last, apart from its group and its source address. */
  ownFaults: readonly FaultReason[];
}

/** keepalived's statistics of one instance. */
export interface RouterCounters {
  advertisementsReceived: number;
  advertisementsSent: number;
  becameMaster: number;
  releasedMaster: number;
  priorityZeroReceived: number;
  priorityZeroSent: number;
  readonly rejected: Map<Rejection["counter"], number>;
}

/**
 * The state of the VRRP process. Unlike a core's it is changed in place: it owns tables of all routers and interfaces,
 * and copying them for every packet would cost more than everything else. It is still only ever changed by `step`,
 * so a recorded list of events replays exactly.
 */
export interface VrrpDirectorState {
  config: Config | undefined;
  readonly links: LinkTable;
  readonly routers: Map<string, RouterEntry>;
  /** The routers by their slots, and when each is due. */
  slots: readonly RouterEntry[];
  readonly deadlines: DeadlineTable;
  /** The routers that the last step moved, or told of. */
  readonly touched: Set<RouterEntry>;
  readonly index: RouterIndex;
  readonly rejections: RejectionLog;
  readonly floods: FloodWatch;
  readonly scripts: ScriptSchedule;
  /** Tracked files, processes and BFD sessions. */
  readonly standings: TrackerStandings;
  readonly linkDelays: LinkDelays;
  readonly strays: StrayAddresses;
  /** Before it no election takes place: `vrrp_startup_delay`, `vrrp_delay_after_boot`. */
  electionsFrom: Instant;
  /** What the sockets listen for, by `interface/family`: to ask only for changes. */
  readonly wires: Map<string, string>;
  /** Who is meant by a packet: by `interface/family/VRID` of the wire it came in on. */
  readonly listeners: Map<string, RouterEntry>;
  /** Own interfaces asked for, by name; and those of them that are not there as they should be. */
  readonly ownAttempts: Map<string, OwnInterfaceAttempt>;
  readonly ownMissing: Set<string>;
  /** What a crashed process left, for routers that have yet to start. */
  legacy: Legacy | undefined;
  /** Masters with `garp_extra_if`, and when each announces next. */
  readonly extraGarps: Map<RouterEntry, Instant>;
  /** The packet filter asked for last, as text; and whether `disable_local_igmp` is in force. */
  filter: string | undefined;
  localIgmpSilent: boolean;
  /** What was told last of each sync group. */
  readonly groupStates: Map<string, GroupState>;
  /** Of each sync group, the state of the last mail. */
  readonly mailedGroupStates: Map<string, GroupState>;
  /** Groups with a member that changed its role, and those that have not been told of since. */
  readonly changedGroups: Set<Group>;
  /** Routers whose first wait for a script nobody was told of. */
  readonly untold: Set<RouterEntry>;
  /** The routes and rules of ours that the kernel has, as far as is known, by `entryKey`. */
  readonly paths: Set<string>;
  readonly statics: StaticStanding;
  readonly pacer: AnnouncementPacer;
  /** Interfaces on which `promote_secondaries` was asked for. */
  readonly promoting: Set<string>;
  readonly resignations: PreparedResignations;
  stopping: boolean;
  /** The time of day less the monotonic clock, in microseconds, as the host told it last. */
  wallClockOffset: number;
}

/** Takes the director's events one by one and collects what the world is asked to do. */
export interface StepContext {
  readonly state: VrrpDirectorState;
  readonly now: Instant;
  readonly out: VrrpHostEffect[];
  /** Set while a configuration is being taken. */
  readonly deferred?: DeferredRemovals | undefined;
}

/** The state before the `start` event. */
export function initialVrrpState(): VrrpDirectorState {
  return {
    config: undefined,
    links: new LinkTable(),
    routers: new Map(),
    slots: [],
    deadlines: new DeadlineTable(),
    touched: new Set(),
    index: new RouterIndex(),
    rejections: new RejectionLog(),
    floods: new FloodWatch(),
    scripts: new ScriptSchedule(),
    standings: new TrackerStandings(),
    linkDelays: new LinkDelays(),
    strays: new StrayAddresses(),
    electionsFrom: instant(0),
    wires: new Map(),
    listeners: new Map(),
    ownAttempts: new Map(),
    ownMissing: new Set(),
    legacy: undefined,
    extraGarps: new Map(),
    filter: undefined,
    localIgmpSilent: false,
    groupStates: new Map(),
    mailedGroupStates: new Map(),
    changedGroups: new Set(),
    untold: new Set(),
    paths: new Set(),
    statics: initialStaticStanding(),
    pacer: new AnnouncementPacer(),
    promoting: new Set(),
    resignations: initialResignations(),
    stopping: false,
    wallClockOffset: 0,
  };
}

/**
 * Routers are the same across reloads when these agree, whatever their names (keepalived's rule). Another own interface
 * makes another router of it: its addresses move to another hardware address.
 */
export function routerKey(at: {
  readonly interface: string;
  readonly family: AddressFamily;
  readonly virtualRouterId: number;
  readonly ownInterface?: OwnInterface;
  readonly ownInterfaceForAddresses?: boolean;
}): string {
  const { ownInterface, ownInterfaceForAddresses } = at;
  // Asked for every packet, which comes to an interface and not to a router's own.
  if (ownInterface === undefined && ownInterfaceForAddresses !== true) {
    return `${at.interface}/${at.family}/${at.virtualRouterId}`;
  }
  const own = ownInterface === undefined ? [] : [ownInterfaceText(ownInterface)];
  const forAddresses = ownInterfaceForAddresses === true ? ["use_vmac_addr"] : [];
  return [at.interface, at.family, at.virtualRouterId, ...own, ...forAddresses].join("/");
}

function ownInterfaceText(own: OwnInterface): string {
  const { kind, name, base, group } = own;
  const rest = own.kind === "vmac" ? [own.hardwareAddress] : [own.source, own.mode];
  const words = [`use_${kind}`, name, base, ...rest, group];
  return words.filter((word) => word !== undefined).join(" ");
}
