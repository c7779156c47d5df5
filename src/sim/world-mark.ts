import { between, type Instant, milliseconds } from "../base/time.ts";
import type { Config } from "../conf/model/config.ts";
import type { SensedWorld } from "./sensed-world.ts";
import type { SimulatedKernel } from "./simulated-kernel.ts";

/** Until a process has heard of a change, at most. */
const NEWS_TAKE = milliseconds(1);

/** Tells whether all that a process looks at is as it was at another time. */
export class WorldMark {
  readonly #kernel: SimulatedKernel;
  readonly #sensed: SensedWorld;
  #changedAt: Instant | undefined;

  constructor(kernel: SimulatedKernel, sensed: SensedWorld) {
    this.#kernel = kernel;
    this.#sensed = sensed;
  }

  /** Something is on its way to the process. */
  changed(now: Instant): void {
    this.#changedAt = now;
  }

  /** The same text as long as nothing changes. */
  get text(): string {
    return `${this.#kernel.changes} ${this.#sensed.changes}`;
  }

  /** Whether something changed so short a time ago that it does not count yet: delays of tracked processes included. */
  isNews(config: Config | undefined, now: Instant): boolean {
    if (this.#changedAt === undefined) return false;
    const delays = (config?.trackProcesses ?? []).flatMap((one) => [one.forkDelay, one.terminateDelay]);
    return between(this.#changedAt, now) < NEWS_TAKE + Math.max(0, ...delays);
  }
}
