/* What is known of a received datagram beside its bytes; shared with received-batch.ts. */
#pragma once
#include <stdint.h>
#include <sys/socket.h>

struct record {
  uint32_t length;          /* as sent, which may be more than the slot holds */
  uint32_t flags;           /* MSG_TRUNC and friends */
  int32_t interface_index;  /* 0 = unknown */
  int32_t hop_limit;        /* TTL or hop limit; -1 = unknown */
  double received_at;       /* CLOCK_MONOTONIC, microseconds */
  uint32_t overflow;        /* SO_RXQ_OVFL: datagrams this socket has lost so far */
  uint32_t source_length;   /* bytes of `source` in use */
  uint32_t destination_length; /* 0, 4 or 16 */
  uint8_t destination[16];
  uint32_t refused;         /* not 0: a screen of digests found it wrong, see digest-screen.c */
  uint8_t reserved[8];
  struct sockaddr_storage source;
};
_Static_assert(sizeof(struct record) == 192, "received-batch.ts reads records of 192 bytes");
