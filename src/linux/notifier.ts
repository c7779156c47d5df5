import type { Config } from "../conf/model/config.ts";
import type { Notification } from "../director/notification.ts";
import { Mailer } from "./mailer.ts";
import { NotifyPipes, READER_PATIENCE_MS, waitFor } from "./notify-pipes.ts";
import type { ScriptReport, ScriptRunner } from "./script-runner.ts";

/** What could not be told. */
export interface NotificationLosses {
  /** Lines that found a pipe full, by pipe. */
  readonly lines: readonly { readonly path: string; readonly lines: number }[];
  /** Mails that no mail host took. */
  readonly mails: number;
  /** Commands that were left out because too many waited. */
  readonly commands: number;
}

/** STOP commands and mails get this long, as keepalived gives its commands. */
const STOP_PATIENCE_MS = 1_000;

/**
 * Tells what the children have to tell, in the order in which they say it: commands, then pipes, then mails. It lives in
 * the parent, so that no fork, no full pipe and no mail host can delay an advertisement or a check.
 */
export class Notifier {
  readonly #scripts: ScriptRunner;
  readonly #pipes: NotifyPipes;
  readonly #mailer: Mailer;

  constructor(
    { global }: Config,
    options: { readonly scripts: ScriptRunner; readonly report: ScriptReport },
  ) {
    this.#scripts = options.scripts;
    this.#pipes = new NotifyPipes(options.scripts, options.report);
    this.#mailer = new Mailer(global, options.report);
  }

  /** Brings pipes, their readers and mails in line with a configuration: the first, or that of a reload. */
  configure({ global }: Config): void {
    this.#scripts.configure(global);
    this.#mailer.configure(global);
    this.#pipes.configure(global);
  }

  tell({ about, commands, concurrent, line, mail }: Notification): void {
    for (const command of commands) {
      if (concurrent) this.#scripts.notifyAtOnce(command);
      else this.#scripts.notify(about, command);
    }
    if (line !== undefined) this.#pipes.write(line.pipe, line.text);
    if (mail !== undefined) this.#mailer.send(mail);
  }

  /** What could not be told since the start. */
  get losses(): NotificationLosses {
    return { lines: this.#pipes.dropped, mails: this.#mailer.lost, commands: this.#scripts.dropped };
  }

  /** The children have ended: gives what they said last a second, then ends everything that still runs. */
  async stop(): Promise<void> {
    this.#scripts.endChecks();
    await Promise.all([
      waitFor(() => !this.#scripts.notifying && !this.#mailer.busy, STOP_PATIENCE_MS),
      this.#pipes.close(READER_PATIENCE_MS),
    ]);
    this.#mailer.hurry();
    this.#scripts.killAll();
  }
}
