import type { Instant } from "../../base/time.ts";
import type { Config } from "../../conf/model/config.ts";
import type { ScriptCommand } from "../../conf/model/global-definitions.ts";
import type { SessionNews } from "../../director/bfd-host.ts";
import type { BfdStatus } from "../../director/bfd-status.ts";
import type { HealthStanding } from "../../director/health-standing.ts";
import type { HealthStatus } from "../../director/health-status.ts";
import type { LogLevel, ScriptOutcome } from "../../director/host.ts";
import type { Notification } from "../../director/notification.ts";
import type { Legacy } from "../../director/vrrp-record.ts";
import type { VrrpStatus } from "../../director/vrrp-status.ts";
import type { LatenessFigures } from "./lateness.ts";

/** Which child a process is. */
export type ChildKind = "vrrp" | "checkers" | "bfd";

/** Settings of a child that do not come from the configuration file. */
export interface ChildSettings {
  readonly kind: ChildKind;
  readonly detail: number;
  /** What it is called in ps; a name of ours when absent. */
  readonly title?: string;
  /** `-a`. */
  readonly monitorAddresses: boolean;
  readonly keepVirtualAddresses: boolean;
  readonly keepServices: boolean;
  readonly pidFile?: string;
  /** Descriptor of the role journal's memory in the child; absent when there is none. */
  readonly journal?: number;
}

/** What a signal asks to have written: USR1, USR2, STATS_CLEAR, JSON. */
export type DumpKind = "data" | "statistics" | "statistics-and-clear" | "json";

/** From the parent to a child, over the IPC channel. */
export type ParentMessage =
  | {
      readonly kind: "start";
      readonly config: Config;
      /** By which the record of a VRRP process names its configuration. */
      readonly number: number;
      readonly settings: ChildSettings;
      /** For a VRRP process that takes the place of one that died. */
      readonly legacy?: Legacy;
    }
  | { readonly kind: "reload"; readonly config: Config; readonly number: number }
  | { readonly kind: "stop" }
  /** Say that your event loop turns. */
  | { readonly kind: "ping" }
  /** Begin to count anew (STATS_CLEAR). */
  | { readonly kind: "clear-statistics" }
  /** Tell how you stand. */
  | { readonly kind: "status" }
  /** A BFD session came up or went down, or how it stands when the child starts. */
  | { readonly kind: "bfd-session"; readonly name: string; readonly up: boolean }
  | { readonly kind: "script-result"; readonly script: string; readonly outcome: ScriptOutcome };

/** How a child stands, for `locum status` and `locum plan`. */
export type ChildStatus =
  | { readonly kind: "vrrp"; readonly vrrp: VrrpStatus; readonly lateness: LatenessFigures }
  | { readonly kind: "bfd"; readonly bfd: BfdStatus; readonly lateness: LatenessFigures }
  | {
      readonly kind: "checkers";
      readonly health: HealthStatus;
      /** What a reload is decided by, beside the configuration. */
      readonly standing: HealthStanding;
      /** Of the machine's monotonic clock. */
      readonly now: Instant;
      readonly lateness?: LatenessFigures;
    };

/** What a child begins with. */
export type StartMessage = Extract<ParentMessage, { readonly kind: "start" }>;

/** From a child to the parent. */
export type ChildMessage =
  | { readonly kind: "status"; readonly status: ChildStatus }
  | { readonly kind: "started" }
  /** Nothing follows. */
  | { readonly kind: "ended" }
  | { readonly kind: "bfd-session"; readonly news: SessionNews }
  | { readonly kind: "pong" }
  /** Somebody signalled the child instead of its parent. */
  | { readonly kind: "dump"; readonly what: DumpKind }
  | { readonly kind: "log"; readonly level: LogLevel; readonly message: string }
  /** The parent runs scripts, so that no fork and no pipe of theirs can delay an advertisement. */
  | {
      readonly kind: "run-script";
      readonly script: string;
      readonly command: ScriptCommand;
      /** Microseconds. */
      readonly timeout: number;
    }
  /** Somebody is to be told; in the order of the messages. */
  | { readonly kind: "notification"; readonly notification: Notification };
