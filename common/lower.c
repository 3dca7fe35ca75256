#include "common/lower.h"

#include <stdint.h>
#include <string.h>

#include <unicase.h>
#include <unictype.h>

#include "common/endian.h"
#include "common/utf8.h"

#define EACH_BYTE(b) (0x0101010101010101ULL * (b))
#define SIGMA        0x3a3U /* capital */
#define FINAL_SIGMA  0x3c2U
#define I_WITH_DOT   0x130U
#define DOT_ABOVE    "\xcc\x87"
#define MAX_SEQUENCE 4

/*
 * What Unicode 15, 16 and 17 added, which the libunistring of a distribution
 * may not know yet and the reference does: asked of it code point by code
 * point.  With this the answer is the same wherever the library is older.
 */
#define NEWER_FIRST 0x1c89U

static const struct {
	uint32_t first, last;
	int32_t distance;
} newer_lower[] = {
    {0x1c89, 0x1c89, 1},
    {0xa7cb, 0xa7cb, 0x264 - 0xa7cb},
    {0xa7cc, 0xa7cc, 1},
    {0xa7ce, 0xa7ce, 1},
    {0xa7d2, 0xa7d2, 1},
    {0xa7d4, 0xa7d4, 1},
    {0xa7da, 0xa7da, 1},
    {0xa7dc, 0xa7dc, 0x19b - 0xa7dc},
    {0x10d50, 0x10d65, 0x20},
    {0x16ea0, 0x16eb8, 0x1b},
};

struct range {
	uint32_t first, last;
};

static const struct range newer_cased[] = {{0x1c89, 0x1c8a}, {0xa7cb, 0xa7cf},
    {0xa7d2, 0xa7d2}, {0xa7d4, 0xa7d4}, {0xa7da, 0xa7dc}, {0x10d50, 0x10d65},
    {0x10d70, 0x10d85}, {0x16ea0, 0x16eb8}, {0x16ebb, 0x16ed3},
    {0x1df25, 0x1df2a}};

static const struct range newer_ignorable[] = {{0x897, 0x897}, {0xece, 0xece},
    {0x1acf, 0x1add}, {0x1ae0, 0x1aeb}, {0xa7f1, 0xa7f1}, {0x10d4e, 0x10d4e},
    {0x10d69, 0x10d6d}, {0x10d6f, 0x10d6f}, {0x10ec5, 0x10ec5},
    {0x10efa, 0x10eff}, {0x11241, 0x11241}, {0x113bb, 0x113c0},
    {0x113ce, 0x113ce}, {0x113d0, 0x113d0}, {0x113d2, 0x113d2},
    {0x113e1, 0x113e2}, {0x11b60, 0x11b60}, {0x11b62, 0x11b64},
    {0x11b66, 0x11b66}, {0x11dd9, 0x11dd9}, {0x11f00, 0x11f01},
    {0x11f36, 0x11f3a}, {0x11f40, 0x11f40}, {0x11f42, 0x11f42},
    {0x11f5a, 0x11f5a}, {0x13439, 0x13440}, {0x13447, 0x13455},
    {0x1611e, 0x16129}, {0x1612d, 0x1612f}, {0x16d40, 0x16d42},
    {0x16d6b, 0x16d6c}, {0x16ff2, 0x16ff3}, {0x1e030, 0x1e06d},
    {0x1e08f, 0x1e08f}, {0x1e4eb, 0x1e4ef}, {0x1e5ee, 0x1e5ef},
    {0x1e6e3, 0x1e6e3}, {0x1e6e6, 0x1e6e6}, {0x1e6ee, 0x1e6ef},
    {0x1e6f5, 0x1e6f5}, {0x1e6ff, 0x1e6ff}};

#define NO_LONGER_CASED     0x295U
#define NO_LONGER_IGNORABLE 0x1171eU

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool
is_among(uint32_t c, const struct range *r, size_t n)
{
	for (size_t i = 0; i < n && c >= r[i].first; i++)
		if (c <= r[i].last)
			return true;
	return false;
}

static bool
is_cased(uint32_t c)
{
	return c != NO_LONGER_CASED &&
	    (uc_is_property_cased(c) ||
		is_among(c, newer_cased, COUNT(newer_cased)));
}

static bool
is_ignorable(uint32_t c)
{
	return c != NO_LONGER_IGNORABLE &&
	    (uc_is_property_case_ignorable(c) ||
		is_among(c, newer_ignorable, COUNT(newer_ignorable)));
}

