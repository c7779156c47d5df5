import { unreachable } from "../../base/assert.ts";
import { between, type Duration, type Instant, inMilliseconds, milliseconds } from "../../base/time.ts";
import type { Observation, ProbeEffect, ProbeId, ProbeRequest } from "../../check/probe.ts";
import { type Attempt, observationOf, type Settle } from "./attempt.ts";
import { probeHttp } from "./http.ts";
import { probeTcp } from "./tcp.ts";

/** The body that is read of one response at most. */
const DEFAULT_BODY_LIMIT = 10 * 1024 * 1024;

/** The machine calls an attempt off at its deadline; this much later the runner does so by itself. */
const DEFAULT_BACKSTOP = milliseconds(500);

/** An answer, as the event that the machine takes. */
export interface ProbeResult {
  readonly kind: "probe-result";
  readonly id: ProbeId;
  readonly observation: Observation;
}

/** How a runner answers, and its limits. */
export interface ProbeRunnerOptions {
  /** Called once for each probe that was started and not cancelled, never from within `start`. */
  readonly deliver: (result: ProbeResult) => void;
  /** Bytes; 10 MiB when absent. */
  readonly bodyLimit?: number;
  /** How long after `dueBy` an attempt is ended without being told to; 500 ms when absent. */
  readonly backstop?: Duration;
}

interface Running {
  readonly timer: NodeJS.Timeout;
  attempt?: Attempt;
}

/**
 * Puts questions to real servers for the checker process. Whatever a server does, each probe ends in one result or a
 * cancellation, its sockets are closed then, and what is kept of it meanwhile does not grow with what the server sends.
 */
export class ProbeRunner {
  readonly #options: ProbeRunnerOptions;
  readonly #running = new Map<ProbeId, Running>();

  constructor(options: ProbeRunnerOptions) {
    this.#options = options;
  }

  /** How many probes are under way. */
  get running(): number {
    return this.#running.size;
  }

  /** Begins a probe; an id that is still under way is replaced without a result. */
  start({ id, request, dueBy }: Omit<ProbeEffect, "kind">, now: Instant): void {
    this.cancel(id);
    const backstop = this.#options.backstop ?? DEFAULT_BACKSTOP;
    const left = inMilliseconds(between(now, dueBy)) + inMilliseconds(backstop);
    const timer = setTimeout(() => this.#expire(id, running), Math.max(1, Math.ceil(left)));
    const running: Running = { timer };
    this.#running.set(id, running);
    let starting = true;
    const settle: Settle = (observation) => {
      if (starting) setImmediate(() => this.#settle(id, { running, observation }));
      else this.#settle(id, { running, observation });
    };
    running.attempt = begin(request, {
      settle,
      bodyLimit: this.#options.bodyLimit ?? DEFAULT_BODY_LIMIT,
    });
    starting = false;
  }

  /** Ends a probe without a result; an unknown id is ignored. */
  cancel(id: ProbeId): void {
    const running = this.#running.get(id);
    if (running === undefined) return;
    this.#running.delete(id);
    clearTimeout(running.timer);
    running.attempt?.close();
  }

  /** Ends every probe without a result. */
  close(): void {
    for (const id of [...this.#running.keys()]) this.cancel(id);
  }

  #settle(id: ProbeId, { running, observation }: { running: Running; observation: Observation }): void {
    if (this.#running.get(id) !== running) return;
    this.cancel(id);
    this.#options.deliver({ kind: "probe-result", id, observation });
  }

  /** A process that overslept runs its timers before it reads: what waits in the sockets comes first. */
  #expire(id: ProbeId, running: Running): void {
    setImmediate(() => setImmediate(() => this.#settle(id, { running, observation: { kind: "timed-out" } })));
  }
}

function begin(request: ProbeRequest, options: { settle: Settle; bodyLimit: number }): Attempt {
  try {
    switch (request.kind) {
      case "tcp":
        return probeTcp(request, options.settle);
      case "http":
        return probeHttp(request, options);
      default:
        return unreachable(request);
    }
  } catch (error) {
    options.settle(observationOf(error as NodeJS.ErrnoException, request.target));
    return { close: () => undefined };
  }
}
