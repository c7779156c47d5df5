/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The life of a session: found from either side, created by scheduling, moved by what is seen of TCP. */
#ifndef LOCUM_SESSION_H
#define LOCUM_SESSION_H

#include "schedule.h"
#include "tcp.h"

#define NS_PER_MS 1000000ULL
#define STATE_ATTEMPTS 4

static __always_inline void client_key(const struct packet *packet, struct session_key *key)
{
	key->client.word[0] = packet->source;
	key->peer.word[0] = packet->target;
	key->client_port = packet->source_port;
	key->peer_port = packet->target_port;
	key->protocol = packet->protocol;
	key->family = 4;
}

static __always_inline void server_key(const struct packet *packet, struct session_key *key)
{
	key->client.word[0] = packet->target;
	key->peer.word[0] = packet->source;
	key->client_port = packet->target_port;
	key->peer_port = packet->source_port;
	key->protocol = packet->protocol;
	key->family = 4;
}

static __always_inline struct settings *get_settings(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&settings, &zero);
}

static __always_inline int session_is_active(const struct session_key *key, __u32 state)
{
	return key->protocol == IPPROTO_TCP && tcp_is_active(state & SESSION_STATE_MASK);
}

static __always_inline void set_overload(__u32 id, __u32 value)
{
	__u32 *overloaded = bpf_map_lookup_elem(&overloads, &id);

	if (overloaded)
		*overloaded = value;
}

/* A new session that makes the total reach the upper threshold closes the destination to further ones. */
static __always_inline void bind_destination(__u32 id, const struct destination *destination, __u32 service)
{
	struct destination_counters *counters = bpf_map_lookup_elem(&destination_counters, &id);
	struct traffic *traffic = bpf_map_lookup_elem(&service_traffic, &service);

	if (traffic)
		__sync_fetch_and_add(&traffic->connections, 1);
	if (!counters)
		return;
	__sync_fetch_and_add(&counters->traffic.connections, 1);
	if (__sync_fetch_and_add(&counters->total, 1) + 1 == destination->upper_threshold)
		set_overload(id, 1);
}

/* The other end of the threshold: the lower one, or three quarters of the upper one when none is given. */
static __always_inline void unbind_destination(__u32 id, int active)
{
	struct destination_counters *counters = bpf_map_lookup_elem(&destination_counters, &id);
	struct destination *destination = bpf_map_lookup_elem(&destinations, &id);
	__u32 lower;

	if (!counters)
		return;
	if (active)
		__sync_fetch_and_add(&counters->active, -1);
	if (!destination || !destination->upper_threshold) {
		__sync_fetch_and_add(&counters->total, -1);
		return;
	}
	lower = destination->lower_threshold;
	if (!lower)
		lower = destination->upper_threshold - (destination->upper_threshold >> 2);
	if (__sync_fetch_and_add(&counters->total, -1) == lower)
		set_overload(id, 0);
}

/* Whoever turns the session dead settles its counters and takes it out of both maps: exactly one does. */
static __always_inline int end_session(struct session_key *key, struct session *session)
{
	__u32 state = __sync_fetch_and_or(&session->state, SESSION_DEAD);
	struct session_key reply = {}, *owner;

	if (state & SESSION_DEAD)
		return 0;
	unbind_destination(session->destination, session_is_active(key, state));
	if (session->method == METHOD_MASQUERADE) {
		reply = *key;
		reply.peer = session->real;
		reply.peer_port = session->real_port;
		owner = bpf_map_lookup_elem(&replies, &reply);
		/* A later session of the same client port to the same real server may have taken the entry over. */
		if (owner && owner->peer_port == key->peer_port && owner->peer.word[0] == key->peer.word[0])
			bpf_map_delete_elem(&replies, &reply);
	}
	bpf_map_delete_elem(&sessions, key);
	return 1;
}

static __always_inline void count_activity(__u32 id, __u32 was, __u32 is)
{
	struct destination_counters *counters;

	if (tcp_is_active(was) == tcp_is_active(is))
		return;
	counters = bpf_map_lookup_elem(&destination_counters, &id);
	if (counters)
		__sync_fetch_and_add(&counters->active, tcp_is_active(is) ? 1 : -1);
}

