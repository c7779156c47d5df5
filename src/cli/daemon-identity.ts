import { mkdirSync, rmdirSync } from "node:fs";
import { dirname } from "node:path";
import type { Config } from "../conf/model/config.ts";
import type { DaemonName, ProcessKind } from "../linux/journal-identifier.ts";
import type { DaemonOptions } from "./daemon-options.ts";

/** Where a process writes its id, by what it is. */
export type PidFileNames = Readonly<Record<ProcessKind, string>>;

const PID_ROOT = "/run/";

const NAMES: PidFileNames = { parent: "keepalived", vrrp: "vrrp", checkers: "checkers", bfd: "bfd" };

/** What tells this daemon from others. `-s` counts before `net_namespace`. */
export function daemonName({ daemon }: Pick<Config, "daemon">, options: DaemonOptions): DaemonName {
  const namespace = options.namespace ?? daemon.networkNamespace;
  const { instance } = daemon;
  return {
    ...(namespace === undefined ? {} : { namespace }),
    ...(instance === undefined ? {} : { instance }),
  };
}

/**
 * keepalived's pid files: in /run, or in /run/keepalived when there may be several daemons (`use_pid_dir`, `instance`), and
 * there in a folder for each network namespace. The command line overrides them.
 */
export function pidFileNames(config: Pick<Config, "daemon">, options: DaemonOptions): PidFileNames {
  const { namespace, instance } = daemonName(config, options);
  const many = config.daemon.ownPidDirectory || instance !== undefined || namespace !== undefined;
  const folder = `${PID_ROOT}${many ? "keepalived/" : ""}${namespace === undefined ? "" : `${namespace}/`}`;
  const suffix = instance === undefined ? "" : `_${instance}`;
  const file = (kind: ProcessKind) => `${folder}${NAMES[kind]}${suffix}.pid`;
  return {
    parent: options.pidFile ?? file("parent"),
    vrrp: options.vrrpPidFile ?? file("vrrp"),
    checkers: options.checkersPidFile ?? file("checkers"),
    bfd: options.bfdPidFile ?? file("bfd"),
  };
}

/** Makes the folder of a pid file; one that cannot be made is told when the file is opened. */
export function makePidFolder(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  } catch {
    // `openPidFile` says what is missing.
  }
}

/** Removes the folders that only pid files stand in, when they are empty, as keepalived does at its end. */
export function removePidFolder(path: string): void {
  const own = `${PID_ROOT}keepalived`;
  const isOwn = (folder: string) => folder === own || folder.startsWith(`${own}/`);
  try {
    for (let folder = dirname(path); isOwn(folder); folder = dirname(folder)) rmdirSync(folder);
  } catch {
    // Other daemons have their files there.
  }
}

/** What `process_names` and the like call a process in ps; undefined when nothing does. */
export function processTitle(kind: ProcessKind, { global }: Pick<Config, "global">): string | undefined {
  const { ownNames, parentName, vrrp, checker, bfd } = global.processes;
  const inherited = parentName === DEFAULT_NAME ? undefined : parentName;
  if (kind === "parent") return inherited ?? (ownNames ? DEFAULT_NAME : undefined);
  const own = { vrrp, checkers: checker, bfd }[kind].name;
  // As keepalived calls them.
  const suffix = { vrrp: "vrrp", checkers: "lvs", bfd: "bfd" }[kind];
  return own ?? (ownNames ? `${DEFAULT_NAME}_${suffix}` : inherited);
}

const DEFAULT_NAME = "keepalived";

/** What a running daemon cannot change, and which of it another configuration would: by keyword. */
export function changesThatNeedRestart(running: Config, next: Config): readonly string[] {
  const fixed = ({ daemon, global }: Config) => ({
    net_namespace: daemon.networkNamespace,
    net_namespace_ipvs: daemon.forwardingNamespace,
    instance: daemon.instance,
    use_pid_dir: daemon.ownPidDirectory,
    process_names: global.processes.ownNames,
    process_name: global.processes.parentName,
    vrrp_process_name: global.processes.vrrp.name,
    checker_process_name: global.processes.checker.name,
    bfd_process_name: global.processes.bfd.name,
    tmp_config_directory: global.reload.temporaryDirectory,
    nftables: global.filter.table,
    disable_local_igmp: global.vrrp.disableLocalIgmp,
  });
  const before = fixed(running);
  const after = fixed(next);
  return (Object.keys(before) as (keyof typeof before)[]).filter((name) => before[name] !== after[name]);
}
