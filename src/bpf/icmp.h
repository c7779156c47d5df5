/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * ICMP errors about a session's packets. Those about what the real server sent reach the virtual address and belong to
 * the real server (without "fragmentation needed" its path MTU discovery would fail); those about what the client sent
 * come from a masqueraded real server's side and must speak of the virtual address. Everything else, echo requests
 * to the virtual address among it, is the stack's.
 */
#ifndef LOCUM_ICMP_H
#define LOCUM_ICMP_H

#include "nat.h"
#include "route.h"
#include "session.h"

/* linux/icmp.h draws in the C library's headers, which this target has not. */
#define ICMP_DEST_UNREACH 3
#define ICMP_SOURCE_QUENCH 4
#define ICMP_TIME_EXCEEDED 11

struct icmphdr {
	__u8 type;
	__u8 code;
	__u16 checksum;
	__u32 rest;
};

/* Where the packet that the error is about begins. */
#define QUOTED_OFFSET(packet) ((packet)->l4_offset + (__u32)sizeof(struct icmphdr))

static __always_inline int parse_quoted(const struct packet *packet, struct packet *quoted)
{
	struct icmphdr icmp;
	struct iphdr ip;
	__u16 ports[2];

	if (bpf_skb_load_bytes(packet->skb, packet->l4_offset, &icmp, sizeof(icmp)))
		return -1;
	if (icmp.type != ICMP_DEST_UNREACH && icmp.type != ICMP_TIME_EXCEEDED && icmp.type != ICMP_SOURCE_QUENCH)
		return -1;
	if (bpf_skb_load_bytes(packet->skb, QUOTED_OFFSET(packet), &ip, sizeof(ip)))
		return -1;
	if (ip.version != 4 || ip.ihl < 5 || ip.frag_off & bpf_htons(IP_OFFSET_BITS))
		return -1;
	if (ip.protocol != IPPROTO_TCP && ip.protocol != IPPROTO_UDP)
		return -1;
	quoted->skb = packet->skb;
	quoted->source = ip.saddr;
	quoted->target = ip.daddr;
	quoted->protocol = ip.protocol;
	quoted->l4_offset = QUOTED_OFFSET(packet) + ip.ihl * 4;
	if (bpf_skb_load_bytes(packet->skb, quoted->l4_offset, ports, sizeof(ports)))
		return -1;
	quoted->source_port = ports[0];
	quoted->target_port = ports[1];
	return 0;
}

/*
 * Replaces an address and a port of the quoted packet. Its IP checksum is mended, so the sum over its header stays and
 * the ICMP checksum need only follow the port. The quoted TCP or UDP checksum is left, as IPVS leaves it.
 */
static __always_inline int replace_quoted(const struct packet *packet, __u32 field, __u32 from, __u32 to)
{
	if (bpf_l3_csum_replace(packet->skb, QUOTED_OFFSET(packet) + offsetof(struct iphdr, check), from, to,
				sizeof(to)))
		return -1;
	return bpf_skb_store_bytes(packet->skb, QUOTED_OFFSET(packet) + field, &to, sizeof(to), 0);
}

static __always_inline int replace_quoted_port(const struct packet *packet, __u32 offset, __u16 from, __u16 to)
{
	if (bpf_l4_csum_replace(packet->skb, packet->l4_offset + offsetof(struct icmphdr, checksum), from, to,
				sizeof(to)))
		return -1;
	return bpf_skb_store_bytes(packet->skb, offset, &to, sizeof(to), 0);
}

/* About the real server's packet: on to the real server. */
static __noinline int error_for_server(const struct packet *packet, const struct packet *quoted,
				       struct session *session)
{
	__u32 real = session->real.word[0];
	struct route route;

	if (find_route(packet, real, &route) != WAY_REMOTE)
		return TC_ACT_OK;
	count_in(session, packet);
	if (session->method == METHOD_MASQUERADE &&
	    (replace_quoted(packet, offsetof(struct iphdr, saddr), quoted->source, real) ||
	     replace_quoted_port(packet, quoted->l4_offset, quoted->source_port, session->real_port) ||
	     replace_address_only(packet, offsetof(struct iphdr, daddr), packet->target, real)))
		return refuse(EVENT_NO_ROUTE);
	if (decrement_ttl(packet))
		return refuse(EVENT_NO_ROUTE);
	return send(&route);
}

/* About the client's packet, which the real server or a router before it could not take: on to the client. */
static __noinline int error_for_client(const struct packet *packet, const struct packet *quoted,
				       const struct session_key *key)
{
	__u32 virtual = key->peer.word[0];
	struct route route;

	if (find_route(packet, packet->target, &route) != WAY_REMOTE)
		return TC_ACT_OK;
	if (replace_quoted(packet, offsetof(struct iphdr, daddr), quoted->target, virtual) ||
	    replace_quoted_port(packet, quoted->l4_offset + 2, quoted->target_port, key->peer_port) ||
	    replace_address_only(packet, offsetof(struct iphdr, saddr), packet->source, virtual) || decrement_ttl(packet))
		return refuse(EVENT_NO_ROUTE);
	return send(&route);
}

static __noinline int handle_icmp(const struct packet *packet)
{
	struct packet quoted = {};
	struct session_key key = {};
	struct session *session;

	if (packet->ttl <= 1 || parse_quoted(packet, &quoted))
		return TC_ACT_OK;
	server_key(&quoted, &key);
	session = bpf_map_lookup_elem(&sessions, &key);
	if (session && quoted.source == packet->target)
		return error_for_server(packet, &quoted, session);
	client_key(&quoted, &key);
	session = find_owner(&key);
	if (session && quoted.source == packet->target) {
		count_out(session, packet);
		return error_for_client(packet, &quoted, &key);
	}
	return TC_ACT_OK;
}

#endif
