import { between, type Instant } from "../../base/time.ts";
import type { GlobalDefinitions } from "../../conf/model/global-definitions.ts";
import type { ChildProcess } from "../../conf/model/process-definitions.ts";
import {
  applyProcessPriority,
  type GivenPriority,
  givenPriority,
  type ProcessPriority,
  priorityOf,
  withdrawProcessPriority,
} from "../process-priority.ts";
import { AutoPriority } from "./auto-priority.ts";
import { Lateness, type LatenessFigures } from "./lateness.ts";

/** How a child comes to be on time, and how late it was. */
export class Punctuality {
  readonly #warn: (message: string) => void;
  readonly #lateness = new Lateness();
  #auto: AutoPriority | undefined;
  #given: GivenPriority | undefined;
  #asked: ProcessPriority = {};

  constructor(warn: (message: string) => void) {
    this.#warn = warn;
  }

  /** Takes the priorities of a configuration, and takes back those of the one before; what the kernel refuses is said and lived without. */
  configure(global: GlobalDefinitions, child: ChildProcess): void {
    this.#given ??= givenPriority();
    const asked = priorityOf(child);
    const withdrawn = withdrawProcessPriority({ from: this.#asked, to: asked }, this.#given);
    for (const message of [...withdrawn, ...applyProcessPriority(asked)]) this.#warn(message);
    this.#auto ??= new AutoPriority(this.#warn);
    if (this.#asked.realtime !== undefined && asked.realtime === undefined) this.#auto.forget();
    this.#asked = asked;
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
