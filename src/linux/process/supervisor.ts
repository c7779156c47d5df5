import { SignalRelay } from "dgram-extra";
import { inMilliseconds, microseconds } from "../../base/time.ts";
import type { Config } from "../../conf/model/config.ts";
import type { Journal } from "../journal.ts";
import { type DaemonName, journalIdentifier } from "../journal-identifier.ts";
import { type NotificationLosses, Notifier } from "../notifier.ts";
import { removePidFileOf } from "../pid-file.ts";
import { endAtLeisure } from "../process-priority.ts";
import type { ScriptProcess } from "../script-process.ts";
import { type ScriptReport, ScriptRunner } from "../script-runner.ts";
import { runWholeScript } from "../whole-script.ts";
import { hasWork, PROCESS_TITLES } from "./child-kinds.ts";
import { type ChildListener, endText, JOURNAL_DESCRIPTOR, SupervisedChild } from "./child-process.ts";
import type { ChildKind, ChildMessage, ChildSettings, ChildStatus, DumpKind } from "./messages.ts";
import { RestartPause } from "./restart-pause.ts";
import { SessionBoard } from "./session-board.ts";
import { StatusRound } from "./status-round.ts";
import { Succession } from "./succession.ts";

/** Exit codes after which starting again cannot help: fatal, configuration, permission. */
const PERMANENT_CODES: ReadonlySet<number> = new Set([1, 2, 4]);

/** A child's exit code after a bug of its own. */
const EXIT_SOFTWARE = 70;

interface ChildRecord {
  readonly settings: ChildSettings;
  child: SupervisedChild | undefined;
  startedAt: number;
  readonly pause: RestartPause;
  restart: NodeJS.Timeout | undefined;
}

/** What a Supervisor needs beside the configuration. */
export interface SupervisorOptions {
  readonly journal: Journal;
  /** What stands behind the children's names in the log. */
  readonly name: DaemonName;
  /** Settings of the children that may run, in the order in which they start. */
  readonly children: readonly ChildSettings[];
  /** `--dont-respawn`. */
  readonly dontRespawn: boolean;
  /** `--all`: also those that have nothing to do. */
  readonly all: boolean;
  /** Every child that was started does its work; told again when one was started again. */
  readonly ready: () => void;
  /** A child was asked to write something. */
  readonly dump: (what: DumpKind) => void;
  /** Called once, when everything has ended, with the exit code of the program. */
  readonly finished: (code: number) => void;
}

