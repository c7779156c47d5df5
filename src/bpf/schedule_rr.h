/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Round robin: the next destination after the last one chosen that may serve; one turn at most. */
#ifndef LOCUM_SCHEDULE_RR_H
#define LOCUM_SCHEDULE_RR_H

#include "candidate.h"

static long rr_step(__u32 step, void *context)
{
	struct walk *walk = ((struct choice *)context)->walk;
	struct candidate candidate;
	__u32 index = walk->start + step;

	if (index >= walk->count)
		index -= walk->count;
	if (!load_candidate(walk, index, &candidate) || !may_serve(&candidate))
		return 0;
	take(walk, index, &candidate);
	return 1;
}

/* The word's low half is the cursor: 1 + the index last chosen, 0 at the list's head. */
static __always_inline __u64 choose_rr(struct choice *choice, __u64 word)
{
	struct walk *walk = choice->walk;

	walk->start = (__u32)word;
	bpf_loop(walk->count, rr_step, choice, 0);
	return walk->found ? walk->found : word;
}

#endif
