/*
 * The few functions of libuv's stable 1.x ABI that watching a file descriptor takes. The node executable exports them;
 * declaring them here lets the addon be built without Node's own headers.
 */
#pragma once
#include <stddef.h>

typedef struct uv_loop_s uv_loop_t;
typedef struct uv_handle_s uv_handle_t;
typedef struct uv_poll_s uv_poll_t;

#define UV_POLL_HANDLE_TYPE 8 /* the position of POLL in uv_handle_type */

size_t uv_handle_size(int type);
void *uv_handle_get_data(const uv_handle_t *handle);
void uv_handle_set_data(uv_handle_t *handle, void *data);
int uv_poll_init(uv_loop_t *loop, uv_poll_t *poll, int descriptor);
int uv_poll_start(uv_poll_t *poll, int events, void (*on_event)(uv_poll_t *poll, int status, int events));
void uv_close(uv_handle_t *handle, void (*on_closed)(uv_handle_t *handle));
void uv_ref(uv_handle_t *handle);
void uv_unref(uv_handle_t *handle);
