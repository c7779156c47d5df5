import { readFileSync, unlinkSync, unwatchFile, watchFile } from "node:fs";
import type { ReloadDefinitions } from "../conf/model/service-definitions.ts";
import type { Journal } from "../linux/journal.ts";
import { readReloadTime } from "./reload-time.ts";

/** How often the file is looked at. */
const LOOK_EVERY_MS = 1_000;

/** The longest that one timer waits; it looks again then, so that a clock that was set counts. */
const LONGEST_WAIT_MS = 60_000;

/** `reload_time_file`: reloads at the time that stands in a file, as long as it stands there. */
export class ReloadSchedule {
  readonly #reload: () => void;
  readonly #journal: Journal;
  #definitions: ReloadDefinitions | undefined;
  #timer: NodeJS.Timeout | undefined;
  #planned: number | undefined;
  /** What was told to be no time. */
  #refused: string | undefined;

  constructor(reload: () => void, journal: Journal) {
    this.#reload = reload;
    this.#journal = journal;
  }

  /** Takes another configuration; the file is read anew. */
  configure(definitions: ReloadDefinitions): void {
    const before = this.#definitions?.timeFile;
    this.#definitions = definitions;
    if (before !== undefined && before !== definitions.timeFile) unwatchFile(before);
    if (definitions.timeFile !== undefined && before !== definitions.timeFile) {
      watchFile(definitions.timeFile, { interval: LOOK_EVERY_MS, persistent: false }, () => this.#look());
    }
    this.#look();
  }

  /** Stops for good. */
  close(): void {
    clearTimeout(this.#timer);
    if (this.#definitions?.timeFile !== undefined) unwatchFile(this.#definitions.timeFile);
    this.#definitions = undefined;
  }

  #look(): void {
    clearTimeout(this.#timer);
    const text = contentOf(this.#definitions?.timeFile);
    const time = text === undefined ? undefined : readReloadTime(text, Date.now());
    if (text !== undefined && time === undefined && text !== this.#refused) {
      this.#journal.log(
        "warning",
        `${this.#definitions?.timeFile} holds no time to come; wanted: HH:MM:SS, or YYYY-MM-DD HH:MM:SS`,
      );
    }
    this.#refused = time === undefined ? text : undefined;
    if (text === undefined && this.#planned !== undefined) {
      this.#journal.log("info", `Cancelling the reload, because ${this.#definitions?.timeFile} is gone`);
    }
    if (time?.at !== this.#planned && time !== undefined) {
      this.#journal.log(
        "info",
        `Reloading at ${new Date(time.at).toISOString()}, as ${this.#definitions?.timeFile} says`,
      );
    }
    this.#planned = time?.at;
    if (time !== undefined) this.#wait();
  }

  #wait(): void {
    const left = (this.#planned ?? 0) - Date.now();
    this.#timer = setTimeout(
      () => (left > LONGEST_WAIT_MS ? this.#wait() : this.#due()),
      Math.min(left, LONGEST_WAIT_MS),
    );
    this.#timer.unref();
  }

  #due(): void {
    const { timeFile, repeat } = this.#definitions ?? {};
    if (timeFile === undefined) return;
    if (repeat !== true) {
      try {
        unlinkSync(timeFile);
      } catch {
        // Somebody else was quicker; a date in it is past anyway.
      }
    }
    this.#planned = undefined;
    this.#reload();
    this.#look();
  }
}

function contentOf(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
