import type { Duration, Instant } from "../base/time.ts";
import { monotonicNow } from "./monotonic-clock.ts";
import { type Outage, outages, type Probe } from "./outages.ts";
import { WorkerProcess } from "./worker-process.ts";

/** What to probe, and how. */
export type ProbeTarget =
  /**
   * ICMP echo (RFC 792), answered by the kernel of whichever machine has the address: it measures the reachability of
   * the address itself, needs nothing to run on the directors, opens no session in a forwarder, is not rate-limited
   * (the kernel limits ICMP errors only), and shows loss at once where TCP would retransmit after a second.
   */
  | { readonly kind: "echo"; readonly address: string; readonly everyMs: number }
  /** A whole HTTP request: it also sees a dead web server behind a living address. */
  | { readonly kind: "http"; readonly address: string; readonly port: number; readonly everyMs: number };

/** What the prober can be asked: everything since the start. */
export type ProberRequest = { readonly kind: "report" };

/** What a prober saw. Arrays run in parallel, in the order sent, as they travel between processes. */
export interface ProberReport {
  readonly sentAt: readonly Instant[];
  /** -1 where no answer came. */
  readonly answeredAt: readonly number[];
  /** The longest time between two probes in microseconds: distrust outages that are not much longer. */
  readonly longestStall: number;
}

/** Probes an address without pause from a namespace, in a process of its own, from its making on. */
export class Prober {
  readonly #worker: WorkerProcess<ProberRequest, ProberReport>;
  readonly #patience: Duration;

  /** `patience`: an answer that takes longer counts as none. */
  constructor(options: { namespace: string; target: ProbeTarget; patience: Duration }) {
    this.#patience = options.patience;
    this.#worker = new WorkerProcess({
      namespace: options.namespace,
      module: "prober-process",
      argv: [JSON.stringify(options.target)],
    });
  }

  /** Everything seen so far, save the last probes whose answers may still be on their way. */
  async report(): Promise<{ probes: readonly Probe[]; outages: readonly Outage[]; longestStall: number }> {
    const { sentAt, answeredAt, longestStall } = await this.#worker.ask({ kind: "report" });
    const settled = monotonicNow() - this.#patience;
    const probes = sentAt
      .map((at, index): Probe => {
        const answer = answeredAt[index] ?? -1;
        return answer < 0 ? { sentAt: at } : { sentAt: at, answeredAt: answer as Instant };
      })
      .filter((probe) => probe.answeredAt !== undefined || probe.sentAt < settled);
    return { probes, outages: outages(probes, this.#patience), longestStall };
  }

  /** Ends the probing. */
  stop(): void {
    this.#worker.kill();
  }
}
