import type { DiagnoseSettings } from "./lsp/diagnose.ts";

/** Exit codes of `locum lsp` besides those of the protocol: 0 after `shutdown` and `exit`, 1 without `shutdown`. */
const USAGE = 64;

/**
 * `locum lsp`: speaks the Language Server Protocol on standard input and output until the editor says `exit` or goes
 * away. Errors in what the editor says are answered, or told on standard error; they end nothing.
 */
export async function run(argv: readonly string[]): Promise<number> {
  const settings = await readArguments(argv);
  if (typeof settings === "number") return settings;
  const [{ createConnection, ProposedFeatures }, { LanguageServer }, { MessageFrames }] = await Promise.all([
    import("vscode-languageserver/node"),
    import("./lsp/server.ts"),
    import("./lsp/message-frames.ts"),
  ]);
  const frames = new MessageFrames((what) => process.stderr.write(`locum lsp: ${what}\n`));
  const connection = createConnection(ProposedFeatures.all, process.stdin.pipe(frames), process.stdout);
  new LanguageServer(connection, settings).start();
  return await new Promise<number>(() => {
    // The connection ends the process: on `exit`, and when standard input is closed.
  });
}

async function readArguments(argv: readonly string[]): Promise<DiagnoseSettings | number> {
  const { Command, CommanderError, Option } = await import("commander");
  const command = new Command("locum lsp")
    .description("Speak the Language Server Protocol on standard input and output, for editors.")
    .option("--stdio", "standard input and output (the only way, so it need not be said)")
    .option("-i, --config-id <id>", "which @ID lines count (default: host name up to its first dot)")
    .addOption(
      new Option("--compat <version>", "whose keywords count").choices(["2.2.7", "latest"]).default("latest"),
    )
    .option("--host", "also check interfaces, scripts and users of this machine")
    .addOption(new Option("--clientProcessId <pid>").hideHelp())
    .addHelpText(
      "after",
      "\nAn editor can set the same with configId, compat and checkHost in the section locum.\n\nExit codes:\n  0   the editor said shutdown and exit\n  1   the editor went away without shutdown\n  64  wrong option\n",
    )
    .exitOverride();
  try {
    command.parse([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : USAGE;
  }
  const options = command.opts<{ configId?: string; compat: "2.2.7" | "latest"; host?: true }>();
  const configId = options.configId ?? (await import("./config-id.ts")).defaultConfigId();
  return { configId, compat: options.compat, host: options.host === true };
}
