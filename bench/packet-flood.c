/*
 * packet-flood INTERFACE RATE SECONDS: sends Ethernet frames by an interface, RATE a second for SECONDS, and prints how many it
 * sent. The frames are read from standard input, one a line in hexadecimal digits, and sent one after the other in turn.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define MOST_FRAMES 4096
#define LONGEST_FRAME 1514
#define BATCH 64
#define PERIOD_NS 500000 /* how often a share of the rate is sent */

struct frames {
  unsigned char bytes[MOST_FRAMES][LONGEST_FRAME];
  size_t lengths[MOST_FRAMES];
  size_t count;
};

static struct frames frames;

static long long now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static int read_frames(void) {
  static char line[2 * LONGEST_FRAME + 2];
  while (frames.count < MOST_FRAMES && fgets(line, sizeof line, stdin) != NULL) {
    size_t length = strcspn(line, "\n") / 2;
    for (size_t at = 0; at < length; at++) {
      if (sscanf(line + 2 * at, "%2hhx", &frames.bytes[frames.count][at]) != 1) return 0;
    }
    if (length > 0) frames.lengths[frames.count++] = length;
  }
  return frames.count > 0;
}

static int open_socket(const char *name) {
  struct sockaddr_ll link = {.sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(name)};
  if (link.sll_ifindex == 0) return -1;
  int fd = socket(AF_PACKET, SOCK_RAW, 0); /* protocol 0: receives nothing */
  if (fd >= 0 && bind(fd, (struct sockaddr *)&link, sizeof link) < 0) return -1;
  return fd;
}

/* Sends `wanted` frames, from number `first` on; how many the kernel took. */
static long send_frames(int fd, long first, long wanted) {
  struct mmsghdr messages[BATCH] = {0};
  struct iovec pieces[BATCH];
  long done = 0;
  while (done < wanted) {
    int room = wanted - done < BATCH ? (int)(wanted - done) : BATCH;
    for (int at = 0; at < room; at++) {
      size_t which = (size_t)(first + done + at) % frames.count;
      pieces[at] = (struct iovec){frames.bytes[which], frames.lengths[which]};
      messages[at].msg_hdr = (struct msghdr){.msg_iov = &pieces[at], .msg_iovlen = 1};
    }
    int sent = sendmmsg(fd, messages, (unsigned)room, 0);
    if (sent < 0 && errno != ENOBUFS && errno != EINTR) return -1;
    if (sent < 0) break;
    done += sent;
  }
  return done;
}

int main(int count, char **words) {
  if (count != 4) {
    fprintf(stderr, "usage: packet-flood INTERFACE RATE SECONDS < FRAMES\n");
    return 64;
  }
  double rate = atof(words[2]), seconds = atof(words[3]);
  int fd = open_socket(words[1]);
  if (fd < 0 || !read_frames()) {
    fprintf(stderr, "packet-flood: cannot send by %s: %s\n", words[1], fd < 0 ? strerror(errno) : "no frames");
    return 1;
  }
  long long begun = now_ns(), end = begun + (long long)(seconds * 1e9);
  long sent = 0;
  for (long long now = begun; now < end; now = now_ns()) {
    long due = (long)((double)(now - begun) / 1e9 * rate);
    /* What could not be sent in time is not made up for in one burst. */
    long most = (long)(rate / 50);
    long share = due - sent < most ? due - sent : most;
    long done = share > 0 ? send_frames(fd, sent, share) : 0;
    if (done < 0) {
      perror("packet-flood: sendmmsg");
      return 1;
    }
    sent += done;
    struct timespec pause = {.tv_nsec = PERIOD_NS};
    nanosleep(&pause, NULL);
  }
  printf("%ld\n", sent);
  return 0;
}
