/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Weighted least connection and its two relatives: the smallest cost per weight, compared by cross-multiplication.
 * wlc's cost is the load; sed's is the active connections and the new one; nq is sed that prefers an idle server.
 */
#ifndef LOCUM_SCHEDULE_WLC_H
#define LOCUM_SCHEDULE_WLC_H

#include "candidate.h"

static __always_inline long wlc_consider(struct walk *walk, __u32 index, const struct candidate *candidate, __u64 cost)
{
	if (walk->found && walk->best_cost * candidate->weight <= cost * walk->best_weight)
		return 0;
	walk->best_cost = cost;
	walk->best_weight = candidate->weight;
	take(walk, index, candidate);
	return 0;
}

static long wlc_step(__u32 index, void *context)
{
	struct walk *walk = ((struct choice *)context)->walk;
	struct candidate candidate;

	if (!load_candidate(walk, index, &candidate) || !may_serve(&candidate))
		return 0;
	if (walk->scheduler == SCHEDULER_WLC)
		return wlc_consider(walk, index, &candidate, overhead(&candidate));
	if (walk->scheduler == SCHEDULER_NQ && candidate.active == 0) {
		take(walk, index, &candidate);
		return 1;
	}
	return wlc_consider(walk, index, &candidate, (__u64)candidate.active + 1);
}

#endif
