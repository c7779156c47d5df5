/* What the source files of the addon share. */
#pragma once
#define NAPI_VERSION 8
#include <node_api.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* A machine word made of a JavaScript argument: a number, or the address of bytes. */
struct word {
  long value;
  char *owned; /* the copy of a string argument; free it after the call */
};

/*
 * undefined, null -> 0; number, bigint, boolean -> its value; string -> address of a NUL-terminated copy;
 * ArrayBuffer or view -> address of its bytes. Throws a TypeError and returns false for anything else.
 */
bool read_word(napi_env env, napi_value from, struct word *word);
void free_words(struct word *words, size_t count);

/* The bytes of an ArrayBuffer or view; throws a TypeError and returns false for anything else. */
bool read_bytes(napi_env env, napi_value from, uint8_t **bytes, size_t *length);

/* The arguments of a call, exactly or at least `wanted` of them; throws and returns false when there are fewer. */
bool read_arguments(napi_env env, napi_callback_info info, size_t wanted, napi_value *arguments, size_t *count);

napi_value make_number(napi_env env, double value);
void define_function(napi_env env, napi_value exports, const char *name, napi_callback function);

void define_system_calls(napi_env env, napi_value exports);
void define_receive(napi_env env, napi_value exports);
void define_digest_screen(napi_env env, napi_value exports);
void define_watch(napi_env env, napi_value exports);
void define_memory(napi_env env, napi_value exports);
void define_library(napi_env env, napi_value exports);
void define_signal(napi_env env, napi_value exports);
void define_relay(napi_env env, napi_value exports);
void define_last_words(napi_env env, napi_value exports);
