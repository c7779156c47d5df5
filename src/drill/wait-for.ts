import { setTimeout as delay } from "node:timers/promises";
import { StepFailure } from "./step-failure.ts";

/** How long to look, and what to say when it never comes. */
export interface WaitOptions {
  /** Milliseconds. */
  readonly within: number;
  /** Pause between two looks, in milliseconds. */
  readonly every?: number;
  readonly expected: string;
  /** What is there instead, asked at the end. */
  readonly found: () => string;
}

/**
 * Looks again and again until `look` returns something else than undefined, and returns that.
 * @throws {StepFailure} when it does not come in time; what `look` throws goes through.
 */
export async function waitFor<Found>(
  look: () => Found | undefined | Promise<Found | undefined>,
  options: WaitOptions,
): Promise<Found> {
  const deadline = process.hrtime.bigint() + BigInt(options.within) * 1_000_000n;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (process.hrtime.bigint() > deadline) {
      throw new StepFailure(`${options.expected} within ${options.within / 1_000} s`, options.found());
    }
    await delay(options.every ?? 20);
  }
}
