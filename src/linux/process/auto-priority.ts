import { type Duration, inMilliseconds, microseconds } from "../../base/time.ts";
import type { GlobalDefinitions } from "../../conf/model/global-definitions.ts";
import { applyProcessPriority } from "../process-priority.ts";

/** What of `global_defs` it needs. */
export type AutoPrioritySettings = Pick<GlobalDefinitions, "maxAutoPriority" | "processes">;

/**
 * `max_auto_priority`, `min_auto_priority_delay`: a process that woke too late takes a real-time priority, and a higher one
 * each time it happens again.
 */
export class AutoPriority {
  readonly #log: (message: string) => void;
  readonly #apply: typeof applyProcessPriority;
  #highest = 0;
  #least = microseconds(0);
  #present = 0;

  /** @param apply sets a priority; another one in tests. */
  constructor(log: (message: string) => void, apply = applyProcessPriority) {
    this.#log = log;
    this.#apply = apply;
  }

  /** Takes another configuration; `realtime` is the priority that the process was given. */
  configure({ maxAutoPriority, processes }: AutoPrioritySettings, realtime: number): void {
    this.#highest = Math.max(0, maxAutoPriority ?? 0);
    this.#least = processes.autoPriorityDelay;
    this.#present = Math.max(this.#present, realtime);
  }

  /** The process has no real-time priority any more. */
  forget(): void {
    this.#present = 0;
  }

  /** An alarm rang that much too late. */
  late(by: Duration): void {
    if (by < this.#least || this.#present >= this.#highest) return;
    this.#present++;
    const refusals = this.#apply({ realtime: this.#present });
    if (refusals.length > 0) this.#highest = 0;
    const late = `woke ${Math.round(inMilliseconds(by))} ms late`;
    this.#log(
      refusals.length === 0
        ? `${late}; now at real-time priority ${this.#present}, as max_auto_priority allows`
        : `${late}, and cannot take a real-time priority: ${refusals.join("; ")}`,
    );
  }
}
