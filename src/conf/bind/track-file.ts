import type { TrackFile } from "../model/tracking.ts";
import type { Directive } from "../tree.ts";
import { type BindContext, closeOf, placeOf, sourceLine, tell } from "./context.ts";
import { firstOf } from "./first-of.ts";
import type { Setting } from "./setting.ts";
import { readBlock } from "./settings.ts";
import { readFirstWeight } from "./weight.ts";

const LIMIT = 254;

/** Binds one `track_file NAME { }` or `vrrp_track_file NAME { }`; undefined when it names no file. */
export function bindTrackFile(outer: BindContext, directive: Directive): TrackFile | undefined {
  const name = directive.words[1]?.text ?? "";
  const context = { ...outer, owner: name };
  const path = directive.words[0]?.text ?? "track_file";
  const settings = readBlock(context, { block: directive.block, path });
  const file = firstOf(context, {
    settings: settings.every("file"),
    text: `File already set for track file ${name} - ignoring %v`,
  });
  const kind = {
    limit: LIMIT,
    fallback: 1,
    refused: `Weight (%v) for track_file ${name} must be between [-${LIMIT}..${LIMIT}] inclusive. Ignoring...`,
    unknown: `track_file ${name} unknown weight option %v`,
    taken: `Weight already set for track file ${name} - ignoring %v`,
  };
  const weight = readFirstWeight(context, { settings: settings.every("weight"), kind });
  const initial = readInitial(context, settings.last("init_file"));
  if (file === undefined) {
    tell(context, closeOf(directive), {
      code: "missing-keyword",
      severity: "error",
      message: `the ${path} ${name} says no file, so it is left out`,
      help: "add file PATH",
      texts: [`No file set for track_file ${name} - ignoring`],
    });
    return undefined;
  }
  return {
    name,
    at: sourceLine(context, placeOf(directive)),
    path: file,
    ...weight,
    ...(initial ? { initial } : {}),
  };
}

/** `init_file [N] [overwrite]`, in any order. */
function readInitial(context: BindContext, setting: Setting | undefined): TrackFile["initial"] {
  if (!setting) return undefined;
  const initial = { value: 0, overwrite: false };
  for (const word of setting.words) {
    if (word.text === "overwrite") initial.overwrite = true;
    else if (/^[+-]?\d+$/.test(word.text) && Math.abs(Number(word.text)) < 2 ** 31)
      initial.value = Number(word.text);
    else {
      tell(context, word, {
        code: "unknown-track-option",
        severity: "error",
        message: `'${word.text}' after init_file is neither a number nor overwrite, so it is left out`,
        help: "write init_file, init_file N or init_file N overwrite",
        texts: /^[+-]?\d/.test(word.text)
          ? [
              `number '${word.text}' outside integer range`,
              `Track file ${context.owner} init value ${word.text} is invalid`,
            ]
          : [`Unknown track file init option ${word.text}`],
      });
    }
  }
  return initial;
}
