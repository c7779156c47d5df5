import type { GarpGroup, TrackGroup } from "../model/tracking.ts";
import type { Directive } from "../tree.ts";
import { type BindContext, placeOf, sourceLine, tell } from "./context.ts";
import { bindFields, duration, listed, text } from "./fields.ts";
import { entriesOf } from "./setting.ts";
import { readBlock } from "./settings.ts";

/** Binds one `track_group NAME { }`: the members that exist; undefined when none does. */
export function bindTrackGroup(
  outer: BindContext,
  from: { readonly directive: Directive; readonly instances: readonly string[] },
): TrackGroup | undefined {
  const { directive, instances } = from;
  const name = directive.words[1]?.text ?? "";
  const context = { ...outer, owner: name };
  const settings = readBlock(context, { block: directive.block, path: "track_group" });
  const words = settings.every("group").flatMap((setting) => entriesOf(setting).flat());
  const members = words.map((word) => word.text);
  for (const word of words) {
    const member = word.text;
    if (instances.includes(member)) continue;
    tell(context, word, {
      code: "unknown-track-member",
      severity: "error",
      message: `no vrrp_instance is called ${member}, so the track_group ${name} goes without it`,
      help: "correct the name",
      texts: [`vrrp instance ${member} specified in track group ${name} doesn't exist - ignoring`],
      stage: "vrrp-end",
    });
  }
  const known = members.filter((member) => instances.includes(member));
  if (known.length > 0) return { name, at: sourceLine(context, placeOf(directive)), members: known };
  tell(context, placeOf(directive), {
    code: "empty-track-group",
    severity: "error",
    message: `the track_group ${name} has no instance, so it is left out`,
    help: "add group { INSTANCE }",
    texts: [
      members.length === 0
        ? `Static track group ${name} has no virtual router(s)`
        : `Static track group ${name} has no VRRP instance(s)`,
    ],
    stage: "vrrp-end",
  });
  return undefined;
}

const GARP_FIELDS = {
  garpInterval: duration("garp_interval"),
  neighbourInterval: duration("gna_interval"),
  one: text("interface"),
  several: listed("interfaces"),
};

/** Binds one `garp_group { }`. */
export function bindGarpGroup(context: BindContext, directive: Directive): GarpGroup {
  const settings = readBlock(context, { block: directive.block, path: "garp_group" });
  const { one, several, ...intervals } = bindFields({ settings, context }, GARP_FIELDS);
  return {
    at: sourceLine(context, placeOf(directive)),
    ...intervals,
    interfaces: [...(one === undefined ? [] : [one]), ...several],
  };
}
