import { existsSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ipBatch, namespaceNames, namespacePath, processesIn } from "./network-namespace.ts";
import { removePinnedTables } from "./pinned-tables.ts";

/** Every namespace and temporary folder of a lab is called `locum-<pid of its maker>-...`. */
const OURS = /^locum-(\d+)-/;

/** How the names of the lab of the process `pid` start. */
export function labPrefix(pid: number): string {
  return `locum-${pid}-`;
}

/**
 * Kills what still runs in the given namespaces and removes them; those that do not exist are passed over.
 * Synchronous, because it must also work in an `exit` handler.
 */
export function removeNamespaces(names: readonly string[]): void {
  const present = names.filter((name) => existsSync(namespacePath(name)));
  for (const name of present) {
    killAll(name);
    removePinnedTables(name);
  }
  if (present.length > 0) ipBatch(present.map((name) => `netns del ${name}`));
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

/** What is still there of the lab of the process `pid`, in words; empty when it left nothing. */
export function leftBehind(pid: number): readonly string[] {
  const prefix = labPrefix(pid);
  return [
    ...namespaceNames()
      .filter((name) => name.startsWith(prefix))
      .map((name) => `the namespace ${name}`),
    ...readdirSync(tmpdir())
      .filter((name) => name.startsWith(prefix))
      .map((name) => `the folder ${join(tmpdir(), name)}`),
  ];
}

function isStale(name: string): boolean {
  const maker = OURS.exec(name)?.[1];
  return maker !== undefined && !existsSync(`/proc/${maker}`);
}

/** Twice, because a process may fork between the look and the blow; the second look finds the child. */
function killAll(name: string): void {
  for (let round = 0; round < 10; round++) {
    const pids = processesIn(name);
    if (pids.length === 0) return;
    for (const pid of pids) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It ended by itself.
      }
    }
    pause(10);
  }
}

/** Stops this whole process for some milliseconds: in an `exit` handler nothing asynchronous runs any more. */
function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
