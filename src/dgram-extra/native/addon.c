/* The module's entry and the conversions every part of it uses. */
#include "addon.h"

#include <stdlib.h>

bool read_bytes(napi_env env, napi_value from, uint8_t **bytes, size_t *length) {
  bool is = false;
  void *data = NULL;
  napi_is_typedarray(env, from, &is);
  if (is) {
    napi_typedarray_type type;
    size_t elements = 0;
    static const size_t element_size[] = {1, 1, 1, 2, 2, 4, 4, 4, 8, 8, 8};
    if (napi_get_typedarray_info(env, from, &type, &elements, &data, NULL, NULL) == napi_ok &&
        (size_t)type < LENGTH(element_size)) {
      *bytes = data;
      *length = elements * element_size[type];
      return true;
    }
  }
  napi_is_dataview(env, from, &is);
  if (is && napi_get_dataview_info(env, from, length, &data, NULL, NULL) == napi_ok) {
    *bytes = data;
    return true;
  }
  napi_is_arraybuffer(env, from, &is);
  if (is && napi_get_arraybuffer_info(env, from, &data, length) == napi_ok) {
    *bytes = data;
    return true;
  }
  napi_throw_type_error(env, NULL, "wanted a Buffer, typed array, DataView or ArrayBuffer");
  return false;
}

static bool copy_string(napi_env env, napi_value from, struct word *word) {
  size_t length = 0;
  if (napi_get_value_string_utf8(env, from, NULL, 0, &length) != napi_ok) return false;
  word->owned = malloc(length + 1);
  if (word->owned == NULL) {
    napi_throw_error(env, NULL, "out of memory");
    return false;
  }
  napi_get_value_string_utf8(env, from, word->owned, length + 1, &length);
  word->value = (long)word->owned;
  return true;
}

bool read_word(napi_env env, napi_value from, struct word *word) {
  napi_valuetype type;
  int64_t number = 0;
  bool flag = false;
  word->value = 0;
  word->owned = NULL;
  if (napi_typeof(env, from, &type) != napi_ok) return false;
  switch (type) {
    case napi_undefined:
    case napi_null:
      return true;
    case napi_boolean:
      napi_get_value_bool(env, from, &flag);
      word->value = flag;
      return true;
    case napi_number:
      napi_get_value_int64(env, from, &number);
      word->value = (long)number;
      return true;
    case napi_bigint:
      /* wraps an unsigned 64-bit value to its bit pattern, which is what a register holds */
      napi_get_value_bigint_int64(env, from, &number, &flag);
      word->value = (long)number;
      return true;
    case napi_string:
      return copy_string(env, from, word);
    case napi_object: {
      uint8_t *bytes = NULL;
      size_t length = 0;
      if (!read_bytes(env, from, &bytes, &length)) return false;
      word->value = (long)bytes;
      return true;
    }
    default:
      napi_throw_type_error(env, NULL, "a system call argument must be a number, bigint, string or bytes");
      return false;
  }
}

void free_words(struct word *words, size_t count) {
  for (size_t at = 0; at < count; at++) free(words[at].owned);
}

bool read_arguments(napi_env env, napi_callback_info info, size_t wanted, napi_value *arguments, size_t *count) {
  size_t given = *count;
  napi_get_cb_info(env, info, &given, arguments, NULL, NULL);
  if (given < wanted) {
    napi_throw_type_error(env, NULL, "too few arguments");
    return false;
  }
  if (given < *count) *count = given;
  return true;
}

napi_value make_number(napi_env env, double value) {
  napi_value number = NULL;
  napi_create_double(env, value, &number);
  return number;
}

void define_function(napi_env env, napi_value exports, const char *name, napi_callback function) {
  napi_value value = NULL;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, function, NULL, &value);
  napi_set_named_property(env, exports, name, value);
}

NAPI_MODULE_INIT() {
  define_system_calls(env, exports);
  define_receive(env, exports);
  define_digest_screen(env, exports);
  define_watch(env, exports);
  define_memory(env, exports);
  define_library(env, exports);
  define_signal(env, exports);
  define_relay(env, exports);
  define_last_words(env, exports);
  return exports;
}
