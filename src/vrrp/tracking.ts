import type { FaultReason } from "./router-state.ts";

/**
 * How a tracked thing stands. "unknown" is a script before its first result, "assumed" one that a reload brought: that
 * counts as no fault, and its weight counts neither way (keepalived's rule).
 */
export type Standing = "unknown" | "assumed" | "up" | "down";

interface Weighed {
  readonly name: string;
  /** 0 means: down is a fault. */
  readonly weight: number;
  /** `reverse`: what would be added is taken away and the other way round; with weight 0, up is the fault. */
  readonly reverse: boolean;
}

/** One tracker of a router as it stands now. */
export type Tracker =
  | (Weighed & { readonly kind: "script" | "interface" | "process" | "bfd"; readonly standing: Standing })
  /** `value` is the number that stands in the file. */
  | (Weighed & { readonly kind: "file"; readonly value: number });

/** A file's number times its weight at or below this is a fault, whatever the weight (keepalived's rule). */
const FILE_FAULT = -254;
const MOST_OF_A_FILE = 253;

/**
 * The effective priority: the base and what the trackers add (a positive weight while up, a negative one while down,
 * a file its number times its weight), held within 1..254. The owner (255) ignores them all. As keepalived.
 */
export function effectivePriority(base: number, trackers: readonly Tracker[]): number {
  if (base === 255) return 255;
  const total = trackers.reduce((sum, tracker) => sum + contribution(tracker), base);
  return Math.min(254, Math.max(1, total));
}

function contribution(tracker: Tracker): number {
  if (tracker.kind === "file") {
    const number = fileContribution(tracker);
    return number === FILE_FAULT ? 0 : number;
  }
  const { standing, weight } = tracker;
  if (standing !== (weight > 0 ? "up" : "down")) return 0;
  return tracker.reverse ? -weight : weight;
}

/** keepalived's: held within -254..253, and -254 stands for a fault. */
function fileContribution({ value, weight, reverse }: Extract<Tracker, { kind: "file" }>): number {
  if (weight === 0) return (value !== 0) !== reverse ? FILE_FAULT : 0;
  const product = value * weight * (reverse ? -1 : 1);
  return Math.min(MOST_OF_A_FILE, Math.max(FILE_FAULT, product));
}

/**
 * What the trackers hold against taking part: those of weight 0 that are down, scripts of weight 0 not yet heard of, and
 * files whose number asks for it.
 */
export function trackerFaults(trackers: readonly Tracker[]): readonly FaultReason[] {
  return trackers.flatMap((tracker): readonly FaultReason[] => {
    const { kind, name } = tracker;
    if (kind === "file") return fileContribution(tracker) === FILE_FAULT ? [{ kind, name }] : [];
    const standing = turned(tracker);
    if (tracker.weight !== 0 || standing === "up" || standing === "assumed") return [];
    if (kind === "interface") return [{ kind: "interface-down", interface: name }];
    if (kind === "script") return [{ kind: standing === "down" ? "script" : "script-pending", name }];
    return [{ kind, name }];
  });
}

function turned(tracker: Exclude<Tracker, { kind: "file" }>): Standing {
  if (!tracker.reverse) return tracker.standing;
  if (tracker.standing === "up") return "down";
  return tracker.standing === "down" ? "up" : tracker.standing;
}

/** A `vrrp_script`'s standing and how many results in a row speak against it. */
export interface ScriptStanding {
  readonly standing: Standing;
  readonly against: number;
  /** No result has been heard: `init_fail` alone made it down. */
  readonly unheard?: true;
}

/** Before the first result: down when `init_fail` is set, else unknown, or assumed when a reload brought the script. */
export function initialScriptStanding(initFail: boolean, atReload = false): ScriptStanding {
  if (initFail) return { standing: "down", against: 0, unheard: true };
  return { standing: atReload ? "assumed" : "unknown", against: 0 };
}

/** One result of a script; a timeout or a signal counts as failure. */
export interface ScriptResult {
  readonly success: boolean;
  readonly rise: number;
  readonly fall: number;
}

/**
 * The standing after one more result: `rise` successes in a row bring it up, `fall` failures in a row down, and the
 * very first result decides alone, also after `init_fail` (as keepalived).
 */
export function afterScriptResult(before: ScriptStanding, result: ScriptResult): ScriptStanding {
  const says: Standing = result.success ? "up" : "down";
  const first = before.standing === "unknown" || before.standing === "assumed" || before.unheard === true;
  if (first) return { standing: says, against: 0 };
  if (before.standing === says) return before.against === 0 ? before : { standing: says, against: 0 };
  const against = before.against + 1;
  const needed = result.success ? result.rise : result.fall;
  return against >= needed ? { standing: says, against: 0 } : { standing: before.standing, against };
}
