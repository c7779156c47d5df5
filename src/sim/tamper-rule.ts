import type { RouterEntry } from "../director/vrrp-director-state.ts";

/**
 * What authentication promises of one router (RX-8, RX-22): under `auth_type AH` and `auth_hmac` nothing is taken twice,
 * neither a packet that the network doubled nor one that somebody has recorded, and nothing that was made without the key.
 */
export class TamperRule {
  readonly #entry: RouterEntry;
  #received: number;
  #taken = new WeakSet<Uint8Array>();

  constructor(entry: RouterEntry) {
    this.#entry = entry;
    this.#received = entry.counters.advertisementsReceived;
  }

  /** With `anti_replay time` what was taken is forgotten when the clock is set back, or nobody would be heard any more. */
  clockWasSet(): void {
    this.#taken = new WeakSet();
  }

  /** A packet came in, perhaps for another router; what is wrong when this one has taken it. */
  heard(bytes: Uint8Array, known: { isForged(bytes: Uint8Array): boolean }): string | undefined {
    const { counters, config } = this.#entry;
    if (counters.advertisementsReceived === this.#received) return undefined;
    this.#received = counters.advertisementsReceived;
    const header = config.version === 2 && config.authentication.kind === "ah";
    if (!header && config.hmac === undefined) return undefined;
    const again = this.#taken.has(bytes);
    this.#taken.add(bytes);
    // `mode permissive` takes what is not signed as well, and keeps no mark of it.
    const signed = header || config.hmac?.mode === "enforce";
    if (again && signed) return "took the same packet twice, though it is authenticated";
    return signed && known.isForged(bytes) ? "took a packet that was made without the key" : undefined;
  }
}
