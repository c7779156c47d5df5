/* Keyed digests (RFC 2104) of short messages by MD5 (RFC 1321) and SHA-256 (RFC 6234). */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIGEST_MD5 1
#define DIGEST_SHA256 2
#define DIGEST_BLOCK 64
#define DIGEST_WORDS 8  /* of a state; MD5 uses four */
#define DIGEST_LENGTH 32 /* octets at most; MD5 has 16 */
/* Octets beyond a message that digest_keyed may write to. */
#define DIGEST_ROOM (2 * DIGEST_BLOCK)

/* What a key comes to: both hashes after their first block, which is the key's alone. */
struct digest_key {
  uint32_t inner[DIGEST_WORDS];
  uint32_t outer[DIGEST_WORDS];
};

/* Octets of a digest; 0 for an algorithm that is not here. */
size_t digest_length(uint32_t algorithm);

/* Prepares a key of any length. */
void digest_prepare(uint32_t algorithm, const uint8_t *key, size_t length, struct digest_key *prepared);

/* The digest of a message, behind which there must be DIGEST_ROOM octets. */
void digest_keyed(uint32_t algorithm, const struct digest_key *key, uint8_t *message, size_t length,
                  uint8_t digest[DIGEST_LENGTH]);
