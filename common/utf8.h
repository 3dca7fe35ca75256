/*
 * utf8: code points in bytes that may or may not be UTF-8.
 *
 * Valid is what Unicode calls well-formed: the shortest form, no surrogates,
 * nothing above U+10FFFF.  Where bytes are not, each longest run that could
 * have begun a code point counts as one U+FFFD, as Unicode recommends and most
 * decoders do.  No allocation, no locks, no locale.
 */
#ifndef COMMON_UTF8_H
#define COMMON_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UTF8_REPLACEMENT 0xfffdU

/* How many bytes at the beginning are valid; n when all are. */
size_t utf8_valid_len(const char *s, size_t n);

static inline bool
utf8_valid(const char *s, size_t n)
{
	return utf8_valid_len(s, n) == n;
}

/*
 * The first code point of n > 0 bytes; returns how many bytes it takes, 1 to
 * 4.  For bytes that are not valid *cp is UTF8_REPLACEMENT and the result the
 * length of the run that it stands for.  A U+FFFD that is really there takes
 * three bytes and begins with 0xef, which no such run does.
 */
size_t utf8_next(const char *s, size_t n, uint32_t *cp);

/* The same for the last code point of n > 0 bytes; bad bytes count singly. */
size_t utf8_last(const char *s, size_t n, uint32_t *cp);

/* Writes a code point up to U+10FFFF, no surrogate; returns 1 to 4. */
size_t utf8_put(uint32_t cp, char dst[4]);

/*
 * Copies the text with U+FFFD for what is not valid and returns its length,
 * at most 3 * n.  When that is over cap the first bytes that fit are in
 * dst; dst may be NULL when cap is 0.
 */
size_t utf8_repair(const char *src, size_t n, char *dst, size_t cap);

/* True for the 25 code points that have Unicode's White_Space property. */
bool utf8_is_space(uint32_t cp);

/* Takes white space off both ends. */
void utf8_trim(const char **s, size_t *n);

#endif /* COMMON_UTF8_H */
