import { after, between, type Duration, type Instant, microseconds } from "../base/time.ts";
import type { Farewell } from "./router-state.ts";

/** How often a winner that shows nothing is told: so often every interval, which even a loss of a half leaves one in 30. */
const PROMPT_TRIES = 5;
/** And then after twice the time each, for what cuts one way only and lasts; two minutes at an interval of a second. */
const PATIENT_TRIES = 6;
/** Part of an interval that an advertisement may be late or early and still be one of the regular ones. */
const OFF_BEAT = 0.125;

/**
 * Deviation: what a router does that has yielded, beside its last words as Master. A winner answers the advertisement of
 * a lower priority at once (RFC 9568 section 6.4.3, keepalived) and announces its addresses anew, so an advertisement
 * that comes soon after ours and off its beat says that it has heard us. Until it comes, we say once more, halfway
 * between two of its own, that there was another master: on a network that loses packets the winner may have missed
 * all of our reign, and the clients would send to us until their neighbour tables expire. Whether our last words as
 * Master were answered cannot be told, for the winner's beat was not known yet; so this is said once at least.
 */
export function beginFarewell(now: Instant): Farewell {
  return { heardAt: now, onBeat: false, nextAt: now, left: PROMPT_TRIES + PATIENT_TRIES };
}

/** What follows one that was said now; nothing when that was the last. */
export function nextFarewell(
  farewell: Farewell,
  masterInterval: Duration,
  now: Instant,
): Farewell | undefined {
  const left = farewell.left - 1;
  if (left === 0) return undefined;
  const wait = masterInterval * 2 ** Math.max(0, PATIENT_TRIES - left);
  return { ...farewell, sentAt: now, nextAt: after(now, microseconds(wait)), left };
}

/**
 * What is left to say after an advertisement of the winner: nothing when it is the answer to our last one. Otherwise two
 * that are whole intervals apart show its beat, and ours comes halfway to the next of them.
 */
export function winnerHeard(
  farewell: Farewell,
  masterInterval: Duration,
  now: Instant,
): Farewell | undefined {
  const { sentAt, nextAt, heardAt, onBeat } = farewell;
  if (onBeat && sentAt !== undefined && between(sentAt, now) < masterInterval / 4) return undefined;
  const phase = (between(heardAt, now) % masterInterval) / masterInterval;
  const regular = phase < OFF_BEAT || phase > 1 - OFF_BEAT;
  const halfway = after(now, microseconds(masterInterval / 2));
  const patient = nextAt >= after(now, masterInterval);
  return {
    ...farewell,
    heardAt: now,
    // Two that come together, an answer and what is due anyway, show nothing.
    onBeat: regular && between(heardAt, now) > masterInterval / 2,
    nextAt: patient ? nextAt : halfway,
  };
}

/** When to say the next one; never while the winner's beat is not known. */
export function farewellDue({ onBeat, nextAt }: Farewell): Instant | undefined {
  return onBeat ? nextAt : undefined;
}
