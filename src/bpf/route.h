/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Where a packet goes next. The lookup is made as if by this host itself (interface lo), because that is how IPVS
 * sends: no forwarding switch is needed for the way to the real server, and the policy rules for local traffic apply.
 * The kernel refuses a lookup from an interface with forwarding off, so user space sets net.ipv4.conf.lo.forwarding.
 */
#ifndef LOCUM_ROUTE_H
#define LOCUM_ROUTE_H

#include <bpf/bpf_helpers.h>
#include <linux/pkt_cls.h>
#include "parse.h"
#include "stats.h"

#define AF_INET 2
#define LOOPBACK_INTERFACE 1

enum way { WAY_NONE, WAY_LOCAL, WAY_REMOTE, WAY_TOO_BIG };

struct route {
	__u32 interface;
	__u32 next_hop;
};

/* A function of its own: its lookup struct must not lie on the stack below the schedulers. */
static __noinline int find_route(const struct packet *packet, __u32 target, struct route *route)
{
	struct bpf_fib_lookup lookup = {};
	long answer;

	lookup.family = AF_INET;
	lookup.l4_protocol = packet->protocol;
	lookup.tos = packet->tos & 0x1c;
	lookup.ifindex = LOOPBACK_INTERFACE;
	lookup.ipv4_src = packet->source;
	lookup.ipv4_dst = target;
	answer = bpf_fib_lookup(packet->skb, &lookup, sizeof(lookup), 0);
	switch (answer) {
	case BPF_FIB_LKUP_RET_SUCCESS:
	case BPF_FIB_LKUP_RET_NO_NEIGH:
		route->interface = lookup.ifindex;
		route->next_hop = lookup.ipv4_dst;
		return WAY_REMOTE;
	case BPF_FIB_LKUP_RET_NOT_FWDED:
		/* This host's own address, or no route at all: the helper does not tell which, and the stack knows what to do. */
		return WAY_LOCAL;
	case BPF_FIB_LKUP_RET_FRAG_NEEDED:
		return WAY_TOO_BIG;
	default:
		return WAY_NONE;
	}
}

static __always_inline int send(const struct route *route)
{
	struct bpf_redir_neigh next = { .nh_family = AF_INET, .ipv4_nh = route->next_hop };

	return bpf_redirect_neigh(route->interface, &next, sizeof(next), 0);
}

static __always_inline int refuse(__u32 event)
{
	count_event(event);
	return TC_ACT_SHOT;
}

#endif
