import type { Duration } from "../../base/time.ts";

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
  /** `notify_fifo` and friends: path of the FIFO that gets the lines of VRRP and of the checkers. */
  readonly notifyFifo?: string;
  /** `notification_email` list, empty when absent. */
  readonly notificationEmail: readonly string[];
  readonly notificationEmailFrom?: string;
  readonly smtpServer?: string;
  /** `lvs_flush`: remove every service at start, also those made by hand. */
  readonly lvsFlush: boolean;
  /** `vrrp_priority`, `checker_priority`: nice values of the processes. */
  readonly vrrpPriority?: number;
  readonly checkerPriority?: number;
  /** `vrrp_rt_priority`: SCHED_RR priority of the VRRP process. */
  readonly vrrpRtPriority?: number;
  /** `vrrp_no_swap`: lock the VRRP process into memory. */
  readonly vrrpNoSwap: boolean;
  /** `max_auto_priority`: highest realtime priority a late process may raise itself to; -1 switches it off. */
  readonly maxAutoPriority?: number;
  /** `reload_check_config` is always on in locum: a reload binds and validates first. */
  readonly reloadCheckConfig: boolean;
  /** `vrrp_skip_check_adv_addr`: default of `skip_check_adv_addr`. */
  readonly skipCheckAdvertisedAddresses: boolean;
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
