import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { enterNetworkNamespace } from "dgram-extra";
import type { Diagnostic } from "../conf/diagnostic.ts";
import { missingCapabilities } from "../linux/capabilities.ts";
import { ControlSocket } from "../linux/control-socket.ts";
import { hostFacts } from "../linux/host-facts.ts";
import { createJournal, type Journal } from "../linux/journal.ts";
import { openPidFile } from "../linux/pid-file.ts";
import type { ChildSettings } from "../linux/process/messages.ts";
import { Supervisor } from "../linux/process/supervisor.ts";
import { defaultConfigId } from "./config-id.ts";
import { controlAnswer } from "./control-answers.ts";
import {
  type DaemonConfiguration,
  findingText,
  loadDaemonConfiguration,
  reloadRefusal,
} from "./daemon-configuration.ts";
import type { DaemonOptions } from "./daemon-options.ts";
import type { DaemonPersonality } from "./keepalived.ts";
import { VERSION } from "./version.ts";

/** keepalived's exit codes. */
const EXIT = { fatal: 1, configuration: 2, permission: 4, noConfiguration: 6, software: 70 } as const;

/** keepalived's default pid files. */
const PID_FILES = {
  parent: "/run/keepalived.pid",
  vrrp: "/run/vrrp.pid",
  checkers: "/run/checkers.pid",
  bfd: "/run/bfd.pid",
} as const;

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
  const refusal = enterNamespace(options) ?? checkPermission();
  if (refusal !== undefined) {
    process.stderr.write(`${refusal.message}\n`);
    return refusal.code;
  }
  if (!options.dontFork) return detach(context.argv, context.personality);
  const journal = createJournal({
    identifier: "Keepalived",
    console: options.logConsole || context.personality.consoleInForeground,
    syslog: options.syslog,
    facility: options.logFacility,
    detail: options.logDetail,
    format: context.personality.logFormat,
  });
  const pidFile = openPidFile(options.pidFile ?? PID_FILES.parent);
  if (!pidFile.ok) return refuseSecondCopy(pidFile.error, journal);
  const code = await runForeground(options, { journal });
  pidFile.value.remove();
  return code;
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

function enterNamespace(options: DaemonOptions): { code: number; message: string } | undefined {
  if (options.namespace === undefined) return undefined;
  try {
    enterNetworkNamespace(options.namespace);
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      code: EXIT.fatal,
      message: `Cannot run in network namespace "${options.namespace}": ${reason}; "ip netns list" names those there are`,
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
  for (const option of options.withoutEffect) {
    journal.log("warning", `${option} is accepted and has no effect in this version of locum`);
  }
  const loaded = load(options);
  logDiagnostics(loaded.diagnostics, journal);
  if (loaded.refusal !== undefined) {
    journal.log("error", loaded.refusal.message);
    return loaded.refusal.code;
  }
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
  return new Promise((conclude) => {
    const supervisor = new Supervisor(loaded.config, {
      journal,
      children: childSettings(options),
      dontRespawn: options.dontRespawn,
      all: options.all,
      finished: (code) => {
        running.ended = true;
        running.control?.close();
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
      if (supervisor.stop(0)) journal.log("info", "Stopping");
    };
    process.on("SIGTERM", stop);
    process.on("SIGINT", stop);
    process.on("SIGPIPE", () => undefined);
    process.on("SIGHUP", () => reload(options, running));
    for (const name of ["SIGUSR1", "SIGUSR2"] as const) {
      process.on(name, () => {
        journal.log(
          "warning",
          `${name} asks for a dump of the running state, which this version of locum does not write yet`,
        );
      });
    }
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
  const loaded = load(options);
  logDiagnostics(loaded.diagnostics, journal);
  const refusal = reloadRefusal(loaded, new Set(running.diagnostics.map(findingText)));
  if (refusal !== undefined) {
    journal.log("error", refusal.message);
    return;
  }
  running.generation++;
  running.diagnostics = loaded.diagnostics;
  supervisor.reload(loaded.config);
}

function load(options: DaemonOptions): DaemonConfiguration {
  return loadDaemonConfiguration(options.configurationFile, {
    configId: options.configId ?? defaultConfigId(),
    host: hostFacts(),
  });
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
  for (const { span, severity, message, help, code } of diagnostics) {
    const where = span.line === 0 ? `(${span.file})` : `(${span.file}: Line ${span.line})`;
    const level = severity === "hint" ? "info" : severity;
    journal.log(level, `${where} ${message}${help === undefined ? "" : `; ${help}`} [${code}]`);
  }
}

function childSettings(options: DaemonOptions): readonly ChildSettings[] {
  const common = {
    detail: options.logDetail,
    keepVirtualAddresses: options.keepVirtualAddresses,
    keepServices: options.keepServices,
  };
  const settings: ChildSettings[] = [];
  if (options.checkers) {
    settings.push({ ...common, kind: "checkers", pidFile: options.checkersPidFile ?? PID_FILES.checkers });
  }
  if (options.vrrp)
    settings.push({ ...common, kind: "vrrp", pidFile: options.vrrpPidFile ?? PID_FILES.vrrp });
  if (options.bfd) settings.push({ ...common, kind: "bfd", pidFile: options.bfdPidFile ?? PID_FILES.bfd });
  return settings;
}
