/* Any system call by number, with the numbers of the machine the addon was built for. */
#include "addon.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define NUMBER(name) {#name, SYS_##name}

static const struct {
  const char *name;
  long number;
} numbers[] = {
    NUMBER(accept4), NUMBER(bind), NUMBER(bpf), NUMBER(capget), NUMBER(capset), NUMBER(clock_gettime),
    NUMBER(close), NUMBER(connect), NUMBER(dup3), NUMBER(eventfd2), NUMBER(fchmod), NUMBER(fchown), NUMBER(fcntl),
    NUMBER(flock), NUMBER(fstatfs), NUMBER(ftruncate), NUMBER(getpid), NUMBER(getpriority), NUMBER(getsockname),
    NUMBER(getsockopt), NUMBER(gettid), NUMBER(inotify_add_watch), NUMBER(inotify_init1), NUMBER(inotify_rm_watch),
    NUMBER(ioctl), NUMBER(kill), NUMBER(listen), NUMBER(memfd_create),
    NUMBER(mknodat), NUMBER(mlock2), NUMBER(mount), NUMBER(munlockall), NUMBER(openat), NUMBER(perf_event_open),
    NUMBER(pidfd_open), NUMBER(pidfd_send_signal), NUMBER(ppoll), NUMBER(prctl), NUMBER(pread64), NUMBER(prlimit64),
    NUMBER(pwrite64), NUMBER(read), NUMBER(recvfrom), NUMBER(sched_get_priority_max),
    NUMBER(sched_get_priority_min), NUMBER(sched_getaffinity), NUMBER(sched_getscheduler), NUMBER(sched_setaffinity),
    NUMBER(sched_setscheduler), NUMBER(sendmsg), NUMBER(sendto), NUMBER(setns), NUMBER(setpriority),
    NUMBER(setsockopt), NUMBER(shutdown), NUMBER(socket), NUMBER(socketpair), NUMBER(statfs), NUMBER(timerfd_create),
    NUMBER(timerfd_settime), NUMBER(umask), NUMBER(umount2), NUMBER(unlinkat), NUMBER(unshare), NUMBER(write),
};

/* call(number, ...up to 6 words) -> the result, or -errno */
static napi_value call(napi_env env, napi_callback_info info) {
  napi_value arguments[7];
  struct word words[7] = {0};
  size_t count = LENGTH(arguments);
  napi_value answer = NULL;
  if (!read_arguments(env, info, 1, arguments, &count)) return NULL;
  size_t read = 0;
  while (read < count && read_word(env, arguments[read], &words[read])) read++;
  if (read == count) {
    long result = syscall(words[0].value, words[1].value, words[2].value, words[3].value, words[4].value,
                          words[5].value, words[6].value);
    answer = make_number(env, (double)(result == -1 ? -errno : result));
  }
  free_words(words, LENGTH(words));
  return answer;
}

/* monotonicMicroseconds() -> CLOCK_MONOTONIC, the clock of timerfd, in microseconds with a fraction */
static napi_value monotonic_microseconds(napi_env env, napi_callback_info info) {
  struct timespec now;
  (void)info;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return make_number(env, (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3);
}

/* errorText(errno) -> the C library's words for it */
static napi_value error_text(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  size_t count = 1;
  int32_t number = 0;
  char space[128];
  napi_value text = NULL;
  if (!read_arguments(env, info, 1, arguments, &count)) return NULL;
  napi_get_value_int32(env, arguments[0], &number);
  napi_create_string_utf8(env, strerror_r(number, space, sizeof space), NAPI_AUTO_LENGTH, &text);
  return text;
}

void define_system_calls(napi_env env, napi_value exports) {
  napi_value table = NULL;
  napi_create_object(env, &table);
  for (size_t at = 0; at < LENGTH(numbers); at++) {
    napi_set_named_property(env, table, numbers[at].name, make_number(env, (double)numbers[at].number));
  }
  napi_set_named_property(env, exports, "systemCallNumbers", table);
  define_function(env, exports, "call", call);
  define_function(env, exports, "monotonicMicroseconds", monotonic_microseconds);
  define_function(env, exports, "errorText", error_text);
}
