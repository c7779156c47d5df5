/* Memory outside JavaScript's heap: mappings, addresses, and reading at an address. */
#include "addon.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static void unmap(napi_env env, void *address, void *hint) {
  (void)env;
  munmap(address, (size_t)hint);
}

/*
 * map(length, protection, flags, fd, offset) -> an ArrayBuffer over the mapping, or -errno.
 * The mapping lasts as long as the ArrayBuffer is reachable.
 */
static napi_value map(napi_env env, napi_callback_info info) {
  napi_value arguments[5], buffer = NULL;
  size_t count = LENGTH(arguments);
  int64_t length = 0, offset = 0;
  int32_t protection = 0, flags = 0, fd = -1;
  if (!read_arguments(env, info, 5, arguments, &count)) return NULL;
  napi_get_value_int64(env, arguments[0], &length);
  napi_get_value_int32(env, arguments[1], &protection);
  napi_get_value_int32(env, arguments[2], &flags);
  napi_get_value_int32(env, arguments[3], &fd);
  napi_get_value_int64(env, arguments[4], &offset);
  void *address = mmap(NULL, (size_t)length, protection, flags, fd, (off_t)offset);
  if (address == MAP_FAILED) return make_number(env, -errno);
  if (napi_create_external_arraybuffer(env, address, (size_t)length, unmap, (void *)(size_t)length, &buffer) !=
      napi_ok) {
    munmap(address, (size_t)length);
    return make_number(env, -ENOTSUP);
  }
  return buffer;
}

/* addressOf(bytes) -> bigint. Valid while the caller keeps the bytes reachable. */
static napi_value address_of(napi_env env, napi_callback_info info) {
  napi_value arguments[1], answer = NULL;
  size_t count = 1, length = 0;
  uint8_t *bytes = NULL;
  if (!read_arguments(env, info, 1, arguments, &count) || !read_bytes(env, arguments[0], &bytes, &length)) {
    return NULL;
  }
  napi_create_bigint_uint64(env, (uint64_t)(uintptr_t)bytes, &answer);
  return answer;
}

/* peek(address, length) -> a Buffer with a copy of what is there; peek(address) -> the NUL-terminated string there */
static napi_value peek(napi_env env, napi_callback_info info) {
  napi_value arguments[2], answer = NULL;
  size_t count = LENGTH(arguments);
  struct word address;
  int64_t length = -1;
  if (!read_arguments(env, info, 1, arguments, &count) || !read_word(env, arguments[0], &address)) return NULL;
  free(address.owned);
  if (address.owned != NULL || address.value == 0) {
    napi_throw_range_error(env, NULL, "cannot read at a null address");
    return NULL;
  }
  if (count > 1) napi_get_value_int64(env, arguments[1], &length);
  if (length >= 0) {
    napi_create_buffer_copy(env, (size_t)length, (const void *)address.value, NULL, &answer);
  } else {
    napi_create_string_utf8(env, (const char *)address.value, NAPI_AUTO_LENGTH, &answer);
  }
  return answer;
}

void define_memory(napi_env env, napi_value exports) {
  define_function(env, exports, "map", map);
  define_function(env, exports, "addressOf", address_of);
  define_function(env, exports, "peek", peek);
}
