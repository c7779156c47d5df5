import { readFileSync, writeFileSync, writeSync } from "node:fs";
import { setParentDeathSignal } from "dgram-extra";
import { ok, type Result } from "../../base/result.ts";
import { openPidFile, type PidFile } from "../pid-file.ts";
import { endAtLeisure } from "../process-priority.ts";
import { listenForDumpSignals } from "./dump-signals.ts";
import type { ChildKind, ChildMessage, ChildSettings, ParentMessage, StartMessage } from "./messages.ts";

/** A child's work, whatever it is. */
export interface ChildProcess {
  start(message: StartMessage): void;
  take(message: ParentMessage): void;
  /** Undoes what the process did to the system and then ends it; may be called more than once. */
  stop(): void;
}

/** A child's way to its parent. */
export interface ChildChannel {
  send(message: ChildMessage): void;
  exit(code: number): void;
}

const PROCESS_NAMES: Readonly<Record<ChildKind, string>> = {
  vrrp: "locum_vrrp",
  checkers: "locum_check",
  bfd: "locum_bfd",
};

/** keepalived's code for what another start cannot mend. */
const EXIT_FATAL = 1;

/** keepalived's code for a bug of its own (EX_SOFTWARE of sysexits.h). */
const EXIT_SOFTWARE = 70;

/** How long the last messages to the parent may take. */
const FAREWELL_MS = 1_000;

/**
 * How long a process that has nothing more to do keeps still. Its end takes milliseconds within the kernel, which nothing
 * interrupts, and in which a peer on the same processors, as in a drill, may be taking over.
 */
const REST_MS = 100;

let pidFile: PidFile | undefined;
let work: ChildProcess | undefined;
let stopping = false;

/** What came while the child's modules were loading. */
const early: ParentMessage[] = [];

const channel: ChildChannel = {
  send(message) {
    if (process.connected) process.send?.(message, () => undefined);
    else if (message.kind === "log") writeLine(message.message);
  },
  exit(code) {
    endAtLeisure();
    pidFile?.remove();
    process.exitCode = code;
    const end = () => process.exit(code);
    if (!process.connected) {
      setImmediate(end);
      return;
    }
    // What was said before is in the channel when this is; a parent that no longer reads is not waited for long.
    process.send?.({ kind: "ended" } satisfies ChildMessage, () => setTimeout(end, REST_MS));
    setTimeout(end, FAREWELL_MS);
  },
};

main(process.argv[2] as ChildKind, process.argv[3] === "spare");

function main(kind: ChildKind, isSpare: boolean): void {
  process.title = isSpare ? "locum_spare" : PROCESS_NAMES[kind];
  // While the configuration is on its way, or, in a spare, before it is needed.
  if (kind === "vrrp") void import("./vrrp-process.ts");
  if (kind === "checkers") giveMemoryFirst();
  // The parent's end ends us with a clean stop: addresses of a director that nobody supervises would live on.
  setParentDeathSignal("SIGTERM");
  process.on("SIGTERM", stop);
  process.on("disconnect", stop);
  // The terminal sends these to the whole group; the parent decides.
  process.on("SIGINT", () => undefined);
  process.on("SIGHUP", () => undefined);
  process.on("SIGPIPE", () => undefined);
  process.on("SIGXCPU", busyTooLong);
  listenForDumpSignals((what) => channel.send({ kind: "dump", what }));
  process.on("uncaughtException", crash);
  process.on("message", (message) => void take(message as ParentMessage));
}

/**
 * When the machine runs out of memory, the checkers go before the parent and VRRP: they are started again, and
 * forwarding goes on without them. Everybody may raise this number; lowering it takes a capability.
 */
function giveMemoryFirst(): void {
  try {
    const before = Number(readFileSync("/proc/self/oom_score_adj", "latin1"));
    writeFileSync("/proc/self/oom_score_adj", `${Math.min(1_000, before + 200)}`);
  } catch {
    // Without /proc there is no order, and nothing else suffers.
  }
}

let toldBusyAt = Number.NEGATIVE_INFINITY;

/** `*_rlimit_rttime` was exceeded: said once a minute, for the kernel repeats it each second. */
function busyTooLong(): void {
  const now = performance.now();
  if (now - toldBusyAt < 60_000) return;
  toldBusyAt = now;
  const message =
    "ran at real-time priority without a pause for longer than its rlimit_rttime; the limit, or the machine, is too small";
  channel.send({ kind: "log", level: "warning", message });
}

async function take(message: ParentMessage): Promise<void> {
  if (message.kind === "start") await start(message);
  else if (message.kind === "stop") stop();
  else if (message.kind === "ping") channel.send({ kind: "pong" });
  else if (work === undefined) early.push(message);
  else work.take(message);
}

async function start(message: StartMessage): Promise<void> {
  const { settings } = message;
  process.title = settings.title ?? PROCESS_NAMES[settings.kind];
  if (settings.pidFile !== undefined) {
    const opened = openPidFile(settings.pidFile);
    if (opened.ok) pidFile = opened.value;
    else channel.send({ kind: "log", level: "warning", message: opened.error.message });
  }
  const created = await create(settings);
  if (!created.ok) {
    channel.send({ kind: "log", level: "error", message: created.error });
    channel.exit(EXIT_FATAL);
    return;
  }
  // A SIGTERM may have come while the modules were loading.
  if (stopping) {
    channel.exit(0);
    return;
  }
  work = created.value;
  work.start(message);
  for (const next of early.splice(0)) work.take(next);
  channel.send({ kind: "started" });
}

async function create(settings: ChildSettings): Promise<Result<ChildProcess, string>> {
  if (settings.kind === "vrrp") {
    const { VrrpProcess } = await import("./vrrp-process.ts");
    return ok(new VrrpProcess(channel, settings));
  }
  if (settings.kind === "bfd") {
    const { BfdProcess } = await import("./bfd-process.ts");
    return ok(new BfdProcess(channel));
  }
  const { CheckerProcess } = await import("./checker-process.ts");
  return CheckerProcess.open(channel, settings);
}

function stop(): void {
  stopping = true;
  if (work === undefined) channel.exit(0);
  else work.stop();
}

/** A bug of ours: hand the addresses over with the last good state, say what happened, and end. */
function crash(error: Error): void {
  writeLine(`locum ${process.argv[2]}: internal error: ${error.stack ?? error.message}`);
  channel.send({
    kind: "log",
    level: "error",
    message: `internal error: ${error.message}; handing over and starting again`,
  });
  try {
    if (!stopping) stop();
  } catch (second) {
    writeLine(`locum ${process.argv[2]}: the hand-over failed too: ${String(second)}`);
  }
  process.exit(EXIT_SOFTWARE);
}

function writeLine(line: string): void {
  try {
    writeSync(2, `${line}\n`);
  } catch {
    // Nobody reads: there is no place left to say it.
  }
}
