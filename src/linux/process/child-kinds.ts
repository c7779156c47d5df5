import type { Config } from "../../conf/model/config.ts";
import type { ChildKind } from "./messages.ts";

/** What the log calls the processes, in keepalived's words. */
export const PROCESS_TITLES: Readonly<Record<ChildKind, string>> = {
  vrrp: "VRRP",
  checkers: "Healthcheck",
  bfd: "BFD",
};

const WORK: Readonly<Record<ChildKind, (config: Config) => boolean>> = {
  vrrp: ({ vrrpInstances }) => vrrpInstances.length > 0,
  checkers: ({ virtualServers }) => virtualServers.length > 0,
  bfd: ({ bfdInstances }) => bfdInstances.length > 0,
};

/** Whether a configuration has something for this process to do. */
export function hasWork(kind: ChildKind, config: Config): boolean {
  return WORK[kind](config);
}
