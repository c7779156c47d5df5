import { type Candidate, mayServe, type Scheduler, stateless } from "./scheduler.ts";

/** Weighted fail-over: everything to the heaviest; of equals the first (ip_vs_fo.c). */
export const fo: Scheduler = stateless("fo", (list) => heaviest(list, mayServe));

/** Overflow: the heaviest whose active sessions do not exceed its weight (ip_vs_ovf.c). */
export const ovf: Scheduler = stateless("ovf", (list) =>
  heaviest(list, (candidate) => mayServe(candidate) && candidate.active <= candidate.weight),
);

function heaviest(
  list: readonly Candidate[],
  eligible: (candidate: Candidate) => boolean,
): number | undefined {
  let best: { readonly index: number; readonly weight: number } | undefined;
  for (const [index, candidate] of list.entries()) {
    if (!eligible(candidate)) continue;
    if (best === undefined || candidate.weight > best.weight) best = { index, weight: candidate.weight };
  }
  return best?.index;
}
