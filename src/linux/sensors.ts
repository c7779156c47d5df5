import type { Config } from "../conf/model/config.ts";
import type { TrackerReadings, VrrpHostEvent } from "../director/host.ts";
import { TrackedFiles } from "./tracked-files.ts";
import { TrackedProcesses } from "./tracked-processes.ts";

/** Follows the files and processes that a configuration tracks, and tells of them as events. */
export class Sensors {
  readonly #files: TrackedFiles;
  readonly #processes: TrackedProcesses;
  #started = false;

  constructor(deliver: (event: VrrpHostEvent) => void) {
    const trouble = (about: string, message: string) => deliver({ kind: "trouble", about, message });
    this.#files = new TrackedFiles({
      changed: (reading) => deliver({ kind: "tracked-file", ...reading }),
      trouble,
    });
    this.#processes = new TrackedProcesses({
      changed: (count) => deliver({ kind: "tracked-process", ...count }),
      trouble,
    });
  }

  /** Takes a configuration; what its files and processes say now. Those that nobody tracks are left alone. */
  follow(config: Config): TrackerReadings {
    const { trackFiles, trackProcesses, global } = config;
    const users = [...config.vrrpInstances, ...config.syncGroups];
    const files = new Set(users.flatMap((user) => user.trackFiles.map(({ name }) => name)));
    const processes = new Set(users.flatMap((user) => user.trackProcesses.map(({ name }) => name)));
    const reload = this.#started;
    this.#started = true;
    return {
      files: this.#files.follow(
        trackFiles.filter(({ name }) => files.has(name)),
        { reload },
      ),
      processes: this.#processes.follow(
        trackProcesses.filter(({ name }) => processes.has(name)),
        global.processes.processMonitorBuffer,
      ),
    };
  }
}
