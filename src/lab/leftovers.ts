import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  namespaceInode,
  namespaceNames,
  namespacePath,
  processesIn,
  processesOf,
} from "./network-namespace.ts";
import { pinnedTablesOf } from "./pinned-tables.ts";

/** Every namespace and temporary folder of a lab is called `locum-<pid of its maker>-...`. */
const OURS = /^locum-(\d+)-/;

/** How the names of the lab of the process `pid` start. */
export function labPrefix(pid: number): string {
  return `locum-${pid}-`;
}

/** A namespace that was removed, and what else belonged to it. */
export interface RemovedNamespace {
  readonly name: string;
  readonly inode: number;
  /** Who lived in it at the end. */
  readonly processes: readonly number[];
  readonly pinned: readonly string[];
}

/**
 * Kills what still runs in the given namespaces and removes them with the tables pinned for them; those that do not
 * exist are passed over. Synchronous, because it must also work in an `exit` handler.
 */
export function removeNamespaces(names: readonly string[]): readonly RemovedNamespace[] {
  const removed: RemovedNamespace[] = [];
  for (const name of names) {
    const inode = namespaceInode(name);
    if (inode === undefined) continue;
    const processes = killAll(name);
    const pinned = pinnedTablesOf(name);
    for (const path of pinned) rmSync(path, { recursive: true, force: true });
    removed.push({ name, inode, processes, pinned });
  }
  // One by one, so that one that cannot be removed does not keep the others; `remainsOf` tells of it.
  for (const { name } of removed) spawnSync("ip", ["netns", "del", name], { stdio: "ignore" });
  return removed;
}

/** What is still there of namespaces that were removed, in words; empty when nothing is. */
export function remainsOf(removed: readonly RemovedNamespace[]): readonly string[] {
  return removed.flatMap(({ name, inode, processes, pinned }) => [
    ...(existsSync(namespacePath(name)) ? [`the namespace ${name}`] : []),
    // The kernel gives a free inode number to the next namespace, so a look for the number alone is not enough.
    ...processesOf(inode)
      .filter((pid) => processes.includes(pid))
      .map((pid) => `process ${pid} in the namespace ${name}`),
    ...pinned.filter((path) => existsSync(path)),
  ]);
}

/** Removes what labs left behind whose maker is no more (killed with SIGKILL, or a machine out of memory). */
export function removeLeftovers(): readonly string[] {
  const stale = namespaceNames().filter(isStale);
  removeNamespaces(stale);
  for (const folder of readdirSync(tmpdir()).filter(isStale)) {
    rmSync(join(tmpdir(), folder), { recursive: true, force: true });
  }
  return stale;
}

function isStale(name: string): boolean {
  const maker = OURS.exec(name)?.[1];
  return maker !== undefined && !existsSync(`/proc/${maker}`);
}

/**
 * Kills everything in a namespace, round after round, because a process may fork between the look and the blow.
 * Returns whom it found.
 */
function killAll(name: string): readonly number[] {
  const found = new Set<number>();
  for (let round = 0; round < 100; round++) {
    const pids = processesIn(name);
    if (pids.length === 0) break;
    for (const pid of pids) {
      found.add(pid);
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It ended by itself.
      }
    }
    pause(10);
  }
  return [...found];
}

/** Stops this whole process for some milliseconds: in an `exit` handler nothing asynchronous runs any more. */
function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
