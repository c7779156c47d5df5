import type { BatchOutcome } from "../lab/http-client.ts";
import type { Stage } from "./stage.ts";
import { StepFailure } from "./step-failure.ts";

/**
 * Sends requests that must all be answered.
 * @throws {StepFailure} when one is not.
 */
export async function requestsServed(stage: Stage, count: number): Promise<BatchOutcome> {
  const outcome = await stage.request(count);
  if (outcome.failed > 0) {
    const reasons = outcome.failures.slice(0, 3).join("; ");
    throw new StepFailure(`all ${count} requests to be answered`, `${outcome.failed} were not (${reasons})`);
  }
  return outcome;
}

/** `web1 100, web2 200`, in the order of the names. */
export function describeShare(share: Readonly<Record<string, number>>): string {
  return Object.entries(share)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");
}

/**
 * Compares how requests fell with how they had to fall.
 * @throws {StepFailure} when they differ.
 */
export function assertShare(outcome: BatchOutcome, wanted: Readonly<Record<string, number>>): void {
  const found = describeShare(outcome.share);
  if (found !== describeShare(wanted))
    throw new StepFailure(`the requests to fall ${describeShare(wanted)}`, found);
}
