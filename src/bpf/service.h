/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Which virtual service a packet is for. */
#ifndef LOCUM_SERVICE_H
#define LOCUM_SERVICE_H

#include "maps.h"
#include "parse.h"

static __always_inline struct service *find_service(const struct packet *packet)
{
	struct service_key key = {};

	key.address.word[0] = packet->target;
	key.port = packet->target_port;
	key.protocol = packet->protocol;
	key.family = 4;
	return bpf_map_lookup_elem(&services, &key);
}

#endif
