/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Weighted fail-over (all to the heaviest) and overflow (the heaviest whose active connections do not exceed its weight). */
#ifndef LOCUM_SCHEDULE_FO_H
#define LOCUM_SCHEDULE_FO_H

#include "candidate.h"

static long fo_step(__u32 index, void *context)
{
	struct walk *walk = ((struct choice *)context)->walk;
	struct candidate candidate;

	if (!load_candidate(walk, index, &candidate) || !may_serve(&candidate))
		return 0;
	if (walk->scheduler == SCHEDULER_OVF && candidate.active > candidate.weight)
		return 0;
	if (walk->found && candidate.weight <= walk->best_weight)
		return 0;
	walk->best_weight = candidate.weight;
	take(walk, index, &candidate);
	return 0;
}

#endif