/**
 * Starts the children whose part of the configuration exists, hands them configurations and script results, starts
 * them again when they die, and stops them in order. It decides nothing about VRRP or checks.
 */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #children = new Map<ChildKind, ChildRecord>();
  readonly #scripts: ScriptRunner;
  readonly #notifier: Notifier;
  /** `startup_script`, while it runs. */
  #startup: ScriptProcess | undefined;
  readonly #statusRound = new StatusRound();
  /** A director that is told to stop hands over before this process has even looked. */
  readonly #relay = new SignalRelay("SIGTERM");
  readonly #succession: Succession;
  readonly #sessions = new SessionBoard();
  /** Children that have not said yet that they work, and those that owe an answer to a ping. */
  readonly #waking = new Set<ChildKind>();
  readonly #owing = new Set<ChildKind>();
  #config: Config;
  #stopping = false;
  #exitCode = 0;
  #killTimer: NodeJS.Timeout | undefined;
  /** How long the VRRP process has the machine to itself in a stop. */
  #headStart: NodeJS.Timeout | "over" | undefined;
  /** Keeps the loop alive while there is nothing to supervise: keepalived runs on with an empty configuration. */
  readonly #idle = setInterval(() => undefined, 0x7fffffff);

  constructor(config: Config, options: SupervisorOptions) {
    this.#config = config;
    this.#options = options;
    this.#succession = new Succession(options.journal);
    const report: ScriptReport = (level, message) => options.journal.log(level, message);
    this.#scripts = new ScriptRunner(config.global, report);
    this.#notifier = new Notifier(config, { scripts: this.#scripts, report });
  }

  /** Runs `startup_script` to its end, then starts the children that have something to do. */
  start(): void {
    const { startup, startupTimeout } = this.#config.global.scripts;
    if (startup === undefined) {
      this.#startChildren();
      return;
    }
    this.#startup = runWholeScript(this.#scripts, {
      keyword: "startup_script",
      command: startup,
      timeout: startupTimeout,
      journal: this.#options.journal,
      done: () => {
        this.#startup = undefined;
        if (this.#stopping) this.#finishWhenEmpty();
        else this.#startChildren();
      },
    });
  }

  #startChildren(): void {
    this.#notifier.configure(this.#config);
    for (const settings of this.#options.children) {
      if (this.#wanted(settings.kind)) this.#spawn(settings);
    }
    if (this.#waking.size === 0) this.#options.ready();
  }

  /** Hands a new configuration, already found good, to the children; starts and stops those it concerns. */
  reload(config: Config): void {
    this.#config = config;
    // The children start with it when startup_script has ended.
    if (this.#startup !== undefined) return;
    // Whoever reads the pipes is there before the first line.
    this.#notifier.configure(config);
    for (const settings of this.#options.children) {
      const record = this.#children.get(settings.kind);
      if (record?.child === undefined) {
        if (this.#wanted(settings.kind) && record?.restart === undefined) this.#spawn(settings);
      } else {
        // A child whose part went away undoes its work as part of the reload and rests; it is small.
        record.child.send({ kind: "reload", config, number: this.#succession.numberOf(config) });
      }
    }
  }

  /** Asks every child to stop; those that do not are killed after `child_wait_time`. False when it is stopping already. */
  stop(code: number): boolean {
    if (this.#stopping) return false;
    this.#stopping = true;
    this.#exitCode = code;
    for (const record of this.#children.values()) clearTimeout(record.restart);
    // VRRP first, and alone: what else ends would take processor time from the hand-over.
    const vrrp = this.#children.get("vrrp")?.child;
    vrrp?.signal("SIGTERM");
    if (vrrp === undefined) this.#stopOthers();
    else this.#headStart = setTimeout(() => this.#stopOthers(), HEAD_START_MS);
    const patience = inMilliseconds(this.#config.daemon.childWaitTime);
    this.#killTimer = setTimeout(
      () => {
        for (const { child } of this.#children.values()) {
          if (child === undefined) continue;
          this.#options.journal.log(
            "warning",
            `The ${PROCESS_TITLES[child.kind]} process did not stop within child_wait_time (${patience / 1_000} s), killing it`,
          );
          child.signal("SIGKILL");
        }
      },
      Math.min(LONGEST_TIMER_MS, patience),
    );
    this.#finishWhenEmpty();
    return true;
  }

  /** Stops what has no hurry. */
  #stopOthers(): void {
    if (this.#headStart === "over") return;
    clearTimeout(this.#headStart);
    this.#headStart = "over";
    this.#succession.closeSpare();
    for (const [kind, { child }] of this.#children) if (kind !== "vrrp") child?.signal("SIGTERM");
    this.#startup?.terminate();
  }

  /** The configuration that runs. */
  get config(): Config {
    return this.#config;
  }

  /** Which children may run, and the process id of each that does. */
  get children(): readonly { readonly kind: ChildKind; readonly pid?: number }[] {
    return this.#options.children.map(({ kind }) => {
      const pid = this.#children.get(kind)?.child?.pid;
      return { kind, ...(pid === undefined ? {} : { pid }) };
    });
  }

  /** What could not be told since the start. */
  get losses(): NotificationLosses {
    return this.#notifier.losses;
  }

  /** How the children stand. One that does not answer within two seconds is left out. */
  status(): Promise<readonly ChildStatus[]> {
    const running = [...this.#children.values()].flatMap(({ child }) => child ?? []);
    return this.#statusRound.ask(running);
  }

  /** Asks every child for a sign of life; whether all gave one since they were asked last. One that is about to be started again owes none. */
  answered(): boolean {
    const all = this.#owing.size === 0;
    for (const { child } of this.#children.values()) {
      if (child === undefined) continue;
      this.#owing.add(child.kind);
      child.send({ kind: "ping" });
    }
    return all;
  }

  /** Lets the VRRP process count anew. */
  clearStatistics(): void {
    this.#children.get("vrrp")?.child?.send({ kind: "clear-statistics" });
  }

  /** Passes a signal on to the children. */
  signal(name: NodeJS.Signals): void {
    for (const { child } of this.#children.values()) child?.signal(name);
  }

  #wanted(kind: ChildKind): boolean {
    return this.#options.all || hasWork(kind, this.#config);
  }

  #spawn(settings: ChildSettings): void {
    const { kind } = settings;
    const record = this.#children.get(kind) ?? {
      settings,
      child: undefined,
      startedAt: 0,
      pause: new RestartPause(),
      restart: undefined,
    };
    this.#children.set(kind, record);
    record.restart = undefined;
    record.startedAt = performance.now();
    const listener: ChildListener = {
      message: (message) => this.#heard(child, message),
      ended: (how) => this.#ended(record, how),
    };
    const memory = kind === "vrrp" ? this.#succession.memory : undefined;
    const spare = kind === "vrrp" ? this.#succession.takeSpare(listener) : undefined;
    const child = spare ?? new SupervisedChild(settings, { memory, ...listener });
    record.child = child;
    this.#waking.add(kind);
    this.#owing.delete(kind);
    if (kind === "vrrp") this.#relayTo(child);
    this.#begin(child, memory === undefined ? settings : { ...settings, journal: JOURNAL_DESCRIPTOR });
    this.#sessions.introduce(child);
    this.#options.journal.log("info", `Starting ${PROCESS_TITLES[kind]} child process, pid=${child.pid}`);
  }

  #begin(child: SupervisedChild, settings: ChildSettings): void {
    const config = this.#config;
    const number = this.#succession.numberOf(config);
    const beginning = child.kind === "vrrp" ? this.#succession.beginning(config) : { config, number };
    child.send({ kind: "start", settings, ...beginning });
    if (beginning.config !== config) child.send({ kind: "reload", config, number });
  }

  #heard(child: SupervisedChild, message: ChildMessage): void {
    switch (message.kind) {
      case "started":
        this.#waking.delete(child.kind);
        if (this.#waking.size === 0) this.#options.ready();
        if (child.kind === "vrrp") this.#prepareSpare();
        return;
      case "pong":
        this.#owing.delete(child.kind);
        return;
      case "ended":
        return;
      case "bfd-session":
        this.#sessions.heard(message.news, (kind) => this.#children.get(kind)?.child);
        return;
      case "dump":
        this.#options.dump(message.what);
        return;
      case "status":
        this.#statusRound.heard(message.status);
        return;
      case "log":
        this.#options.journal.log(message.level, message.message, {
          identifier: journalIdentifier(child.kind, this.#options.name),
          pid: child.pid ?? 0,
        });
        return;
      case "run-script":
        this.#scripts.run(message.script, {
          command: message.command,
          timeout: microseconds(message.timeout),
          done: (outcome) => child.send({ kind: "script-result", script: message.script, outcome }),
        });
        return;
      case "notification":
        this.#notifier.tell(message.notification);
        return;
    }
  }

  /** The relay only saves time: a child that is not reached by it is signalled by `stop`. */
  #relayTo({ pid, kind }: SupervisedChild): void {
    if (pid === undefined) return;
    try {
      this.#relay.add(pid);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#options.journal.log(
        "debug",
        `no short way for SIGTERM to the ${PROCESS_TITLES[kind]} process: ${reason}`,
      );
    }
  }

  #prepareSpare(): void {
    const settings = this.#children.get("vrrp")?.settings;
    if (settings === undefined || this.#stopping || this.#options.dontRespawn) return;
    this.#succession.prepareSpare(settings);
  }

  #ended(record: ChildRecord, how: { readonly code: number | null; readonly signal: string | null }): void {
    const { kind, pidFile } = record.settings;
    const pid = record.child?.pid;
    if (pid !== undefined) this.#relay.remove(pid);
    if (how.signal !== null && pid !== undefined && pidFile !== undefined) removePidFileOf(pid, pidFile);
    record.child = undefined;
    this.#waking.delete(kind);
    this.#owing.delete(kind);
    this.#statusRound.gone(kind);
    if (this.#stopping) {
      if (kind === "vrrp") this.#stopOthers();
      this.#finishWhenEmpty();
      return;
    }
    const manner = endText(how);
    if (how.code !== null && PERMANENT_CODES.has(how.code)) {
      this.#options.journal.log(
        "error",
        `The ${PROCESS_TITLES[kind]} process ${manner}, which another start cannot mend. Terminating`,
      );
      this.stop(how.code);
      return;
    }
    if (this.#options.dontRespawn) {
      this.#options.journal.log(
        "error",
        `The ${PROCESS_TITLES[kind]} process ${manner}. Terminating, as --dont-respawn asks`,
      );
      this.stop(1);
      return;
    }
    // It said farewell, or failed even at that: a state that led to a bug is not gone on from.
    if (how.code === EXIT_SOFTWARE) this.#succession.forget();
    this.#restartLater(record, manner);
  }

  #restartLater(record: ChildRecord, manner: string): void {
    const pause = record.pause.afterLifeOf(performance.now() - record.startedAt);
    this.#options.journal.log(
      "warning",
      `The ${PROCESS_TITLES[record.settings.kind]} process ${manner}; starting it again ${pause === 0 ? "at once" : `in ${pause} s`}`,
    );
    if (pause === 0) this.#spawn(record.settings);
    else record.restart = setTimeout(() => this.#spawn(record.settings), pause * 1_000);
  }

  #finishWhenEmpty(): void {
    if (this.#startup !== undefined) return;
    for (const record of this.#children.values()) if (record.child !== undefined) return;
    clearTimeout(this.#killTimer);
    clearInterval(this.#idle);
    void this.#notifier.stop().then(() => this.#shutDown());
  }

  /** Runs `shutdown_script` to its end, as the last thing. */
  #shutDown(): void {
    const { shutdown: command, shutdownTimeout: timeout } = this.#config.global.scripts;
    const { journal } = this.#options;
    const done = () => {
      endAtLeisure();
      this.#options.finished(this.#exitCode);
    };
    if (command === undefined) done();
    else runWholeScript(this.#scripts, { keyword: "shutdown_script", command, timeout, journal, done });
  }
}

/** Long enough to resign and to take a hundred addresses off. */
const HEAD_START_MS = 50;

/** The longest wait of a Node timer. */
const LONGEST_TIMER_MS = 0x7fffffff;
