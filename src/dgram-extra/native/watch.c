/*
 * Watching descriptors from Node's event loop.
 *
 * libuv stops a poll handle for good when epoll reports EPOLLERR, which happens whenever an interface goes down
 * under a bound socket (ENETDOWN) or a netlink socket overflows (ENOBUFS). Here the pending error is taken off the
 * socket, the handle is started again and the callback is told -errno.
 */
#include "addon.h"
#include "libuv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* After so many wake-ups in a row with an error that has no number, the descriptor is beyond help. */
#define MOST_NAMELESS_ERRORS 100

struct environment;

struct watcher {
  struct environment *environment;
  struct watcher *next;
  uv_poll_t *poll;
  napi_ref callback;
  uint32_t id;
  int descriptor;
  int events;
  int nameless_errors;
};

/* One per JavaScript environment: the main thread's, and each worker's. */
struct environment {
  napi_env env;
  uv_loop_t *loop;
  struct watcher *open;
  uint32_t last_id;
  size_t closing; /* handles that libuv has not let go yet */
  napi_async_cleanup_hook_handle ending;
};

static void end_when_empty(struct environment *environment) {
  if (environment->env != NULL || environment->open != NULL || environment->closing > 0) return;
  napi_remove_async_cleanup_hook(environment->ending);
  free(environment);
}

static void on_closed(uv_handle_t *handle) {
  struct watcher *watcher = uv_handle_get_data(handle);
  struct environment *environment = watcher->environment;
  free(watcher);
  free(handle);
  environment->closing--;
  end_when_empty(environment);
}

static void close_watcher(struct watcher *watcher) {
  struct environment *environment = watcher->environment;
  for (struct watcher **at = &environment->open; *at != NULL; at = &(*at)->next) {
    if (*at == watcher) {
      *at = watcher->next;
      break;
    }
  }
  napi_delete_reference(environment->env, watcher->callback);
  watcher->callback = NULL;
  environment->closing++;
  uv_close((uv_handle_t *)watcher->poll, on_closed);
}

static struct watcher *find_watcher(struct environment *environment, uint32_t id) {
  for (struct watcher *at = environment->open; at != NULL; at = at->next) {
    if (at->id == id) return at;
  }
  return NULL;
}

/* Hands `what` (events, or -errno) to JavaScript; what the callback throws becomes an uncaughtException. */
static void report(struct watcher *watcher, int what) {
  napi_env env = watcher->environment->env;
  napi_handle_scope scope;
  napi_value function = NULL, receiver = NULL, argument = NULL, thrown = NULL;
  if (napi_open_handle_scope(env, &scope) != napi_ok) return;
  napi_get_reference_value(env, watcher->callback, &function);
  napi_get_global(env, &receiver);
  napi_create_int32(env, what, &argument);
  /* NULL: no async context to destroy while the callback that closes its own watcher is still on the stack */
  if (napi_make_callback(env, NULL, receiver, function, 1, &argument, NULL) == napi_pending_exception) {
    if (napi_get_and_clear_last_exception(env, &thrown) == napi_ok) napi_fatal_exception(env, thrown);
  }
  napi_close_handle_scope(env, scope);
}

static int take_socket_error(int descriptor) {
  int error = 0;
  socklen_t length = sizeof error;
  if (getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length) < 0) return errno;
  if (error == 0) {
    /* a queued extended error raises EPOLLERR as long as nobody reads it */
    char waste[64];
    while (recv(descriptor, waste, sizeof waste, MSG_ERRQUEUE | MSG_DONTWAIT) >= 0) continue;
  }
  return error;
}

static void on_event(uv_poll_t *poll, int status, int events) {
  struct watcher *watcher = uv_handle_get_data((uv_handle_t *)poll);
  if (status >= 0) {
    watcher->nameless_errors = 0;
    report(watcher, events);
    return;
  }
  int error = take_socket_error(watcher->descriptor);
  watcher->nameless_errors = error == 0 ? watcher->nameless_errors + 1 : 0;
  if (watcher->nameless_errors > MOST_NAMELESS_ERRORS) {
    report(watcher, -EIO);
    return;
  }
  int restarted = error == EBADF || error == ENOTSOCK ? 0 : uv_poll_start(poll, watcher->events, on_event);
  if (restarted < 0) error = -restarted;
  if (error != 0) report(watcher, -error);
}

