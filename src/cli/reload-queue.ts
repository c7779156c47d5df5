/** Least time between the starts of two reloads. */
const LEAST_GAP_MS = 200;

/**
 * Reloads one after another: requests that come while one is under way, or right after it, are one request. The last file
 * counts, and hundreds of signals in a second cost no more than a few.
 */
export class ReloadQueue {
  readonly #reload: () => Promise<void>;
  #wanted = false;
  #busy = false;

  constructor(reload: () => Promise<void>) {
    this.#reload = reload;
  }

  /** Asks for a reload, now or as soon as may be. */
  request(): void {
    this.#wanted = true;
    if (!this.#busy) void this.#run();
  }

  async #run(): Promise<void> {
    this.#busy = true;
    try {
      while (this.#wanted) {
        this.#wanted = false;
        await Promise.all([this.#reload(), new Promise((resolve) => setTimeout(resolve, LEAST_GAP_MS))]);
      }
    } finally {
      this.#busy = false;
    }
  }
}
