import { spawn } from "node:child_process";

/** How one run of keepalived ended; `exit` as a shell shows it (139 for SIGSEGV), 124 when it had to be stopped. */
export interface OracleAnswer {
  readonly exit: number;
  readonly lines: readonly string[];
}

/** Longer runs are endless loops; an ordinary one takes 15 ms. */
const PATIENCE_MS = 3_000;

/** More output than any finding needs; a file that includes itself gives megabytes. */
const OUTPUT_LIMIT = 1_000_000;

const SIGNALS: Readonly<Record<string, number>> = {
  SIGSEGV: 139,
  SIGABRT: 134,
  SIGTERM: 143,
  SIGKILL: 124,
  SIGBUS: 135,
  SIGFPE: 136,
};

/** Runs `command` (a keepalived inside a namespace) on each file, a few at a time; answers in the order of the files. */
export async function askKeepalived(
  files: readonly string[],
  command: readonly string[],
): Promise<readonly OracleAnswer[]> {
  const answers: OracleAnswer[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < files.length; index = next++) {
      answers[index] = await askOnce([...command, "-t", "-i", "host", "-f", files[index] as string]);
    }
  };
  await Promise.all([worker(), worker(), worker()]);
  return answers;
}

function askOnce(command: readonly string[]): Promise<OracleAnswer> {
  const [program = "", ...rest] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, {
      stdio: ["ignore", "ignore", "pipe"],
      timeout: PATIENCE_MS,
      killSignal: "SIGKILL",
    });
    let text = "";
    child.stderr.on("data", (piece: Buffer) => {
      if (text.length < OUTPUT_LIMIT) text += piece.toString("latin1");
    });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      const exit = code ?? SIGNALS[signal ?? ""] ?? 128;
      resolve({ exit, lines: text.split("\n").filter((line) => line !== "") });
    });
  });
}