/* One packet's effect on the state; gives the new state's timeout in ms. */
static __always_inline __u32 advance(struct session *session, const struct packet *packet, int from_client)
{
	struct settings *set = get_settings();
	__u32 before, after, side, state = 0;
	int attempt;

	if (!set)
		return 0;
	if (packet->protocol == IPPROTO_UDP)
		return set->udp_timeout;
	for (attempt = 0; attempt < STATE_ATTEMPTS; attempt++) {
		before = *(volatile __u32 *)&session->state;
		side = !from_client ? SIDE_SERVER : before & SESSION_ONE_SIDED ? SIDE_CLIENT_ONLY : SIDE_CLIENT;
		state = next_tcp_state(side, before & SESSION_STATE_MASK, packet->flags);
		after = (before & ~SESSION_STATE_MASK) | state;
		if (before & SESSION_DEAD)
			break;
		if (__sync_val_compare_and_swap(&session->state, before, after) != before)
			continue;
		count_activity(session->destination, before & SESSION_STATE_MASK, state);
		break;
	}
	return set->tcp_timeout[state & 15];
}

/* One that is over but not swept yet is ended here and now. */
static __always_inline struct session *living(struct session_key *key, struct session *session)
{
	if (!session || session->state & SESSION_DEAD)
		return 0;
	if (session->expires > bpf_ktime_get_ns())
		return session;
	end_session(key, session);
	return 0;
}

static __always_inline struct session *find_client_session(const struct packet *packet, struct session_key *key)
{
	client_key(packet, key);
	return living(key, bpf_map_lookup_elem(&sessions, key));
}

/* From the real server's key of a session to the session; the key becomes the client's. */
static __always_inline struct session *find_owner(struct session_key *key)
{
	struct session_key *owner = bpf_map_lookup_elem(&replies, key);

	if (!owner)
		return 0;
	*key = *owner;
	return living(key, bpf_map_lookup_elem(&sessions, key));
}

/* The session a NAT real server's packet belongs to; `key` becomes the client's side. */
static __always_inline struct session *find_server_session(const struct packet *packet, struct session_key *key)
{
	server_key(packet, key);
	return find_owner(key);
}

static __always_inline struct session *insert_session(struct session_key *key, struct session *fresh)
{
	struct settings *set = get_settings();

	if (!set)
		return 0;
	fresh->expires = bpf_ktime_get_ns() + set->new_timeout * NS_PER_MS;
	if (bpf_map_update_elem(&sessions, key, fresh, BPF_NOEXIST))
		return 0;
	return bpf_map_lookup_elem(&sessions, key);
}

/* Where a session is put together. Not on the stack, which the schedulers need: kernel 6.1 counts 512 bytes in all. */
struct draft {
	struct session session;
	struct session_key reply;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct draft);
} drafts SEC(".maps");

static __always_inline int insert_reply(struct draft *draft, const struct session_key *key)
{
	struct session *session = &draft->session;

	draft->reply = *key;
	draft->reply.peer = session->real;
	draft->reply.peer_port = session->real_port;
	return bpf_map_update_elem(&replies, &draft->reply, key, BPF_ANY);
}

/* A session to a freshly chosen destination, or 0 with the reason counted in `*why`. */
static __always_inline struct session *schedule_session(const struct packet *packet, struct service *service,
							struct session_key *key, __u32 *why)
{
	struct destination *destination;
	struct session *session, *fresh;
	struct draft *draft;
	__u32 id = choose(service), zero = 0;

	*why = EVENT_NO_DESTINATION;
	destination = id ? bpf_map_lookup_elem(&destinations, &id) : 0;
	draft = bpf_map_lookup_elem(&drafts, &zero);
	if (!destination || !draft)
		return 0;
	fresh = &draft->session;
	__builtin_memset(fresh, 0, sizeof(*fresh));
	fresh->destination = id;
	fresh->service = service->id;
	fresh->real = destination->address;
	fresh->real_port = destination->port ? destination->port : packet->target_port;
	fresh->method = destination->method;
	if (destination->method != METHOD_MASQUERADE)
		fresh->state = SESSION_ONE_SIDED;
	*why = EVENT_TABLE_FULL;
	session = insert_session(key, fresh);
	if (!session)
		return 0;
	bind_destination(id, destination, service->id);
	if (session->method == METHOD_MASQUERADE && insert_reply(draft, key)) {
		end_session(key, session);
		return 0;
	}
	count_event(EVENT_SCHEDULED);
	return session;
}

/* A SYN may start anew on an entry that is as good as over; the kernel's conn_reuse_mode decides. */
static __always_inline int may_reuse(const struct session *session, const struct settings *set)
{
	__u32 state = session->state & SESSION_STATE_MASK;

	if (!set || !set->reuse_mode)
		return 0;
	if (state == TCP_TIME_WAIT || state == TCP_CLOSE)
		return 1;
	return (set->reuse_mode & 2) && state == TCP_FIN_WAIT && (session->state & SESSION_ONE_SIDED);
}

#endif
