import { readdirSync, readFileSync } from "node:fs";
import type { Socket } from "dgram-extra";
import type { ReceiveBuffer } from "../conf/model/process-definitions.ts";
import type { TrackProcess } from "../conf/model/tracking.ts";
import { matchesProcess, type RunningProcess, usesCommandLine } from "../director/tracked-process.ts";
import type { ProcessCount } from "../director/tracker-standings.ts";
import { openProcessEvents, type ProcessEvent } from "./process-events.ts";

/** How often /proc is looked through where the kernel tells nothing. */
const POLL_MS = 1_000;

/** The namespace of the first process of the machine, which is the one that has news of processes. */
const FIRST_NAMESPACE = "/proc/1/ns/net";

/** What TrackedProcesses tells. */
export interface TrackedProcessesListener {
  readonly changed: (count: ProcessCount) => void;
  readonly trouble: (about: string, message: string) => void;
}

/** Counts the processes that `vrrp_track_process` blocks match, by the kernel's process connector or else by looking. */
export class TrackedProcesses {
  readonly #listener: TrackedProcessesListener;
  #blocks: readonly TrackProcess[] = [];
  /** The processes that each block counts. */
  #members = new Map<string, Set<number>>();
  #socket: Socket | undefined;
  #poll: NodeJS.Timeout | undefined;

  constructor(listener: TrackedProcessesListener) {
    this.#listener = listener;
  }

  /** Takes the blocks of a configuration and counts. `process_monitor_rcv_bufs` counts where the socket is opened. */
  follow(blocks: readonly TrackProcess[], buffer: ReceiveBuffer): readonly ProcessCount[] {
    this.#blocks = blocks;
    if (blocks.length === 0) {
      this.close();
      return [];
    }
    // First listen, then look: what begins in between is told.
    if (this.#socket === undefined && this.#poll === undefined) this.#listen(buffer);
    this.#members = this.#lookAround();
    return this.#counts();
  }

  /** Nothing is told after it. */
  close(): void {
    this.#socket?.close();
    this.#socket = undefined;
    clearInterval(this.#poll);
    this.#poll = undefined;
    this.#members.clear();
  }

  #listen({ bytes }: ReceiveBuffer): void {
    const refusals: string[] = [];
    for (const namespace of [undefined, FIRST_NAMESPACE]) {
      try {
        this.#socket = openProcessEvents({
          onEvent: (event) => this.#take(event),
          onError: (message) => this.#listener.trouble("process events", message),
          ...(bytes === undefined ? {} : { receiveBuffer: bytes }),
          ...(namespace === undefined ? {} : { namespace }),
        });
        return;
      } catch (error) {
        refusals.push(error instanceof Error ? error.message : String(error));
      }
    }
    this.#listener.trouble(
      "process events",
      `the kernel does not tell of processes (${refusals.join("; ")}), so /proc is looked through every second instead`,
    );
    this.#poll = setInterval(() => this.#rescan(), POLL_MS).unref();
  }

  #take(event: ProcessEvent): void {
    switch (event.kind) {
      case "overrun":
        this.#listener.trouble(
          "process events",
          "the kernel's news of processes came too fast and some were lost; looking through /proc again (process_monitor_rcv_bufs makes more room)",
        );
        this.#rescan();
        return;
      case "fork":
        // Until it runs another program it counts as its parent.
        for (const { name } of this.#blocks) {
          if (this.#of(name).has(event.parent)) this.#set(name, { pid: event.pid, member: true });
        }
        return;
      case "exit":
        for (const { name } of this.#blocks) this.#set(name, { pid: event.pid, member: false });
        return;
      case "exec":
      case "renamed":
        this.#lookAt(event.pid, event.kind);
        return;
    }
  }

  #lookAt(pid: number, kind: "exec" | "renamed"): void {
    const running = readProcess(pid, this.#blocks);
    if (running === undefined) return;
    for (const block of this.#blocks) {
      if (kind === "renamed" && usesCommandLine(block)) continue;
      this.#set(block.name, { pid, member: matchesProcess(block, running), byExec: kind === "exec" });
    }
  }

  #set(name: string, change: { pid: number; member: boolean; byExec?: boolean }): void {
    const { pid, member, byExec = false } = change;
    const members = this.#of(name);
    if (members.has(pid) === member) return;
    if (member) members.add(pid);
    else members.delete(pid);
    this.#listener.changed({ name, count: members.size, ...(byExec && member ? { byExec } : {}) });
  }

  #of(name: string): Set<number> {
    const members = this.#members.get(name) ?? new Set();
    this.#members.set(name, members);
    return members;
  }

  #rescan(): void {
    const before = this.#members;
    this.#members = this.#lookAround();
    for (const count of this.#counts()) {
      if (before.get(count.name)?.size !== count.count) this.#listener.changed(count);
    }
  }

  #counts(): readonly ProcessCount[] {
    return this.#blocks.map(({ name }) => ({ name, count: this.#of(name).size }));
  }

  #lookAround(): Map<string, Set<number>> {
    const members = new Map(this.#blocks.map(({ name }) => [name, new Set<number>()]));
    for (const entry of readdirSync("/proc")) {
      if (!/^\d+$/.test(entry)) continue;
      const pid = Number(entry);
      const running = readProcess(pid, this.#blocks);
      if (running === undefined) continue;
      for (const block of this.#blocks) if (matchesProcess(block, running)) members.get(block.name)?.add(pid);
    }
    return members;
  }
}

/** A process, as far as the blocks want to know it; undefined when it is gone, or a zombie. */
function readProcess(pid: number, blocks: readonly TrackProcess[]): RunningProcess | undefined {
  try {
    // 12 (a name) S 1 ...: the name may hold anything, brackets too.
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const end = stat.lastIndexOf(")");
    if (stat[end + 2] === "Z") return undefined;
    const comm = Buffer.from(stat.slice(stat.indexOf("(") + 1, end), "latin1").toString();
    // Reading the command line may bring a process back from swap.
    const commandLine = blocks.some(usesCommandLine) ? readFileSync(`/proc/${pid}/cmdline`, "utf8") : "";
    return { comm, commandLine };
  } catch {
    return undefined;
  }
}
