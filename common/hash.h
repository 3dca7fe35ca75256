/*
 * hash: SHA-256, with what is known beforehand hashed beforehand.
 *
 * Bucketing hashes a constant prefix and a short unit.  The compiler absorbs
 * the whole blocks of the prefix once and stores the state; an evaluation
 * goes on from there with the rest of the prefix and the unit, mostly a
 * single block.  No allocation and no locks; a state is plain data.
 */
#ifndef COMMON_HASH_H
#define COMMON_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "common/sha256.h"

#define HASH_SIZE       32
#define HASH_BLOCK      SHA256_BLOCK
#define HASH_BASE64_LEN 44 /* of a whole digest, with its one '=' */
#define HASH_MEMBER_LEN 8  /* of an ID list's member */

/* SHA-256 after some whole blocks. */
struct hash_state {
	uint32_t h[8];
	uint64_t n_blocks;
};

/*
 * Absorbs the whole blocks at the beginning of a prefix and sets *n_done to
 * their length; the prefix's last n - *n_done bytes, fewer than 64, are for
 * the caller to hash with what follows.
 */
void hash_prefix(
    const void *prefix, size_t n, struct hash_state *st, size_t *n_done);

/*
 * The first eight bytes, as a big-endian integer, of the digest of what st has
 * absorbed followed by the tail.
 */
uint64_t hash_finish64(
    const struct hash_state *st, const void *tail, size_t tail_n);

/* The same for a tail in two pieces; the state stays what it was. */
uint64_t hash_finish64_2(const struct hash_state *st, const void *a, size_t an,
    const void *b, size_t bn);

/*
 * The same for two pieces of together at most SHA256_END_MAX bytes, the second
 * of which is hashed again and again.  HASH_BLOCK bytes from a on must be
 * readable, whatever they are.
 */
static inline uint64_t
hash_finish64_end(const struct hash_state *st, const void *a, size_t an,
    const struct sha256_end *end)
{
	return sha256_last_of(st->h, st->n_blocks * HASH_BLOCK, a, an, end);
}

/* The same from the beginning, for text without a stored state. */
uint64_t hash_sha256_64(const void *data, size_t n);

/* The same of what a sha256_end holds. */
uint64_t hash_sha256_64_end(const struct sha256_end *end);

void hash_sha256(const void *data, size_t n, uint8_t out[HASH_SIZE]);

/* The digest in base64 with '+' and '/'; no NUL is written. */
void hash_base64(const void *data, size_t n, char out[HASH_BASE64_LEN]);

/* The first eight characters of that, by which ID lists know a unit. */
void hash_base64_8(const void *data, size_t n, char out[HASH_MEMBER_LEN]);

/* Any n bytes in base64 with '=': returns the length, 4 * ((n + 2) / 3). */
size_t hash_encode_base64(const void *data, size_t n, char *dst);

#endif /* COMMON_HASH_H */
