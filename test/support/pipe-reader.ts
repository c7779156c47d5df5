import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";

/** Reads a pipe from the moment it is there. */
export class PipeReader {
  readonly path: string;
  /** Everything that was read. */
  text = "";
  /** How often the pipe had to be opened. */
  openings = 0;
  #process: ChildProcess | undefined;
  readonly #look: NodeJS.Timeout;

  constructor(path: string) {
    this.path = path;
    this.#look = setInterval(() => this.#open(), 5);
  }

  stop(): void {
    clearInterval(this.#look);
    this.#process?.kill();
  }

  #open(): void {
    if (this.#process !== undefined || !existsSync(this.path)) return;
    this.#process = spawn("cat", [this.path], { stdio: ["ignore", "pipe", "ignore"] });
    this.openings++;
    this.#process.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.text += text;
    });
    this.#process.on("close", () => {
      this.#process = undefined;
    });
  }
}
