/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Fragments. IPVS puts packets together before it looks at them, which a program at the interface cannot; instead the
 * first fragment, which has the ports, leaves word where the others of its packet go. Deviation: a fragment that
 * overtakes the first one is left to the stack, so its packet is lost.
 */
#ifndef LOCUM_FRAGMENT_H
#define LOCUM_FRAGMENT_H

#include "nat.h"
#include "route.h"
#include "session.h"

#define MAX_FRAGMENTED 16384
#define FRAGMENT_LIFETIME (30ULL * 1000 * NS_PER_MS) /* as long as the kernel waits to put a packet together */

struct fragment_key {
	__u32 source;
	__u32 target;
	__u16 id;
	__u16 protocol;
};

/* What becomes of the later fragments: the way they go, and what they say at `offset` of the IP header (0: no change). */
struct fragment {
	__u64 seen;
	__u32 toward;
	__u32 offset;
	__u32 from;
	__u32 to;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, MAX_FRAGMENTED);
	__type(key, struct fragment_key);
	__type(value, struct fragment);
} fragments SEC(".maps");

static __always_inline void fragment_key_of(const struct packet *packet, struct fragment_key *key)
{
	key->source = packet->source;
	key->target = packet->target;
	key->id = packet->id;
	key->protocol = packet->protocol;
}

static __noinline int remember_fragment(const struct packet *packet, struct fragment *fragment)
{
	struct fragment_key key;

	if (!packet->first_fragment)
		return 0;
	fragment_key_of(packet, &key);
	fragment->seen = bpf_ktime_get_ns();
	bpf_map_update_elem(&fragments, &key, fragment, BPF_ANY);
	return 0;
}

static __noinline int handle_later_fragment(const struct packet *packet)
{
	struct fragment_key key;
	struct fragment *fragment;
	struct route route;

	fragment_key_of(packet, &key);
	fragment = bpf_map_lookup_elem(&fragments, &key);
	if (!fragment || bpf_ktime_get_ns() - fragment->seen > FRAGMENT_LIFETIME || packet->ttl <= 1) {
		count_event(EVENT_FRAGMENT);
		return TC_ACT_OK;
	}
	if (find_route(packet, fragment->toward, &route) != WAY_REMOTE)
		return refuse(EVENT_NO_ROUTE);
	if (fragment->offset == offsetof(struct iphdr, daddr) &&
	    replace_address_only(packet, offsetof(struct iphdr, daddr), fragment->from, fragment->to))
		return refuse(EVENT_NO_ROUTE);
	if (fragment->offset == offsetof(struct iphdr, saddr) &&
	    replace_address_only(packet, offsetof(struct iphdr, saddr), fragment->from, fragment->to))
		return refuse(EVENT_NO_ROUTE);
	if (decrement_ttl(packet))
		return refuse(EVENT_NO_ROUTE);
	return send(&route);
}

#endif
