import { type Candidate, mayServe, overhead, type Scheduler, stateless } from "./scheduler.ts";

/** Least connection: the smallest load; of equals the first in the list (ip_vs_lc.c). */
export const lc: Scheduler = stateless("lc", (list) => {
  let best: { readonly index: number; readonly load: number } | undefined;
  for (const [index, candidate] of list.entries()) {
    if (!mayServe(candidate)) continue;
    const load = overhead(candidate);
    if (best === undefined || load < best.load) best = { index, load };
  }
  return best?.index;
});

/** Weighted least connection, ipvsadm's default: the smallest load per weight (ip_vs_wlc.c). */
export const wlc: Scheduler = stateless("wlc", (list) => smallest(list, overhead));

/** Shortest expected delay: active sessions and the new one, per weight (ip_vs_sed.c). */
export const sed: Scheduler = stateless("sed", (list) => smallest(list, (candidate) => candidate.active + 1));

/** Never queue: the first idle destination, else as sed (ip_vs_nq.c). */
export const nq: Scheduler = stateless("nq", (list) => {
  const idle = list.findIndex((candidate) => mayServe(candidate) && candidate.active === 0);
  return idle >= 0 ? idle : smallest(list, (candidate) => candidate.active + 1);
});

/** The index with the smallest cost per weight, compared without division; of equals the first. */
function smallest(list: readonly Candidate[], cost: (candidate: Candidate) => number): number | undefined {
  let best: { readonly index: number; readonly cost: bigint; readonly weight: bigint } | undefined;
  for (const [index, candidate] of list.entries()) {
    if (!mayServe(candidate)) continue;
    const mine = BigInt(cost(candidate));
    const weight = BigInt(candidate.weight);
    if (best === undefined || best.cost * weight > mine * best.weight) best = { index, cost: mine, weight };
  }
  return best?.index;
}
