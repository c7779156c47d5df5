/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Counting: traffic per service and destination, and how often each unusual thing happened. */
#ifndef LOCUM_STATS_H
#define LOCUM_STATS_H

#include "maps.h"
#include "parse.h"

static __always_inline void count_event(__u32 event)
{
	__u64 *counter = bpf_map_lookup_elem(&events, &event);

	if (counter)
		*counter += 1;
}

static __always_inline void add_in(struct traffic *traffic, __u16 bytes)
{
	__sync_fetch_and_add(&traffic->in_packets, 1);
	__sync_fetch_and_add(&traffic->in_bytes, bytes);
}

static __always_inline void add_out(struct traffic *traffic, __u16 bytes)
{
	__sync_fetch_and_add(&traffic->out_packets, 1);
	__sync_fetch_and_add(&traffic->out_bytes, bytes);
}

static __always_inline void count_in(struct session *session, const struct packet *packet)
{
	__u32 service = session->service, destination = session->destination;
	struct traffic *traffic = bpf_map_lookup_elem(&service_traffic, &service);
	struct destination_counters *counters = bpf_map_lookup_elem(&destination_counters, &destination);

	if (traffic)
		add_in(traffic, packet->length);
	if (counters)
		add_in(&counters->traffic, packet->length);
}

static __always_inline void count_out(struct session *session, const struct packet *packet)
{
	__u32 service = session->service, destination = session->destination;
	struct traffic *traffic = bpf_map_lookup_elem(&service_traffic, &service);
	struct destination_counters *counters = bpf_map_lookup_elem(&destination_counters, &destination);

	if (traffic)
		add_out(traffic, packet->length);
	if (counters)
		add_out(&counters->traffic, packet->length);
}

#endif
