/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Every map. All are pinned by name, one folder per network namespace; user space writes those down to `sequence`. */
#ifndef LOCUM_MAPS_H
#define LOCUM_MAPS_H

#include "layout.h"
#include <bpf/bpf_helpers.h>

#define MAX_SERVICES 4096
#define MAX_DESTINATIONS 65536
#define MAX_SESSIONS 262144

#define HASH_MAP(NAME, KEY, VALUE, ENTRIES)                                                                            \
	struct {                                                                                                       \
		__uint(type, BPF_MAP_TYPE_HASH);                                                                       \
		__uint(map_flags, BPF_F_NO_PREALLOC);                                                                  \
		__uint(max_entries, ENTRIES);                                                                          \
		__type(key, KEY);                                                                                      \
		__type(value, VALUE);                                                                                  \
	} NAME SEC(".maps")

HASH_MAP(services, struct service_key, struct service, MAX_SERVICES);
/* Twice the destinations: while a generation is published the former one is still in use. */
HASH_MAP(lists, struct list_key, struct list_entry, 2 * MAX_DESTINATIONS);
HASH_MAP(schedule_states, struct state_key, struct schedule_state, 2 * MAX_SERVICES);
HASH_MAP(destination_ids, struct destination_key, __u32, MAX_DESTINATIONS);
HASH_MAP(destinations, __u32, struct destination, MAX_DESTINATIONS);
/* 1 while a destination is closed to new sessions. Apart from the counters, for user space writes it too. */
HASH_MAP(overloads, __u32, __u32, MAX_DESTINATIONS);

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct settings);
} settings SEC(".maps");

/* Numbers given out so far: [0] service ids, [1] destination ids; [2] which build of this object is loaded. Never read by the data path. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u32);
} sequence SEC(".maps");

HASH_MAP(service_traffic, __u32, struct traffic, MAX_SERVICES);
HASH_MAP(destination_counters, __u32, struct destination_counters, MAX_DESTINATIONS);
/* What the counters stood at when ipvsadm -Z set them to zero. Only user space uses these. */
HASH_MAP(service_bases, __u32, struct traffic, MAX_SERVICES);
HASH_MAP(destination_bases, __u32, struct traffic, MAX_DESTINATIONS);
/* A full table refuses new sessions and keeps every old one, as an LRU map would not. */
HASH_MAP(sessions, struct session_key, struct session, MAX_SESSIONS);
HASH_MAP(replies, struct session_key, struct session_key, MAX_SESSIONS);

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct clock);
} clocks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, EVENT_COUNT);
	__type(key, __u32);
	__type(value, __u64);
} events SEC(".maps");

#endif
