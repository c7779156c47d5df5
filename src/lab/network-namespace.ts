import { spawnSync } from "node:child_process";
import { readdirSync, readlinkSync, statSync } from "node:fs";
import { LabError } from "./lab-error.ts";

/** Where iproute2 keeps the names of network namespaces (ip-netns(8)). */
const NAMES = "/run/netns";

/** The path that setns(2) and `nsenter --net=` take for the namespace called `name`. */
export function namespacePath(name: string): string {
  return `${NAMES}/${name}`;
}

/** The names of all network namespaces of this machine; empty when there is none. */
export function namespaceNames(): readonly string[] {
  try {
    return readdirSync(NAMES);
  } catch {
    return [];
  }
}

/** What the kernel tells a namespace by, for as long as it exists; undefined when there is none of that name. */
export function namespaceInode(name: string): number | undefined {
  try {
    return statSync(namespacePath(name)).ino;
  } catch {
    return undefined;
  }
}

/** The processes that live in the namespace called `name`; see `processesOf`. Empty when there is none. */
export function processesIn(name: string): readonly number[] {
  const inode = namespaceInode(name);
  return inode === undefined ? [] : processesOf(inode);
}

/**
 * The processes that live in the namespace with that inode, save this one. A process belongs to the namespace of its
 * main thread (/proc/PID/ns/net, namespaces(7)).
 */
export function processesOf(inode: number): readonly number[] {
  const wanted = `net:[${inode}]`;
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry) && namespaceOf(entry) === wanted)
    .map(Number)
    .filter((pid) => pid !== process.pid);
}

function namespaceOf(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return undefined; // It ended between the listing and the look.
  }
}

/**
 * Runs lines of ip(8) in one process, inside the namespace `name` when one is given.
 * @throws {LabError} with ip's own words when a line is refused.
 */
export function ipBatch(lines: readonly string[], name?: string): void {
  const where = name === undefined ? [] : ["-n", name];
  const done = spawnSync("ip", [...where, "-batch", "-"], {
    input: `${lines.join("\n")}\n`,
    encoding: "utf8",
  });
  if (done.error !== undefined) {
    throw new LabError(`Cannot run ip(8): ${done.error.message}; install the package iproute2`);
  }
  if (done.status === 0) return;
  const [reason = ""] = done.stderr.trim().split("\n");
  // A mistake in the line itself ends ip(8) before it says which one it was.
  const position = /^Command failed -:(\d+)/m.exec(done.stderr)?.[1];
  const refused = position === undefined ? lines.join("; ") : lines[Number(position) - 1];
  const place = name === undefined ? "" : ` in the namespace ${name}`;
  throw new LabError(`Cannot do "ip ${refused}"${place}: ${reason}`);
}

/** The command line that runs `command` inside the namespace called `name`, leaving /sys as it is. */
export function inNamespace(name: string, command: readonly string[]): readonly [string, ...string[]] {
  return ["nsenter", `--net=${namespacePath(name)}`, ...command];
}
