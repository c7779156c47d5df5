import { readFileSync } from "node:fs";
import { instant } from "../base/time.ts";
import type { Diagnostic } from "../conf/diagnostic.ts";
import type { Config } from "../conf/model/config.ts";
import type { ReloadPlan, ReloadSituation } from "../director/reload-plan.ts";
import type { ConfigAnswer, StatusAnswer } from "./control-answers.ts";
import type { FoundDaemon } from "./find-daemon.ts";

/** Exit codes of `locum plan`. */
const EXIT = { unchanged: 0, failed: 1, changed: 2, addressLost: 3, refused: 4, usage: 64 } as const;

interface PlanOptions {
  readonly running?: string;
  readonly socket?: string;
  readonly configId?: string;
  readonly assume: "master" | "backup";
  readonly json?: true;
}

/** A plan, or why the daemon would keep what it has, with where the running side comes from. */
export interface PlanReport {
  readonly file: string;
  /** The running side: a file, or the file of the daemon that was asked. */
  readonly against: string;
  /** What had to be assumed because no daemon could tell. */
  readonly assumptions: readonly string[];
  readonly refusal?: { readonly message: string; readonly findings: readonly Diagnostic[] };
  /** Absent when the reload is refused: nothing changes then. */
  readonly plan?: ReloadPlan;
}

/**
 * `locum plan NEW`: what a reload would change, before it does.
 * @returns 0 when nothing would, 2 when something would, 3 when an address held now would be gone for a moment or
 * longer, 4 when the daemon would refuse, 1 when no plan could be made, 64 for a wrong option.
 */
export async function run(argv: readonly string[]): Promise<number> {
  const parsed = await parseArguments(argv);
  if (typeof parsed === "number") return parsed;
  const { file, options } = parsed;
  const made = await makeReport(file, options);
  if (typeof made === "string") {
    process.stderr.write(`locum plan: ${made}\n`);
    return EXIT.failed;
  }
  await print(made, options);
  return exitCode(made);
}

