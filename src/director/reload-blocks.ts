import type { Config } from "../conf/model/config.ts";
import type { DaemonDefinitions, LinkDelay, PolledInterface } from "../conf/model/daemon-definitions.ts";
import {
  change,
  differences,
  durationText,
  keywordOf,
  list,
  plainText,
  type SettingChange,
  same,
  type Words,
} from "./reload-settings.ts";

/** The keywords of the top level. */
const DAEMON: Words<DaemonDefinitions> = {
  networkNamespace: { name: "net_namespace" },
  forwardingNamespace: { name: "net_namespace_ipvs" },
  namespaceWithIpsets: { name: "namespace_with_ipsets" },
  ownPidDirectory: { name: "use_pid_dir" },
  childWaitTime: { name: "child_wait_time", text: durationText },
  pollEveryLink: { name: "linkbeat_use_polling" },
  polledInterfaces: {
    name: "linkbeat_interfaces",
    text: list(({ name, method }: PolledInterface) =>
      method === "any" ? name : `${name} ${method.toUpperCase()}`,
    ),
  },
  linkDelays: {
    name: "interface_up_down_delays",
    text: list(
      ({ interface: name, down, up }: LinkDelay) =>
        `${name} (down after ${durationText(down)}, up after ${durationText(up)})`,
    ),
  },
};

/** How the blocks differ that have no lines of their own in a plan: groups, trackers, static routes and the like. */
export function blockDifferences(before: Config, after: Config): readonly SettingChange[] {
  const told: ReadonlySet<string> = new Set([
    "global",
    "vrrpInstances",
    "vrrpScripts",
    "virtualServers",
    "bfdInstances",
    "daemon",
  ]);
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])] as (keyof Config)[];
  return [
    ...differences(before.daemon, { after: after.daemon, words: DAEMON }),
    ...fields
      .filter((field) => !told.has(field))
      .flatMap((field) => fieldDifferences(keywordOf(field), { before: before[field], after: after[field] })),
  ];
}

function fieldDifferences(
  name: string,
  { before, after }: { readonly before: unknown; readonly after: unknown },
): readonly SettingChange[] {
  if (same(before, after)) return [];
  if (!Array.isArray(before) || !Array.isArray(after)) {
    return [change(name, { from: before, to: after, text: plainText })];
  }
  const [was, is] = [byName(before), byName(after)];
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((each) => {
    const [old, now] = [was.get(each), is.get(each)];
    if (same(old, now)) return [];
    const block = `${name.replace(/s$/, "")} ${each}`;
    if (old === undefined || now === undefined) {
      return [change(block, { from: old, to: now, text: () => "configured" })];
    }
    return differences(old, { after: now, words: {} }).map((setting) => ({
      ...setting,
      name: `${block} ${setting.name}`,
    }));
  });
}

/** Blocks by their names, those without by their places. */
function byName(blocks: readonly unknown[]): ReadonlyMap<string, object> {
  return new Map(
    blocks.map((block, at) => {
      const value = typeof block === "object" && block !== null ? block : { value: block };
      const named = "name" in value && typeof value.name === "string" ? value.name : `${at + 1}`;
      return [named, value];
    }),
  );
}
