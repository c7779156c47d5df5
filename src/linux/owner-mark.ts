import { readFileSync } from "node:fs";

/** The daemon that this process belongs to: its parent's id lives as long as the daemon, its own only until it crashes. */
const DAEMON = process.ppid;

/**
 * Says in a text that something in the kernel belongs to a daemon, `pid` being its first process. The time of its start
 * tells it from a later process of the same number.
 */
export function ownerMark(pid: number = DAEMON): string {
  return `pid=${pid} started=${startOf(pid) ?? 0}`;
}

/** The process id of another daemon that a text names as the owner, as long as it runs; undefined when there is none. */
export function otherOwner(text: string): number | undefined {
  const [, pid, started] = /\bpid=(\d+) started=(\d+)\b/.exec(text) ?? [];
  const owner = Number(pid);
  if (pid === undefined || owner === DAEMON) return undefined;
  return startOf(owner) === started ? owner : undefined;
}

/** When a process began, in the clock ticks of proc_pid_stat(5); undefined when it runs no more. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const [state, ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return state === "Z" || state === "X" ? undefined : fields[STARTED_AFTER_STATE];
  } catch {
    return undefined;
  }
}

/** Field 22 is the start, field 3 the state. */
const STARTED_AFTER_STATE = 22 - 4;