async function parseArguments(
  argv: readonly string[],
): Promise<{ readonly file: string; readonly options: PlanOptions } | number> {
  const { Command, CommanderError, Option } = await import("commander");
  const command = new Command("locum plan")
    .description("Tell what a reload to another configuration would change, before it does.")
    .argument("<new>", "the configuration file to reload to")
    .addOption(
      new Option("--running <file>", "compare with this file instead of asking a daemon").conflicts("socket"),
    )
    .option("--socket <path>", "ask the daemon behind this control socket")
    .option("-i, --config-id <id>", "which @ID lines count (default: the daemon's, or the host name)")
    .addOption(
      new Option("--assume <role>", "with --running: the role that every instance has")
        .choices(["master", "backup"])
        .default("master"),
    )
    .option("--json", "print the plan as JSON")
    .addHelpText(
      "after",
      `
Exit codes:
   0  a reload would change nothing
   2  it would change something, and every address held now stays
   3  an address held now would be gone, for a moment or for longer
   4  the daemon would refuse the file and go on with what it has
   1  no plan could be made: a file that cannot be read, no daemon that can be asked
  64  wrong option
`,
    )
    .exitOverride();
  try {
    command.parse([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.unchanged : EXIT.usage;
  }
  return { file: command.args[0] ?? "", options: command.opts<PlanOptions>() };
}

function exitCode({ refusal, plan }: PlanReport): number {
  if (refusal !== undefined || plan === undefined) return EXIT.refused;
  switch (plan.outcome) {
    case "unchanged":
      return EXIT.unchanged;
    case "changed":
      return EXIT.changed;
    case "address-lost":
      return EXIT.addressLost;
  }
}

/** The report, or why none can be made. */
async function makeReport(file: string, options: PlanOptions): Promise<PlanReport | string> {
  const obstacle =
    unreadable(file) ?? (options.running === undefined ? undefined : unreadable(options.running));
  if (obstacle !== undefined) return obstacle;
  if (options.running !== undefined) return compareFiles(file, { ...options, running: options.running });
  const { findDaemon } = await import("./find-daemon.ts");
  const found = await findDaemon(options.socket);
  if (!found.ok) return `${found.error}\nTwo files are compared with: locum plan NEW --running OLD`;
  return compareWithDaemon(file, { ...options, daemon: found.value });
}

/** The name of one file as a pattern that matches nothing else. */
function literal(file: string): string {
  return file.replace(/[*?[\]{}\\]/g, "\\$&");
}

function unreadable(file: string): string | undefined {
  try {
    readFileSync(file);
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return `cannot read ${file}: ${reason}; name a configuration file that exists and may be read`;
  }
}

async function compareFiles(
  file: string,
  options: PlanOptions & { readonly running: string },
): Promise<PlanReport | string> {
  const [{ loadDaemonConfiguration, reloadRefusal, findingText }, { settledSituation }, { planReload }] =
    await Promise.all([
      import("./daemon-configuration.ts"),
      import("../director/reload-situation.ts"),
      import("../director/reload-plan.ts"),
    ]);
  const configId = options.configId ?? (await import("./config-id.ts")).defaultConfigId();
  const old = loadDaemonConfiguration(literal(options.running), { configId });
  if (old.refusal !== undefined) {
    return `no daemon can be running with ${options.running}: ${old.refusal.message}; "locum lint ${options.running}" shows why`;
  }
  const next = loadDaemonConfiguration(literal(file), { configId });
  const refusal = reloadRefusal(next, new Set(old.diagnostics.map(findingText)));
  const assumptions = [
    `every instance has long been ${options.assume.toUpperCase()}`,
    "every interface is up, every script and every real server is well",
  ];
  const common = { file, against: options.running, assumptions };
  if (refusal !== undefined) return { ...common, refusal };
  const situation = settledSituation(old.config, { next: next.config, role: options.assume });
  return { ...common, plan: planReload(old.config, { next: next.config, situation }) };
}

async function compareWithDaemon(
  file: string,
  options: PlanOptions & { readonly daemon: FoundDaemon },
): Promise<PlanReport | string> {
  const { daemon } = options;
  const [{ loadDaemonConfiguration, reloadRefusal }, { passwordsOf, restorePasswords }, { hostFacts }] =
    await Promise.all([
      import("./daemon-configuration.ts"),
      import("./control-answers.ts"),
      import("../linux/host-facts.ts"),
    ]);
  const first = await daemon.ask({ request: "config" });
  if (!first.ok) return first.error;
  const { configId: daemonId } = first.value as ConfigAnswer;
  const configId = options.configId ?? daemonId;
  // Which passwords the new file has is only known once it is read, and reading takes the interfaces of the daemon.
  const status = await daemon.ask({ request: "status" });
  if (!status.ok) return status.error;
  const standing = status.value as StatusAnswer;
  const interfaces = standing.vrrp?.vrrp.links.map(({ name }) => name);
  const host = { ...hostFacts(), ...(interfaces === undefined ? {} : { interfaces }) };
  const next = loadDaemonConfiguration(literal(file), { configId, host });
  const passwords = passwordsOf(next.config);
  const asked = await daemon.ask({ request: "config", passwords });
  if (!asked.ok) return asked.error;
  const answer = asked.value as ConfigAnswer;
  if (answer.generation !== standing.generation) {
    return "the daemon took another configuration while it was asked; run this again";
  }
  const common = { file, against: `the daemon ${answer.pid}, which runs ${answer.configurationFile}` };
  const refusal = reloadRefusal(next, new Set(answer.errors));
  if (refusal !== undefined) return { ...common, assumptions: [], refusal };
  const running = restorePasswords(answer.config, passwords);
  const situation = await situationOf(standing, { running, next: next.config });
  if (typeof situation === "string") return situation;
  const { planReload } = await import("../director/reload-plan.ts");
  const plan = planReload(running, { next: next.config, situation: situation.situation });
  return { ...common, assumptions: situation.assumptions, plan };
}

/** How the daemon's processes stand; what one that does not run yet will find is assumed. */
async function situationOf(
  status: StatusAnswer,
  configs: { readonly running: Config; readonly next: Config },
): Promise<{ readonly situation: ReloadSituation; readonly assumptions: readonly string[] } | string> {
  const { settledSituation } = await import("../director/reload-situation.ts");
  const settled = settledSituation(configs.running, { next: configs.next, role: "backup" });
  const assumptions: string[] = [];
  let situation: ReloadSituation = { now: status.vrrp?.vrrp.now ?? status.checkers?.now ?? instant(0) };
  for (const { kind, pid } of status.children) {
    const answered = status[kind];
    if (pid !== undefined && answered === undefined) {
      return `the ${kind} process (pid ${pid}) did not say within 2 s how it stands; run this again`;
    }
    if (kind === "vrrp") {
      const idle = settled.vrrp?.status;
      if (status.vrrp !== undefined)
        situation = { ...situation, vrrp: { kind: "running", status: status.vrrp.vrrp } };
      else if (idle !== undefined && configs.next.vrrpInstances.length > 0) {
        assumptions.push("the VRRP process starts and finds every interface up");
        situation = { ...situation, vrrp: { kind: "idle", status: { ...idle, now: situation.now } } };
      }
    } else if (kind === "bfd") {
      const idle = { now: situation.now, sessions: [], rejected: {} };
      situation = { ...situation, bfd: status.bfd?.bfd ?? idle };
    } else if (status.checkers !== undefined) {
      const { standing } = status.checkers;
      situation = { ...situation, checkers: { kind: "running", standing } };
    } else if (configs.next.virtualServers.length > 0) {
      assumptions.push("the checker process starts and finds none of its services in the table");
      situation = { ...situation, checkers: { kind: "idle", table: new Map() } };
    }
  }
  return { situation, assumptions };
}

async function print(report: PlanReport, options: PlanOptions): Promise<void> {
  if (options.json) {
    const { refusal, ...rest } = report;
    const outcome = refusal === undefined ? report.plan?.outcome : "refused";
    const json = {
      outcome,
      exitCode: exitCode(report),
      ...rest,
      ...(refusal === undefined ? {} : { refusal }),
    };
    process.stdout.write(`${JSON.stringify(json, null, 2)}\n`);
    return;
  }
  const [{ planText }, { default: picocolors }] = await Promise.all([
    import("./plan-text.ts"),
    import("picocolors"),
  ]);
  const colored = process.stdout.isTTY === true && !process.env.NO_COLOR;
  process.stdout.write(planText(report, picocolors.createColors(colored)));
}
