/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* One destination as a scheduler sees it. */
#ifndef LOCUM_CANDIDATE_H
#define LOCUM_CANDIDATE_H

#include "maps.h"

/*
 * A walk over the list, first entry the newest; `found` is 1 + the index of the choice, 0 for none. It lives in a
 * per-CPU map and not on the stack: the verifier then does not follow each value of its counters, and a program in
 * packet context is never interrupted by another on its CPU.
 */
struct walk {
	__u32 service;
	__u32 generation;
	__u32 count;
	__u32 start;
	__u32 found;
	__u32 destination;
	__u32 scheduler;
	__u32 began;    /* wrr from here on: the cursor at the start, */
	__u32 cursor;   /* where the walk stopped, */
	__u32 position; /* the index to look at next, */
	__u32 stop;     /* 1 + the index that ends the search */
	__u32 last_pass;
	__u32 restarted;
	__u32 full_pass;
	__u64 best_cost;
	__u64 best_weight;
	__s64 current_weight;
	__s64 divisor;
	__s64 max_weight;
	__s64 largest; /* weight that could serve, seen on this pass */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct walk);
} walks SEC(".maps");

/* What bpf_loop hands to each step. */
struct choice {
	struct service *service;
	struct schedule_state *state;
	struct walk *walk;
	__u32 destination;
	__u32 settled;
};

struct candidate {
	__u32 destination;
	__u32 weight;
	__u32 overloaded;
	__u32 active;
	__u32 total;
};

/* Gives 0 for an index past the end, which a list being replaced may show for a moment. */
static __always_inline int load_candidate(const struct walk *walk, __u32 index, struct candidate *candidate)
{
	struct list_key key = { .service = walk->service, .generation = walk->generation, .index = index };
	struct list_entry *entry = bpf_map_lookup_elem(&lists, &key);
	struct destination_counters *counters;
	__u32 destination, *overloaded;

	if (!entry)
		return 0;
	destination = entry->destination;
	candidate->destination = destination;
	candidate->weight = entry->weight;
	counters = bpf_map_lookup_elem(&destination_counters, &destination);
	if (!counters)
		return 0;
	overloaded = entry->limited ? bpf_map_lookup_elem(&overloads, &destination) : 0;
	candidate->overloaded = overloaded && *overloaded;
	candidate->active = counters->active;
	candidate->total = counters->total;
	return 1;
}

static __always_inline int may_serve(const struct candidate *candidate)
{
	return candidate->weight > 0 && !candidate->overloaded;
}

/* The kernel's estimate of load: an active connection weighs 256 inactive ones. */
static __always_inline __u64 overhead(const struct candidate *candidate)
{
	return ((__u64)candidate->active << 8) + candidate->total;
}

static __always_inline void take(struct walk *walk, __u32 index, const struct candidate *candidate)
{
	walk->found = index + 1;
	walk->destination = candidate->destination;
}

#endif
