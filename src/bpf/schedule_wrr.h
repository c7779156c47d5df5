/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Weighted round robin as the kernel steps it: the walk takes every destination whose weight reaches the current
 * weight cw; at the list's end cw falls by the common divisor, and from 0 it returns to the largest weight.
 * The word holds the cursor in its low half and cw in its high half.
 */
#ifndef LOCUM_SCHEDULE_WRR_H
#define LOCUM_SCHEDULE_WRR_H

#include "candidate.h"

/*
 * Passes that cannot match are skipped in one go: with every heavy destination overloaded the kernel walks the list
 * once per weight step, which a program run in packet context must not.
 */
static __always_inline void skip_idle_passes(struct walk *walk)
{
	__s64 skip, limit;

	if (!walk->full_pass || walk->divisor < 1 || walk->current_weight <= walk->largest)
		return;
	skip = (__u64)(walk->current_weight - walk->largest + walk->divisor - 1) / (__u64)walk->divisor;
	limit = (__u64)(walk->current_weight - 1) / (__u64)walk->divisor;
	walk->current_weight -= (skip < limit ? skip : limit) * walk->divisor;
}

/* At the end of the list; gives 1 when the search is over. */
static __always_inline long wrr_turn(struct walk *walk)
{
	walk->current_weight -= walk->divisor;
	if (walk->current_weight <= 0) {
		walk->current_weight = walk->max_weight;
		if (walk->last_pass || !walk->began) {
			walk->cursor = 0;
			return 1;
		}
		walk->restarted = 1;
	}
	skip_idle_passes(walk);
	walk->last_pass = walk->current_weight <= walk->divisor;
	if (walk->last_pass && walk->restarted && walk->began)
		walk->stop = walk->began;
	walk->position = 0;
	walk->largest = 0;
	walk->full_pass = 1;
	return 0;
}

static long wrr_step(__u32 step, void *context)
{
	struct walk *walk = ((struct choice *)context)->walk;
	struct candidate candidate;
	__u32 index = walk->position;

	if (index >= walk->count)
		return wrr_turn(walk);
	walk->position = index + 1;
	if (load_candidate(walk, index, &candidate) && !candidate.overloaded) {
		if (candidate.weight >= walk->current_weight) {
			take(walk, index, &candidate);
			walk->cursor = index + 1;
			return 1;
		}
		if (candidate.weight > walk->largest)
			walk->largest = candidate.weight;
	}
	if (walk->stop == index + 1) {
		walk->cursor = index + 1;
		return 1;
	}
	return 0;
}

static __always_inline __u64 choose_wrr(struct choice *choice, const struct service *service, __u64 word)
{
	struct walk *walk = choice->walk;

	if ((__s32)service->max_weight <= 0)
		return word;
	walk->divisor = service->gcd;
	walk->max_weight = service->max_weight;
	walk->current_weight = (__s64)(word >> 32);
	walk->cursor = walk->began = walk->position = (__u32)word;
	walk->full_pass = walk->began == 0;
	/* The part after the cursor, a pass, the wrap, a pass, the last pass, the pass to the stop mark. */
	bpf_loop(8 * (walk->count + 1), wrr_step, choice, 0);
	return (__u64)walk->current_weight << 32 | walk->cursor;
}

#endif
