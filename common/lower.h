/*
 * lower: texts in lower case, by all of Unicode and no language's own rules.
 *
 * One character becomes more in one case (U+0130 is followed by U+0307), and
 * a capital sigma at the end of a word becomes the final one.  This is mapping
 * for comparison without case folding: the sharp s stays what it is.  Bytes
 * that are not UTF-8 stay as they are.  No allocation, no locks, no locale.
 */
#ifndef COMMON_LOWER_H
#define COMMON_LOWER_H

#include <stdbool.h>
#include <stddef.h>

/* No text of n bytes is longer than this in lower case. */
#define LOWER_CAP(n) ((n) + (n) / 2)

/*
 * Writes the text in lower case, without a NUL, and returns its length.  When
 * that is over cap the first bytes that fit are in dst, which is for nothing
 * but room made and another call; dst may be NULL when cap is 0.  The texts
 * must not overlap.
 */
size_t lower(const char *src, size_t n, char *dst, size_t cap);

/* True when the text is its own lower case. */
bool lower_is_noop(const char *s, size_t n);

#endif /* COMMON_LOWER_H */
