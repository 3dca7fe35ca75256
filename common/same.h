/*
 * same: whether two short runs of bytes are equal, and copies of them, without
 * a call.
 *
 * Names and the texts of conditions are mostly shorter than a call of memcmp
 * is worth; the ends of a run of 8 to 16 bytes overlap, and so do shorter ones.
 */
#ifndef COMMON_SAME_H
#define COMMON_SAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "common/endian.h"

static inline bool
same_bytes(const void *a, const void *b, size_t n)
{
	const uint8_t *p = a, *q = b;

	if (n > 16)
		return memcmp(p, q, n) == 0;
	if (n >= 8)
		return ((le64dec(p) ^ le64dec(q)) |
			   (le64dec(p + n - 8) ^ le64dec(q + n - 8))) == 0;
	if (n >= 4)
		return ((le32dec(p) ^ le32dec(q)) |
			   (le32dec(p + n - 4) ^ le32dec(q + n - 4))) == 0;
	return n == 0 ||
	    (p[0] == q[0] && p[n / 2] == q[n / 2] && p[n - 1] == q[n - 1]);
}

/* Runs that do not overlap; of a block's length at most, for it to be worth. */
static inline void
same_copy(void *dst, const void *src, size_t n)
{
	uint8_t *d = dst;
	const uint8_t *s = src;

	for (; n > 16; n -= 16, d += 16, s += 16)
		memcpy(d, s, 16);
	if (n >= 8) {
		uint64_t head = le64dec(s), tail = le64dec(s + n - 8);

		le64enc(d, head);
		le64enc(d + n - 8, tail);
	} else if (n >= 4) {
		uint32_t head = le32dec(s), tail = le32dec(s + n - 4);

		le32enc(d, head);
		le32enc(d + n - 4, tail);
	} else if (n > 0) {
		d[n / 2] = s[n / 2];
		d[n - 1] = s[n - 1];
		d[0] = s[0];
	}
}

#endif /* COMMON_SAME_H */
