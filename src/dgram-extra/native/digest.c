#include "digest.h"

#include <string.h>

/* RFC 6234 section 5.1: the first 32 bits behind the point of the cube roots of the first 64 primes. */
static const uint32_t cube_roots[64] = {
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

/* RFC 6234 section 6.1: the same of the square roots of the first 8. */
static const uint32_t square_roots[DIGEST_WORDS] = {
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

/* RFC 1321 section 3.4: the whole part of 2^32 times the absolute sine of 1, 2, ... 64 (radians). */
static const uint32_t sines[64] = {
  0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
  0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
  0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
  0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
  0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
  0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
  0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
  0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
};

/* RFC 1321 section 3.3. */
static const uint32_t md5_start[DIGEST_WORDS] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};

/* How far the four steps in turn of each round of MD5 rotate. */
static const uint8_t rotations[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

static uint32_t rotate_left(uint32_t word, unsigned by) {
  return word << by | word >> (32 - by);
}

static uint32_t rotate_right(uint32_t word, unsigned by) {
  return word >> by | word << (32 - by);
}

static uint32_t read_big(const uint8_t *from) {
  return (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 | from[3];
}

static uint32_t read_little(const uint8_t *from) {
  return (uint32_t)from[3] << 24 | (uint32_t)from[2] << 16 | (uint32_t)from[1] << 8 | from[0];
}

static void write_big(uint8_t *to, uint32_t word) {
  for (int at = 0; at < 4; at++) to[at] = (uint8_t)(word >> (24 - 8 * at));
}

static void write_little(uint8_t *to, uint32_t word) {
  for (int at = 0; at < 4; at++) to[at] = (uint8_t)(word >> (8 * at));
}

static uint32_t md5_mix(int round, uint32_t b, uint32_t c, uint32_t d) {
  switch (round) {
    case 0:
      return (b & c) | (~b & d);
    case 1:
      return (b & d) | (c & ~d);
    case 2:
      return b ^ c ^ d;
    default:
      return c ^ (b | ~d);
  }
}

static unsigned md5_word(int round, unsigned step) {
  static const uint8_t factor[4] = {1, 5, 3, 7}, addend[4] = {0, 1, 5, 0};
  return (factor[round] * step + addend[round]) & 15;
}

static void md5_block(uint32_t state[DIGEST_WORDS], const uint8_t *block) {
  uint32_t words[16];
  for (int at = 0; at < 16; at++) words[at] = read_little(block + 4 * at);
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
  for (int round = 0; round < 4; round++) {
    for (unsigned step = 0; step < 16; step++) {
      uint32_t sum = a + md5_mix(round, b, c, d) + words[md5_word(round, step)] + sines[round * 16 + (int)step];
      a = d;
      d = c;
      c = b;
      b += rotate_left(sum, rotations[round][step & 3]);
    }
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
}

static void sha256_schedule(uint32_t schedule[64], const uint8_t *block) {
  for (int at = 0; at < 16; at++) schedule[at] = read_big(block + 4 * at);
  for (int at = 16; at < 64; at++) {
    uint32_t early = schedule[at - 15], late = schedule[at - 2];
    uint32_t small = rotate_right(early, 7) ^ rotate_right(early, 18) ^ early >> 3;
    uint32_t large = rotate_right(late, 17) ^ rotate_right(late, 19) ^ late >> 10;
    schedule[at] = schedule[at - 16] + small + schedule[at - 7] + large;
  }
}

static void sha256_block(uint32_t state[DIGEST_WORDS], const uint8_t *block) {
  uint32_t schedule[64];
  sha256_schedule(schedule, block);
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
  uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
  for (int at = 0; at < 64; at++) {
    uint32_t large = rotate_right(e, 6) ^ rotate_right(e, 11) ^ rotate_right(e, 25);
    uint32_t first = h + large + ((e & f) ^ (~e & g)) + cube_roots[at] + schedule[at];
    uint32_t small = rotate_right(a, 2) ^ rotate_right(a, 13) ^ rotate_right(a, 22);
    uint32_t second = small + ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = d + first;
    d = c;
    c = b;
    b = a;
    a = first + second;
  }
  const uint32_t now[DIGEST_WORDS] = {a, b, c, d, e, f, g, h};
  for (int at = 0; at < DIGEST_WORDS; at++) state[at] += now[at];
}

static void take_block(uint32_t algorithm, uint32_t state[DIGEST_WORDS], const uint8_t *block) {
  if (algorithm == DIGEST_MD5) md5_block(state, block);
  else sha256_block(state, block);
}

/*
 * Goes through the message and the padding that is written behind it: a bit 1, zeros, and the length in bits, in which
 * the octets count that the state has seen before (RFC 1321 section 3, RFC 6234 section 4.1).
 */
static void finish(uint32_t algorithm, uint32_t state[DIGEST_WORDS], uint8_t *message, size_t length,
                   size_t before, uint8_t digest[DIGEST_LENGTH]) {
  size_t whole = (length + 9 + DIGEST_BLOCK - 1) / DIGEST_BLOCK * DIGEST_BLOCK;
  uint64_t bits = ((uint64_t)length + before) * 8;
  memset(message + length, 0, whole - length);
  message[length] = 0x80;
  bool little = algorithm == DIGEST_MD5;
  void (*write)(uint8_t *, uint32_t) = little ? write_little : write_big;
  write(message + whole - 8, (uint32_t)(little ? bits : bits >> 32));
  write(message + whole - 4, (uint32_t)(little ? bits >> 32 : bits));
  for (size_t at = 0; at < whole; at += DIGEST_BLOCK) take_block(algorithm, state, message + at);
  for (size_t at = 0; at < digest_length(algorithm) / 4; at++) write(digest + 4 * at, state[at]);
}

static void start(uint32_t algorithm, uint32_t state[DIGEST_WORDS]) {
  memcpy(state, algorithm == DIGEST_MD5 ? md5_start : square_roots, sizeof md5_start);
}

size_t digest_length(uint32_t algorithm) {
  if (algorithm == DIGEST_MD5) return 16;
  return algorithm == DIGEST_SHA256 ? 32 : 0;
}

/* A key longer than a block is its own digest instead (RFC 2104 section 2). */
static void shorten(uint32_t algorithm, const uint8_t *key, size_t length, uint8_t block[DIGEST_BLOCK]) {
  uint32_t state[DIGEST_WORDS];
  uint8_t last[DIGEST_BLOCK + DIGEST_ROOM];
  size_t at = 0;
  start(algorithm, state);
  for (; length - at > DIGEST_BLOCK; at += DIGEST_BLOCK) take_block(algorithm, state, key + at);
  memcpy(last, key + at, length - at);
  finish(algorithm, state, last, length - at, at, block);
}

void digest_prepare(uint32_t algorithm, const uint8_t *key, size_t length, struct digest_key *prepared) {
  uint8_t block[DIGEST_BLOCK] = {0};
  if (length > DIGEST_BLOCK) shorten(algorithm, key, length, block);
  else if (length > 0) memcpy(block, key, length);
  for (int at = 0; at < DIGEST_BLOCK; at++) block[at] ^= 0x36;
  start(algorithm, prepared->inner);
  take_block(algorithm, prepared->inner, block);
  for (int at = 0; at < DIGEST_BLOCK; at++) block[at] ^= 0x36 ^ 0x5c;
  start(algorithm, prepared->outer);
  take_block(algorithm, prepared->outer, block);
}

void digest_keyed(uint32_t algorithm, const struct digest_key *key, uint8_t *message, size_t length,
                  uint8_t digest[DIGEST_LENGTH]) {
  uint32_t state[DIGEST_WORDS];
  uint8_t inner[DIGEST_LENGTH + DIGEST_ROOM];
  memcpy(state, key->inner, sizeof state);
  finish(algorithm, state, message, length, DIGEST_BLOCK, inner);
  memcpy(state, key->outer, sizeof state);
  finish(algorithm, state, inner, digest_length(algorithm), DIGEST_BLOCK, digest);
}
