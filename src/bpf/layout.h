/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Everything both sides of the map boundary must agree on. layout.ts mirrors these structs; test/bpf/layout.test.ts
 * compares the two through the object's BTF. No struct here has implicit padding.
 */
#ifndef LOCUM_LAYOUT_H
#define LOCUM_LAYOUT_H

#include <linux/bpf.h>
#include <linux/types.h>

/* An IPv4 address sits in word[0] and leaves the rest zero; an IPv6 address fills all four. Network order. */
struct address {
	__u32 word[4];
};

struct service_key {
	struct address address;
	__u32 mark;
	__u16 port; /* network order */
	__u8 protocol;
	__u8 family; /* 4 or 6 */
};

enum scheduler {
	SCHEDULER_NONE = 0,
	SCHEDULER_RR = 1,
	SCHEDULER_WRR = 2,
	SCHEDULER_LC = 3,
	SCHEDULER_WLC = 4,
	SCHEDULER_SED = 5,
	SCHEDULER_NQ = 6,
	SCHEDULER_FO = 7,
	SCHEDULER_OVF = 8,
};

/* Published as one value, so a packet sees a whole table version: generation names an immutable list and its state. */
struct service {
	__u32 id;
	__u32 generation;
	__u32 count;
	__u32 flags;
	__u32 gcd;        /* wrr: greatest common divisor of the weights above 0 */
	__u32 max_weight; /* wrr: largest weight less (gcd - 1) */
	__u32 scheduler;
	__u32 scheduler_flags;
};

/* Destination number `index` of a generation; index 0 is the newest, as in the kernel's list. */
struct list_key {
	__u32 service;
	__u32 generation;
	__u32 index;
};

struct list_entry {
	__u32 destination;
	__u32 weight;
	__u32 limited; /* whether it has an upper threshold, so that `overloads` need be asked */
};

struct state_key {
	__u32 service;
	__u32 generation;
};

/* One word, so that a choice is one compare-and-swap: low half the cursor (index + 1, 0 = list head), high half wrr's cw. */
struct schedule_state {
	__u64 word;
};

enum method { METHOD_MASQUERADE = 0, METHOD_TUNNEL = 2, METHOD_ROUTE = 3 };

/* A destination's identity. It keeps its id, its counters and its sessions when it is removed and added again. */
struct destination_key {
	struct service_key owner;
	struct address address;
	__u16 port; /* network order */
	__u16 family;
};

#define DESTINATION_REMOVED 1

struct destination {
	struct service_key owner;
	struct address address;
	__u32 weight;
	__u32 upper_threshold;
	__u32 lower_threshold;
	__u32 flags;
	__u16 port; /* network order */
	__u8 method;
	__u8 family;
	__u32 spare;
	__u64 removed_at; /* ns, monotonic; 0 while in the table */
};

struct traffic {
	__u64 connections;
	__u64 in_packets;
	__u64 out_packets;
	__u64 in_bytes;
	__u64 out_bytes;
};

struct destination_counters {
	struct traffic traffic;
	__u32 active;
	__u32 total; /* active and inactive */
	__u32 persistent;
	__u32 spare;
};

/* (client, virtual) finds a session from the client's side; (client, real) finds it from a NAT real server's side. */
struct session_key {
	struct address client;
	struct address peer;
	__u16 client_port;
	__u16 peer_port;
	__u8 protocol;
	__u8 family;
	__u16 spare;
};

enum tcp_state {
	TCP_NONE,
	TCP_ESTABLISHED,
	TCP_SYN_SENT,
	TCP_SYN_RECV,
	TCP_FIN_WAIT,
	TCP_TIME_WAIT,
	TCP_CLOSE,
	TCP_CLOSE_WAIT,
	TCP_LAST_ACK,
	TCP_LISTEN,
	TCP_SYNACK,
};

#define SESSION_STATE_MASK 0xff
#define SESSION_ONE_SIDED 0x100 /* replies bypass the director (kernel: NOOUTPUT) */
#define SESSION_DEAD 0x80000000 /* claimed for removal; whoever set it settles the counters */

struct session {
	__u64 expires; /* ns, monotonic */
	__u32 destination;
	__u32 service;
	__u32 state;
	__u32 in_packets;
	struct address real;
	__u16 real_port;
	__u8 method;
	__u8 spare[5];
};

/* The one timer of the data path. */
struct clock {
	struct bpf_timer timer;
	__u64 next; /* when it will fire, ns; 0 before it was ever started */
};

#define SETTING_EXPIRE_NODEST 1
#define SETTING_SLOPPY_TCP 2

struct settings {
	__u32 tcp_timeout[16]; /* ms, by enum tcp_state */
	__u32 udp_timeout;     /* ms */
	__u32 new_timeout;     /* ms, before a state is known */
	__u32 reuse_mode;      /* the kernel's conn_reuse_mode */
	__u32 flags;
};

enum event {
	EVENT_SCHEDULED,
	EVENT_NO_DESTINATION,
	EVENT_TABLE_FULL,
	EVENT_DESTINATION_GONE,
	EVENT_NO_ROUTE,
	EVENT_TOO_BIG,
	EVENT_TTL_EXPIRED,
	EVENT_FRAGMENT,
	EVENT_EXPIRED,
	EVENT_CONTENDED,
	EVENT_NO_TIMER,
	EVENT_COUNT,
};

#endif
