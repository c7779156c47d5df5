import { type Duration, microseconds } from "../../base/time.ts";
import type { TrackProcess } from "../model/tracking.ts";
import type { Directive } from "../tree.ts";
import { type BindContext, closeOf, placeOf, sourceLine, tell } from "./context.ts";
import { durationOf } from "./fields.ts";
import { firstOf } from "./first-of.ts";
import { readBlock, type Settings } from "./settings.ts";
import { readFirstWeight } from "./weight.ts";

const LIMIT = 254;

/** Binds one `vrrp_track_process NAME { }`; undefined when it names no process. */
export function bindTrackProcess(outer: BindContext, directive: Directive): TrackProcess | undefined {
  const name = directive.words[1]?.text ?? "";
  const context = { ...outer, owner: name };
  const settings = readBlock(context, { block: directive.block, path: "vrrp_track_process" });
  const kind = {
    limit: LIMIT,
    fallback: 0,
    refused: `Weight (%v) for vrrp_track_process ${name} must be between [-${LIMIT}..${LIMIT}] inclusive. Ignoring...`,
    unknown: `vrrp_track_process ${name} unknown weight option %v`,
    taken: `Weight already set for track process ${name} - ignoring %v`,
  };
  const weight = readFirstWeight(context, { settings: settings.every("weight"), kind });
  const [process, ...parameters] = commandOf(context, settings);
  if (process === undefined) {
    tell(context, closeOf(directive), {
      code: "missing-keyword",
      severity: "error",
      message: `the vrrp_track_process ${name} says no process, so it is left out`,
      help: "add process NAME",
      texts: [`track process '${name}' process name not specified`],
    });
    return undefined;
  }
  return {
    name,
    at: sourceLine(context, placeOf(directive)),
    process,
    parameters,
    match: matchOf(settings, parameters),
    ...weight,
    ...readQuorum(context, settings),
    terminateDelay: delayOf(settings, "terminate_delay"),
    forkDelay: delayOf(settings, "fork_delay"),
    fullCommand: settings.has("full_command"),
  };
}

/**
 * The fewest and the most processes. keepalived takes line after line, and a line that would put the most below the
 * fewest is left out; but `quorum_max 0` wants no process at all where nobody asks for more than one.
 */
function readQuorum(context: BindContext, settings: Settings): Pick<TrackProcess, "quorum" | "quorumMax"> {
  let quorum = 1;
  let quorumMax: number | undefined;
  const lines = [...settings.every("quorum"), ...settings.every("quorum_max")].sort(
    (a, b) => placeOf(a.directive).start - placeOf(b.directive).start,
  );
  for (const { keyword, directive, value } of lines) {
    if (value?.kind !== "number") continue;
    const number = value.value;
    if (keyword.name === "quorum") {
      if (number <= (quorumMax ?? number)) quorum = number;
      else tellOrder(context, directive, "Quorum is greater than quorum_max - ignoring");
    } else if (number === 0 && quorum <= 1) {
      quorumMax = 0;
      quorum = 0;
    } else if (number >= quorum) {
      quorumMax = number;
      quorum = Math.max(quorum, 1);
    } else tellOrder(context, directive, "quorum_max is less than quorum - ignoring");
  }
  return { quorum, ...(quorumMax === undefined ? {} : { quorumMax }) };
}

function tellOrder(context: BindContext, directive: Directive, text: string): void {
  tell(context, placeOf(directive), {
    code: "quorum-above-most",
    severity: "error",
    message: "quorum_max would be below quorum, so this line has no effect",
    help: "write a quorum_max that is not below the quorum",
    texts: [text],
  });
}

/** `process NAME [PARAMETER ...]`, the words as they stand on the line: quotes hold one word together. */
function commandOf(context: BindContext, settings: Settings): readonly string[] {
  const [setting] = settings.every("process");
  firstOf(context, {
    settings: settings.every("process"),
    text: `Process already set for track process ${context.owner} - ignoring %v`,
  });
  return (setting?.words ?? []).map(({ text }) => text);
}

function matchOf(settings: Settings, parameters: readonly string[]): TrackProcess["match"] {
  const setting = settings.last("param_match");
  if (!setting) return parameters.length > 0 ? "exact" : "any";
  const written = setting.words[0]?.text;
  return written === "initial" || written === "partial" ? written : "exact";
}

/** `delay` sets both delays; the later line counts. */
function delayOf(settings: Settings, name: "terminate_delay" | "fork_delay"): Duration {
  return durationOf(settings.lastOf(name, "delay")) ?? microseconds(0);
}
