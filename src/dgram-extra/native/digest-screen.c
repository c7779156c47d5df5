/*
 * A screen of keyed digests: tells which of the datagrams just received carry a wrong one, or a number that was heard
 * before, while they have cost JavaScript nothing yet. What is covered by a digest and where it stands is said by rules, so
 * that no protocol is known here. A datagram that no rule concerns, or that a rule cannot be applied to, is let
 * through.
 * The layout of a rule is shared with digest-screen.ts.
 */
#include "addon.h"
#include "digest.h"
#include "record.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#define MOST_COVERED 4096
#define MOST_MATCHES 4
#define MOST_ZEROED 6
#define MOST_BEFORE 32
#define MOST_MARKS 4
#define LEAST_IPV4_HEADER 20

/* A place in a datagram, counted from its start, from its payload (behind an IPv4 header) or from its end. */
struct place {
  uint16_t from;
  int16_t offset;
};

enum { FROM_START = 0, FROM_PAYLOAD = 1, FROM_END = 2 };

struct octet_match {
  struct place place;
  uint16_t octet;
  uint16_t reserved;
};

struct range {
  struct place place;
  uint16_t length;
  uint16_t reserved;
};

/* The highest sequence number that was taken from a sender, or with a source_length of 0 from anybody. */
struct mark {
  uint32_t used;
  uint32_t source_length;
  uint8_t source[16];
  uint32_t high;
  uint32_t low;
};

struct rule {
  uint32_t algorithm;
  uint32_t match_count;
  uint32_t zeroed_count;
  uint32_t has_header; /* the datagram begins with an IPv4 header */
  /* the rule concerns datagrams that have these octets ... */
  struct octet_match matches[MOST_MATCHES];
  /* ... and, if checks_length, a payload of length_fixed octets and length_each for each that a counter counts */
  uint32_t checks_length;
  uint16_t length_fixed;
  uint16_t length_each;
  struct place counter;
  /* covered: `before`, with the sender's address at source_at unless that is negative, and the datagram behind `from` ... */
  struct place from;
  int32_t source_at;
  uint32_t before_length;
  uint8_t before[MOST_BEFORE];
  /* ... with these and the value itself as zero */
  struct range zeroed[MOST_ZEROED];
  struct range value;
  struct digest_key key;
  /* a number of 4 octets, or of 8 that wrap around; a length of 0: there is none */
  struct range sequence;
  struct mark marks[MOST_MARKS];
};
_Static_assert(sizeof(struct rule) == 360, "digest-screen.ts writes rules of 360 bytes");

struct datagram {
  const uint8_t *bytes;
  size_t length;
  size_t payload; /* where it begins */
  const struct record *record;
};

/* Where `width` octets begin; false when they do not lie within the datagram. */
static bool find(const struct datagram *datagram, const struct place *place, size_t width, size_t *at) {
  int64_t base = 0;
  if (place->from == FROM_PAYLOAD) base = (int64_t)datagram->payload;
  else if (place->from == FROM_END) base = (int64_t)datagram->length;
  else if (place->from != FROM_START) return false;
  int64_t found = base + place->offset;
  if (found < 0 || found + (int64_t)width > (int64_t)datagram->length) return false;
  *at = (size_t)found;
  return true;
}

/* The payload of an IPv4 packet that is as long as its header says. */
static bool find_payload(struct datagram *datagram) {
  const uint8_t *bytes = datagram->bytes;
  if (datagram->length < LEAST_IPV4_HEADER || bytes[0] >> 4 != 4) return false;
  size_t header = (size_t)(bytes[0] & 15) * 4;
  size_t total = (size_t)bytes[2] << 8 | bytes[3];
  datagram->payload = header;
  return header >= LEAST_IPV4_HEADER && header <= total && total == datagram->length;
}

