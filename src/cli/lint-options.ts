/** What `locum lint` was asked to do. */
export interface LintOptions {
  readonly format: "text" | "json" | "sarif" | "github";
  /** The identities whose `@ID` lines count, each read on its own; empty for that of this host. */
  readonly configIds: readonly string[];
  readonly compat: "2.2.7" | "latest";
  readonly failOn: "error" | "warning" | "hint";
  readonly host: boolean;
  readonly fix: boolean;
  readonly pair: boolean;
  readonly listRules: boolean;
  readonly explain?: string;
}

/** Exit codes of `locum lint`. */
export const EXIT = { clean: 0, found: 1, usage: 2 } as const;

const HELP = `
Findings are errors (it will not do what it says), warnings (probably not what is meant) and hints.
A comment turns a rule off: # locum-disable-next-line RULE, # locum-disable-line RULE, or # locum-disable RULE
for the whole file.

Colour is used on a terminal only, and not when NO_COLOR is set.

Exit codes:
  0  nothing found that counts (errors, or what --fail-on says)
  1  at least one finding that counts; with --compat 2.2.7: that release would find fault too
  2  wrong option, or a file that cannot be read or written

Examples:
  locum lint /etc/keepalived/keepalived.conf
  locum lint --fix keepalived.conf
  locum lint --pair a.conf b.conf
  locum lint --pair -i lb1,lb2 keepalived.conf
  locum lint --format sarif keepalived.conf > lint.sarif
`;

/** Reads the command line; an exit code when there is nothing further to do. */
export async function readLintOptions(
  argv: readonly string[],
): Promise<{ readonly files: readonly string[]; readonly options: LintOptions } | number> {
  const { Command, CommanderError, Option } = await import("commander");
  const listing = argv.includes("--list-rules") || argv.some((word) => word.startsWith("--explain"));
  const command = new Command("locum lint")
    .description("Check configuration files and tell what is wrong, where, and how to mend it.")
    .argument(listing ? "[file...]" : "<file...>", "configuration files; each with everything it includes")
    .addOption(
      new Option("--format <format>", "how to print")
        .choices(["text", "json", "sarif", "github"])
        .default("text"),
    )
    .option(
      "-i, --config-id <id>",
      "which @ID lines count (default: host name up to its first dot); several with commas or by repetition",
      (value: string, before: readonly string[]) => [
        ...before,
        ...value.split(",").filter((id) => id !== ""),
      ],
      [] as readonly string[],
    )
    .addOption(
      new Option("--compat <version>", "whose judgement: 2.2.7 tells only what that release finds")
        .choices(["2.2.7", "latest"])
        .default("latest"),
    )
    .option(
      "--pair",
      "also tell whether two directors would work together: two files, or one with -i A,B",
      false,
    )
    .option("--fix", "apply the changes that leave the meaning as it is, also in included files", false)
    .addOption(
      new Option("--fail-on <severity>", "what makes the exit code 1")
        .choices(["error", "warning", "hint"])
        .default("error"),
    )
    .option("--host", "also check interfaces, addresses, scripts and users of this machine", false)
    .option("--list-rules", "list all rules", false)
    .option("--explain <rule>", "print the page of a rule")
    .addHelpText("after", HELP)
    .exitOverride();
  try {
    command.parse([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.clean : EXIT.usage;
  }
  const { configId, ...rest } = command.opts<
    Omit<LintOptions, "configIds"> & { configId: readonly string[] }
  >();
  return { files: command.args, options: { ...rest, configIds: configId } };
}
