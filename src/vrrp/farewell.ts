import { after, between, type Duration, type Instant, microseconds } from "../base/time.ts";
import type { Farewell } from "./router-state.ts";

/** How often a winner that shows nothing is told: so often every interval, which even a loss of a half leaves one in 30. */
const PROMPT_TRIES = 5;
/** And then after twice the time each, for what cuts one way only and lasts; two minutes at an interval of a second. */
const PATIENT_TRIES = 6;

/**
 * Deviation: what a router does that has yielded, beside its last words as Master. A winner answers the advertisement of
 * a lower priority at once (RFC 9568 section 6.4.3, keepalived) and announces its addresses anew, so an advertisement
 * that comes soon after ours and off its beat says that it has heard us. Until it comes, we say once more, halfway
 * between two of its own, that there was another master: on a network that loses packets the winner may have missed
 * all of our reign, and the clients would send to us until their neighbour tables expire.
 */
export function beginFarewell(
  masterInterval: Duration,
  { now, said }: { readonly now: Instant; readonly said: boolean },
): Farewell {
  return {
    ...(said ? { sentAt: now } : {}),
    nextAt: after(now, microseconds(masterInterval / 2)),
    left: PROMPT_TRIES + PATIENT_TRIES,
  };
}

/** One more was sent; nothing when that was the last. */
export function nextFarewell(
  farewell: Farewell,
  masterInterval: Duration,
  now: Instant,
): Farewell | undefined {
  const left = farewell.left - 1;
  if (left === 0) return undefined;
  const wait = masterInterval * 2 ** Math.max(0, PATIENT_TRIES - left);
  return { sentAt: now, nextAt: after(now, microseconds(wait)), left };
}

/** Whether an advertisement that is heard now is the answer to our last one. */
export function isAnswered(farewell: Farewell, masterInterval: Duration, now: Instant): boolean {
  return farewell.sentAt !== undefined && between(farewell.sentAt, now) < masterInterval / 4;
}
