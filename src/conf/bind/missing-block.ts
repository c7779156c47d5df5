import type { Directive } from "../tree.ts";
import { type BindContext, placeOf, tell } from "./context.ts";

/**
 * What keepalived says of a block that never begins: of the line that follows, that it should have been a brace; where
 * none follows, what it says of an empty block of that kind.
 */
export function tellMissingBlock(context: BindContext, directive: Directive): void {
  const name = placeOf({ ...directive, words: directive.words.slice(0, 1) });
  const keyword = directive.words[0]?.text ?? "";
  const atEnd = context.expanded.text.slice(placeOf(directive).end).trim() === "";
  const text = atEnd ? ofEmptyBlock(directive) : "Missing '{' at beginning of configuration block";
  tell(context, name, {
    code: "missing-block",
    severity: "error",
    message: `${keyword} needs a block, but no { follows`,
    help: `write ${keyword} { ... }; the brace may stand on the same or on the next line`,
    ...(text === undefined ? {} : { texts: [text] }),
    // The checks at the end name no line.
    ...(atEnd ? { stage: keyword.startsWith("virtual_server") ? "checker-end" : "vrrp-end" } : {}),
  });
}

/** Undefined for the blocks that keepalived lets be empty. */
function ofEmptyBlock({ words }: Directive): string | undefined {
  const [keyword, first = "", second = "0"] = words.map(({ text }) => text);
  switch (keyword) {
    case "vrrp_instance":
      return `(${first}) the virtual router id must be set`;
    case "vrrp_script":
      return `No script set for vrrp_script ${first} - removing`;
    case "vrrp_sync_group":
      return `Sync group ${first} has no virtual router(s). removing`;
    case "vrrp_track_process":
      return `track process '${first}' process name not specified`;
    case "track_file":
    case "vrrp_track_file":
      return `No file set for track_file ${first} - ignoring`;
    case "bfd_instance":
      return `Configuration error: BFD instance ${first} has no neighbor address set, disabling instance`;
    case "garp_group":
      return "garp group 0 does not have any delay set - removing";
    case "virtual_server_group":
      return `virtual server group ${first} has no entries - removing`;
    case "virtual_server":
      return first === "group"
        ? undefined
        : `Virtual server ${serverName(first, second)} has no real servers - ignoring`;
    default:
      return undefined;
  }
}

function serverName(first: string, second: string): string {
  return first === "fwmark" ? `FWM ${second}` : `[${first}]:none:${second}`;
}