static uint32_t
lower_char(uint32_t c)
{
	uint32_t low = uc_tolower(c);

	if (low != c || c < NEWER_FIRST)
		return low;
	for (size_t i = 0; i < COUNT(newer_lower); i++) {
		if (c < newer_lower[i].first)
			break;
		if (c <= newer_lower[i].last)
			return (uint32_t)((int32_t)c + newer_lower[i].distance);
	}
	return c;
}

/*
 * Bit 7 of each byte that is A to Z, for eight bytes below 0x80: adding moves
 * a byte across 0x80 when it is past one end of the range, never a neighbour.
 */
static uint64_t
capitals(uint64_t bytes)
{
	uint64_t from_a = bytes + EACH_BYTE(0x80 - 'A');
	uint64_t past_z = bytes + EACH_BYTE(0x80 - 'Z' - 1);

	return (from_a ^ past_z) & EACH_BYTE(0x80);
}

static bool
is_ascii8(uint64_t bytes)
{
	return (bytes & EACH_BYTE(0x80)) == 0;
}

static char
lower_ascii(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* Copies the ASCII at the beginning, of at most n bytes; returns how much. */
static size_t
copy_ascii(const char *src, size_t n, char *dst)
{
	size_t i = 0;

	for (; n - i >= 8; i += 8) {
		uint64_t bytes = le64dec(src + i);

		if (!is_ascii8(bytes))
			break;
		le64enc(dst + i, bytes | capitals(bytes) >> 2);
	}
	for (; i < n && (unsigned char)src[i] < 0x80; i++)
		dst[i] = lower_ascii(src[i]);
	return i;
}

/*
 * Final_Sigma of Unicode's SpecialCasing: a cased letter before it and none
 * after it, case-ignorable characters passed over either way.
 */
static bool
cased_before(const char *s, size_t at)
{
	uint32_t c = 0;

	while (at > 0) {
		at -= utf8_last(s, at, &c);
		if (!is_ignorable(c))
			return is_cased(c);
	}
	return false;
}

static bool
cased_after(const char *s, size_t n, size_t at)
{
	uint32_t c = 0;

	while (at < n) {
		at += utf8_next(s + at, n - at, &c);
		if (!is_ignorable(c))
			return is_cased(c);
	}
	return false;
}

/* The lower case of the character of len bytes at s + at; its length. */
static size_t
lower_one(const char *s, size_t n, size_t at, size_t len, uint32_t c,
    char out[MAX_SEQUENCE])
{
	uint32_t low;

	if (c == I_WITH_DOT) {
		out[0] = 'i';
		memcpy(out + 1, DOT_ABOVE, 2);
		return 3;
	}
	if (c == SIGMA && cased_before(s, at) && !cased_after(s, n, at + len))
		return utf8_put(FINAL_SIGMA, out);
	low = lower_char(c);
	if (low != c)
		return utf8_put(low, out);
	memcpy(out, s + at, len); /* and bytes that are no character */
	return len;
}

size_t
lower(const char *src, size_t n, char *dst, size_t cap)
{
	size_t i = 0, done = 0, len, room;
	char out[MAX_SEQUENCE];
	uint32_t c;

	while (i < n) {
		len = 0;
		if (done < cap) {
			room = n - i < cap - done ? n - i : cap - done;
			len = copy_ascii(src + i, room, dst + done);
		} else {
			while (
			    i + len < n && (unsigned char)src[i + len] < 0x80)
				len++;
		}
		i += len;
		done += len;
		if (i == n)
			break;
		len = utf8_next(src + i, n - i, &c);
		room = lower_one(src, n, i, len, c, out);
		for (size_t k = 0; k < room; k++)
			if (done + k < cap)
				dst[done + k] = out[k];
		i += len;
		done += room;
	}
	return done;
}

bool
lower_is_noop(const char *s, size_t n)
{
	size_t i = 0;
	uint32_t c;

	while (i < n) {
		/* The last eight may be looked at together with some before. */
		size_t at = n - i >= 8 ? i : n - 8;
		uint64_t bytes;

		if (n >= 8 && is_ascii8(bytes = le64dec(s + at))) {
			if (capitals(bytes) != 0)
				return false;
			i = at + 8;
			continue;
		}
		c = (unsigned char)s[i];
		if (c < 0x80) {
			if (lower_ascii(s[i]) != s[i])
				return false;
			i++;
			continue;
		}
		i += utf8_next(s + i, n - i, &c);
		if (lower_char(c) != c)
			return false;
	}
	return true;
}
