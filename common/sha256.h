/*
 * sha256: the compression of SHA-256's blocks, by the processor's own
 * instructions where it has them, else by OpenSSL.
 *
 * OpenSSL would use the same instructions; what is saved is the way there,
 * which for a single block is a good part of the whole.
 */
#ifndef COMMON_SHA256_H
#define COMMON_SHA256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHA256_BLOCK   64
#define SHA256_END_MAX (SHA256_BLOCK - 9) /* with the bit and the length */

/* Absorbs a block into the eight words of a state. */
void sha256_absorb(uint32_t h[8], const uint8_t block[SHA256_BLOCK]);

/* The first two words after that block, which is the last; h stays. */
uint64_t sha256_last(const uint32_t h[8], const uint8_t block[SHA256_BLOCK]);

/*
 * The end of a message as it is often hashed: between zeros, with the one bit
 * behind it, so that where it goes in a block is a matter of where the block's
 * words are loaded from.  Bytes that are put into a block one after the other
 * would have to reach the cache before the instructions can load them, and
 * all that goes on meanwhile would wait with them: half of a hash's time.
 */
struct sha256_end {
	size_t len;
	uint8_t bytes[2 * SHA256_BLOCK]; /* the message in the middle */
};

/* False, and *end is unusable, for more than SHA256_END_MAX bytes. */
bool sha256_end_set(struct sha256_end *end, const void *text, size_t n);

/*
 * sha256_last() of the block of n bytes, then the end, its padding and
 * n_before, the length of what h has absorbed.  All SHA256_BLOCK bytes from
 * bytes on must be readable, and n + end->len at most SHA256_END_MAX.
 */
uint64_t sha256_last_of(const uint32_t h[8], uint64_t n_before,
    const uint8_t *bytes, size_t n, const struct sha256_end *end);

#endif /* COMMON_SHA256_H */
