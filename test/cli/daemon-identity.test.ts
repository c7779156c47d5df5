import { expect, it } from "vitest";
import { changesThatNeedRestart, pidFileNames, processTitle } from "../../src/cli/daemon-identity.ts";
import { type DaemonOptions, parseDaemonOptions } from "../../src/cli/daemon-options.ts";
import { load } from "../conf/configuration.ts";

function options(...words: string[]): DaemonOptions {
  const parsed = parseDaemonOptions(words);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

const config = (text: string) => load(text).config;

it("pid files stand in /run, and in a folder when there may be several daemons", () => {
  const parent = (text: string, ...words: string[]) => pidFileNames(config(text), options(...words)).parent;
  expect(pidFileNames(config(""), options())).toEqual({
    parent: "/run/keepalived.pid",
    vrrp: "/run/vrrp.pid",
    checkers: "/run/checkers.pid",
    bfd: "/run/bfd.pid",
  });
  expect(parent("use_pid_dir\n")).toBe("/run/keepalived/keepalived.pid");
  expect(parent("instance one\n")).toBe("/run/keepalived/keepalived_one.pid");
  expect(parent("net_namespace red\n")).toBe("/run/keepalived/red/keepalived.pid");
  expect(parent("net_namespace red\n", "-s", "blue")).toBe("/run/keepalived/blue/keepalived.pid");
  expect(parent("instance one\n", "-p", "/x.pid")).toBe("/x.pid");
});

it("processes are called as process_names and its relatives say", () => {
  const title = (kind: "parent" | "vrrp" | "checkers", text: string) =>
    processTitle(kind, config(`global_defs {\n${text}\n}\n`));
  expect(title("vrrp", "router_id x")).toBeUndefined();
  expect(title("parent", "process_names")).toBe("keepalived");
  expect(title("checkers", "process_names")).toBe("keepalived_lvs");
  expect(title("vrrp", "process_name mine")).toBe("mine");
  expect(title("vrrp", "process_name mine\nvrrp_process_name own")).toBe("own");
});

it("names what a reload cannot change", () => {
  const before = config("instance one\nglobal_defs {\n  process_names\n}\n");
  expect(changesThatNeedRestart(before, before)).toEqual([]);
  expect(changesThatNeedRestart(before, config("net_namespace red\n"))).toEqual([
    "net_namespace",
    "instance",
    "process_names",
  ]);
});
