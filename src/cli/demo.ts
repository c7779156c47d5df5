import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Command, CommanderError, Option } from "commander";
import { type DrillOptions, runDrill } from "../drill/drill.ts";
import { SITUATIONS, type Situation, situationNamed } from "../drill/situation.ts";
import type { Programs, Stage } from "../drill/stage.ts";
import { passed, type Verdict, verdictJson } from "../drill/verdict.ts";
import { LabError } from "../lab/lab-error.ts";
import { removeLeftovers } from "../lab/leftovers.ts";
import { DemoConsole } from "./demo-console.ts";

interface DemoOptions {
  readonly example: string;
  readonly json: boolean;
  readonly keep: boolean;
  readonly verbose: boolean;
  readonly daemon?: string;
}

/** Exit codes of sysexits(3), where this machine cannot run the demo at all. */
const EXIT = { usage: 64, unavailable: 69, noPermission: 77 } as const;

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const LOCUM = [process.execPath, `${ROOT}bin/locum`];
/** keepalived's options: stay in the foreground, log to stderr and not to syslog, pid files of its own. */
const DAEMON_OPTIONS =
  "-n -l -D -G -f {conf} -p {run}/locum.pid -r {run}/vrrp.pid -c {run}/checkers.pid -b {run}/bfd.pid";
/** The programs the lab itself needs, and the Debian package that brings each. */
const NEEDED_PROGRAMS = { ip: "iproute2", nsenter: "util-linux" } as const;

/**
 * `locum demo`: runs a director pair in network namespaces, breaks it, and shows what happened.
 * @returns 0 when every step held, 1 when one did not, 64 for a wrong command line, 69 or 77 when this machine or
 * user cannot make network namespaces.
 */