static bool concerns(const struct rule *rule, struct datagram *datagram) {
  size_t at;
  datagram->payload = 0;
  if (rule->has_header && !find_payload(datagram)) return false;
  for (uint32_t index = 0; index < rule->match_count && index < MOST_MATCHES; index++) {
    const struct octet_match *match = &rule->matches[index];
    if (!find(datagram, &match->place, 1, &at) || datagram->bytes[at] != match->octet) return false;
  }
  if (!rule->checks_length) return true;
  if (!find(datagram, &rule->counter, 1, &at)) return false;
  size_t wanted = rule->length_fixed + (size_t)rule->length_each * datagram->bytes[at];
  return datagram->length - datagram->payload == wanted;
}

/* The sender's address as the kernel told it; returns its length, 0 when there is none. */
static size_t source_of(const struct record *record, const void **address) {
  if (record->source.ss_family == AF_INET && record->source_length >= sizeof(struct sockaddr_in)) {
    *address = &((const struct sockaddr_in *)&record->source)->sin_addr;
    return 4;
  }
  if (record->source.ss_family == AF_INET6 && record->source_length >= sizeof(struct sockaddr_in6)) {
    *address = &((const struct sockaddr_in6 *)&record->source)->sin6_addr;
    return 16;
  }
  return 0;
}

/* Puts the sender's address into the octets that are covered beside the datagram. */
static bool put_source(const struct rule *rule, const struct record *record, uint8_t *before) {
  if (rule->source_at < 0) return true;
  const void *address = NULL;
  size_t length = source_of(record, &address), at = (size_t)rule->source_at;
  if (length == 0 || at > rule->before_length || length > rule->before_length - at) return false;
  memcpy(before + at, address, length);
  return true;
}

static bool is_from(const struct mark *mark, const struct record *record) {
  if (mark->source_length == 0) return true;
  const void *address = NULL;
  size_t length = source_of(record, &address);
  return length > 0 && length == mark->source_length && memcmp(address, mark->source, length) == 0;
}

/* Whether a datagram has a number that was taken before, or a lower one; one of 8 octets wraps around (RFC 1982). */
static bool is_old(const struct rule *rule, const struct datagram *datagram) {
  size_t at, length = rule->sequence.length;
  if ((length != 4 && length != 8) || !find(datagram, &rule->sequence.place, length, &at)) return false;
  uint64_t number = 0;
  for (size_t octet = 0; octet < length; octet++) number = number << 8 | datagram->bytes[at + octet];
  for (size_t index = 0; index < MOST_MARKS; index++) {
    const struct mark *mark = &rule->marks[index];
    if (!mark->used || !is_from(mark, datagram->record)) continue;
    uint64_t taken = (uint64_t)mark->high << 32 | mark->low;
    return length == 4 ? number <= taken : (int64_t)(taken - number) >= 0;
  }
  return false;
}

/* Makes a range of the datagram zero in its copy, which begins at `from`; what lies before that is not covered anyhow. */
static bool make_zero(const struct datagram *datagram, const struct range *range, size_t from, uint8_t *copy) {
  size_t at;
  if (!find(datagram, &range->place, range->length, &at)) return false;
  if (at + range->length <= from) return true;
  if (at < from) return false;
  memset(copy + (at - from), 0, range->length);
  return true;
}

/* Whether a rule that concerns a datagram finds its digest wrong. */
static bool finds_wrong(const struct rule *rule, const struct datagram *datagram) {
  uint8_t covered[MOST_BEFORE + MOST_COVERED + DIGEST_ROOM], digest[DIGEST_LENGTH];
  size_t from, value, before = rule->before_length, width = rule->value.length;
  if (before > MOST_BEFORE || rule->zeroed_count > MOST_ZEROED) return false;
  if (width == 0 || width > digest_length(rule->algorithm)) return false;
  if (!find(datagram, &rule->from, 0, &from) || datagram->length - from > MOST_COVERED) return false;
  if (!find(datagram, &rule->value.place, width, &value)) return false;
  memcpy(covered, rule->before, before);
  if (!put_source(rule, datagram->record, covered)) return false;
  uint8_t *copy = covered + before;
  size_t length = datagram->length - from;
  memcpy(copy, datagram->bytes + from, length);
  for (uint32_t index = 0; index < rule->zeroed_count; index++) {
    if (!make_zero(datagram, &rule->zeroed[index], from, copy)) return false;
  }
  if (!make_zero(datagram, &rule->value, from, copy)) return false;
  digest_keyed(rule->algorithm, &rule->key, covered, before + length, digest);
  uint8_t difference = 0;
  for (size_t at = 0; at < width; at++) difference |= (uint8_t)(datagram->bytes[value + at] ^ digest[at]);
  return difference != 0;
}