/* watch(fd, events, callback) -> id, or -errno. Events: 1 readable, 2 writable. callback(events or -errno) */
static napi_value watch(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  size_t count = LENGTH(arguments);
  struct environment *environment = NULL;
  if (!read_arguments(env, info, 3, arguments, &count)) return NULL;
  napi_get_instance_data(env, (void **)&environment);
  struct watcher *watcher = calloc(1, sizeof *watcher);
  uv_poll_t *poll = calloc(1, uv_handle_size(UV_POLL_HANDLE_TYPE));
  if (watcher == NULL || poll == NULL) {
    free(watcher);
    free(poll);
    return make_number(env, -ENOMEM);
  }
  watcher->environment = environment;
  watcher->poll = poll;
  napi_get_value_int32(env, arguments[0], &watcher->descriptor);
  napi_get_value_int32(env, arguments[1], &watcher->events);
  int result = uv_poll_init(environment->loop, poll, watcher->descriptor);
  if (result < 0) {
    free(watcher);
    free(poll);
    return make_number(env, result);
  }
  uv_handle_set_data((uv_handle_t *)poll, watcher);
  napi_create_reference(env, arguments[2], 1, &watcher->callback);
  watcher->id = ++environment->last_id;
  watcher->next = environment->open;
  environment->open = watcher;
  result = uv_poll_start(poll, watcher->events, on_event);
  if (result < 0) {
    close_watcher(watcher);
    return make_number(env, result);
  }
  return make_number(env, watcher->id);
}

/* The watcher that the first argument names, NULL when it is closed already; the second as a number. */
static struct watcher *named_watcher(napi_env env, napi_callback_info info, int32_t *second) {
  napi_value arguments[2];
  size_t count = LENGTH(arguments);
  struct environment *environment = NULL;
  uint32_t id = 0;
  if (!read_arguments(env, info, 1, arguments, &count)) return NULL;
  napi_get_value_uint32(env, arguments[0], &id);
  if (count > 1) napi_get_value_int32(env, arguments[1], second);
  napi_get_instance_data(env, (void **)&environment);
  return find_watcher(environment, id);
}

/* unwatch(id) -> 1, or 0 when it was closed already. The descriptor may be closed right after. */
static napi_value unwatch(napi_env env, napi_callback_info info) {
  int32_t unused = 0;
  struct watcher *watcher = named_watcher(env, info, &unused);
  if (watcher != NULL) close_watcher(watcher);
  return make_number(env, watcher != NULL);
}

/* setWatchEvents(id, events) -> 0 or -errno */
static napi_value set_watch_events(napi_env env, napi_callback_info info) {
  int32_t events = 0;
  struct watcher *watcher = named_watcher(env, info, &events);
  if (watcher == NULL) return make_number(env, -EBADF);
  watcher->events = events;
  return make_number(env, uv_poll_start(watcher->poll, events, on_event));
}

/* setWatchReferenced(id, 0 or 1): whether the watcher keeps the process alive */
static napi_value set_watch_referenced(napi_env env, napi_callback_info info) {
  int32_t referenced = 0;
  struct watcher *watcher = named_watcher(env, info, &referenced);
  if (watcher == NULL) return make_number(env, -EBADF);
  (referenced ? uv_ref : uv_unref)((uv_handle_t *)watcher->poll);
  return make_number(env, 0);
}

static void on_environment_end(napi_async_cleanup_hook_handle handle, void *argument) {
  struct environment *environment = argument;
  (void)handle;
  while (environment->open != NULL) close_watcher(environment->open);
  environment->env = NULL;
  end_when_empty(environment);
}

void define_watch(napi_env env, napi_value exports) {
  struct environment *environment = calloc(1, sizeof *environment);
  if (environment == NULL) {
    napi_throw_error(env, NULL, "out of memory");
    return;
  }
  environment->env = env;
  napi_get_uv_event_loop(env, (struct uv_loop_s **)&environment->loop);
  napi_set_instance_data(env, environment, NULL, NULL);
  napi_add_async_cleanup_hook(env, on_environment_end, environment, &environment->ending);
  define_function(env, exports, "watch", watch);
  define_function(env, exports, "unwatch", unwatch);
  define_function(env, exports, "setWatchEvents", set_watch_events);
  define_function(env, exports, "setWatchReferenced", set_watch_referenced);
}
