/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Changing one field and every checksum that covers it (RFC 1624), right for offloaded checksums too. */
#ifndef LOCUM_CSUM_H
#define LOCUM_CSUM_H

#include <stddef.h>
#include "parse.h"

static __always_inline __u32 l4_checksum_offset(const struct packet *packet)
{
	return packet->l4_offset + (packet->protocol == IPPROTO_TCP ? offsetof(struct tcphdr, check)
								    : offsetof(struct udphdr, check));
}

/* A UDP checksum of zero means "none" and stays; one that becomes zero by chance is sent as all ones. */
static __always_inline __u64 l4_checksum_flags(const struct packet *packet)
{
	return packet->protocol == IPPROTO_UDP ? BPF_F_MARK_MANGLED_0 : 0;
}

static __always_inline int replace_address(const struct packet *packet, __u32 offset, __u32 from, __u32 to)
{
	if (bpf_l4_csum_replace(packet->skb, l4_checksum_offset(packet), from, to,
				BPF_F_PSEUDO_HDR | l4_checksum_flags(packet) | sizeof(to)))
		return -1;
	if (bpf_l3_csum_replace(packet->skb, L3_OFFSET + offsetof(struct iphdr, check), from, to, sizeof(to)))
		return -1;
	return bpf_skb_store_bytes(packet->skb, L3_OFFSET + offset, &to, sizeof(to), 0);
}

/* For what has no TCP or UDP checksum in it: ICMP, and fragments after the first. */
static __always_inline int replace_address_only(const struct packet *packet, __u32 offset, __u32 from, __u32 to)
{
	if (bpf_l3_csum_replace(packet->skb, L3_OFFSET + offsetof(struct iphdr, check), from, to, sizeof(to)))
		return -1;
	return bpf_skb_store_bytes(packet->skb, L3_OFFSET + offset, &to, sizeof(to), 0);
}

static __always_inline int replace_port(const struct packet *packet, __u32 offset, __u16 from, __u16 to)
{
	if (from == to)
		return 0;
	if (bpf_l4_csum_replace(packet->skb, l4_checksum_offset(packet), from, to,
				l4_checksum_flags(packet) | sizeof(to)))
		return -1;
	return bpf_skb_store_bytes(packet->skb, packet->l4_offset + offset, &to, sizeof(to), 0);
}

static __always_inline int decrement_ttl(const struct packet *packet)
{
	/* The checksum works on 16-bit words: TTL is the high byte of the word it shares with the protocol. */
	__u16 from = bpf_htons((__u16)packet->ttl << 8 | packet->protocol);
	__u16 to = bpf_htons((__u16)(packet->ttl - 1) << 8 | packet->protocol);
	__u8 ttl = packet->ttl - 1;

	if (bpf_l3_csum_replace(packet->skb, L3_OFFSET + offsetof(struct iphdr, check), from, to, sizeof(to)))
		return -1;
	return bpf_skb_store_bytes(packet->skb, L3_OFFSET + offsetof(struct iphdr, ttl), &ttl, sizeof(ttl), 0);
}

#endif
