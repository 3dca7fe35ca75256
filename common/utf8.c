#include "common/utf8.h"

#include <string.h>

#include "common/endian.h"

#define HIGH_BITS 0x8080808080808080ULL

static size_t
ascii_len(const char *s, size_t n)
{
	size_t i = 0;

	while (n - i >= 8 && (le64dec(s + i) & HIGH_BITS) == 0)
		i += 8;
	while (i < n && (unsigned char)s[i] < 0x80)
		i++;
	return i;
}

size_t
utf8_next(const char *s, size_t n, uint32_t *cp)
{
	const unsigned char *u = (const unsigned char *)s;
	unsigned char lead = u[0];
	size_t want, i;
	uint32_t c;
	/* The second byte alone tells long forms, surrogates and the end. */
	unsigned char low = 0x80, high = 0xbf;

	if (lead < 0x80) {
		*cp = lead;
		return 1;
	}
	*cp = UTF8_REPLACEMENT;
	if (lead < 0xc2 || lead > 0xf4)
		return 1;
	if (lead < 0xe0) {
		want = 2;
		c = lead & 0x1fU;
	} else if (lead < 0xf0) {
		want = 3;
		c = lead & 0x0fU;
		low = lead == 0xe0 ? 0xa0 : 0x80;
		high = lead == 0xed ? 0x9f : 0xbf;
	} else {
		want = 4;
		c = lead & 0x07U;
		low = lead == 0xf0 ? 0x90 : 0x80;
		high = lead == 0xf4 ? 0x8f : 0xbf;
	}
	for (i = 1; i < want; i++) {
		if (i == n || u[i] < low || u[i] > high)
			return i;
		c = c << 6 | (u[i] & 0x3fU);
		low = 0x80;
		high = 0xbf;
	}
	*cp = c;
	return want;
}

/* Whether the run of len bytes that utf8_next() called c was a code point. */
static bool
is_whole(const char *s, size_t len, uint32_t c)
{
	return c != UTF8_REPLACEMENT ||
	    (len == 3 && memcmp(s, "\xef\xbf\xbd", 3) == 0);
}

size_t
utf8_last(const char *s, size_t n, uint32_t *cp)
{
	size_t back = 1, len;

	while (
	    back < 4 && back < n && ((unsigned char)s[n - back] & 0xc0) == 0x80)
		back++;
	len = utf8_next(s + n - back, back, cp);
	if (len == back && is_whole(s + n - back, len, *cp))
		return len;
	*cp = UTF8_REPLACEMENT;
	return 1;
}

size_t
utf8_valid_len(const char *s, size_t n)
{
	size_t i = 0, len;
	uint32_t c;

	for (;;) {
		i += ascii_len(s + i, n - i);
		if (i == n)
			return n;
		len = utf8_next(s + i, n - i, &c);
		if (!is_whole(s + i, len, c))
			return i;
		i += len;
	}
}

size_t
utf8_put(uint32_t cp, char dst[4])
{
	if (cp < 0x80) {
		dst[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		dst[0] = (char)(0xc0 | cp >> 6);
		dst[1] = (char)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp < 0x10000) {
		dst[0] = (char)(0xe0 | cp >> 12);
		dst[1] = (char)(0x80 | (cp >> 6 & 0x3f));
		dst[2] = (char)(0x80 | (cp & 0x3f));
		return 3;
	}
	dst[0] = (char)(0xf0 | cp >> 18);
	dst[1] = (char)(0x80 | (cp >> 12 & 0x3f));
	dst[2] = (char)(0x80 | (cp >> 6 & 0x3f));
	dst[3] = (char)(0x80 | (cp & 0x3f));
	return 4;
}

/* Copies what fits of len bytes to offset out; returns the offset after all. */
static size_t
append(char *dst, size_t cap, size_t out, const char *bytes, size_t len)
{
	if (out < cap)
		memcpy(dst + out, bytes, len < cap - out ? len : cap - out);
	return out + len;
}

size_t
utf8_repair(const char *src, size_t n, char *dst, size_t cap)
{
	size_t i = 0, out = 0, good;
	uint32_t c;

	while (i < n) {
		good = utf8_valid_len(src + i, n - i);
		out = append(dst, cap, out, src + i, good);
		i += good;
		if (i < n) {
			i += utf8_next(src + i, n - i, &c);
			out = append(dst, cap, out, "\xef\xbf\xbd", 3);
		}
	}
	return out;
}

bool
utf8_is_space(uint32_t cp)
{
	if (cp < 0x80)
		return cp == ' ' || (cp >= '\t' && cp <= '\r');
	return cp == 0x85 || cp == 0xa0 || cp == 0x1680 ||
	    (cp >= 0x2000 && cp <= 0x200a) || cp == 0x2028 || cp == 0x2029 ||
	    cp == 0x202f || cp == 0x205f || cp == 0x3000;
}

void
utf8_trim(const char **s, size_t *n)
{
	uint32_t c;
	size_t len;

	while (*n > 0 && (len = utf8_next(*s, *n, &c), utf8_is_space(c))) {
		*s += len;
		*n -= len;
	}
	while (*n > 0 && (len = utf8_last(*s, *n, &c), utf8_is_space(c)))
		*n -= len;
}
