import { endAtLeisure } from "../process-priority.ts";
import { type ChildListener, SupervisedChild } from "./child-process.ts";
import type { ChildSettings } from "./messages.ts";

/** How long after the start of the working child its spare is made, so that the two do not get in each other's way. */
const PAUSE_MS = 100;

/**
 * A process that has loaded its program and waits, to take the place of one that dies: an interpreter takes a tenth of a
 * second to start, and a whole one on a busy machine, in which a router with short intervals is missed by its peers.
 */
export class SpareChild {
  readonly #settings: ChildSettings;
  readonly #memory: number;
  #child: SupervisedChild | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param memory descriptor of the role journal's memory. */
  constructor(settings: ChildSettings, memory: number) {
    this.#settings = settings;
    this.#memory = memory;
  }

  /** Sees to it that there is one in a moment. */
  prepare(): void {
    if (this.#child !== undefined || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#spawn();
    }, PAUSE_MS);
    this.#timer.unref();
  }

  /** The spare, which belongs to the caller from now on; undefined when there is none. */
  take(listener: ChildListener): SupervisedChild | undefined {
    const child = this.#child;
    this.#child = undefined;
    child?.attend(listener);
    return child;
  }

  /** There will be none any more. */
  close(): void {
    clearTimeout(this.#timer);
    const { pid } = this.#child ?? {};
    if (pid !== undefined) endAtLeisure(pid);
    this.#child?.signal("SIGKILL");
    this.#child = undefined;
  }

  #spawn(): void {
    const child = new SupervisedChild(this.#settings, {
      memory: this.#memory,
      isSpare: true,
      message: () => undefined,
      // One that dies while it waits is missed only when it is wanted.
      ended: () => {
        if (this.#child === child) this.#child = undefined;
      },
    });
    this.#child = child;
  }
}
