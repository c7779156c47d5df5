import { spawn } from "node:child_process";
import { dirname, resolve } from "node:path";
import { enterNetworkNamespace, setResourceLimit } from "dgram-extra";
import { failed, ok, type Result } from "../base/result.ts";
import type { Diagnostic } from "../conf/diagnostic.ts";
import type { Config } from "../conf/model/config.ts";
import { missingCapabilities } from "../linux/capabilities.ts";
import { ControlSocket } from "../linux/control-socket.ts";
import { collectGarbageSoon, keepYoungGenerationSmall } from "../linux/garbage.ts";
import { hostFacts } from "../linux/host-facts.ts";
import { createJournal, type Journal } from "../linux/journal.ts";
import { journalIdentifier } from "../linux/journal-identifier.ts";
import { openPidFile } from "../linux/pid-file.ts";
import type { ChildSettings, DumpKind } from "../linux/process/messages.ts";
import { Supervisor } from "../linux/process/supervisor.ts";
import { serviceNotifier } from "../linux/service-notifier.ts";
import { isShortage } from "../linux/shortage.ts";
import { findingLine, writeCheckLog } from "./check-log.ts";
import { defaultConfigId } from "./config-id.ts";
import { controlAnswer } from "./control-answers.ts";
import {
  type DaemonConfiguration,
  findingText,
  loadDaemonConfiguration,
  reloadRefusal,
} from "./daemon-configuration.ts";
import {
  changesThatNeedRestart,
  daemonName,
  makePidFolder,
  pidFileNames,
  processTitle,
  removePidFolder,
} from "./daemon-identity.ts";
import type { DaemonOptions } from "./daemon-options.ts";
import { listenForSignals } from "./daemon-signals.ts";
import { Dumps } from "./dumps.ts";
import type { DaemonPersonality } from "./keepalived.ts";
import { whileMarked } from "./reload-mark.ts";
import { ReloadQueue } from "./reload-queue.ts";
import { ReloadSchedule } from "./reload-schedule.ts";
import { watchService } from "./service-watch.ts";
import { VERSION } from "./version.ts";

/** keepalived's exit codes. */
const EXIT = { fatal: 1, configuration: 2, permission: 4, noConfiguration: 6, software: 70 } as const;

/** How long after the end of everything the process may go on. */
const LAST_PATIENCE_MS = 500;

/**
 * Starts the daemon; resolves with its exit code when it ends, or, without `--dont-fork`, when the detached daemon
 * has started.
 */
export async function startDaemon(
  options: DaemonOptions,
  context: { readonly personality: DaemonPersonality; readonly argv: readonly string[] },
): Promise<number> {
  if (options.umask !== undefined) process.umask(options.umask);
  const refusal =
    (options.namespace === undefined ? undefined : enterNamespace(options.namespace)) ?? checkPermission();
  if (refusal !== undefined) {
    process.stderr.write(`${refusal.message}\n`);
    return refusal.code;
  }
  if (!options.dontFork) return detach(context.argv, context.personality);
  keepYoungGenerationSmall();
  const journal = createJournal({
    identifier: "Keepalived",
    console: options.logConsole || context.personality.consoleInForeground,
    syslog: options.syslog,
    facility: options.logFacility,
    detail: options.logDetail,
    format: context.personality.logFormat,
  });
  return runForeground(options, { journal });
}

/** keepalived says so, and exits 0, when it runs already; a pid file that cannot be written is fatal for us. */
function refuseSecondCopy(failure: { kind: string; message: string }, journal: Journal): number {
  if (failure.kind === "locked") {
    journal.log("error", `daemon is already running (${failure.message})`);
    return 0;
  }
  journal.log("error", failure.message);
  return EXIT.fatal;
}

function enterNamespace(name: string): { code: number; message: string } | undefined {
  try {
    enterNetworkNamespace(name);
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      code: EXIT.fatal,
      message: `Cannot run in network namespace "${name}": ${reason}; "ip netns list" names those there are`,
    };
  }
}

function checkPermission(): { code: number; message: string } | undefined {
  const missing = missingCapabilities(["CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_NET_BIND_SERVICE"]);
  if (missing.length === 0) return undefined;
  return {
    code: EXIT.permission,
    message: `Cannot start: this process lacks ${missing.join(", ")}. Run it as root, or give it those capabilities (systemd: AmbientCapabilities=; container: --cap-add)`,
  };
}

