import { between, type Instant } from "../../base/time.ts";
import type { GlobalDefinitions } from "../../conf/model/global-definitions.ts";
import type { ChildProcess } from "../../conf/model/process-definitions.ts";
import { applyProcessPriority, priorityOf } from "../process-priority.ts";
import { AutoPriority } from "./auto-priority.ts";
import { Lateness, type LatenessFigures } from "./lateness.ts";

/** How a child comes to be on time, and how late it was. */
export class Punctuality {
  readonly #warn: (message: string) => void;
  readonly #lateness = new Lateness();
  #auto: AutoPriority | undefined;

  constructor(warn: (message: string) => void) {
    this.#warn = warn;
  }

  /** Takes the priorities of a configuration; what the kernel refuses is said and lived without. */
  configure(global: GlobalDefinitions, child: ChildProcess): void {
    for (const message of applyProcessPriority(priorityOf(child))) this.#warn(message);
    this.#auto ??= new AutoPriority(this.#warn);
    this.#auto.configure(global, child.realtimePriority ?? 0);
  }

  /** An alarm rang that was due then. */
  note(due: Instant | undefined, now: Instant): void {
    if (due === undefined || now < due) return;
    this.#lateness.note(due, now);
    this.#auto?.late(between(due, now));
  }

  figures(): LatenessFigures {
    return this.#lateness.figures();
  }
}
