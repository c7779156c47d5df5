/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Choosing a destination without a lock and yet in the exact order: read the state word, walk, and keep the choice
 * only if nobody else moved the word meanwhile.
 */
#ifndef LOCUM_SCHEDULE_H
#define LOCUM_SCHEDULE_H

#include "maps.h"
#include "schedule_fo.h"
#include "schedule_lc.h"
#include "schedule_rr.h"
#include "schedule_wlc.h"
#include "schedule_wrr.h"
#include "stats.h"

#define CHOICE_ATTEMPTS 8

static __always_inline __u64 walk_once(struct choice *choice, const struct service *service, __u64 word)
{
	switch (service->scheduler) {
	case SCHEDULER_RR:
		return choose_rr(choice, word);
	case SCHEDULER_WRR:
		return choose_wrr(choice, service, word);
	case SCHEDULER_LC:
		bpf_loop(service->count, lc_step, choice, 0);
		return word;
	case SCHEDULER_WLC:
	case SCHEDULER_SED:
	case SCHEDULER_NQ:
		bpf_loop(service->count, wlc_step, choice, 0);
		return word;
	case SCHEDULER_FO:
	case SCHEDULER_OVF:
		bpf_loop(service->count, fo_step, choice, 0);
		return word;
	default:
		return word;
	}
}

static long choice_step(__u32 step, void *context)
{
	struct choice *choice = context;
	struct service *service = choice->service;
	struct schedule_state *state = choice->state;
	struct walk *walk = choice->walk;
	__u64 before, after;

	__builtin_memset(walk, 0, sizeof(*walk));
	walk->service = service->id;
	walk->generation = service->generation;
	walk->count = service->count;
	walk->scheduler = service->scheduler;
	before = *(volatile __u64 *)&state->word;
	after = walk_once(choice, service, before);
	choice->destination = walk->found ? walk->destination : 0;
	if (after != before && __sync_val_compare_and_swap(&state->word, before, after) != before)
		return 0;
	choice->settled = 1;
	return 1;
}

/* The id of the chosen destination; 0 when none may serve. */
static __noinline __u32 choose(struct service *service)
{
	struct choice choice = {};
	struct state_key key = {};
	__u32 zero = 0;

	if (!service)
		return 0;
	key.service = service->id;
	key.generation = service->generation;
	choice.service = service;
	choice.state = bpf_map_lookup_elem(&schedule_states, &key);
	choice.walk = bpf_map_lookup_elem(&walks, &zero);
	if (!choice.state || !choice.walk)
		return 0;
	bpf_loop(CHOICE_ATTEMPTS, choice_step, &choice, 0);
	if (!choice.settled)
		count_event(EVENT_CONTENDED);
	return choice.destination;
}

#endif
