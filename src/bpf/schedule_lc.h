/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Least connection: the smallest load; of equals the first in the list. */
#ifndef LOCUM_SCHEDULE_LC_H
#define LOCUM_SCHEDULE_LC_H

#include "candidate.h"

static long lc_step(__u32 index, void *context)
{
	struct walk *walk = ((struct choice *)context)->walk;
	struct candidate candidate;

	if (!load_candidate(walk, index, &candidate) || !may_serve(&candidate))
		return 0;
	if (walk->found && overhead(&candidate) >= walk->best_cost)
		return 0;
	walk->best_cost = overhead(&candidate);
	take(walk, index, &candidate);
	return 0;
}

#endif
