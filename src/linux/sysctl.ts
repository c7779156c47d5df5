import { readFileSync, writeFileSync } from "node:fs";
import { failed, ok, type Result } from "../base/result.ts";

/**
 * Kernel settings of this thread's network namespace. A name is a path below /proc/sys with slashes, such as
 * "net/ipv4/conf/eth0.10/arp_ignore": an interface's name may have dots in it.
 */
export function readSysctl(name: string): Result<string, string> {
  try {
    return ok(readFileSync(pathOf(name), "utf8").trim());
  } catch (error) {
    return failed(`Cannot read the kernel setting ${name}: ${reason(error)}`);
  }
}

/** Sets a kernel setting; see readSysctl. */
export function writeSysctl(name: string, value: string | number): Result<void, string> {
  try {
    writeFileSync(pathOf(name), `${value}\n`, { flag: "w" });
    return ok(undefined);
  } catch (error) {
    return failed(`Cannot set the kernel setting ${name} to ${value}: ${reason(error)}`);
  }
}

function pathOf(name: string): string {
  return `/proc/sys/${name}`;
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
