import type { RouterCounters } from "./vrrp-director-state.ts";

const noNumbers = {
  advertisementsReceived: 0,
  advertisementsSent: 0,
  becameMaster: 0,
  releasedMaster: 0,
  priorityZeroReceived: 0,
  priorityZeroSent: 0,
};

/** Counters that have counted nothing yet. */
export function freshCounters(): RouterCounters {
  return { ...noNumbers, rejected: new Map() };
}

/** Begins to count anew (STATS_CLEAR). */
export function clearCounters(counters: RouterCounters): void {
  Object.assign(counters, noNumbers);
  counters.rejected.clear();
}
