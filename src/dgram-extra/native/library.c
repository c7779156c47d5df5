/* Calling functions of a shared library that is found at run time, such as libbpf.so.1. */
#include "addon.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static napi_value make_address(napi_env env, const void *address) {
  napi_value answer = NULL;
  napi_create_bigint_uint64(env, (uint64_t)(uintptr_t)address, &answer);
  return answer;
}

static napi_value throw_loader_error(napi_env env) {
  const char *text = dlerror();
  napi_throw_error(env, "ERR_DLOPEN_FAILED", text != NULL ? text : "unknown error of the dynamic loader");
  return NULL;
}

/* openLibrary(name) -> handle (bigint); throws the loader's words */
static napi_value open_library(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  size_t count = 1;
  char name[4096];
  if (!read_arguments(env, info, 1, arguments, &count)) return NULL;
  if (napi_get_value_string_utf8(env, arguments[0], name, sizeof name, NULL) != napi_ok) {
    napi_throw_type_error(env, NULL, "a library's name must be a string");
    return NULL;
  }
  void *handle = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  return handle == NULL ? throw_loader_error(env) : make_address(env, handle);
}

/* findSymbol(handle, name) -> address (bigint); throws the loader's words */
static napi_value find_symbol(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  size_t count = LENGTH(arguments);
  struct word handle;
  char name[256];
  if (!read_arguments(env, info, 2, arguments, &count) || !read_word(env, arguments[0], &handle)) return NULL;
  if (napi_get_value_string_utf8(env, arguments[1], name, sizeof name, NULL) != napi_ok) {
    napi_throw_type_error(env, NULL, "a symbol's name must be a string");
    return NULL;
  }
  dlerror();
  void *symbol = dlsym((void *)handle.value, name);
  return symbol == NULL ? throw_loader_error(env) : make_address(env, symbol);
}

/*
 * callAddress(address, returns, ...up to 8 words): calls a C function of integer and pointer arguments.
 * returns: 0 nothing, 1 int (number), 2 64 bits (bigint). A variadic function works for words too on x86-64 and arm64.
 */
static napi_value call_address(napi_env env, napi_callback_info info) {
  napi_value arguments[10], answer = NULL;
  size_t count = LENGTH(arguments), read = 0;
  struct word words[10] = {0};
  if (!read_arguments(env, info, 2, arguments, &count)) return NULL;
  while (read < count && read_word(env, arguments[read], &words[read])) read++;
  if (read == count && words[0].value == 0) {
    napi_throw_range_error(env, NULL, "cannot call a function at a null address");
  } else if (read == count) {
    long (*function)(long, long, long, long, long, long, long, long);
    memcpy(&function, &words[0].value, sizeof function);
    long result = function(words[2].value, words[3].value, words[4].value, words[5].value, words[6].value,
                           words[7].value, words[8].value, words[9].value);
    if (words[1].value == 1) answer = make_number(env, (int32_t)result);
    if (words[1].value == 2) napi_create_bigint_int64(env, result, &answer);
  }
  free_words(words, LENGTH(words));
  return answer;
}

/*
 * A place for libraries that report through a callback of the shape int (*)(level, format, va_list), as
 * libbpf_set_print wants: the newest text is kept, the oldest gives way.
 */
static _Thread_local char printed[64 * 1024];
static _Thread_local size_t printed_length;

static int print_sink(int level, const char *format, va_list values) {
  char line[16 * 1024];
  (void)level;
  int wanted = vsnprintf(line, sizeof line, format, values);
  if (wanted <= 0) return 0;
  size_t length = (size_t)wanted < sizeof line ? (size_t)wanted : sizeof line - 1;
  if (printed_length + length > sizeof printed) {
    size_t excess = printed_length + length - sizeof printed;
    memmove(printed, printed + excess, printed_length - excess);
    printed_length -= excess;
  }
  memcpy(printed + printed_length, line, length);
  printed_length += length;
  return wanted;
}

/* takePrinted() -> what the print sink got since the last call */
static napi_value take_printed(napi_env env, napi_callback_info info) {
  napi_value text = NULL;
  (void)info;
  napi_create_string_utf8(env, printed, printed_length, &text);
  printed_length = 0;
  return text;
}

void define_library(napi_env env, napi_value exports) {
  define_function(env, exports, "openLibrary", open_library);
  define_function(env, exports, "findSymbol", find_symbol);
  define_function(env, exports, "callAddress", call_address);
  define_function(env, exports, "takePrinted", take_printed);
  int (*sink)(int, const char *, va_list) = print_sink;
  void *address;
  memcpy(&address, &sink, sizeof address);
  napi_set_named_property(env, exports, "printSink", make_address(env, address));
}
