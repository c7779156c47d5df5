import type { Instant } from "../base/time.ts";
import { WorkerProcess } from "./worker-process.ts";

/** So many requests, one after another, each over a connection of its own. */
export interface RequestBatch {
  readonly host: string;
  readonly port: number;
  readonly count: number;
  /** How long one request may take, in milliseconds. */
  readonly timeoutMs: number;
}

/** What became of a batch, as the client saw it. */
export interface BatchOutcome {
  readonly from: Instant;
  readonly to: Instant;
  readonly sent: number;
  /** Answers with status 200 by the name in the answer: the truth about who served it. */
  readonly share: Readonly<Record<string, number>>;
  /** Everything else, in words, at most the first ten; `failed` counts them all. */
  readonly failures: readonly string[];
  readonly failed: number;
}

/** The client of the lab: asks over HTTP from its own namespace. */
export class HttpClient {
  readonly #worker: WorkerProcess<RequestBatch, BatchOutcome>;

  constructor(namespace: string) {
    this.#worker = new WorkerProcess({ namespace, module: "http-client-process" });
  }

  /**
   * Sends a batch and waits until its last request is answered or given up. Refused and wrong answers are counted,
   * not thrown.
   */
  send(batch: RequestBatch): Promise<BatchOutcome> {
    return this.#worker.ask(batch);
  }
}
