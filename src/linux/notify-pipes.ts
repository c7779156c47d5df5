import { failed, type Result } from "../base/result.ts";
import type { Fifo } from "../conf/model/process-definitions.ts";
import type { ScriptOutcome } from "../director/host.ts";
import { NotifyFifo } from "./notify-fifo.ts";
import { type Identity, identityOf, scriptIdentity } from "./script-identity.ts";
import type { ScriptProcess } from "./script-process.ts";
import type { ScriptReport, ScriptRules, ScriptRunner } from "./script-runner.ts";
import { isShortage } from "./shortage.ts";

/** The pipes of a configuration, in the order in which a line goes to them. */
const KINDS = ["everyFifo", "vrrpFifo", "lvsFifo"] as const;

type Kind = (typeof KINDS)[number];

const KEYWORDS: Readonly<Record<Kind, string>> = {
  everyFifo: "notify_fifo",
  vrrpFifo: "vrrp_notify_fifo",
  lvsFifo: "lvs_notify_fifo",
};

interface OpenPipe {
  /** The lines of the configuration it was opened for. */
  readonly text: string;
  readonly fifo: NotifyFifo;
  reader: ScriptProcess | undefined;
}

/**
 * The named pipes of a configuration and the scripts that read them. A reload that leaves its lines alone leaves a
 * pipe and its reader alone (keepalived opens all anew, and readers see the end of the file).
 */
export class NotifyPipes {
  readonly #runner: ScriptRunner;
  readonly #report: ScriptReport;
  readonly #open = new Map<Kind, OpenPipe>();
  #closing = false;

  constructor(runner: ScriptRunner, report: ScriptReport) {
    this.#runner = runner;
    this.#report = report;
  }

  /** Opens, keeps and closes pipes as a configuration wants them. A reader that has ended is started again. */
  configure(rules: ScriptRules): void {
    for (const kind of KINDS) {
      const wanted = rules.scripts[kind];
      const text = JSON.stringify([wanted.path, wanted.owner, wanted.reader]);
      const known = this.#open.get(kind);
      if (known !== undefined && known.text === text) {
        if (known.reader === undefined) this.#startReader(kind, { wanted, pipe: known });
        continue;
      }
      if (known !== undefined) this.#close(kind, known);
      if (wanted.path !== undefined) this.#openPipe(kind, { wanted, path: wanted.path, rules, text });
    }
  }

  /** Writes a line to the pipe for everything, then to that of its kind. */
  write(kind: "vrrp" | "lvs", text: string): void {
    this.#open.get("everyFifo")?.fifo.write(text);
    this.#open.get(kind === "vrrp" ? "vrrpFifo" : "lvsFifo")?.fifo.write(text);
  }

  /**
   * Closes every pipe. A reader of ours hears all lines before it sees the end of the file: it gets `patience`
   * milliseconds for them, and as many to end by itself before it is told to.
   *
   * Deviation: keepalived ends its readers first, so that they never hear of STOP.
   */
  async close(patience: number): Promise<void> {
    this.#closing = true;
    // What is in a pipe is gone with it, also for a reader that is only about to open it.
    const heard = () => [...this.#open.values()].every((pipe) => !pipe.reader || pipe.fifo.unread === 0);
    await waitFor(heard, patience);
    const readers = [...this.#open.values()].flatMap(({ reader }) => reader ?? []);
    for (const { fifo } of this.#open.values()) fifo.close();
    const ended = () => [...this.#open.values()].every(({ reader }) => reader === undefined);
    await waitFor(ended, patience);
    for (const reader of readers) reader.terminate();
    await waitFor(ended, patience);
    for (const reader of readers) reader.kill();
    this.#open.clear();
  }

  /** Lines that were dropped, by pipe. */
  get dropped(): readonly { readonly path: string; readonly lines: number }[] {
    return [...this.#open.values()]
      .filter(({ fifo }) => fifo.dropped > 0)
      .map(({ fifo }) => ({ path: fifo.path, lines: fifo.dropped }));
  }

  #openPipe(
    kind: Kind,
    options: {
      readonly wanted: Fifo;
      readonly path: string;
      readonly rules: ScriptRules;
      readonly text: string;
    },
  ): void {
    const { wanted, path, rules, text } = options;
    const owner = ownerOf(wanted, rules);
    const opened = owner.ok
      ? NotifyFifo.open(path, { owner: owner.value, umask: rules.management.umask, report: this.#report })
      : failed(owner.error);
    if (!opened.ok) {
      this.#report("warning", `${KEYWORDS[kind]} has no effect: ${opened.error}`);
      return;
    }
    const pipe: OpenPipe = { text, fifo: opened.value, reader: undefined };
    this.#open.set(kind, pipe);
    this.#startReader(kind, { wanted, pipe });
  }

  #startReader(kind: Kind, { wanted, pipe }: { readonly wanted: Fifo; readonly pipe: OpenPipe }): void {
    if (wanted.reader === undefined) return;
    const keyword = `${KEYWORDS[kind]}_script`;
    const text = wanted.reader.argv.join(" ");
    pipe.reader = this.#runner.start(wanted.reader, {
      arguments: [pipe.fifo.path],
      done: (outcome) => {
        pipe.reader = undefined;
        // Its end is news only while its pipe is open.
        if (this.#open.get(kind) === pipe && !this.#closing) {
          this.#report(
            "warning",
            `${keyword} "${text}" ${endText(outcome)}; the next reload starts it again`,
          );
        }
      },
    });
  }

  #close(kind: Kind, pipe: OpenPipe): void {
    this.#open.delete(kind);
    pipe.fifo.close();
    const { reader } = pipe;
    if (reader !== undefined) setTimeout(() => reader.terminate(), READER_PATIENCE_MS);
  }
}

/** How long a reader may go on after its pipe was closed. */
export const READER_PATIENCE_MS = 1_000;

function ownerOf({ owner }: Fifo, rules: ScriptRules): Result<Identity, string> {
  try {
    return owner === undefined ? scriptIdentity(undefined, rules) : identityOf(owner);
  } catch (error) {
    if (isShortage(error)) return failed(error.message);
    throw error;
  }
}

function endText(outcome: ScriptOutcome): string {
  switch (outcome.kind) {
    case "exited":
      return `ended with status ${outcome.code}`;
    case "killed":
      return `was ended by ${outcome.signal}`;
    case "timed-out":
      return "was told to end";
    case "shortage":
    case "not-started":
      return `could not be started: ${outcome.reason}`;
  }
}

/** Looks every 10 ms until it is so, at most for `patience` milliseconds. */
export async function waitFor(isSo: () => boolean, patience: number): Promise<void> {
  const started = performance.now();
  while (!isSo() && performance.now() - started < patience) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
