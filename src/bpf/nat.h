/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Masquerading: the client's packets get the real server's address and port, the replies get the virtual ones back. */
#ifndef LOCUM_NAT_H
#define LOCUM_NAT_H

#include "csum.h"

static __always_inline int rewrite_target(const struct packet *packet, __u32 address, __u16 port)
{
	if (replace_address(packet, offsetof(struct iphdr, daddr), packet->target, address))
		return -1;
	/* Ports are the first two fields of TCP and UDP alike. */
	return replace_port(packet, 2, packet->target_port, port);
}

static __always_inline int rewrite_source(const struct packet *packet, __u32 address, __u16 port)
{
	if (replace_address(packet, offsetof(struct iphdr, saddr), packet->source, address))
		return -1;
	return replace_port(packet, 0, packet->source_port, port);
}

#endif
