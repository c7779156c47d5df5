/** How one step of a drill went; `detail` says what was found, or what was expected and what was found instead. */
export interface StepOutcome {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** The outcome of a drill. */
export interface Verdict {
  readonly steps: readonly StepOutcome[];
  /** How long the service was gone for the client, in milliseconds; undefined when it was not measured. */
  readonly failoverMs: number | undefined;
  readonly requests: RequestCount;
  /** How the first batch of requests fell on the real servers. */
  readonly share: Readonly<Record<string, number>>;
}

/** Requests of the client over the whole drill. */
export interface RequestCount {
  readonly sent: number;
  readonly failed: number;
}

/** What `locum demo --json` prints: names as scripts expect them. */
export interface VerdictJson {
  readonly ok: boolean;
  readonly steps: readonly StepOutcome[];
  readonly failover_ms: number | null;
  readonly requests: RequestCount;
  readonly share: Readonly<Record<string, number>>;
}

/** Whether every step was taken and held. A drill without steps proves nothing. */
export function passed(verdict: Verdict): boolean {
  return verdict.steps.length > 0 && verdict.steps.every(({ ok }) => ok);
}

/** The verdict as data. */
export function verdictJson(verdict: Verdict): VerdictJson {
  return {
    ok: passed(verdict),
    steps: verdict.steps.map(({ name, ok, detail }) => ({ name, ok, detail })),
    failover_ms: verdict.failoverMs ?? null,
    requests: { sent: verdict.requests.sent, failed: verdict.requests.failed },
    share: verdict.share,
  };
}

/** The verdict in one or two sentences. */
export function verdictSentence(verdict: Verdict): string {
  const { requests, failoverMs, steps } = verdict;
  const answered = `${requests.sent - requests.failed} of ${requests.sent} requests answered`;
  if (passed(verdict)) {
    const gone =
      failoverMs === undefined
        ? ""
        : `; at the failover the service was gone for ${(failoverMs / 1_000).toFixed(2)} s`;
    return `Every step held: ${answered}${gone}.`;
  }
  const broken = steps.find(({ ok }) => !ok);
  const which =
    broken === undefined ? "No step was taken" : `Step "${broken.name}" did not hold: ${broken.detail}`;
  return `${which}. ${answered}.`;
}