export async function run(argv: readonly string[]): Promise<number> {
  const command = describeCommand();
  try {
    command.parse(argv, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage;
    throw error;
  }
  const options = command.opts<DemoOptions>();
  const situation = situationNamed(options.example);
  if (situation === undefined) return EXIT.usage;
  const obstacle = findObstacle();
  if (obstacle !== undefined) return refuse(obstacle, options);
  try {
    return await demonstrate(situation, options);
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    const wayOut =
      "the demo needs a kernel and rights for network namespaces: try a machine or VM of your own, or a privileged container";
    return refuse({ code: EXIT.unavailable, message: `${error.message}; ${wayOut}` }, options);
  }
}

function describeCommand(): Command {
  const names = SITUATIONS.map(({ name }) => name);
  return new Command("locum demo")
    .description("Runs a director pair in network namespaces, breaks it, and shows what happened.")
    .addOption(
      new Option("--example <name>", "the folder below examples/ to run").choices(names).default(names[0]),
    )
    .option("--json", "print the outcome as data instead", false)
    .option("--keep", "leave the lab up after the last step, until Ctrl-C", false)
    .option("--verbose", "show the daemons' logs as they come", false)
    .option("--daemon <command>", "run another daemon; {conf} and {run} are filled in")
    .addHelpText(
      "after",
      `\nExamples:\n${SITUATIONS.map(({ name, summary }) => `  ${name.padEnd(10)} ${summary}`).join("\n")}`,
    )
    .exitOverride();
}

interface Obstacle {
  readonly code: number;
  readonly message: string;
}

function findObstacle(): Obstacle | undefined {
  const user = process.geteuid?.() ?? -1;
  if (user !== 0) {
    return {
      code: EXIT.noPermission,
      message: `making network namespaces needs root, and this is user ${user}; run it with sudo`,
    };
  }
  for (const [program, debianPackage] of Object.entries(NEEDED_PROGRAMS)) {
    if (spawnSync(program, ["-V"], { stdio: "ignore" }).error !== undefined) {
      return {
        code: EXIT.unavailable,
        message: `the program ${program} is not installed; on Debian: apt install ${debianPackage}`,
      };
    }
  }
  return undefined;
}

function refuse(obstacle: Obstacle, options: DemoOptions): number {
  process.stderr.write(`locum demo: ${obstacle.message}\n`);
  if (options.json) {
    const steps = [{ name: "the lab can be built", ok: false, detail: obstacle.message }];
    printJson({ steps, failoverMs: undefined, requests: { sent: 0, failed: 0 }, share: {} });
  }
  return obstacle.code;
}

function printJson(verdict: Verdict): void {
  process.stdout.write(`${JSON.stringify(verdictJson(verdict), undefined, 2)}\n`);
}

async function demonstrate(situation: Situation, options: DemoOptions): Promise<number> {
  const screen = new DemoConsole({
    out: options.json ? process.stderr : process.stdout,
    quiet: options.json && !options.verbose,
  });
  screen.title(situation.name, situation.summary);
  const stale = removeLeftovers();
  if (stale.length > 0) screen.note(`removed what an earlier run left behind: ${stale.join(", ")}`);
  const early = new EarlyEnd();
  const drill: DrillOptions = {
    situation,
    programs: programs(options),
    listener: screen,
    onStage: (stage) => early.watch(stage),
    ...(options.verbose ? { onLogLine: (director, line) => screen.logLine(director, line.text) } : {}),
    ...(options.keep ? { beforeClose: keepUp({ screen, early }) } : {}),
  };
  try {
    const { verdict, timeline } = await runDrill(drill);
    if (!options.keep) screen.timeline(timeline);
    screen.verdict(verdict);
    if (options.json) printJson(verdict);
    return passed(verdict) ? 0 : 1;
  } finally {
    early.forget();
    screen.close();
  }
}

function programs(options: DemoOptions): Programs {
  const own = [...LOCUM, "run", ...DAEMON_OPTIONS.split(" ")];
  return {
    daemon: options.daemon?.split(/\s+/).filter((word) => word !== "") ?? own,
    listServices: [...LOCUM, "ipvsadm", "-Ln"],
    examples: `${ROOT}examples`,
  };
}

/** Shows what happened, then waits for a Ctrl-C with everything still running. */
function keepUp(at: { screen: DemoConsole; early: EarlyEnd }): NonNullable<DrillOptions["beforeClose"]> {
  return async ({ topology, situation }, timeline) => {
    const enter = (machine: string): string => `  nsenter --net=/run/netns/${topology.namespaceOf(machine)}`;
    at.screen.timeline(timeline);
    at.screen.note("");
    at.screen.note("the lab stays up until Ctrl-C; from another terminal:");
    at.screen.note(`${enter("client")} curl http://${situation.virtualAddresses[0]}/`);
    at.screen.note(`${enter("a")} ${ROOT}bin/locum ipvsadm -Ln`);
    at.screen.note(`${enter("b")} ip -brief address`);
    await at.early.interrupted();
  };
}

const SIGNALS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;

/** Removes the lab when the process has to end before the drill does, whichever way that comes about. */
class EarlyEnd {
  #stage: Stage | undefined;
  #onInterrupt: (() => void) | undefined;
  readonly #onExit = (): void => this.#stage?.remove();
  readonly #onSignal = (signal: NodeJS.Signals): void => {
    const waiting = this.#onInterrupt;
    this.#onInterrupt = undefined;
    if (waiting !== undefined) {
      waiting();
      return;
    }
    this.#stage?.remove();
    process.exit(128 + (SIGNALS[signal as keyof typeof SIGNALS] ?? 0));
  };

  constructor() {
    process.on("exit", this.#onExit);
    for (const signal of Object.keys(SIGNALS)) process.on(signal, this.#onSignal);
  }

  /** The stage to remove. */
  watch(stage: Stage): void {
    this.#stage = stage;
  }

  /** Waits for the next of the signals, which then does not end the process. */
  interrupted(): Promise<void> {
    // A pending promise does not keep Node running; this timer does.
    const alive = setInterval(() => undefined, 60_000);
    return new Promise((resolve) => {
      this.#onInterrupt = () => {
        clearInterval(alive);
        resolve();
      };
    });
  }

  /** The drill has ended by itself and removed its stage. */
  forget(): void {
    process.off("exit", this.#onExit);
    for (const signal of Object.keys(SIGNALS)) process.off(signal, this.#onSignal);
  }
}
