import { type Duration, microseconds } from "../../base/time.ts";
import { commandWords } from "../command-words.ts";
import type { TrackProcess } from "../model/tracking.ts";
import type { Directive } from "../tree.ts";
import { type BindContext, closeOf, placeOf, sourceLine, tell } from "./context.ts";
import { durationOf } from "./fields.ts";
import { firstOf } from "./first-of.ts";
import { readBlock, type Settings } from "./settings.ts";
import { readWeight } from "./weight.ts";

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
  };
  const weight = readWeight(context, { setting: settings.last("weight"), kind });
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
  const quorumMax = settings.number("quorum_max");
  return {
    name,
    at: sourceLine(context, placeOf(directive)),
    process,
    parameters,
    match: matchOf(settings, parameters),
    ...weight,
    quorum: settings.number("quorum") ?? 1,
    ...(quorumMax === undefined ? {} : { quorumMax }),
    terminateDelay: delayOf(settings, "terminate_delay"),
    forkDelay: delayOf(settings, "fork_delay"),
    fullCommand: settings.has("full_command"),
  };
}

/** `process NAME [PARAMETER ...]`, by the quoting rules of commands. */
function commandOf(context: BindContext, settings: Settings): readonly string[] {
  const [setting] = settings.every("process");
  firstOf(context, {
    settings: settings.every("process"),
    text: `Process already set for track process ${context.owner} - ignoring %v`,
  });
  const [first, last] = [setting?.words[0], setting?.words[setting.words.length - 1]];
  if (!first || !last) return [];
  const words = commandWords(context.expanded.text.slice(first.start, last.end));
  return words.kind === "open-quote" ? [] : words.words;
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
