import { inSeconds } from "../../base/time.ts";
import type { Config } from "../../conf/model/config.ts";
import type { ScriptCommand } from "../../conf/model/global-definitions.ts";
import type { SyncGroup } from "../../conf/model/tracking.ts";
import type { Tracked, VrrpInstance, VrrpNotify } from "../../conf/model/vrrp-instance.ts";
import type { VrrpStatus } from "../vrrp-status.ts";
import { scriptEntryText } from "./entry-text.ts";

type TrackerList = "trackScripts" | "trackFiles" | "trackProcesses";

/** What an instance tracks, and who is told of it. */
export function notificationText(instance: VrrpInstance, { global, syncGroups }: Config): readonly string[] {
  const group = syncGroups.find(({ members }) => members.includes(instance.name));
  const priorities = instance.notifyPriorityChanges ?? group?.notifyPriorityChanges;
  return [
    ...trackedText(instance),
    `   Using smtp notification = ${instance.smtpAlert ? "yes" : "no"}`,
    `   Notify deleted = ${instance.notify.deleted === undefined ? "Fault" : "Deleted"}`,
    ...commandsText(instance.notify, global.scriptUser?.user),
    `   Notify priority changes = ${priorities ?? global.defaults.notifyPriorityChanges}`,
  ];
}

/** The same of a sync group. */
export function groupNotificationText(group: SyncGroup, { global }: Config): readonly string[] {
  const { notifyPriorityChanges: priorities } = group;
  return [
    `   Using smtp notification = ${group.smtpAlert ? "yes" : "no"}`,
    ...(priorities === undefined ? [] : [`   Notify priority changes = ${priorities ? "yes" : "no"}`]),
    ...trackedText(group),
    ...commandsText(group.notify, global.scriptUser?.user),
  ];
}

function trackedText(
  tracker: Pick<
    SyncGroup,
    "trackInterfaces" | "trackScripts" | "trackFiles" | "trackProcesses" | "trackBfds"
  >,
): readonly string[] {
  const section = (what: string, tracked: readonly Tracked[], comma = "") =>
    tracked.length === 0
      ? []
      : [
          `   Tracked ${what} :`,
          ...tracked.map(
            ({ name, weight, reverse }) =>
              `     ${name}${comma} weight ${weight}${reverse ? " reverse" : ""}`,
          ),
        ];
  return [
    ...section("interfaces", tracker.trackInterfaces),
    ...section("scripts", tracker.trackScripts),
    ...section("files", tracker.trackFiles, ","),
    ...section("processes", tracker.trackProcesses, ","),
    ...section("BFDs", tracker.trackBfds),
  ];
}

function commandsText(notify: VrrpNotify, defaultUser: string | undefined): readonly string[] {
  const { backup, master, fault, stop, any: every, deleted, masterHeardLower } = notify;
  const commands: readonly (readonly [string, ScriptCommand | "written" | undefined])[] = [
    ["Backup state transition", backup],
    ["Master state transition", master],
    ["Fault state transition", fault],
    ["Stop state transition", stop],
    ["Deleted state transition", deleted],
    ["Generic state transition", every],
    ["Master rx lower pri state transition", masterHeardLower],
  ];
  return commands.flatMap(([name, command]) => {
    if (command === undefined || command === "written") return [];
    const user = command.user?.user ?? defaultUser;
    return [`   ${name} script = ${scriptEntryText(command)}${user === undefined ? "" : `, user ${user}`}`];
  });
}

/** The sections about scripts, files and processes that are tracked. */
export function trackingText(config: Config, status: VrrpStatus): readonly string[] {
  return [...scriptsText(config, status), ...filesText(config, status), ...processesText(config, status)];
}

function scriptsText(config: Config, { scripts }: VrrpStatus): readonly string[] {
  if (config.vrrpScripts.length === 0) return [];
  const standings = new Map(scripts.map(({ name, standing }) => [name, standing]));
  const words = { up: "GOOD", down: "BAD", unknown: "INIT", assumed: "INIT/RELOAD" } as const;
  return [
    "------< VRRP Scripts >------",
    ...config.vrrpScripts.flatMap((script) => [
      ` VRRP Script = ${script.name}`,
      `   Command = ${scriptEntryText(script.command)}`,
      `   Interval = ${inSeconds(script.interval)} sec`,
      `   Timeout = ${inSeconds(script.timeout)} sec`,
      `   Weight = ${script.weight}`,
      `   Rise = ${script.rise}`,
      `   Fall = ${script.fall}`,
      `   Init state = ${script.initFail ? "failed" : "unknown"}`,
      `   Status = ${words[standings.get(script.name) ?? "unknown"]}`,
      ...followersText(config, { list: "trackScripts", name: script.name }),
    ]),
  ];
}

function filesText(config: Config, { trackers }: VrrpStatus): readonly string[] {
  if (config.trackFiles.length === 0) return [];
  const values = new Map(trackers?.files.map(({ name, value }) => [name, value]));
  return [
    "------< VRRP Track files >------",
    ...config.trackFiles.flatMap((file) => [
      ` Track file = ${file.name}`,
      `   File = ${file.path}`,
      `   Status = ${values.get(file.name) ?? 0}`,
      `   Weight = ${file.weight}${file.reverse ? " reverse" : ""}`,
      ...followersText(config, { list: "trackFiles", name: file.name }),
    ]),
  ];
}

function processesText(config: Config, { trackers }: VrrpStatus): readonly string[] {
  if (config.trackProcesses.length === 0) return [];
  const standings = new Map(trackers?.processes.map(({ name, standing }) => [name, standing]));
  return [
    "------< VRRP Track processes >------",
    ...config.trackProcesses.flatMap((block) => [
      ` VRRP Track process = ${block.name}`,
      `   Process = ${[block.process, ...block.parameters].join(" ")}`,
      `   Min processes = ${block.quorum}`,
      ...(block.quorumMax === undefined ? [] : [`   Max processes = ${block.quorumMax}`]),
      `   Have quorum = ${standings.get(block.name) === "up"}`,
      `   Weight = ${block.weight}${block.reverse ? " reverse" : ""}`,
      `   Terminate delay = ${inSeconds(block.terminateDelay).toFixed(6)}s`,
      `   Fork delay = ${inSeconds(block.forkDelay).toFixed(6)}s`,
      `   Full command = ${block.fullCommand}`,
      ...followersText(config, { list: "trackProcesses", name: block.name }),
    ]),
  ];
}

function followersText(
  { vrrpInstances }: Config,
  of: { readonly list: TrackerList; readonly name: string },
): readonly string[] {
  const lines = vrrpInstances.flatMap((instance) =>
    instance[of.list]
      .filter(({ name }) => name === of.name)
      .map(({ weight }) => `     ${instance.name}, weight ${weight}`),
  );
  return lines.length === 0 ? [] : ["   Tracking instances :", ...lines];
}
