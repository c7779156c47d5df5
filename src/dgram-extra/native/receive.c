/*
 * Batch receive: as many datagrams as fit, by one recvmmsg, with what the kernel knows about each.
 */
#include "addon.h"
#include "record.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MOST_MESSAGES 64

union control {
  struct cmsghdr align;
  uint8_t bytes[256];
};

struct clocks {
  double monotonic;
  double realtime;
};

static double microseconds(const struct timespec *time) {
  return (double)time->tv_sec * 1e6 + (double)time->tv_nsec / 1e3;
}

static struct clocks read_clocks(void) {
  struct timespec monotonic, realtime;
  clock_gettime(CLOCK_MONOTONIC, &monotonic);
  clock_gettime(CLOCK_REALTIME, &realtime);
  return (struct clocks){microseconds(&monotonic), microseconds(&realtime)};
}

/*
 * The kernel stamps packets with the wall clock. What is wanted is how long ago that was; an age that cannot be
 * (the wall clock was set in between) counts as none.
 */
static double stamp_to_monotonic(const struct timespec *stamp, const struct clocks *now) {
  double age = now->realtime - microseconds(stamp);
  return age > 0 && age < 60e6 ? now->monotonic - age : now->monotonic;
}

/* A peer on a unix socket can push descriptors at us; nobody asked for them. */
static void close_passed_descriptors(const struct cmsghdr *item) {
  size_t bytes = item->cmsg_len - CMSG_LEN(0);
  for (size_t at = 0; at + sizeof(int) <= bytes; at += sizeof(int)) {
    int descriptor;
    memcpy(&descriptor, CMSG_DATA(item) + at, sizeof descriptor);
    close(descriptor);
  }
}

static void read_item(const struct cmsghdr *item, struct record *record, const struct clocks *now) {
  const void *data = CMSG_DATA(item);
  if (item->cmsg_level == SOL_SOCKET && item->cmsg_type == SCM_TIMESTAMPNS) {
    struct timespec stamp;
    memcpy(&stamp, data, sizeof stamp);
    record->received_at = stamp_to_monotonic(&stamp, now);
  } else if (item->cmsg_level == SOL_SOCKET && item->cmsg_type == SO_RXQ_OVFL) {
    memcpy(&record->overflow, data, sizeof record->overflow);
  } else if (item->cmsg_level == SOL_SOCKET && item->cmsg_type == SCM_RIGHTS) {
    close_passed_descriptors(item);
  } else if ((item->cmsg_level == IPPROTO_IP && item->cmsg_type == IP_TTL) ||
             (item->cmsg_level == IPPROTO_IPV6 && item->cmsg_type == IPV6_HOPLIMIT)) {
    memcpy(&record->hop_limit, data, sizeof record->hop_limit);
  } else if (item->cmsg_level == IPPROTO_IP && item->cmsg_type == IP_PKTINFO) {
    struct in_pktinfo about;
    memcpy(&about, data, sizeof about);
    record->interface_index = about.ipi_ifindex;
    record->destination_length = 4;
    memcpy(record->destination, &about.ipi_addr, 4);
  } else if (item->cmsg_level == IPPROTO_IPV6 && item->cmsg_type == IPV6_PKTINFO) {
    struct in6_pktinfo about;
    memcpy(&about, data, sizeof about);
    record->interface_index = (int32_t)about.ipi6_ifindex;
    record->destination_length = 16;
    memcpy(record->destination, &about.ipi6_addr, 16);
  }
}

static void finish_record(struct mmsghdr *message, struct record *record, const struct clocks *now) {
  record->length = message->msg_len;
  record->flags = (uint32_t)message->msg_hdr.msg_flags;
  record->interface_index = 0;
  record->hop_limit = -1;
  record->received_at = now->monotonic;
  record->overflow = 0;
  record->source_length = message->msg_hdr.msg_namelen;
  record->destination_length = 0;
  record->refused = 0;
  struct msghdr *header = &message->msg_hdr;
  for (struct cmsghdr *item = CMSG_FIRSTHDR(header); item != NULL; item = CMSG_NXTHDR(header, item)) {
    read_item(item, record, now);
  }
}

/*
 * receive(fd, slots, slotSize, records) -> how many datagrams were received, or -errno.
 * Datagram n is in slots at n * slotSize, what is known about it in records at n * 192. Never blocks.
 */
static napi_value receive(napi_env env, napi_callback_info info) {
  napi_value arguments[4];
  size_t count = LENGTH(arguments), slots_length, records_length;
  int32_t fd = -1;
  uint32_t slot_size = 0;
  uint8_t *slots, *record_bytes;
  if (!read_arguments(env, info, 4, arguments, &count)) return NULL;
  napi_get_value_int32(env, arguments[0], &fd);
  napi_get_value_uint32(env, arguments[2], &slot_size);
  if (!read_bytes(env, arguments[1], &slots, &slots_length)) return NULL;
  if (!read_bytes(env, arguments[3], &record_bytes, &records_length)) return NULL;

  size_t room = records_length / sizeof(struct record);
  if (slot_size == 0 || slots_length / slot_size < room) room = slot_size == 0 ? 0 : slots_length / slot_size;
  if (room > MOST_MESSAGES) room = MOST_MESSAGES;
  if (room == 0) {
    napi_throw_range_error(env, NULL, "receive needs room for one message at least");
    return NULL;
  }
  struct record *records = (struct record *)record_bytes;
  struct mmsghdr messages[MOST_MESSAGES];
  struct iovec pieces[MOST_MESSAGES];
  union control controls[MOST_MESSAGES];
  for (size_t at = 0; at < room; at++) {
    pieces[at] = (struct iovec){slots + at * slot_size, slot_size};
    messages[at] = (struct mmsghdr){.msg_hdr = {.msg_name = &records[at].source,
                                                .msg_namelen = sizeof records[at].source,
                                                .msg_iov = &pieces[at],
                                                .msg_iovlen = 1,
                                                .msg_control = &controls[at],
                                                .msg_controllen = sizeof controls[at]}};
  }
  int flags = MSG_DONTWAIT | MSG_TRUNC;
  int received = recvmmsg(fd, messages, (unsigned)room, flags | MSG_CMSG_CLOEXEC, NULL);
  /* AF_PACKET refuses that flag (packet_recvmsg in net/packet/af_packet.c), and brings no descriptors either. */
  if (received < 0 && errno == EINVAL) received = recvmmsg(fd, messages, (unsigned)room, flags, NULL);
  if (received < 0) return make_number(env, -errno);
  struct clocks now = read_clocks();
  for (int at = 0; at < received; at++) finish_record(&messages[at], &records[at], &now);
  return make_number(env, received);
}

void define_receive(napi_env env, napi_value exports) {
  define_function(env, exports, "receive", receive);
}
