import type { GlobalDefinitions } from "../model/global-definitions.ts";
import type { SyncGroup } from "../model/tracking.ts";
import type { VrrpInstance } from "../model/vrrp-instance.ts";
import type { Directive } from "../tree.ts";
import { type BindContext, closeOf, placeOf, sourceLine, tell } from "./context.ts";
import { bindNotify } from "./notify.ts";
import { entriesOf } from "./setting.ts";
import { readBlock, type Settings } from "./settings.ts";
import { readTrackList } from "./track-list.ts";
import { bindTracked, type Trackers } from "./tracked.ts";

/** What groups are bound against. */
export interface SyncGroupSurroundings {
  readonly directives: readonly Directive[];
  readonly instances: readonly VrrpInstance[];
  readonly trackers: Trackers;
  readonly global: GlobalDefinitions;
}

/** Binds the `vrrp_sync_group` blocks; a group without a member that exists is told and left out. */
export function bindSyncGroups(outer: BindContext, from: SyncGroupSurroundings): readonly SyncGroup[] {
  const groups: SyncGroup[] = [];
  const taken = new Map<string, string>();
  for (const directive of from.directives) {
    const name = directive.words[1]?.text ?? "";
    const context = { ...outer, owner: name };
    const settings = readBlock(context, { block: directive.block, path: "vrrp_sync_group" });
    const words = settings.every("group").flatMap((setting) => entriesOf(setting).flat());
    if (words.length === 0) {
      tellNoMember(context, { directive, written: settings.last("group")?.directive });
      continue;
    }
    const members: string[] = [];
    for (const word of words) {
      const problem = memberProblem(word.text, { instances: from.instances, taken, group: name });
      if (problem) tell(context, word, { ...problem, severity: "error", stage: "vrrp-end" });
      else {
        members.push(word.text);
        taken.set(word.text, name);
      }
    }
    if (members.length > 0) {
      groups.push({
        name,
        at: sourceLine(context, placeOf(directive)),
        members,
        ...bindRest(context, settings, from),
      });
    }
    if (members.length > 1) continue;
    tellEnd(context, directive, {
      code: "small-sync-group",
      message:
        members.length === 1
          ? `the vrrp_sync_group ${name} has only the member ${members[0]}, so there is nothing to keep in step`
          : `none of the members of the vrrp_sync_group ${name} can be used, so it is removed`,
      help: "name two or more existing instances, or remove the group",
      text:
        members.length === 1
          ? `Sync group ${name} has only 1 virtual router(s) - this probably isn't what you want`
          : `Sync group ${name}, no matching virtual router found in group declaration - removing`,
    });
  }
  return groups;
}

function bindRest(
  context: BindContext,
  settings: Settings,
  { trackers, global }: SyncGroupSurroundings,
): Omit<SyncGroup, "name" | "at" | "members"> {
  const tracked = (list: "scripts" | "files" | "processes" | "bfds") =>
    bindTracked(context, { settings, trackers, list });
  const interfaces = readTrackList(context, {
    settings: settings.every("track_interface"),
    kind: { keyword: "track_interface", limit: 253 },
  });
  const priorityChanges = settings.flag("notify_priority_changes");
  return {
    trackInterfaces: interfaces.map(({ name, weight = 0, reverse = false }) => ({ name, weight, reverse })),
    trackScripts: tracked("scripts"),
    trackFiles: tracked("files"),
    trackProcesses: tracked("processes"),
    trackBfds: tracked("bfds"),
    notify: bindNotify({ settings, context }),
    smtpAlert: settings.flag("smtp_alert") ?? global.smtpAlertVrrp ?? false,
    trackingWeight: settings.lastOf("sync_group_tracking_weight", "global_tracking") !== undefined,
    ...(priorityChanges === undefined ? {} : { notifyPriorityChanges: priorityChanges }),
  };
}

/** keepalived adds to an empty list that the group is removed; one finding is enough. */
function tellNoMember(
  context: BindContext,
  group: { readonly directive: Directive; readonly written: Directive | undefined },
): void {
  const { directive, written } = group;
  const name = context.owner;
  tell(context, closeOf(written ?? directive), {
    code: "empty-sync-group",
    severity: "warning",
    message: `the vrrp_sync_group ${name} has no members, so it is removed`,
    help: "add group { INSTANCE INSTANCE }",
    ...(written
      ? { texts: [`Warning - sync group ${name} has empty group block`] }
      : { texts: [`Sync group ${name} has no virtual router(s). removing`], stage: "vrrp-end" }),
  });
}

function memberProblem(
  member: string,
  from: {
    readonly instances: readonly VrrpInstance[];
    readonly taken: ReadonlyMap<string, string>;
    readonly group: string;
  },
):
  | {
      readonly code: string;
      readonly message: string;
      readonly help: string;
      readonly texts: readonly string[];
    }
  | undefined {
  const { instances, taken, group } = from;
  if (!instances.some((instance) => instance.name === member)) {
    return {
      code: "unknown-sync-member",
      message: `no vrrp_instance is called ${member}; there ${instances.length === 1 ? "is" : "are"} ${instances.map((each) => each.name).join(", ") || "none"}`,
      help: "correct the name",
      texts: [`Virtual router ${member} specified in sync group ${group} doesn't exist - ignoring`],
    };
  }
  const other = taken.get(member);
  if (other === undefined) return undefined;
  return {
    code: "sync-member-twice",
    message: `${member} is already in the group ${other}; an instance can be in one group only`,
    help: "remove it from one of the groups",
    texts: [`Virtual router ${member} cannot exist in more than one sync group; ignoring ${group}`],
  };
}

function tellEnd(
  context: BindContext,
  directive: Directive,
  finding: { readonly code: string; readonly message: string; readonly help: string; readonly text: string },
): void {
  const { code, message, help, text } = finding;
  tell(context, closeOf(directive), {
    code,
    severity: "warning",
    message,
    help,
    texts: [text],
    stage: "vrrp-end",
  });
}