/* The first rule that concerns a datagram decides. */
static bool is_refused(const struct rule *rules, size_t count, struct datagram *datagram) {
  for (size_t at = 0; at < count; at++) {
    if (concerns(&rules[at], datagram)) return is_old(&rules[at], datagram) || finds_wrong(&rules[at], datagram);
  }
  return false;
}

/*
 * screenDigests(rules, slots, slotSize, records, count) -> how many of the first `count` datagrams of a receive are
 * refused; their records say so. One that was cut is let through.
 */
static napi_value screen_digests(napi_env env, napi_callback_info info) {
  napi_value arguments[5];
  size_t count = LENGTH(arguments), rules_length, slots_length, records_length;
  uint32_t slot_size = 0, received = 0, refused = 0;
  uint8_t *rules, *slots, *record_bytes;
  if (!read_arguments(env, info, 5, arguments, &count)) return NULL;
  if (!read_bytes(env, arguments[0], &rules, &rules_length)) return NULL;
  if (!read_bytes(env, arguments[1], &slots, &slots_length)) return NULL;
  napi_get_value_uint32(env, arguments[2], &slot_size);
  if (!read_bytes(env, arguments[3], &record_bytes, &records_length)) return NULL;
  napi_get_value_uint32(env, arguments[4], &received);

  size_t room = records_length / sizeof(struct record);
  if (slot_size == 0 || received > room || received > slots_length / slot_size) {
    napi_throw_range_error(env, NULL, "screenDigests wants the slots and records of that many datagrams");
    return NULL;
  }
  struct record *records = (struct record *)record_bytes;
  for (uint32_t at = 0; at < received; at++) {
    struct record *record = &records[at];
    struct datagram datagram = {slots + (size_t)at * slot_size, record->length, 0, record};
    bool whole = record->length <= slot_size && (record->flags & MSG_TRUNC) == 0;
    record->refused = whole && is_refused((const struct rule *)rules, rules_length / sizeof(struct rule), &datagram);
    refused += record->refused;
  }
  return make_number(env, refused);
}

/* prepareDigestKey(algorithm, key, prepared): writes 64 bytes, a struct digest_key. */
static napi_value prepare_digest_key(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  size_t count = LENGTH(arguments), key_length, length;
  uint32_t algorithm = 0;
  uint8_t *key, *bytes;
  struct digest_key prepared;
  if (!read_arguments(env, info, 3, arguments, &count)) return NULL;
  napi_get_value_uint32(env, arguments[0], &algorithm);
  if (!read_bytes(env, arguments[1], &key, &key_length)) return NULL;
  if (!read_bytes(env, arguments[2], &bytes, &length)) return NULL;
  if (digest_length(algorithm) == 0 || length != sizeof prepared) {
    napi_throw_range_error(env, NULL, "prepareDigestKey wants an algorithm that is here and room for 64 bytes");
    return NULL;
  }
  memset(&prepared, 0, sizeof prepared);
  digest_prepare(algorithm, key, key_length, &prepared);
  memcpy(bytes, &prepared, sizeof prepared);
  return NULL;
}

void define_digest_screen(napi_env env, napi_value exports) {
  define_function(env, exports, "screenDigests", screen_digests);
  define_function(env, exports, "prepareDigestKey", prepare_digest_key);
}
