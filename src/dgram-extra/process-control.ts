import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { checked, systemCall } from "./system-call.ts";

const PR_SET_PDEATHSIG = 1;
const PR_SET_NAME = 15;
const SCHED_RESET_ON_FORK = 0x40000000;
const PRIO_PROCESS = 0;
const MLOCK_ONFAULT = 1;
const RLIMIT_CORE = 4;
const RLIMIT_RTPRIO = 14;
const RLIMIT_RTTIME = 15;
const RLIMIT_MEMLOCK = 8;

/** Scheduling policies, as in sched(7). */
export const schedulingPolicies = { other: 0, fifo: 1, roundRobin: 2, batch: 3, idle: 5 } as const;

/** Resource limits that matter to a process with real-time demands; see setrlimit(2). */
export const resourceLimits = {
  realtimePriority: RLIMIT_RTPRIO,
  realtimeMicroseconds: RLIMIT_RTTIME,
  lockedMemory: RLIMIT_MEMLOCK,
  coreSize: RLIMIT_CORE,
} as const;

/** The signal this process gets when the thread that started it ends. @throws {SystemError} */
export function setParentDeathSignal(signal: NodeJS.Signals): void {
  checked(
    systemCall("prctl", PR_SET_PDEATHSIG, constants.signals[signal]),
    "Cannot set the parent death signal",
  );
}

/** The name of this thread in ps and top, cut to 15 bytes. @throws {SystemError} */
export function setThreadName(name: string): void {
  checked(systemCall("prctl", PR_SET_NAME, name), `Cannot set the thread's name to "${name}"`);
}

/** Scheduling of a thread (0 or left out: the calling one). With `resetOnFork` its children do not inherit it. */
export interface Scheduling {
  readonly policy: keyof typeof schedulingPolicies;
  /** 1 to 99 for fifo and roundRobin, else 0. */
  readonly priority: number;
  readonly resetOnFork?: boolean;
  readonly thread?: number;
}

/** @throws {SystemError} EPERM without CAP_SYS_NICE or an RLIMIT_RTPRIO that allows it. */
export function setScheduling({ policy, priority, resetOnFork = false, thread = 0 }: Scheduling): void {
  checked(
    systemCall(
      "sched_setscheduler",
      thread,
      schedulingPolicies[policy] | (resetOnFork ? SCHED_RESET_ON_FORK : 0),
      Int32Array.of(priority),
    ),
    `Cannot set the scheduling policy to ${policy}, priority ${priority}`,
  );
}

/** The nice value of a thread (0: the calling one), -20 to 19. @throws {SystemError} EACCES without CAP_SYS_NICE. */
export function setNice(nice: number, thread = 0): void {
  checked(systemCall("setpriority", PRIO_PROCESS, thread, nice), `Cannot set the nice value to ${nice}`);
}

/** The processors a thread (0: the calling one) may run on. @throws {SystemError} EINVAL when none of them exists. */
export function setAffinity(processors: readonly number[], thread = 0): void {
  const mask = new Uint8Array(128);
  for (const processor of processors) {
    const byte = processor >> 3;
    mask[byte] = (mask[byte] ?? 0) | (1 << (processor & 7));
  }
  checked(
    systemCall("sched_setaffinity", thread, mask.length, mask),
    `Cannot run on processors ${processors.join(", ")} only`,
  );
}

/** Soft and hard limit of a resource for this process. @throws {SystemError} */
export function setResourceLimit(
  resource: keyof typeof resourceLimits,
  limit: { soft: bigint; hard: bigint },
): void {
  checked(
    systemCall("prlimit64", 0, resourceLimits[resource], BigUint64Array.of(limit.soft, limit.hard), null),
    `Cannot set the limit of ${resource} to ${limit.soft}`,
  );
}

/**
 * Keeps the program's code, its constant data, malloc's first arena and the main stack in memory once they are touched,
 * so that memory pressure does not make it wait for the disk to read its own instructions back.
 *
 * mlockall(2) would also lock JavaScript's heap, and must not: V8 gives pages back with madvise(MADV_DONTNEED), which
 * the kernel refuses on locked memory, and V8 ends the process when it is refused.
 * @throws {SystemError} ENOMEM or EPERM when RLIMIT_MEMLOCK does not allow it.
 */
export function lockProgramMemory(): void {
  for (const { start, end } of programMappings(readFileSync("/proc/self/maps", "utf8"))) {
    const result = systemCall("mlock2", start, end - start, MLOCK_ONFAULT);
    checked(result, "Cannot lock the program's memory");
  }
}

/** Lets go of what `lockProgramMemory` keeps. @throws {SystemError} */
export function unlockMemory(): void {
  checked(systemCall("munlockall"), "Cannot unlock the program's memory");
}

/** Mappings of files, which hold code and constants, and the kernel's own heap and stack, from /proc/PID/maps. */
function* programMappings(maps: string): Generator<{ start: bigint; end: bigint }> {
  for (const line of maps.split("\n")) {
    const match = /^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \d+ +(\S.*)$/.exec(line);
    if (match === null) continue;
    const [, start = "", end = "", permissions = "", name = ""] = match;
    const isProgram = name.startsWith("/") || name === "[heap]" || name === "[stack]";
    if (isProgram && permissions.startsWith("r"))
      yield { start: BigInt(`0x${start}`), end: BigInt(`0x${end}`) };
  }
}
