#include "common/lower.h"

#include <stdint.h>
#include <string.h>

#include <unicase.h>
#include <unictype.h>

#include "common/endian.h"
#include "common/utf8.h"

#define EACH_BYTE(b) (0x0101010101010101ULL * (b))
#define SIGMA        0x3a3U /* capital */
#define SMALL_SIGMA  0x3c3U
#define FINAL_SIGMA  0x3c2U
#define I_WITH_DOT   0x130U
#define DOT_ABOVE    "\xcc\x87"
#define MAX_SEQUENCE 4

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
		if (!uc_is_property_case_ignorable(c))
			return uc_is_property_cased(c);
	}
	return false;
}

static bool
cased_after(const char *s, size_t n, size_t at)
{
	uint32_t c = 0;

	while (at < n) {
		at += utf8_next(s + at, n - at, &c);
		if (!uc_is_property_case_ignorable(c))
			return uc_is_property_cased(c);
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
	low = uc_tolower(c);
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
		uint64_t bytes;

		if (n - i >= 8 && is_ascii8(bytes = le64dec(s + i))) {
			if (capitals(bytes) != 0)
				return false;
			i += 8;
			continue;
		}
		i += utf8_next(s + i, n - i, &c);
		if (uc_tolower(c) != c)
			return false;
	}
	return true;
}
