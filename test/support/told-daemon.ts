import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "./eventually.ts";
import type { Namespaces } from "./namespaces.ts";
import { PipeReader } from "./pipe-reader.ts";
import { type DaemonProgram, VrrpDaemon } from "./vrrp-daemon.ts";

/** The network namespace, the folder for files and the pipe of one run. */
export interface Stage {
  readonly program: DaemonProgram;
  /** Of its own, for scripts and files that the configuration names. */
  readonly folder: string;
}

/**
 * A daemon alone in a namespace, with eth0 and eth1 that lead nowhere, and a notification pipe that is read from the
 * start: what it told of whom, to be held against what another program told.
 */
export class ToldDaemon {
  readonly stage: Stage;
  readonly daemon: VrrpDaemon;
  readonly #namespaces: Namespaces;
  readonly #name: string;
  readonly #pipe: PipeReader;

  constructor(
    namespaces: Namespaces,
    options: {
      readonly program: DaemonProgram;
      /** Of its namespace; that of the program when it is the only one. */
      readonly name?: string;
      readonly before?: readonly string[];
    },
  ) {
    const { program, name = program, before } = options;
    this.#name = name;
    this.#namespaces = namespaces;
    this.stage = { program, folder: mkdtempSync(join(tmpdir(), "locum-told-")) };
    namespaces.addAlone(name, "10.77.0.2/24");
    namespaces.cable(
      { namespace: name, interface: "eth1", addresses: ["10.77.1.2/24"] },
      { namespace: name, interface: "eth1p" },
    );
    mkdirSync(join(this.stage.folder, "files"));
    this.daemon = new VrrpDaemon(namespaces, { namespace: name, program, ...(before ? { before } : {}) });
    this.#pipe = new PipeReader(join(this.stage.folder, "pipe"));
  }

  /** `text` gets a `notify_fifo`, and {D} becomes the folder. */
  configure(text: string, globals = ""): void {
    const { folder } = this.stage;
    const head = `global_defs {\n  script_user root\n  enable_script_security\n  notify_fifo ${folder}/pipe\n${globals}}\n`;
    this.daemon.configure((head + text).replaceAll("{D}", folder));
  }

  /** Runs a command in its namespace. */
  run(...command: readonly string[]): void {
    this.#namespaces.run(this.#name, command);
  }

  /** Everything that was told, line after line. */
  get lines(): readonly string[] {
    return this.#pipe.text.split("\n").filter((line) => line !== "");
  }

  /** What was told of each instance and group, in order, without their names. */
  get told(): ReadonlyMap<string, readonly string[]> {
    const told = new Map<string, string[]>();
    for (const line of this.lines) {
      const [, name = "", what = ""] = /^\w+ "(.*)" (.*)$/.exec(line) ?? [];
      told.set(name, [...(told.get(name) ?? []), what]);
    }
    return told;
  }

  /** Waits until what was told is as wanted. */
  async until(so: (told: ReadonlyMap<string, readonly string[]>) => boolean): Promise<void> {
    await eventually(() => so(this.told), { within: 20_000 }).catch((error: unknown) => {
      const told = [...this.told].map(([name, words]) => `${name}: ${words.join(", ")}`).join("\n");
      throw new Error(`${this.stage.program}: ${String(error)}\n${told}\n${this.daemon.log}`);
    });
  }

  /** Waits for the last word about somebody. */
  async hears(name: string, word: string): Promise<void> {
    await this.until((told) => told.get(name)?.at(-1) === word);
  }

  async dispose(): Promise<void> {
    this.#pipe.stop();
    await this.daemon.dispose();
    rmSync(this.stage.folder, { recursive: true, force: true });
  }
}
