/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* From bytes to a flow: what the rest of the data path needs to know of a packet. */
#ifndef LOCUM_PARSE_H
#define LOCUM_PARSE_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define IP_MORE_FRAGMENTS 0x2000
#define IP_OFFSET_BITS 0x1fff
#define L3_OFFSET ((__u32)sizeof(struct ethhdr))

/* TCP flags as they sit in the header's 14th byte. */
#define FLAG_FIN 0x01
#define FLAG_SYN 0x02
#define FLAG_RST 0x04
#define FLAG_ACK 0x10

struct packet {
	struct __sk_buff *skb;
	__u32 source;
	__u32 target;
	__u16 source_port;
	__u16 target_port;
	__u32 l4_offset;
	__u16 length; /* the IP header's total length */
	__u8 protocol;
	__u8 ttl;
	__u8 tos;
	__u8 flags; /* TCP only */
	__u8 first_fragment; /* more follow, which name no ports */
	__u16 id;
};

enum parsed { PARSED_OTHER, PARSED_FLOW, PARSED_LATER_FRAGMENT, PARSED_ICMP };

static __always_inline int parse_ports(struct packet *packet)
{
	if (packet->protocol == IPPROTO_TCP) {
		__u8 header[sizeof(struct tcphdr)];

		if (bpf_skb_load_bytes(packet->skb, packet->l4_offset, header, sizeof(header)))
			return PARSED_OTHER;
		packet->source_port = *(__u16 *)header;
		packet->target_port = *(__u16 *)(header + 2);
		packet->flags = header[13];
	} else {
		struct udphdr udp;

		if (bpf_skb_load_bytes(packet->skb, packet->l4_offset, &udp, sizeof(udp)))
			return PARSED_OTHER;
		packet->source_port = udp.source;
		packet->target_port = udp.dest;
	}
	return PARSED_FLOW;
}

/*
 * Only what arrived for this host: a bridge port or a promiscuous interface also shows packets meant for others, and
 * a tagged packet comes by once more on its VLAN interface.
 */
static __always_inline int parse(struct __sk_buff *skb, struct packet *packet)
{
	struct iphdr ip;
	__u32 header_length;

	if (skb->protocol != bpf_htons(ETH_P_IP) || skb->pkt_type != 0 || skb->vlan_present)
		return PARSED_OTHER;
	if (bpf_skb_load_bytes(skb, L3_OFFSET, &ip, sizeof(ip)))
		return PARSED_OTHER;
	header_length = ip.ihl * 4;
	if (ip.version != 4 || header_length < sizeof(ip))
		return PARSED_OTHER;
	if (ip.protocol != IPPROTO_TCP && ip.protocol != IPPROTO_UDP && ip.protocol != IPPROTO_ICMP)
		return PARSED_OTHER;
	packet->skb = skb;
	packet->source = ip.saddr;
	packet->target = ip.daddr;
	packet->protocol = ip.protocol;
	packet->ttl = ip.ttl;
	packet->tos = ip.tos;
	packet->length = bpf_ntohs(ip.tot_len);
	packet->l4_offset = L3_OFFSET + header_length;
	packet->id = ip.id;
	if (ip.frag_off & bpf_htons(IP_OFFSET_BITS))
		return PARSED_LATER_FRAGMENT;
	packet->first_fragment = (ip.frag_off & bpf_htons(IP_MORE_FRAGMENTS)) != 0;
	if (ip.protocol == IPPROTO_ICMP)
		return packet->first_fragment ? PARSED_OTHER : PARSED_ICMP;
	return parse_ports(packet);
}

#endif