/** Starts this program again, detached and in the foreground of its own session; 0 once it says that it runs. */
function detach(argv: readonly string[], personality: DaemonPersonality): Promise<number> {
  const program = process.argv[1] as string;
  const command = personality.program === "keepalived" ? ["keepalived"] : ["run"];
  const child = spawn(process.execPath, [program, ...command, ...argv, "--dont-fork"], {
    detached: true,
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  return new Promise((resolve) => {
    child.on("message", () => {
      child.disconnect();
      child.unref();
      resolve(0);
    });
    child.on("exit", (code) => resolve(code ?? EXIT.software));
  });
}

async function runForeground(options: DaemonOptions, { journal }: { journal: Journal }): Promise<number> {
  journal.log("info", `Starting locum (standing in for Keepalived v2.2.7), pid ${process.pid}`);
  journal.log("info", `Opening file '${options.configurationFile}'.`);
  for (const reason of options.withoutEffect) journal.log("warning", reason);
  if (options.coreDump) allowCoreDumps(journal);
  const loaded = loadInItsNamespace(options);
  if (!loaded.ok) {
    journal.log("error", loaded.error.message);
    return loaded.error.code;
  }
  const { diagnostics, refusal, config } = loaded.value;
  logDiagnostics(diagnostics, journal);
  if (refusal !== undefined) {
    journal.log("error", refusal.message);
    return refusal.code;
  }
  assumeIdentity(config, { options, journal });
  const names = pidFileNames(config, options);
  makePidFolder(names.parent);
  const pidFile = openPidFile(names.parent);
  if (!pidFile.ok) return refuseSecondCopy(pidFile.error, journal);
  if (pidFile.value.trouble !== undefined) journal.log("warning", pidFile.value.trouble);
  const code = await runWith(loaded.value, { options, journal });
  pidFile.value.remove();
  removePidFolder(names.parent);
  return code;
}

/** `-m`: for this process and its children. A bug of ours is still answered by a farewell, not by a core. */
function allowCoreDumps(journal: Journal): void {
  try {
    const unlimited = 0xffffffffffffffffn;
    setResourceLimit("coreSize", { soft: unlimited, hard: unlimited });
  } catch (error) {
    journal.log("warning", `--core-dump: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** `net_namespace`: what is configured is about the interfaces there, so the file is read once more inside. */
function loadInItsNamespace(
  options: DaemonOptions,
): Result<DaemonConfiguration, { readonly code: number; readonly message: string }> {
  const loaded = load(options);
  const { networkNamespace } = loaded.config.daemon;
  if (options.namespace !== undefined || networkNamespace === undefined) return ok(loaded);
  const refusal = enterNamespace(networkNamespace);
  return refusal === undefined ? ok(load(options)) : failed(refusal);
}

/** Takes the names and the umask that the configuration gives this process. */
function assumeIdentity(
  config: Config,
  { options, journal }: { readonly options: DaemonOptions; readonly journal: Journal },
): void {
  const { umask } = config.global.management;
  if (options.umask === undefined && umask !== KEEPALIVED_UMASK) process.umask(umask);
  const title = processTitle("parent", config);
  if (title !== undefined) process.title = title;
  journal.rename(journalIdentifier("parent", daemonName(config, options)));
}

/** The default is for dumps, pipes and scripts; our other files are made with the modes they need. */
const KEEPALIVED_UMASK = 0o177;

async function runWith(
  loaded: DaemonConfiguration,
  { options, journal }: { readonly options: DaemonOptions; readonly journal: Journal },
): Promise<number> {
  const wantsForwarder = options.checkers && loaded.config.virtualServers.length > 0;
  if (wantsForwarder) {
    const { forwarderObstacle } = await import("../linux/forwarder.ts");
    const obstacle = forwarderObstacle();
    if (obstacle !== undefined) {
      journal.log("error", obstacle);
      return EXIT.fatal;
    }
  }
  return supervise(options, { loaded, journal });
}

function supervise(
  options: DaemonOptions,
  { loaded, journal }: { loaded: DaemonConfiguration; journal: Journal },
): Promise<number> {
  const name = daemonName(loaded.config, options);
  return new Promise((conclude) => {
    let configurationTold = false;
    const supervisor = new Supervisor(loaded.config, {
      journal,
      name,
      children: childSettings(options, loaded.config),
      ready: () => {
        notifier.ready(summary(running));
        collectGarbageSoon();
        if (options.dumpConfiguration && !configurationTold) void dumps.log();
        configurationTold = true;
      },
      dontRespawn: options.dontRespawn,
      all: options.all,
      dump: (kind) => void dumps.write(kind),
      finished: (code) => {
        running.ended = true;
        running.control?.close();
        watch.stop();
        schedule.close();
        journal.log("info", "Stopped locum");
        conclude(code);
        // What still hangs, a name server that is asked for the mail host for instance, does not hold up the end.
        setTimeout(() => process.exit(code), LAST_PATIENCE_MS).unref();
      },
    });
    const running: Running = {
      supervisor,
      journal,
      diagnostics: loaded.diagnostics,
      generation: 1,
      ended: false,
      control: undefined,
    };
    const stop = () => {
      // The children first: a line on a slow console would cost the peer's clients its time.
      if (!supervisor.stop(0)) return;
      notifier.stopping();
      journal.log("info", "Stopping");
    };
    const notifier = serviceNotifier(process.env, process.pid);
    delete process.env.NOTIFY_SOCKET;
    const watch = watchService(supervisor, notifier);
    const reloads = new ReloadQueue(async () => {
      if (running.ended) return;
      notifier.reloading();
      reload(options, running);
      schedule.configure(supervisor.config.global.reload);
      // Children take messages in order: who answers has taken the new configuration.
      await supervisor.status();
      notifier.ready(summary(running));
      collectGarbageSoon();
    });
    const schedule = new ReloadSchedule(() => reloads.request(), journal);
    schedule.configure(loaded.config.global.reload);
    const dumps = new Dumps(supervisor, { journal, namespace: name.namespace });
    const actions = {
      stop,
      reload: () => reloads.request(),
      dump: (kind: DumpKind) => void dumps.write(kind),
    };
    listenForSignals(actions, { journal, ignoreInterrupt: options.ignoreInterrupt });
    supervisor.start();
    void openControl(options, running);
    // The detached starter waits for this.
    process.send?.({ kind: "running" });
  });
}

/** What runs, to compare a reload with and to tell of. */
interface Running {
  readonly supervisor: Supervisor;
  readonly journal: Journal;
  diagnostics: readonly Diagnostic[];
  /** Counts the configurations taken. */
  generation: number;
  ended: boolean;
  control: ControlSocket | undefined;
}

/** Validates first: a file that cannot be used leaves everything that runs as it is. */
function reload(options: DaemonOptions, running: Running): void {
  const { supervisor, journal } = running;
  journal.log("info", "Reloading ...");
  const pidFolder = dirname(pidFileNames(supervisor.config, options).parent);
  let loaded: DaemonConfiguration;
  try {
    loaded = whileMarked(supervisor.config.global.reload, { pidFolder, read: () => load(options) });
  } catch (error) {
    if (!isShortage(error)) throw error;
    const why = `The new configuration cannot be read, because this host ran short: ${error.message}`;
    journal.log("error", `${why}. Going on with the configuration that runs; reload again`);
    return;
  }
  logDiagnostics(loaded.diagnostics, journal);
  const { reload: how, management } = supervisor.config.global;
  if (how.checkLog !== undefined)
    void writeCheckLog(how.checkLog, { diagnostics: loaded.diagnostics, umask: management.umask }).then(
      (trouble) => trouble === undefined || journal.log("warning", trouble),
    );
  const refusal =
    reloadRefusal(loaded, new Set(running.diagnostics.map(findingText))) ??
    restartRefusal(supervisor.config, loaded.config);
  if (refusal !== undefined) {
    journal.log("error", refusal.message);
    return;
  }
  running.generation++;
  running.diagnostics = loaded.diagnostics;
  supervisor.reload(loaded.config);
}

function restartRefusal(running: Config, next: Config): { readonly message: string } | undefined {
  const names = changesThatNeedRestart(running, next);
  if (names.length === 0) return undefined;
  return {
    message: `The new configuration changes ${names.join(", ")}, which a running daemon cannot do. Going on with the configuration that runs; restart, or put ${names.length === 1 ? "it" : "them"} back as before`,
  };
}

function load(options: DaemonOptions): DaemonConfiguration {
  const loaded = loadDaemonConfiguration(options.configurationFile, {
    configId: options.configId ?? defaultConfigId(),
    host: hostFacts(),
  });
  if (options.umask === undefined) return loaded;
  // `-u` counts before the file's.
  const { global } = loaded.config;
  const management = { ...global.management, umask: options.umask };
  return { ...loaded, config: { ...loaded.config, global: { ...global, management } } };
}

/** Opens the control socket; a daemon without one does its work all the same. */
async function openControl(options: DaemonOptions, running: Running): Promise<void> {
  const opened = await ControlSocket.open({
    answer: (request) =>
      controlAnswer(request, {
        source: running.supervisor,
        about: {
          version: VERSION,
          generation: running.generation,
          configurationFile: resolve(options.configurationFile),
          configId: options.configId ?? defaultConfigId(),
          errors: running.diagnostics.filter(({ severity }) => severity === "error").map(findingText),
        },
      }),
  });
  if (!opened.ok) running.journal.log("warning", opened.error);
  else if (running.ended) opened.value.close();
  else running.control = opened.value;
}

function logDiagnostics(diagnostics: readonly Diagnostic[], journal: Journal): void {
  for (const found of diagnostics) {
    journal.log(found.severity === "hint" ? "info" : found.severity, findingLine(found));
  }
}

/** One line for whoever asks systemd. */
function summary({ supervisor: { config }, generation }: Running): string {
  return `Configuration ${generation}: ${config.vrrpInstances.length} virtual routers, ${config.virtualServers.length} virtual servers`;
}

function childSettings(options: DaemonOptions, config: Config): readonly ChildSettings[] {
  const names = pidFileNames(config, options);
  const own = (kind: "vrrp" | "checkers" | "bfd") => {
    const title = processTitle(kind, config);
    return { kind, pidFile: names[kind], ...(title === undefined ? {} : { title }) };
  };
  const common = {
    detail: options.logDetail,
    monitorAddresses: options.monitorAddresses,
    keepVirtualAddresses: options.keepVirtualAddresses,
    keepServices: options.keepServices,
  };
  const settings: ChildSettings[] = [];
  if (options.checkers) settings.push({ ...common, ...own("checkers") });
  if (options.vrrp) settings.push({ ...common, ...own("vrrp") });
  if (options.bfd) settings.push({ ...common, ...own("bfd") });
  return settings;
}
