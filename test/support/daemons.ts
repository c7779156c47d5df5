import type { Namespaces } from "./namespaces.ts";
import { VrrpDaemon } from "./vrrp-daemon.ts";

/** The daemons that a test makes, to be disposed of together. */
export class Daemons {
  readonly #namespaces: Namespaces;
  readonly #made: VrrpDaemon[] = [];

  constructor(namespaces: Namespaces) {
    this.#namespaces = namespaces;
  }

  /** Another one, neither configured nor started. */
  make(options: ConstructorParameters<typeof VrrpDaemon>[1]): VrrpDaemon {
    const daemon = new VrrpDaemon(this.#namespaces, options);
    this.#made.push(daemon);
    return daemon;
  }

  /** Stops those that run, one after the other, and removes what they left. */
  async dispose(): Promise<void> {
    for (const daemon of this.#made.splice(0)) await daemon.dispose();
  }
}
