import { failed, ok, type Result } from "../base/result.ts";
import { type Duration, seconds } from "../base/time.ts";
import type { GlobalDefinitions, ScriptCommand, ScriptUser } from "../conf/model/global-definitions.ts";
import type { ScriptOutcome } from "../director/host.ts";
import type { NotifyCommand } from "../director/notification.ts";
import { scriptIdentity } from "./script-identity.ts";
import { checkScriptSecurity, programPath } from "./script-path.ts";
import { ScriptProcess, SEARCH_PATH } from "./script-process.ts";
import { isShortage } from "./shortage.ts";

/** A notify command may take this long; keepalived sets no limit, and a hanging one then stays for ever. */
const NOTIFY_LIMIT: Duration = seconds(60);

/** So many commands of one queue may wait; more come only from one that hangs while its instance flaps. */
const LONGEST_QUEUE = 100;

/** So many commands may run side by side under `notify_concurrent`. */
const MOST_CONCURRENT = 200;

/** What the runner reports for the log. */
export type ScriptReport = (level: "warning" | "info", message: string) => void;

/** What `global_defs` says about all scripts. */
export type ScriptRules = Pick<
  GlobalDefinitions,
  "scriptUser" | "enableScriptSecurity" | "scripts" | "management"
>;

/** A command with the path of its program, and whom it runs as. */
type Prepared = Pick<ConstructorParameters<typeof ScriptProcess>[0], "argv" | "identity" | "allGroups">;

interface Run {
  readonly argv: readonly string[];
  readonly user: ScriptUser | undefined;
  readonly timeout: Duration | undefined;
  readonly done: (outcome: ScriptOutcome) => void;
}

/** Runs the commands of a configuration: as whom, after which check, for how long and in which order. */
export class ScriptRunner {
  readonly #report: ScriptReport;
  #rules: ScriptRules;
  readonly #checks = new Map<string, ScriptProcess | undefined>();
  readonly #notifying = new Set<ScriptProcess>();
  readonly #queues = new Map<string, NotifyCommand[]>();
  readonly #refused = new Set<string>();
  #dropped = 0;

  constructor(rules: ScriptRules, report: ScriptReport) {
    this.#rules = rules;
    this.#report = report;
  }

  /** Takes what a new configuration says about scripts. */
  configure(rules: ScriptRules): void {
    this.#rules = rules;
    this.#refused.clear();
  }

  /**
   * Runs a tracked script once. A script that still runs from the last time is not started again, as in keepalived;
   * its own result follows.
   */
  run(
    script: string,
    options: { command: ScriptCommand; timeout: Duration; done: (outcome: ScriptOutcome) => void },
  ): void {
    if (this.#checks.has(script)) return;
    this.#checks.set(script, undefined);
    const started = this.start(options.command, {
      timeout: options.timeout,
      done: (outcome) => {
        this.#checks.delete(script);
        options.done(outcome);
      },
    });
    if (started !== undefined && this.#checks.has(script)) this.#checks.set(script, started);
  }

  /** Runs a command after all earlier ones of its queue have ended. */
  notify(queue: string, command: NotifyCommand): void {
    const waiting = this.#queues.get(queue);
    if (waiting === undefined) {
      this.#queues.set(queue, []);
      this.#runQueued(queue, command);
      return;
    }
    waiting.push(command);
    if (waiting.length <= LONGEST_QUEUE) return;
    waiting.shift();
    this.#drop(`more than ${LONGEST_QUEUE} notify commands of ${queue} wait for one that does not end`);
  }

  /** Runs a command at once, whatever else runs (`notify_concurrent`). */
  notifyAtOnce(command: NotifyCommand): void {
    if (this.#notifying.size >= MOST_CONCURRENT) {
      this.#drop(`${MOST_CONCURRENT} notify commands run at the same time`);
      return;
    }
    this.#runNotify(command, () => undefined);
  }

  /** Notify commands that were left out. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Whether notify commands run or wait. */
  get notifying(): boolean {
    return this.#notifying.size > 0 || this.#queues.size > 0;
  }

  /** Ends the tracked scripts: nobody waits for their results any more. */
  endChecks(): void {
    for (const check of this.#checks.values()) check?.terminate();
  }

  /** Kills everything that still runs, and forgets what waits. */
  killAll(): void {
    this.#queues.clear();
    for (const script of [...this.#notifying, ...this.#checks.values()]) script?.kill();
  }

  /** Starts a command; undefined when it cannot run, which `done` has been told then. */
  start(
    command: ScriptCommand,
    options: {
      arguments?: readonly string[];
      timeout?: Duration;
      done: (outcome: ScriptOutcome) => void;
    },
  ): ScriptProcess | undefined {
    const argv = [...command.argv, ...(options.arguments ?? [])];
    return this.#start({ argv, user: command.user, timeout: options.timeout, done: options.done });
  }

  #drop(reason: string): void {
    this.#dropped++;
    if (this.#dropped > 1) return;
    this.#report(
      "warning",
      `${reason}: the oldest that waits is left out, and so are later ones, without another line`,
    );
  }

  #runQueued(queue: string, command: NotifyCommand): void {
    this.#runNotify(command, () => {
      const next = this.#queues.get(queue)?.shift();
      if (next === undefined) this.#queues.delete(queue);
      else this.#runQueued(queue, next);
    });
  }

  #runNotify({ command, arguments: words }: NotifyCommand, ended: () => void): void {
    let own: ScriptProcess | undefined;
    own = this.start(command, {
      arguments: words,
      timeout: command.timeout ?? NOTIFY_LIMIT,
      done: (outcome) => {
        if (own !== undefined) this.#notifying.delete(own);
        this.#reportNotify(command.argv.join(" "), outcome);
        ended();
      },
    });
    if (own !== undefined) this.#notifying.add(own);
  }

