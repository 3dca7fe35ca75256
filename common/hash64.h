/*
 * hash64: a fast 64-bit hash of short strings, for tables and deduplication.
 *
 * Not for anything an adversary must not predict, and part of the image format:
 * the compiler stores these values and readers compare them, so a change here
 * is a new image version.  Multiply-and-fold over 8-byte words, after the idea
 * of Wang Yi's wyhash (public domain); constants are digits of pi.
 */
#ifndef COMMON_HASH64_H
#define COMMON_HASH64_H

#include <stddef.h>
#include <stdint.h>

#include "common/endian.h"

#define HASH64_K0 0x243f6a8885a308d3ULL
#define HASH64_K1 0x13198a2e03707344ULL

__extension__ typedef unsigned __int128 hash64_wide;

static inline uint64_t
hash64_fold(uint64_t a, uint64_t b)
{
	hash64_wide m = (hash64_wide)a * b;

	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

/* The n bytes at p as a little-endian integer, fewer than eight of them. */
static inline uint64_t
hash64_tail(const uint8_t *p, size_t n)
{
	/* Where the two loads overlap they agree. */
	if (n >= 4)
		return le32dec(p) | (uint64_t)le32dec(p + n - 4) << 8 * (n - 4);
	if (n == 0)
		return 0;
	return p[0] | (uint64_t)p[n / 2] << 8 * (n / 2) |
	    (uint64_t)p[n - 1] << 8 * (n - 1);
}

/* Hashes n bytes; never 0, so that 0 can mean "no hash" in a table. */
static inline uint64_t
hash64(const void *data, size_t n)
{
	const uint8_t *p = data;
	uint64_t h = HASH64_K0 ^ n, tail;

	for (; n >= 8; n -= 8, p += 8)
		h = hash64_fold(h ^ le64dec(p), HASH64_K1);
	tail = hash64_tail(p, n);
	h = hash64_fold(h ^ tail ^ HASH64_K1, HASH64_K0);
	h = hash64_fold(h ^ HASH64_K1, HASH64_K0 ^ h >> 32);
	return h != 0 ? h : 1;
}

#endif /* COMMON_HASH64_H */
