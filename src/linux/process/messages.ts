import type { Config } from "../../conf/model/config.ts";
import type { ScriptCommand } from "../../conf/model/global-definitions.ts";
import type { LogLevel, ScriptOutcome } from "../../director/host.ts";

/** Which child a process is. */
export type ChildKind = "vrrp" | "checkers";

/** Settings of a child that do not come from the configuration file. */
export interface ChildSettings {
  readonly kind: ChildKind;
  readonly detail: number;
  readonly keepVirtualAddresses: boolean;
  readonly keepServices: boolean;
  readonly pidFile?: string;
}

/** From the parent to a child, over the IPC channel. */
export type ParentMessage =
  | { readonly kind: "start"; readonly config: Config; readonly settings: ChildSettings }
  | { readonly kind: "reload"; readonly config: Config }
  | { readonly kind: "stop" }
  | { readonly kind: "script-result"; readonly script: string; readonly outcome: ScriptOutcome };

/** From a child to the parent. */
export type ChildMessage =
  | { readonly kind: "started" }
  | { readonly kind: "log"; readonly level: LogLevel; readonly message: string }
  /** The parent runs scripts, so that no fork and no pipe of theirs can delay an advertisement. */
  | {
      readonly kind: "run-script";
      readonly script: string;
      readonly command: ScriptCommand;
      /** Microseconds. */
      readonly timeout: number;
    }
  | {
      readonly kind: "notify";
      readonly queue: string;
      readonly command: ScriptCommand;
      readonly arguments: readonly string[];
    };