  #reportNotify(text: string, outcome: ScriptOutcome): void {
    if (outcome.kind === "exited" && outcome.code !== 0) {
      this.#report("info", `notify script "${text}" ended with status ${outcome.code}`);
    } else if (outcome.kind === "timed-out") {
      this.#report("warning", `notify script "${text}" ran longer than its limit and was killed`);
    } else if (outcome.kind === "not-started" || outcome.kind === "shortage") {
      this.#report("warning", `notify script "${text}" could not be started: ${outcome.reason}`);
    }
  }

  #start({ argv, user, timeout, done }: Run): ScriptProcess | undefined {
    let prepared: Result<Prepared, string>;
    try {
      prepared = this.#prepare(argv, user);
    } catch (error) {
      if (!isShortage(error)) throw error;
      done({ kind: "shortage", reason: error.message });
      return undefined;
    }
    if (!prepared.ok) {
      done({ kind: "not-started", reason: prepared.error });
      return undefined;
    }
    const { umask } = this.#rules.management;
    return new ScriptProcess({
      ...prepared.value,
      umask,
      ...(timeout === undefined ? {} : { timeout }),
      done,
    });
  }

  #prepare(argv: readonly string[], user: ScriptUser | undefined): Result<Prepared, string> {
    const identity = scriptIdentity(user, this.#rules);
    if (!identity.ok) return identity;
    const [written = "", ...words] = argv;
    const common = { identity: identity.value, allGroups: this.#rules.scripts.supplementaryGroups };
    // keepalived's test whether a file can be opened: `script "</path"`.
    const opened = /^<[ \t]*(\/.*)$/s.exec(written)?.[1];
    if (opened !== undefined) return ok({ ...common, argv: ["/bin/sh", "-c", '< "$0"', opened] });
    const path = programPath(written, {
      asWritten: this.#rules.scripts.symlinkPaths,
      searchPath: SEARCH_PATH,
    });
    if (path === undefined) return failed(`${written} is in no folder of PATH (${SEARCH_PATH})`);
    if (this.#rules.enableScriptSecurity) {
      const checked = checkScriptSecurity(path, identity.value);
      if (!checked.ok) return failed(this.#refusal(path, checked.error));
    }
    return ok({ ...common, argv: [path, ...words] });
  }

  /** Logged once for each path until the next reload; a check that fails for it may run every second. */
  #refusal(path: string, reason: string): string {
    if (!this.#refused.has(path)) {
      this.#refused.add(path);
      this.#report("warning", `${path} is not run, because enable_script_security is set and ${reason}`);
    }
    return `enable_script_security is set, and ${reason}`;
  }
}
