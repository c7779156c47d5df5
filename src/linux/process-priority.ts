import { readdirSync, readFileSync } from "node:fs";
import { getPriority } from "node:os";
import {
  lockProgramMemory,
  SystemError,
  setAffinity,
  setNice,
  setResourceLimit,
  setScheduling,
  unlockMemory,
} from "dgram-extra";
import type { ChildProcess } from "../conf/model/process-definitions.ts";

/** How urgent this process is; what is left out stays as it is. */
export interface ProcessPriority {
  /** -20 (most urgent) to 19. */
  readonly nice?: number;
  /** 1 to 99: the round-robin real-time class (SCHED_RR). Scripts started later do not inherit it. */
  readonly realtime?: number;
  /** Microseconds a real-time thread may run without pause before SIGXCPU; unlimited when left out. */
  readonly realtimeLimit?: number;
  /** Keep the program's code and constant data in memory; JavaScript's heap cannot be kept (see lockProgramMemory). */
  readonly lockMemory?: boolean;
  /** Processors to run on. */
  readonly processors?: readonly number[];
}

/** keepalived's default of `*_rlimit_rttime`; ours is no limit, for a collection of garbage takes longer than that. */
const KEEPALIVED_LIMIT = 10_000;

/** What `global_defs` asks for one process. A time limit counts for a process of real-time priority, and when it was written. */
export function priorityOf(child: ChildProcess): ProcessPriority {
  const { priority, realtimePriority, realtimeLimit, noSwap, cpus } = child;
  const limited = realtimePriority !== undefined && realtimeLimit !== KEEPALIVED_LIMIT;
  return {
    ...(priority === undefined ? {} : { nice: priority }),
    ...(realtimePriority === undefined ? {} : { realtime: realtimePriority }),
    ...(limited ? { realtimeLimit } : {}),
    ...(cpus.length === 0 ? {} : { processors: cpus }),
    lockMemory: noSwap,
  };
}

const UNLIMITED = 0xffffffffffffffffn;

/**
 * Sets what the kernel allows and returns a message for each refusal. All threads get it: the garbage collector's
 * helpers too, for which the main thread sometimes waits.
 */
export function applyProcessPriority(priority: ProcessPriority): readonly string[] {
  const { nice, realtime, realtimeLimit, processors } = priority;
  const { attempt, refusals } = attempts();
  if (nice !== undefined) {
    attempt(() => forEachThread((thread) => setNice(nice, thread)), "wanted: CAP_SYS_NICE");
  }
  if (processors !== undefined) {
    attempt(
      () => forEachThread((thread) => setAffinity(processors, thread)),
      "name processors this host has",
    );
  }
  if (realtimeLimit !== undefined) {
    // The hard limit would be SIGKILL; the soft one is a signal that is logged.
    attempt(
      () => setResourceLimit("realtimeMicroseconds", { soft: BigInt(realtimeLimit), hard: UNLIMITED }),
      "wanted: CAP_SYS_RESOURCE",
    );
  }
  if (realtime !== undefined) {
    attempt(
      () =>
        forEachThread((thread) =>
          setScheduling({ policy: "roundRobin", priority: realtime, resetOnFork: true, thread }),
        ),
      "wanted: CAP_SYS_NICE, and a control group that allows real-time scheduling",
    );
  }
  if (priority.lockMemory === true) {
    attempt(lockProgramMemory, "wanted: CAP_IPC_LOCK or a higher limit of locked memory");
  }
  return refusals;
}

/** What a process was given by whoever started it. */
export type GivenPriority = Required<Pick<ProcessPriority, "nice" | "processors">>;

/** The present nice value and processors. */
export function givenPriority(): GivenPriority {
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync("/proc/self/status", "latin1"))?.[1] ?? "";
  const processors = list.split(",").flatMap((range) => {
    const [first = 0, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, at) => first + at);
  });
  return { nice: getPriority(), processors };
}

/**
 * Takes back what a configuration asked for and the next one does not; returns a message for each refusal.
 * Deviation: keepalived leaves the processors as they are, and the limit at zero.
 */
export function withdrawProcessPriority(
  { from, to }: { readonly from: ProcessPriority; readonly to: ProcessPriority },
  given: GivenPriority,
): readonly string[] {
  const { attempt, refusals } = attempts();
  const dropped = (name: keyof ProcessPriority) => from[name] !== undefined && to[name] === undefined;
  if (dropped("realtime")) {
    attempt(
      () => forEachThread((thread) => setScheduling({ policy: "other", priority: 0, thread })),
      "it stays in the real-time class until the next start",
    );
  }
  if (dropped("realtimeLimit")) {
    attempt(
      () => setResourceLimit("realtimeMicroseconds", { soft: UNLIMITED, hard: UNLIMITED }),
      "the limit of real time stays until the next start",
    );
  }
  if (from.lockMemory === true && to.lockMemory !== true) {
    attempt(unlockMemory, "it stays in memory until the next start");
  }
  const back = {
    ...(dropped("nice") ? { nice: given.nice } : {}),
    ...(dropped("processors") ? { processors: given.processors } : {}),
  };
  return [...refusals, ...applyProcessPriority(back)];
}

/** Collects what the kernel refuses. */
function attempts(): { attempt(action: () => void, remedy: string): void; readonly refusals: string[] } {
  const refusals: string[] = [];
  const attempt = (action: () => void, remedy: string): void => {
    try {
      action();
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      refusals.push(`${error.message}; ${remedy}`);
    }
  };
  return { attempt, refusals };
}

/** How much less urgent a process is that only has to end. */
const LEISURE = 10;

/**
 * What ends has no hurry: freeing the memory of an interpreter takes milliseconds, in which a peer on the same
 * processors may be taking over. A real-time priority goes too.
 */
export function endAtLeisure(process: number | "self" = "self"): void {
  try {
    const nice = Math.min(19, getPriority(process === "self" ? 0 : process) + LEISURE);
    forEachThread((thread) => {
      setScheduling({ policy: "other", priority: 0, thread });
      setNice(nice, thread);
    }, process);
  } catch {
    // It is gone, or ends as urgently as it lived.
  }
}

function forEachThread(action: (thread: number) => void, process: number | "self" = "self"): void {
  for (const name of readdirSync(`/proc/${process}/task`)) {
    try {
      action(Number(name));
    } catch (error) {
      // A thread may have ended since it was listed.
      if (!(error instanceof SystemError && error.code === "ESRCH")) throw error;
    }
  }
}
