import { spawn } from "node:child_process";
import { inNamespace } from "./network-namespace.ts";

/** How a command ended and what it said. */
export interface CommandOutcome {
  /** Exit code; undefined when a signal or the time limit ended it, or it could not be started. */
  readonly code: number | undefined;
  readonly output: string;
  readonly complaints: string;
}

/** Runs a command to its end inside a namespace, at most ten seconds. */
export function runCommand(namespace: string, command: readonly string[]): Promise<CommandOutcome> {
  const [program, ...words] = inNamespace(namespace, command);
  return new Promise((resolve) => {
    const child = spawn(program, words, { stdio: ["ignore", "pipe", "pipe"], timeout: 10_000 });
    let output = "";
    let complaints = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      complaints += text;
    });
    child.on("error", (error) =>
      resolve({ code: undefined, output, complaints: complaints + error.message }),
    );
    child.on("close", (code) => resolve({ code: code ?? undefined, output, complaints }));
  });
}
