import type { StatusAnswer } from "./control-answers.ts";
import type { FoundDaemon } from "./find-daemon.ts";

/** Exit codes of `locum status`. */
const EXIT = { answered: 0, unavailable: 1, usage: 64 } as const;

/** Pause between two looks of `--watch`. */
const WATCH_MS = 1_000;

interface StatusOptions {
  readonly socket?: string;
  readonly json?: true;
  readonly watch?: true;
}

/**
 * `locum status`: how a running daemon stands.
 * @returns 0 when it answered, 1 when there is none or it cannot be asked, 64 for a wrong option.
 */
export async function run(argv: readonly string[]): Promise<number> {
  const options = await parseArguments(argv);
  if (typeof options === "number") return options;
  const { findDaemon } = await import("./find-daemon.ts");
  const found = await findDaemon(options.socket);
  if (!found.ok) return unavailable(found.error);
  return options.watch ? watch(found.value, options) : show(found.value, options);
}

async function parseArguments(argv: readonly string[]): Promise<StatusOptions | number> {
  const { Command, CommanderError } = await import("commander");
  const command = new Command("locum status")
    .description("Show how the daemon of this network namespace stands.")
    .option("--socket <path>", "ask the daemon behind this control socket")
    .option("--json", "print everything the daemon tells, as JSON")
    .option("--watch", "look again every second, until interrupted")
    .addHelpText(
      "after",
      "\nExit codes:\n   0  the daemon answered\n   1  no daemon runs here, or it could not be asked\n  64  wrong option\n",
    )
    .allowExcessArguments(false)
    .exitOverride();
  try {
    command.parse([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.answered : EXIT.usage;
  }
  return command.opts<StatusOptions>();
}

function unavailable(reason: string): number {
  process.stderr.write(`locum status: ${reason}\n`);
  return EXIT.unavailable;
}

async function show(daemon: FoundDaemon, options: StatusOptions): Promise<number> {
  const answer = await daemon.ask({ request: "status" });
  if (!answer.ok) return unavailable(answer.error);
  process.stdout.write(await render(answer.value as StatusAnswer, options));
  return EXIT.answered;
}

async function render(answer: StatusAnswer, options: StatusOptions): Promise<string> {
  if (options.json) return `${JSON.stringify(answer, null, options.watch ? undefined : 2)}\n`;
  const [{ statusText }, { default: picocolors }] = await Promise.all([
    import("./status-text.ts"),
    import("picocolors"),
  ]);
  const colored = process.stdout.isTTY === true && !process.env.NO_COLOR;
  return statusText(answer, picocolors.createColors(colored));
}

/** On a terminal each look takes the place of the one before; elsewhere they follow one another. */
async function watch(daemon: FoundDaemon, options: StatusOptions): Promise<number> {
  for (;;) {
    const answer = await daemon.ask({ request: "status" });
    if (!answer.ok) return unavailable(answer.error);
    const text = await render(answer.value as StatusAnswer, options);
    const terminal = process.stdout.isTTY === true && !options.json;
    process.stdout.write(terminal ? `\x1b[H\x1b[2J${text}` : text);
    await new Promise((resolve) => setTimeout(resolve, WATCH_MS));
  }
}
