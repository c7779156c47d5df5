import { type ChildProcess, spawn } from "node:child_process";
import { isMainThread } from "node:worker_threads";
import { type Duration, inMilliseconds, seconds } from "../base/time.ts";
import type { ScriptOutcome } from "../director/host.ts";
import type { Identity } from "./script-identity.ts";
import { isShortage } from "./shortage.ts";

/** How long a script that was told to end may take before it is killed; keepalived waits as long. */
const GRACE: Duration = seconds(2);

/** Where programs are looked for when the daemon itself was not told. */
export const SEARCH_PATH: string = process.env.PATH ?? "/usr/sbin:/usr/bin:/sbin:/bin";

/** One run of a script. */
export interface ScriptJob {
  readonly argv: readonly string[];
  readonly identity: Identity;
  /** `set_supplementary_groups`: with all groups of its user, instead of its one group. */
  readonly allGroups: boolean;
  /** What the files that it makes are made with. */
  readonly umask: number;
  /** After this it is told to end, and two seconds later killed; for ever when absent. */
  readonly timeout?: Duration;
  readonly done: (outcome: ScriptOutcome) => void;
}

/**
 * A script that runs: without a shell, in a process group of its own so that a whole pipeline can be ended, and with a
 * small environment made from nothing (LD_PRELOAD and IFS never get through). A file without `#!` is handed to /bin/sh,
 * as exec(3) does and keepalived's system(3) did.
 */
export class ScriptProcess {
  readonly #child: ChildProcess;
  readonly #done: (outcome: ScriptOutcome) => void;
  readonly #timers: NodeJS.Timeout[] = [];
  #told = false;
  #ended = false;

  constructor(job: ScriptJob) {
    this.#done = job.done;
    const [program = "", ...words] = job.allGroups ? withAllGroups(job) : job.argv;
    // It inherits ours: Node has no other way to give a process its own, and forks before spawn returns. The umask belongs
    // to all threads, so that only the first one changes it; the daemon runs its scripts there.
    const before = isMainThread ? process.umask(job.umask) : undefined;
    try {
      this.#child = spawn(program, words, {
        stdio: "ignore",
        detached: true,
        cwd: "/",
        env: { PATH: SEARCH_PATH },
        // Naming them also empties the list of further groups.
        ...(job.allGroups ? {} : { uid: job.identity.uid, gid: job.identity.gid }),
      });
    } finally {
      if (before !== undefined) process.umask(before);
    }
    if (job.timeout !== undefined) this.#after(job.timeout, () => this.terminate());
    this.#child.on("error", (error: NodeJS.ErrnoException) => {
      const reason = startFailure(job.argv[0] ?? "", error);
      this.#end({ kind: isShortage(error) ? "shortage" : "not-started", reason });
    });
    this.#child.on("exit", (code, signal) => {
      // What it left behind in its group has had its time too.
      if (this.#told) this.kill();
      if (this.#told) this.#end({ kind: "timed-out" });
      else if (code !== null) this.#end({ kind: "exited", code });
      else this.#end({ kind: "killed", signal: signal ?? "unknown" });
    });
  }

  /** Tells it to end, and kills it when it does not. */
  terminate(): void {
    if (this.#told || this.#ended) return;
    this.#told = true;
    this.#signal("SIGTERM");
    this.#after(GRACE, () => this.kill());
  }

  /** Kills it and all that it started. */
  kill(): void {
    this.#signal("SIGKILL");
  }

  #after(time: Duration, act: () => void): void {
    this.#timers.push(setTimeout(act, inMilliseconds(time)));
  }

  #end(outcome: ScriptOutcome): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#done(outcome);
  }

  /** Signals the whole process group; a group that is gone is no error. */
  #signal(signal: NodeJS.Signals): void {
    if (this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}

/** Node cannot give a process the groups of its user; setpriv of util-linux can. */
function withAllGroups({ argv, identity }: ScriptJob): readonly string[] {
  const { uid, gid } = identity;
  return ["setpriv", `--reuid=${uid}`, `--regid=${gid}`, "--init-groups", "--", ...argv];
}

function startFailure(program: string, error: NodeJS.ErrnoException): string {
  if (error.code === "ENOENT") return `${error.path ?? program} does not exist`;
  if (error.code === "EACCES") return `${program} is not executable for its user`;
  return error.message;
}
