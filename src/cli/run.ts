import { runDaemonCommand } from "./keepalived.ts";

/**
 * `locum run`: the daemon with keepalived's options. In the foreground it logs to standard error without being asked,
 * and `--log-format=json` makes each line a JSON object.
 */
export async function run(argv: readonly string[]): Promise<number> {
  const words: string[] = [];
  let logFormat: "text" | "json" = "text";
  for (const word of argv) {
    const format = /^--log-format=(.*)$/.exec(word)?.[1];
    if (format === undefined) words.push(word);
    else if (format === "text" || format === "json") logFormat = format;
    else {
      process.stderr.write(`locum run: --log-format is "${format}", wanted text or json\n`);
      return 1;
    }
  }
  return runDaemonCommand(words, { program: "locum run", consoleInForeground: true, logFormat });
}
