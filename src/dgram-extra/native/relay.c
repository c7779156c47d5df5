/*
 * Signals passed on to other processes from within the handler: a parent that is busy, or whose event loop has yet to
 * wake, costs its children no time. The handler that was there before (libuv's) runs afterwards.
 */
#include "addon.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MOST_RECEIVERS 8
/* Milliseconds. */
#define REST 1

/* pidfds and not pids: a pid may be somebody else's by the time a signal comes. -1 is no receiver. */
static volatile sig_atomic_t receivers[MOST_RECEIVERS];
static volatile sig_atomic_t relayed;
static struct sigaction before;

static void relay(int number, siginfo_t *info, void *context) {
  int kept = errno;
  bool passed_on = false;
  for (size_t at = 0; at < MOST_RECEIVERS; at++) {
    if (receivers[at] >= 0 && syscall(SYS_pidfd_send_signal, (int)receivers[at], number, NULL, 0) == 0) passed_on = true;
  }
  /*
   * The kernel wakes who is signalled on the processor of the one that signals: while we went on, it would wait there,
   * also when another processor is idle.
   */
  if (passed_on) poll(NULL, 0, REST);
  errno = kept;
  if (before.sa_flags & SA_SIGINFO) {
    before.sa_sigaction(number, info, context);
  } else if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN) {
    before.sa_handler(number);
  }
}

/* relaySignal(number, pidfds of at most 8 processes) -> 0 or -errno; one number for the whole process */
static napi_value relay_signal(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  size_t count = LENGTH(arguments);
  int32_t number = 0;
  uint8_t *bytes = NULL;
  size_t length = 0;
  if (!read_arguments(env, info, 2, arguments, &count)) return NULL;
  napi_get_value_int32(env, arguments[0], &number);
  if (!read_bytes(env, arguments[1], &bytes, &length)) return NULL;
  size_t given = length / sizeof(int32_t);
  if (number < 1 || number >= _NSIG || given > MOST_RECEIVERS || (relayed != 0 && relayed != number))
    return make_number(env, -EINVAL);
  const int32_t *descriptors = (const int32_t *)bytes;
  for (size_t at = 0; at < MOST_RECEIVERS; at++) receivers[at] = at < given ? descriptors[at] : -1;
  if (relayed == number) return make_number(env, 0);
  struct sigaction action = {.sa_flags = SA_RESTART | SA_SIGINFO, .sa_sigaction = relay};
  sigfillset(&action.sa_mask);
  if (sigaction(number, &action, &before) < 0) return make_number(env, -errno);
  relayed = number;
  return make_number(env, 0);
}

void define_relay(napi_env env, napi_value exports) {
  define_function(env, exports, "relaySignal", relay_signal);
}
