import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Instant } from "../base/time.ts";
import { monotonicNow } from "./monotonic-clock.ts";
import { inNamespace } from "./network-namespace.ts";

/** One line that a daemon wrote, and when it came. */
export interface LogLine {
  readonly at: Instant;
  readonly text: string;
}

/** Which daemon to run, where. */
export interface DirectorOptions {
  readonly namespace: string;
  /** The daemon with its options, each `{conf}` replaced by the configuration and `{run}` by a folder of its own. */
  readonly command: readonly string[];
  readonly configuration: string;
  /** An existing folder below which the daemon gets one for its pid files. */
  readonly folder: string;
  readonly onLine?: (line: LogLine) => void;
}

/** How many lines of the log are kept. */
const KEPT_LINES = 500;

/** A running director: any daemon with keepalived's options. */
export class DirectorProcess {
  readonly #child: ChildProcess;
  readonly #lines: LogLine[] = [];
  readonly #ended: Promise<void>;
  #ending: string | undefined;

  constructor(options: DirectorOptions) {
    const run = join(options.folder, "run");
    mkdirSync(run, { recursive: true });
    const command = options.command.map((word) =>
      word.replaceAll("{conf}", options.configuration).replaceAll("{run}", run),
    );
    const [program, ...words] = inNamespace(options.namespace, command);
    // A process group of its own: a Ctrl-C at the terminal is for the lab, which then ends its parts in order.
    this.#child = spawn(program, words, { stdio: ["ignore", "pipe", "pipe"], detached: true });
    let rest = "";
    const read = (text: string): void => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#keep(line, options.onLine);
    };
    this.#child.stdout?.setEncoding("utf8").on("data", read);
    this.#child.stderr?.setEncoding("utf8").on("data", read);
    this.#ended = new Promise((resolve) => {
      const end = (how: string): void => {
        this.#ending ??= how;
        resolve();
      };
      this.#child.on("error", (error) => end(`could not be started: ${error.message}`));
      this.#child.on("exit", (code, signal) => end(`ended with ${signal ?? `exit code ${code}`}`));
    });
  }

  /** How the daemon ended, in words; undefined while it runs. */
  get ending(): string | undefined {
    return this.#ending;
  }

  /** The last lines of its log, oldest first. */
  lastLines(count: number): readonly LogLine[] {
    return this.#lines.slice(-count);
  }

  /** Asks the daemon to stop (SIGTERM) and waits for it; after `patienceMs` it is killed. */
  async stop(patienceMs: number): Promise<void> {
    if (this.#ending === undefined) this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), patienceMs);
    await this.#ended;
    clearTimeout(timer);
  }

  #keep(text: string, onLine: DirectorOptions["onLine"]): void {
    const line = { at: monotonicNow(), text };
    this.#lines.push(line);
    if (this.#lines.length > KEPT_LINES) this.#lines.shift();
    onLine?.(line);
  }
}
