/*
 * Datagrams sent from within a signal handler: what a process has to say when it is told to stop leaves at once, however
 * busy its event loop is. The handler that was there before (libuv's) runs afterwards.
 */
#include "addon.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* One datagram of the table: this header, the address, the data, and up to three bytes so that the next is aligned. */
struct datagram {
  int32_t descriptor;
  uint32_t address_length;
  uint32_t data_length;
};

struct table {
  size_t length;
  uint8_t bytes[];
};

static _Atomic(struct table *) spoken_for;
/* Handlers that read the table, on whatever thread: while there is one, no table is freed. */
static atomic_int readers;
/* The bytes in JavaScript where it is noted that a table was sent. */
static _Atomic(uint8_t *) note;
static int watched;
static struct sigaction before;

static size_t padded(size_t length) { return (length + 3) & ~(size_t)3; }

static void send_table(const struct table *table) {
  size_t at = 0;
  while (at + sizeof(struct datagram) <= table->length) {
    struct datagram head;
    memcpy(&head, table->bytes + at, sizeof head);
    const uint8_t *address = table->bytes + at + sizeof head;
    const uint8_t *data = address + head.address_length;
    sendto(head.descriptor, data, head.data_length, MSG_DONTWAIT | MSG_NOSIGNAL, (const struct sockaddr *)address,
           head.address_length);
    at += padded(sizeof head + head.address_length + head.data_length);
  }
}

static void speak(int number, siginfo_t *info, void *context) {
  int kept = errno;
  atomic_fetch_add(&readers, 1);
  struct table *table = atomic_load(&spoken_for);
  uint8_t *noted = atomic_load(&note);
  /* said once: a second signal finds it noted */
  if (table != NULL && noted != NULL && *noted == 0) {
    *noted = 1;
    send_table(table);
  }
  atomic_fetch_sub(&readers, 1);
  errno = kept;
  if (before.sa_flags & SA_SIGINFO) {
    before.sa_sigaction(number, info, context);
  } else if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN) {
    before.sa_handler(number);
  }
}

/* Whether every length in the table leads to the next datagram or to its end. */
static bool is_sound(const uint8_t *bytes, size_t length) {
  size_t at = 0;
  while (at < length) {
    struct datagram head;
    if (length - at < sizeof head) return false;
    memcpy(&head, bytes + at, sizeof head);
    if (head.address_length > 128 || head.data_length > 65535) return false;
    at += padded(sizeof head + head.address_length + head.data_length);
  }
  return at == length;
}

static int listen_for(int number) {
  if (watched == number) return 0;
  if (number < 1 || number >= _NSIG || watched != 0) return EINVAL;
  struct sigaction action = {.sa_flags = SA_RESTART | SA_SIGINFO, .sa_sigaction = speak};
  sigfillset(&action.sa_mask);
  if (sigaction(number, &action, &before) < 0) return errno;
  watched = number;
  return 0;
}

/*
 * sayOnSignal(number, table, note) -> 0 or -errno. An empty table says nothing. `note` is one byte that the caller keeps
 * for good; it becomes 1 when a table has been sent.
 */
static napi_value say_on_signal(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  size_t count = LENGTH(arguments);
  int32_t number = 0;
  uint8_t *bytes = NULL, *noted = NULL;
  size_t length = 0, noted_length = 0;
  if (!read_arguments(env, info, 3, arguments, &count)) return NULL;
  napi_get_value_int32(env, arguments[0], &number);
  if (!read_bytes(env, arguments[1], &bytes, &length)) return NULL;
  if (!read_bytes(env, arguments[2], &noted, &noted_length)) return NULL;
  if (noted_length < 1 || !is_sound(bytes, length)) return make_number(env, -EINVAL);
  struct table *table = NULL;
  if (length > 0) {
    table = malloc(sizeof *table + length);
    if (table == NULL) return make_number(env, -ENOMEM);
    table->length = length;
    memcpy(table->bytes, bytes, length);
  }
  atomic_store(&note, noted);
  struct table *old = atomic_exchange(&spoken_for, table);
  /* a handler on this very thread is over when we go on; one on another thread is waited for */
  while (atomic_load(&readers) > 0) continue;
  free(old);
  return make_number(env, -listen_for(number));
}

void define_last_words(napi_env env, napi_value exports) {
  define_function(env, exports, "sayOnSignal", say_on_signal);
}
