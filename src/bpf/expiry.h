/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Sessions end in the kernel, so that the counts are right with no daemon running. One timer for all looks through the
 * table when the first of them is due; a packet of a session that is over but not yet swept finds none.
 *
 * A timer for each session would be simpler, but starting one allocates memory in a way that Linux 6.18 was seen to
 * refuse four times out of five under load (bpf_timer_init: ENOMEM), and such a session would never end.
 */
#ifndef LOCUM_EXPIRY_H
#define LOCUM_EXPIRY_H

#include "session.h"

#define CLOCK_MONOTONIC 1
#define SWEEP_INTERVAL (100 * NS_PER_MS) /* between two sweeps, at least */
#define SWEEP_SHARE 50                    /* and at least this many times as long as a sweep takes: 2% of one CPU */
#define SWEEP_IDLE (60000 * NS_PER_MS)    /* at most */
#define OVERDUE (2000 * NS_PER_MS)

struct sweep {
	__u64 now;
	__u64 earliest;
};

static long sweep_step(void *map, struct session_key *key, struct session *session, struct sweep *sweep)
{
	__u64 expires = session->expires;
	struct session_key copy;

	if (expires > sweep->now) {
		if (expires < sweep->earliest)
			sweep->earliest = expires;
		return 0;
	}
	copy = *key; /* the map's own key goes away with the entry */
	if (end_session(&copy, session))
		count_event(EVENT_EXPIRED);
	return 0;
}

static int on_clock(void *map, __u32 *key, struct clock *clock)
{
	struct sweep sweep = { .now = bpf_ktime_get_ns() };
	__u64 finished, rest;

	/* From here on a session that must end soon starts the timer itself, seen by this sweep or not. */
	clock->next = ~0ULL;
	sweep.earliest = sweep.now + SWEEP_IDLE;
	bpf_for_each_map_elem(&sessions, sweep_step, &sweep, 0);
	finished = bpf_ktime_get_ns();
	rest = (finished - sweep.now) * SWEEP_SHARE;
	if (rest < SWEEP_INTERVAL)
		rest = SWEEP_INTERVAL;
	if (sweep.earliest < finished + rest)
		sweep.earliest = finished + rest;
	if (sweep.earliest >= clock->next)
		return 0;
	clock->next = sweep.earliest;
	bpf_timer_start(&clock->timer, sweep.earliest - finished, 0);
	return 0;
}

/* Makes sure that the table is looked through when `expires` has come, or soon after. */
static __noinline int wake_clock(__u64 expires)
{
	struct clock *clock;
	__u32 zero = 0;
	__u64 now, delay;
	long refused;

	clock = bpf_map_lookup_elem(&clocks, &zero);
	if (!clock)
		return 0;
	now = bpf_ktime_get_ns();
	/* The timer is late when it was lost: two processors may have set it at once. */
	if (clock->next && expires >= clock->next && clock->next + OVERDUE > now)
		return 0;
	delay = expires > now + SWEEP_INTERVAL ? expires - now : SWEEP_INTERVAL;
	bpf_timer_init(&clock->timer, &clocks, CLOCK_MONOTONIC); /* EBUSY from the second time on */
	refused = bpf_timer_set_callback(&clock->timer, on_clock);
	if (!refused)
		refused = bpf_timer_start(&clock->timer, delay, 0);
	if (refused)
		count_event(EVENT_NO_TIMER); /* the next packet tries again */
	else
		clock->next = now + delay;
	return 0;
}

/* Pushes the end of the session out to `timeout` ms from now, or pulls it in. */
static __always_inline void keep_alive(struct session *session, __u32 timeout)
{
	__u64 expires = bpf_ktime_get_ns() + timeout * NS_PER_MS;

	session->expires = expires;
	wake_clock(expires);
}

#endif
