/*
 * Signals that process.on does not know, the real-time ones among them: a handler adds 1 to an eventfd, and the event
 * loop watches that.
 */
#include "addon.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

static volatile sig_atomic_t counters[_NSIG];

static void count(int number) {
  int before = errno;
  uint64_t one = 1;
  /* A full counter (2^64 signals that nobody read) changes nothing. */
  if (write((int)counters[number], &one, sizeof one) < 0) errno = before;
  errno = before;
}

/* catchSignal(number, eventfd or -1) -> 0 or -errno; -1 gives the signal its default action back */
static napi_value catch_signal(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  size_t argument_count = LENGTH(arguments);
  int32_t number = 0;
  int32_t descriptor = -1;
  if (!read_arguments(env, info, 2, arguments, &argument_count)) return NULL;
  napi_get_value_int32(env, arguments[0], &number);
  napi_get_value_int32(env, arguments[1], &descriptor);
  if (number < 1 || number >= _NSIG) return make_number(env, -EINVAL);
  struct sigaction action = {.sa_flags = SA_RESTART};
  sigfillset(&action.sa_mask);
  action.sa_handler = descriptor < 0 ? SIG_DFL : count;
  if (descriptor >= 0) counters[number] = descriptor;
  return make_number(env, sigaction(number, &action, NULL) < 0 ? -errno : 0);
}

void define_signal(napi_env env, napi_value exports) {
  define_function(env, exports, "catchSignal", catch_signal);
}
