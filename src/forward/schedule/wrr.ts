import type { Candidate, ChangedList, Choice, Scheduler, ScheduleState } from "./scheduler.ts";

/** What wrr derives from the weights of a list. */
export interface WrrWeights {
  /** The greatest common divisor of the weights above 0; 1 when there are none. */
  readonly divisor: number;
  /** The largest weight less (divisor - 1). */
  readonly maximum: number;
}

/** The step and the starting point of the current weight. */
export function wrrWeights(list: readonly { readonly weight: number }[]): WrrWeights {
  let divisor = 0;
  let largest = 0;
  for (const { weight } of list) {
    if (weight > 0) divisor = gcd(weight, divisor);
    largest = Math.max(largest, weight);
  }
  const step = divisor || 1;
  return { divisor: step, maximum: largest - (step - 1) };
}

/**
 * Weighted round robin by stepping the current weight down by the common divisor (ip_vs_wrr.c). Every change of the
 * list sends the walk back to the head but keeps the current weight where it can, which is why a service filled one
 * destination at a time does not start at its largest weight.
 */
export const wrr: Scheduler = {
  name: "wrr",
  start: (list) => ({ cursor: 0, currentWeight: wrrWeights(list).maximum }),
  changed: restart,
  choose,
};

function restart({ state, list }: ChangedList): ScheduleState {
  const { divisor, maximum } = wrrWeights(list);
  let { currentWeight } = state;
  if (currentWeight > maximum || currentWeight === 0) currentWeight = maximum;
  else if (divisor > 1) currentWeight = Math.floor(currentWeight / divisor) * divisor + 1;
  return { cursor: 0, currentWeight };
}

function choose(list: readonly Candidate[], state: ScheduleState): Choice {
  const { divisor, maximum } = wrrWeights(list);
  if (maximum <= 0) return { index: undefined, state };
  const began = state.cursor;
  let { currentWeight } = state;
  let position = began;
  let stop = 0;
  let lastPass = false;
  let restarted = false;
  for (;;) {
    const walked = walk(list, { position, currentWeight, stop });
    if (walked.kind === "found")
      return { index: walked.index, state: { cursor: walked.index + 1, currentWeight } };
    if (walked.kind === "stopped") return { index: undefined, state: { cursor: stop, currentWeight } };
    currentWeight -= divisor;
    if (currentWeight <= 0) {
      currentWeight = maximum;
      if (lastPass || began === 0) return { index: undefined, state: { cursor: 0, currentWeight } };
      restarted = true;
    }
    lastPass = currentWeight <= divisor;
    if (lastPass && restarted) stop = began;
    position = 0;
  }
}

type Walked =
  | { readonly kind: "found"; readonly index: number }
  | { readonly kind: "stopped" }
  | { readonly kind: "end" };

function walk(
  list: readonly Candidate[],
  from: { readonly position: number; readonly currentWeight: number; readonly stop: number },
): Walked {
  for (let index = from.position; index < list.length; index++) {
    const candidate = list[index];
    if (candidate === undefined) continue;
    if (!candidate.overloaded && candidate.weight >= from.currentWeight) return { kind: "found", index };
    if (from.stop === index + 1) return { kind: "stopped" };
  }
  return { kind: "end" };
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
