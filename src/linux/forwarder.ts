import { existsSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { bpfDirectory } from "./bpf-filesystem.ts";
import { BpfUnavailable, unpin } from "./bpf-object.ts";
import { BpfTable } from "./bpf-table.ts";
import { programName } from "./director-maps.ts";
import { attachForwarder, detachForwarder } from "./forwarder-attachment.ts";

/**
 * The service table of this network namespace, which any number of processes may open. It attaches itself to the
 * interfaces when the first service comes.
 * @throws {BpfUnavailable} when no BPF file system can be had.
 */
export function openForwarder(): BpfTable {
  return new BpfTable({ folder: folder(), attach: (program) => attachForwarder(program) });
}

/** Attaches the forwarder to interfaces that appeared after the first service; nothing when it is not loaded. */
export function attachInterfaces(names: readonly string[]): void {
  const program = join(folder(), programName);
  if (existsSync(program)) attachForwarder(program, names);
}

/** Takes the forwarder off every interface and forgets its services, sessions and counters. */
export function unloadForwarder(): void {
  const pins = folder();
  detachForwarder();
  unpin(pins);
  rmdirSync(pins);
}

/** Why this host cannot run the forwarder, with the way out; undefined when it can. It leaves the data path loaded. */
export function forwarderObstacle(): string | undefined {
  try {
    openForwarder().load();
    return undefined;
  } catch (error) {
    if (error instanceof BpfUnavailable || error instanceof Error) return error.message;
    throw error;
  }
}

function folder(): string {
  const directory = bpfDirectory();
  if (!directory.ok) throw new BpfUnavailable(directory.error);
  return directory.value;
}
