import type { Duration } from "../../base/time.ts";
import type { SourceLine } from "./config.ts";
import type { ScriptCommand } from "./global-definitions.ts";

/** A bound `vrrp_script NAME { }`. */
export interface VrrpScript {
  readonly name: string;
  readonly at: SourceLine;
  readonly command: ScriptCommand;
  /** Pause between two runs, 1 s by default. */
  readonly interval: Duration;
  /** `timeout`; the interval when none was given. */
  readonly timeout: Duration;
  /** -253..253; 0 means: failed is a fault. */
  readonly weight: number;
  readonly reverse: boolean;
  /** Successes in a row until it counts as up, and failures until it counts as down. */
  readonly rise: number;
  readonly fall: number;
  /** `init_fail`: assume failure until the first result. */
  readonly initFail: boolean;
}
