/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The data path: one program at the tc ingress of every interface of the director. Client packets for a virtual
 * service go to a real server; replies of masqueraded real servers go back to the client; everything else is left to
 * the stack.
 */
#include "expiry.h"
#include "fragment.h"
#include "icmp.h"
#include "nat.h"
#include "route.h"
#include "service.h"
#include "session.h"

/* For the fragments that follow the client's first one. */
static __always_inline void leave_word(const struct packet *packet, const struct session *session)
{
	struct fragment fragment = {};

	fragment.toward = session->real.word[0];
	if (session->method == METHOD_MASQUERADE) {
		fragment.offset = offsetof(struct iphdr, daddr);
		fragment.from = packet->target;
		fragment.to = session->real.word[0];
	}
	remember_fragment(packet, &fragment);
}

/* From the client, with a session. */
static __noinline int forward(const struct packet *packet, struct session *session)
{
	struct route route;
	__u32 timeout;

	if (packet->ttl <= 1) {
		count_event(EVENT_TTL_EXPIRED);
		return TC_ACT_OK;
	}
	count_in(session, packet);
	timeout = advance(session, packet, 1);
	__sync_fetch_and_add(&session->in_packets, 1);
	if (timeout)
		keep_alive(session, timeout);
	switch (find_route(packet, session->real.word[0], &route)) {
	case WAY_REMOTE:
		break;
	case WAY_LOCAL:
		/* A sorry server on this host: by -g it listens on the virtual address, by -m the packet is rewritten. */
		if (session->method == METHOD_MASQUERADE &&
		    rewrite_target(packet, session->real.word[0], session->real_port))
			return refuse(EVENT_NO_ROUTE);
		return TC_ACT_OK;
	case WAY_TOO_BIG:
		return refuse(EVENT_TOO_BIG);
	default:
		return refuse(EVENT_NO_ROUTE);
	}
	leave_word(packet, session);
	if (session->method == METHOD_MASQUERADE &&
	    rewrite_target(packet, session->real.word[0], session->real_port))
		return refuse(EVENT_NO_ROUTE);
	if (decrement_ttl(packet))
		return refuse(EVENT_NO_ROUTE);
	return send(&route);
}

/* From a masqueraded real server. */
static __noinline int forward_reply(const struct packet *packet, const struct session_key *key,
					 struct session *session)
{
	struct fragment fragment = {};
	struct route route;
	__u32 timeout, client = packet->target;
	int way;

	if (packet->ttl <= 1) {
		count_event(EVENT_TTL_EXPIRED);
		return TC_ACT_OK;
	}
	count_out(session, packet);
	timeout = advance(session, packet, 0);
	if (timeout)
		keep_alive(session, timeout);
	way = find_route(packet, client, &route);
	if (way == WAY_NONE)
		return refuse(EVENT_NO_ROUTE);
	if (way == WAY_TOO_BIG)
		return refuse(EVENT_TOO_BIG);
	fragment.toward = client;
	fragment.offset = offsetof(struct iphdr, saddr);
	fragment.from = packet->source;
	fragment.to = key->peer.word[0];
	remember_fragment(packet, &fragment);
	if (rewrite_source(packet, key->peer.word[0], key->peer_port))
		return refuse(EVENT_NO_ROUTE);
	if (way == WAY_LOCAL)
		return TC_ACT_OK;
	if (decrement_ttl(packet))
		return refuse(EVENT_NO_ROUTE);
	return send(&route);
}

/*
 * With nobody to serve, the stack answers a port that nothing listens on (TCP: reset, UDP: port unreachable). A
 * program of this host that does listen there must not get the connection.
 */
static __noinline int no_destination(const struct packet *packet)
{
	struct bpf_sock_tuple tuple = {};
	struct bpf_sock *sock;

	count_event(EVENT_NO_DESTINATION);
	tuple.ipv4.saddr = packet->source;
	tuple.ipv4.daddr = packet->target;
	tuple.ipv4.sport = packet->source_port;
	tuple.ipv4.dport = packet->target_port;
	if (packet->protocol == IPPROTO_TCP)
		sock = bpf_skc_lookup_tcp(packet->skb, &tuple, sizeof(tuple.ipv4), BPF_F_CURRENT_NETNS, 0);
	else
		sock = bpf_sk_lookup_udp(packet->skb, &tuple, sizeof(tuple.ipv4), BPF_F_CURRENT_NETNS, 0);
	if (!sock)
		return TC_ACT_OK;
	bpf_sk_release(sock);
	return TC_ACT_SHOT;
}

static __always_inline int may_schedule(const struct packet *packet)
{
	struct settings *set;

	if (packet->source_port == bpf_htons(20)) /* active FTP's data connections belong to their control connection */
		return 0;
	if (packet->protocol == IPPROTO_UDP || packet->flags & FLAG_SYN)
		return 1;
	set = get_settings();
	return set && (set->flags & SETTING_SLOPPY_TCP) && !(packet->flags & FLAG_RST);
}

/* Without a session. */
static __noinline int begin(const struct packet *packet, struct session_key *key)
{
	struct service *service = find_service(packet);
	struct session *session;
	struct route route;
	__u32 why;

	if (!service || !may_schedule(packet))
		return TC_ACT_OK;
	/* Like IPVS at LOCAL_IN: only for an address this director holds at the moment. */
	if (find_route(packet, packet->target, &route) != WAY_LOCAL)
		return TC_ACT_OK;
	session = schedule_session(packet, service, key, &why);
	if (session)
		return forward(packet, session);
	if (why == EVENT_NO_DESTINATION)
		return no_destination(packet);
	return refuse(why);
}

/* Whether the packet may go on to the session's destination; ends the session when a new one is to be made. */
enum verdict { VERDICT_FORWARD, VERDICT_DROP, VERDICT_ANEW };

static __always_inline int judge(const struct packet *packet, struct session_key *key, struct session *session)
{
	__u32 id = session->destination;
	struct destination *destination = bpf_map_lookup_elem(&destinations, &id);
	struct settings *set = get_settings();
	int expire = set && set->flags & SETTING_EXPIRE_NODEST;
	int gone = !destination || destination->flags & DESTINATION_REMOVED;
	int anew = gone && expire;

	if (packet->protocol == IPPROTO_TCP && packet->flags & FLAG_SYN)
		anew = anew || may_reuse(session, set) || (expire && destination && !destination->weight);
	if (anew) {
		end_session(key, session);
		return VERDICT_ANEW;
	}
	return gone ? VERDICT_DROP : VERDICT_FORWARD;
}

SEC("tc")
int director_ingress(struct __sk_buff *skb)
{
	struct packet packet = {};
	struct session_key key = {};
	struct session *session;

	switch (parse(skb, &packet)) {
	case PARSED_FLOW:
		break;
	case PARSED_ICMP:
		return handle_icmp(&packet);
	case PARSED_LATER_FRAGMENT:
		return handle_later_fragment(&packet);
	default:
		return TC_ACT_OK;
	}
	session = find_client_session(&packet, &key);
	if (session) {
		switch (judge(&packet, &key, session)) {
		case VERDICT_FORWARD:
			return forward(&packet, session);
		case VERDICT_DROP:
			return refuse(EVENT_DESTINATION_GONE);
		default:
			return begin(&packet, &key);
		}
	}
	session = find_server_session(&packet, &key);
	if (session)
		return forward_reply(&packet, &key, session);
	client_key(&packet, &key);
	return begin(&packet, &key);
}

char _license[] SEC("license") = "Dual BSD/GPL";
