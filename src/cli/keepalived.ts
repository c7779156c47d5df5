import { importBundled } from "./bundled.ts";
import { type DaemonOptions, daemonUsage, parseDaemonOptions } from "./daemon-options.ts";

/** keepalived's signal functions and the signal it prints for each on Linux. */
const SIGNAL_NUMBERS: Readonly<Record<string, number>> = {
  STOP: 15,
  RELOAD: 1,
  DATA: 10,
  STATS: 12,
  // SIGRTMAX - 1 and SIGRTMIN + 2
  STATS_CLEAR: 63,
  JSON: 36,
};

/** How keepalived and `locum run` differ before the daemon starts. */
export interface DaemonPersonality {
  /** As it calls itself in its usage text. */
  readonly program: string;
  /** Lines go to standard error without `-l` when it stays in the foreground. */
  readonly consoleInForeground: boolean;
  /** JSON lines instead of text. */
  readonly logFormat: "text" | "json";
}

/** `locum keepalived ...`: keepalived's options, messages and exit codes. */
export async function run(argv: readonly string[]): Promise<number> {
  return runDaemonCommand(argv, { program: "keepalived", consoleInForeground: false, logFormat: "text" });
}

/** Reads keepalived's options and does what they ask. */
export async function runDaemonCommand(
  argv: readonly string[],
  personality: DaemonPersonality,
): Promise<number> {
  const parsed = parseDaemonOptions(argv);
  if (!parsed.ok) {
    process.stderr.write(`${parsed.error}\n`);
    return 1;
  }
  const options = parsed.value;
  if (options.operands.length > 0) {
    process.stdout.write(`Unexpected argument(s): ${options.operands.join(" ")}\n`);
  }
  switch (options.mode) {
    case "help":
      process.stderr.write(daemonUsage(personality.program));
      return 0;
    case "version":
      process.stderr.write(await versionText());
      return 0;
    case "signal-number":
      return printSignalNumber(options.signalName ?? "");
    case "test":
      return testConfigurationFile(options);
    case "run": {
      const { startDaemon } = await importBundled("daemon", () => import("./daemon.ts"));
      return startDaemon(options, { personality, argv });
    }
  }
}

function printSignalNumber(name: string): number {
  const number = SIGNAL_NUMBERS[name];
  if (number === undefined) {
    process.stderr.write(`Unknown sigfunc ${name}\n`);
    return 1;
  }
  process.stdout.write(`${number}\n`);
  return 0;
}

async function versionText(): Promise<string> {
  const { VERSION } = await import("./version.ts");
  return `Keepalived v2.2.7 stand-in: locum ${VERSION}\n\nRunning on Node.js ${process.version}\n`;
}

async function testConfigurationFile(options: DaemonOptions): Promise<number> {
  const [{ testConfiguration }, { defaultConfigId }] = await Promise.all([
    importBundled("keepalived-test", () => import("./keepalived-test.ts")),
    import("./config-id.ts"),
  ]);
  return testConfiguration({
    file: options.configurationFile,
    configId: options.configId ?? defaultConfigId(),
    allConfig: options.allConfig,
    ...(options.testLogFile === undefined ? {} : { logFile: options.testLogFile }),
  });
}
