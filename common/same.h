/*
 * same: whether two short runs of bytes are equal, without a call.
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

#endif /* COMMON_SAME_H */
