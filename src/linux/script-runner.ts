import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { failed, ok, type Result } from "../base/result.ts";
import { type Duration, inMilliseconds, seconds } from "../base/time.ts";
import type { ScriptCommand, ScriptUser } from "../conf/model/global-definitions.ts";
import type { ScriptOutcome } from "../director/host.ts";

/** How long a script that was told to end may take before it is killed; keepalived waits as long. */
const GRACE: Duration = seconds(2);

/** A notify command may take this long; keepalived sets no limit, and a hanging one then stays for ever. */
const NOTIFY_LIMIT: Duration = seconds(60);

interface Queued {
  readonly command: ScriptCommand;
  readonly arguments: readonly string[];
}

interface Identity {
  readonly uid: number;
  readonly gid: number;
}

/** What the runner reports for the log. */
export type ScriptReport = (level: "warning" | "info", message: string) => void;

/**
 * Runs the commands of a configuration: without a shell, in a process group of their own so that a whole pipeline can
 * be ended, with a limit in time, and with a small environment made from nothing (LD_PRELOAD and IFS never get through).
 */
export class ScriptRunner {
  readonly #report: ScriptReport;
  readonly #running = new Set<ChildProcess>();
  readonly #tracked = new Set<string>();
  readonly #queues = new Map<string, Queued[]>();

  constructor(report: ScriptReport) {
    this.#report = report;
  }

  /**
   * Runs a tracked script once. A script that still runs from the last time is not started again, as in keepalived;
   * its own result follows.
   */
  run(
    script: string,
    options: { command: ScriptCommand; timeout: Duration; done: (outcome: ScriptOutcome) => void },
  ): void {
    if (this.#tracked.has(script)) return;
    this.#tracked.add(script);
    this.#execute(options.command, {
      arguments: [],
      timeout: options.timeout,
      done: (outcome) => {
        this.#tracked.delete(script);
        options.done(outcome);
      },
    });
  }

  /** Runs a command after all earlier ones of its queue have ended. */
  notify(queue: string, queued: Queued): void {
    const waiting = this.#queues.get(queue);
    if (waiting !== undefined) {
      waiting.push(queued);
      return;
    }
    this.#queues.set(queue, []);
    this.#runQueued(queue, queued);
  }

  /** Runs a command at once, whatever else runs (`notify_concurrent`). */
  notifyAtOnce(queued: Queued): void {
    this.#runCommand(queued, () => undefined);
  }

  /** How many processes run now. */
  get running(): number {
    return this.#running.size;
  }

  /** Kills everything that still runs. */
  killAll(): void {
    for (const child of this.#running) killGroup(child, "SIGKILL");
  }

  #runQueued(queue: string, queued: Queued): void {
    this.#runCommand(queued, () => {
      const next = this.#queues.get(queue)?.shift();
      if (next === undefined) this.#queues.delete(queue);
      else this.#runQueued(queue, next);
    });
  }

  #runCommand(queued: Queued, ended: () => void): void {
    const { command } = queued;
    this.#execute(command, {
      arguments: queued.arguments,
      timeout: command.timeout ?? NOTIFY_LIMIT,
      done: (outcome) => {
        const text = command.argv.join(" ");
        if (outcome.kind === "exited" && outcome.code !== 0) {
          this.#report("info", `notify script "${text}" ended with status ${outcome.code}`);
        } else if (outcome.kind === "timed-out") {
          this.#report("warning", `notify script "${text}" ran longer than its limit and was killed`);
        } else if (outcome.kind === "not-started") {
          this.#report("warning", `notify script "${text}" could not be started: ${outcome.reason}`);
        }
        ended();
      },
    });
  }

  #execute(
    command: ScriptCommand,
    options: { arguments: readonly string[]; timeout: Duration; done: (outcome: ScriptOutcome) => void },
  ): void {
    const identity = identityOf(command.user);
    if (!identity.ok) {
      options.done({ kind: "not-started", reason: identity.error });
      return;
    }
    const [program = "", ...own] = command.argv;
    this.#start({ program, words: [...own, ...options.arguments], identity: identity.value, ...options });
  }

  #start(job: {
    program: string;
    words: readonly string[];
    identity: Identity | undefined;
    timeout: Duration;
    done: (outcome: ScriptOutcome) => void;
  }): void {
    const child = spawn(job.program, job.words, {
      stdio: "ignore",
      detached: true,
      cwd: "/",
      env: { PATH: process.env.PATH ?? "/usr/sbin:/usr/bin:/sbin:/bin" },
      ...(job.identity ?? {}),
    });
    this.#running.add(child);
    let timedOut = false;
    const timers = [
      setTimeout(() => {
        timedOut = true;
        killGroup(child, "SIGTERM");
        timers.push(setTimeout(() => killGroup(child, "SIGKILL"), inMilliseconds(GRACE)));
      }, inMilliseconds(job.timeout)),
    ];
    let ended = false;
    const end = (outcome: ScriptOutcome) => {
      if (ended) return;
      ended = true;
      this.#running.delete(child);
      for (const timer of timers) clearTimeout(timer);
      job.done(outcome);
    };
    child.on("error", (error: NodeJS.ErrnoException) => {
      end({ kind: "not-started", reason: startFailure(job.program, error) });
    });
    child.on("exit", (code, signal) => {
      if (timedOut) end({ kind: "timed-out" });
      else if (code !== null) end({ kind: "exited", code });
      else end({ kind: "killed", signal: signal ?? "unknown" });
    });
  }
}

function startFailure(program: string, error: NodeJS.ErrnoException): string {
  if (error.code === "ENOENT") return `${program} does not exist`;
  if (error.code === "EACCES") return `${program} is not executable for its user`;
  return error.message;
}

/** Signals the whole process group; a group that is gone is no error. */
function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/**
 * The user and group to run as; undefined keeps our own. Looks in /etc/passwd and /etc/group, where keepalived's
 * `script_user` accounts live.
 */
function identityOf(user: ScriptUser | undefined): Result<Identity | undefined, string> {
  if (user === undefined) return ok(undefined);
  const account = lookUp("/etc/passwd", user.user);
  if (account === undefined)
    return failed(`there is no user "${user.user}"; create it or name another as script_user`);
  if (user.group === undefined) return ok({ uid: Number(account[2]), gid: Number(account[3]) });
  const group = lookUp("/etc/group", user.group);
  if (group === undefined)
    return failed(`there is no group "${user.group}"; create it or name another as script_user`);
  return ok({ uid: Number(account[2]), gid: Number(group[2]) });
}

function lookUp(file: string, name: string): string[] | undefined {
  for (const line of readFileSync(file, "utf8").split("\n")) {
    const fields = line.split(":");
    if (fields[0] === name || (fields[2] === name && /^\d+$/.test(name))) return fields;
  }
  return undefined;
}
