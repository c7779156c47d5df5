import type { IpAddress } from "../../base/ip-address.ts";
import type { Duration } from "../../base/time.ts";
import type { ProcessDefinitions, ScriptDefinitions } from "./process-definitions.ts";
import type {
  FilterDefinitions,
  LvsDefinitions,
  ManagementDefinitions,
  ReloadDefinitions,
  VrrpDefinitions,
} from "./service-definitions.ts";

/** The bound `global_defs` block: what a run-time part of locum uses. Absent means keepalived's default. */
export interface GlobalDefinitions {
  /** `router_id`; the host name when absent. */
  readonly routerId?: string;
  /** `script_user USER [GROUP]`: the default identity for scripts. */
  readonly scriptUser?: ScriptUser;
  /** `enable_script_security`. */
  readonly enableScriptSecurity: boolean;
  /** `dynamic_interfaces`: a missing interface is waited for instead of refused. */
  readonly dynamicInterfaces: boolean;
  /** `vrrp_startup_delay`: no election before this much time after the start; 0 when absent. */
  readonly vrrpStartupDelay: Duration;
  /** `notification_email` list, empty when absent. */
  readonly notificationEmail: readonly string[];
  readonly notificationEmailFrom?: string;
  readonly smtpServer?: string;
  /** `lvs_flush`: remove every service at start, also those made by hand. */
  readonly lvsFlush: boolean;
  /** `max_auto_priority`: highest realtime priority a late process may raise itself to; -1 switches it off. */
  readonly maxAutoPriority?: number;
  /** `reload_check_config` is always on in locum: a reload binds and validates first. */
  readonly reloadCheckConfig: boolean;
  /** `vrrp_skip_check_adv_addr`: default of `skip_check_adv_addr`. */
  readonly skipCheckAdvertisedAddresses: boolean;
  /** `smtp_helo_name`; the host name when absent. */
  readonly smtpHeloName?: string;
  /** `smtp_connect_timeout`: 30 s by default. */
  readonly smtpConnectTimeout: Duration;
  /** `no_email_faults`: no mail when an instance enters the fault state. */
  readonly noEmailFaults: boolean;
  /** `checker_log_all_failures`: log each failed check, not only the change. */
  readonly checkerLogAllFailures: boolean;
  /** `smtp_alert_vrrp`, `smtp_alert_checker`, or `smtp_alert` for both: what blocks without `smtp_alert` do. */
  readonly smtpAlertVrrp?: boolean;
  readonly smtpAlertChecker?: boolean;
  /** `no_checker_emails`: no mail about checks. */
  readonly noCheckerEmails: boolean;
  /** `rs_init_notifies`: a real server that starts up is told of as one that came up. */
  readonly realServerInitNotifies: boolean;
  readonly processes: ProcessDefinitions;
  readonly scripts: ScriptDefinitions;
  readonly lvs: LvsDefinitions;
  readonly filter: FilterDefinitions;
  readonly management: ManagementDefinitions;
  readonly reload: ReloadDefinitions;
  readonly vrrp: VrrpDefinitions;
  /** Defaults of every VRRP instance; already part of each bound instance. */
  readonly defaults: GlobalDefaults;
}

/** The `vrrp_*` keywords that only set a default for instances. */
export interface GlobalDefaults {
  /** `vrrp_version`; 2 when absent, 3 for IPv6. */
  readonly version?: 2 | 3;
  /** `vrrp_strict`. */
  readonly strict: boolean;
  readonly lowerPriorityNoAdvertisement: boolean;
  readonly higherPrioritySendAdvertisement: boolean;
  readonly downTimerAdvertisements: number;
  readonly checkUnicastSource: boolean;
  readonly gratuitousArp: GarpDefaults;
  /** `vrrp_mcast_group4`, `vrrp_mcast_group6`; the RFC's groups when absent. */
  readonly multicastGroup4?: IpAddress;
  readonly multicastGroup6?: IpAddress;
  /** `v3_checksum_as_v2`. */
  readonly version3ChecksumAsVersion2: boolean;
  /** `vrrp_notify_priority_changes`. */
  readonly notifyPriorityChanges: boolean;
  /** `vrrp_owner_ignore_adverts`; what strict mode says when absent. */
  readonly ownerIgnoresAdvertisements?: boolean;
  /** `vrrp_garp_extra_if`. */
  readonly extraInterfaceGarp?: ExtraInterfaceGarp;
}

/** `garp_extra_if`: gratuitous ARP by the interface below a virtual MAC, `all`: also by other interfaces of addresses. */
export interface ExtraInterfaceGarp {
  readonly all: boolean;
  readonly interval: Duration;
}

/** `vrrp_garp_*`; the lower-priority ones follow the instance's own values when absent. */
export interface GarpDefaults {
  readonly delay: Duration;
  readonly repeat: number;
  readonly refresh: Duration;
  readonly refreshRepeat: number;
  readonly lowerPriorityDelay?: Duration;
  readonly lowerPriorityRepeat?: number;
}

/** A user, and the group when it is not the user's own. */
export interface ScriptUser {
  readonly user: string;
  readonly group?: string;
}

/** A command as keepalived splits it: no shell. */
export interface ScriptCommand {
  readonly argv: readonly string[];
  readonly user?: ScriptUser;
  /** `timeout` of a tracked script or notify script; absent means none given. */
  readonly timeout?: Duration;
}
