import { readFileSync, statSync } from "node:fs";
import type { Diagnostic } from "../conf/diagnostic.ts";
import type { HostFacts } from "../conf/source.ts";

/** Exit codes of `locum lint`. */
const EXIT = { clean: 0, errors: 1, usage: 2 } as const;

interface LintOptions {
  readonly format: "text" | "json";
  readonly configId?: string;
  readonly compat: "2.2.7" | "latest";
  readonly host?: true;
}

/** What was found in one file and in all that it includes. */
interface FileReport {
  readonly file: string;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * `locum lint FILE...`: tells what is wrong in configuration files, with the line and how to mend it.
 * @returns 0 when nothing of severity error was found, 1 when something was, 2 for a wrong option or a file that
 * cannot be read.
 */
export async function run(argv: readonly string[]): Promise<number> {
  const parsed = await parseArguments(argv);
  if (typeof parsed === "number") return parsed;
  const { files, options } = parsed;
  const unreadable = files
    .map((file) => [file, obstacle(file)] as const)
    .filter(([, reason]) => reason !== undefined);
  for (const [file, reason] of unreadable)
    process.stderr.write(`locum lint: cannot read ${file}: ${reason}\n`);
  if (unreadable.length > 0) return EXIT.usage;
  const reports = await lintFiles(files, options);
  if (options.format === "json") process.stdout.write(`${JSON.stringify(jsonReport(reports), null, 2)}\n`);
  else await printText(reports);
  const errors = reports.some((report) => report.diagnostics.some((found) => found.severity === "error"));
  return errors ? EXIT.errors : EXIT.clean;
}

async function parseArguments(
  argv: readonly string[],
): Promise<{ readonly files: readonly string[]; readonly options: LintOptions } | number> {
  const { Command, CommanderError, Option } = await import("commander");
  const command = new Command("locum lint")
    .description("Check configuration files and tell what is wrong, where, and how to mend it.")
    .argument("<file...>", "configuration files; each with everything it includes")
    .addOption(new Option("--format <format>", "how to print").choices(["text", "json"]).default("text"))
    .option("-i, --config-id <id>", "which @ID lines count (default: host name up to its first dot)")
    .addOption(
      new Option("--compat <version>", "whose keywords count").choices(["2.2.7", "latest"]).default("latest"),
    )
    .option("--host", "also check interfaces, scripts and users of this machine")
    .addHelpText(
      "after",
      "\nExit codes:\n  0  nothing of severity error\n  1  at least one error\n  2  wrong option, or a file that cannot be read\n",
    )
    .exitOverride();
  try {
    command.parse([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.clean : EXIT.usage;
  }
  return { files: command.args, options: command.opts<LintOptions>() };
}

/** Why a file cannot be linted, with the way out; undefined when it can. */
function obstacle(file: string): string | undefined {
  try {
    const status = statSync(file);
    if (status.isDirectory())
      return `it is a directory; name its files, such as ${file.replace(/\/$/, "")}/*.conf`;
    readFileSync(file);
    return undefined;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT") return "there is no such file; check the path";
    if (code === "EACCES")
      return "permission denied; make it readable, or run locum as a user who may read it";
    return error instanceof Error ? error.message : String(error);
  }
}

async function lintFiles(files: readonly string[], options: LintOptions): Promise<readonly FileReport[]> {
  const [{ loadConfiguration }, { readConfig }] = await Promise.all([
    import("../conf/load-configuration.ts"),
    import("../linux/read-config.ts"),
  ]);
  const configId = options.configId ?? (await import("./config-id.ts")).defaultConfigId();
  const host: HostFacts | undefined = options.host
    ? (await import("../linux/host-facts.ts")).hostFacts()
    : undefined;
  return files.map((file) => {
    const loaded = loadConfiguration({
      root: literal(file),
      read: readConfig,
      options: { configId, environment: process.env, compat: options.compat, ...(host ? { host } : {}) },
    });
    return { file, diagnostics: loaded.diagnostics };
  });
}

/** The name of one file as a pattern that matches nothing else. */
function literal(file: string): string {
  return file.replace(/[*?[\]{}\\]/g, "\\$&");
}

function jsonReport(reports: readonly FileReport[]): unknown {
  const diagnostics = reports.flatMap((report) =>
    report.diagnostics.map(({ keepalived, ...found }) => ({
      ...found,
      ...(keepalived ? { keepalived: keepalived.texts } : {}),
    })),
  );
  return { files: reports.map((report) => report.file), diagnostics };
}

async function printText(reports: readonly FileReport[]): Promise<void> {
  const [{ codeFrame }, { default: picocolors }] = await Promise.all([
    import("./code-frame.ts"),
    import("picocolors"),
  ]);
  const colored = process.stdout.isTTY === true && !process.env.NO_COLOR;
  const colors = picocolors.createColors(colored);
  const cache = new Map<string, readonly string[]>();
  const linesOf = (file: string): readonly string[] | undefined => {
    const known = cache.get(file);
    if (known) return known;
    try {
      const lines = readFileSync(file, "utf8").split(/\r?\n/);
      cache.set(file, lines);
      return lines;
    } catch {
      return undefined;
    }
  };
  const found = reports.flatMap((report) => report.diagnostics);
  for (const each of found) process.stdout.write(`${codeFrame(each, { colors, linesOf })}\n\n`);
  process.stdout.write(`${summary(reports, found)}\n`);
}

function summary(reports: readonly FileReport[], found: readonly Diagnostic[]): string {
  const count = (severity: Diagnostic["severity"], word: string): string[] => {
    const number = found.filter((each) => each.severity === severity).length;
    return number === 0 ? [] : [`${number} ${word}${number === 1 ? "" : "s"}`];
  };
  const parts = [...count("error", "error"), ...count("warning", "warning"), ...count("hint", "hint")];
  const files = reports.length === 1 ? (reports[0]?.file ?? "") : `${reports.length} files`;
  return parts.length === 0 ? `${files}: nothing to complain about` : `${files}: ${parts.join(", ")}`;
}
