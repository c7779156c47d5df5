import type { FaultReason } from "./router-state.ts";

/** How a tracked thing stands. "unknown" is a script before its first result. */
export type Standing = "unknown" | "up" | "down";

/** One tracker of a router as it stands now. */
export interface Tracker {
  readonly kind: "script" | "interface";
  readonly name: string;
  /** -253..253; 0 means: down is a fault. */
  readonly weight: number;
  /** `reverse`: up counts as down and down as up. */
  readonly reverse: boolean;
  readonly standing: Standing;
}

/**
 * The effective priority: the base and what the trackers add (a positive weight while up, a negative one while down),
 * held within 1..254. The owner (255) ignores them all. As keepalived.
 */
export function effectivePriority(base: number, trackers: readonly Tracker[]): number {
  if (base === 255) return 255;
  const total = trackers.reduce((sum, tracker) => sum + contribution(tracker), base);
  return Math.min(254, Math.max(1, total));
}

function contribution(tracker: Tracker): number {
  const standing = turned(tracker);
  if (tracker.weight > 0) return standing === "up" ? tracker.weight : 0;
  return standing === "down" ? tracker.weight : 0;
}

/** What the trackers of weight 0 hold against taking part: those that are down, and scripts not yet heard of. */
export function trackerFaults(trackers: readonly Tracker[]): readonly FaultReason[] {
  return trackers.flatMap((tracker): readonly FaultReason[] => {
    const standing = turned(tracker);
    if (tracker.weight !== 0 || standing === "up") return [];
    if (tracker.kind === "interface") return [{ kind: "interface-down", interface: tracker.name }];
    return [{ kind: standing === "down" ? "script" : "script-pending", name: tracker.name }];
  });
}

function turned(tracker: Tracker): Standing {
  if (!tracker.reverse || tracker.standing === "unknown") return tracker.standing;
  return tracker.standing === "up" ? "down" : "up";
}

/** A `vrrp_script`'s standing and how many results in a row speak against it. */
export interface ScriptStanding {
  readonly standing: Standing;
  readonly against: number;
}

/** Before the first result: unknown, or down when `init_fail` is set. */
export function initialScriptStanding(initFail: boolean): ScriptStanding {
  return { standing: initFail ? "down" : "unknown", against: 0 };
}

/** One result of a script; a timeout or a signal counts as failure. */
export interface ScriptResult {
  readonly success: boolean;
  readonly rise: number;
  readonly fall: number;
}

/**
 * The standing after one more result: `rise` successes in a row bring it up, `fall` failures in a row down, and the
 * very first result decides alone (as keepalived, unless `init_fail` made it start down).
 */
export function afterScriptResult(before: ScriptStanding, result: ScriptResult): ScriptStanding {
  const says: Standing = result.success ? "up" : "down";
  if (before.standing === "unknown") return { standing: says, against: 0 };
  if (before.standing === says) return before.against === 0 ? before : { standing: says, against: 0 };
  const against = before.against + 1;
  const needed = result.success ? result.rise : result.fall;
  return against >= needed ? { standing: says, against: 0 } : { standing: before.standing, against };
}
