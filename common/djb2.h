/*
 * djb2: the 32-bit hash under which names appear in a client's response.
 *
 * h = 31 * h + c, from 0, over the Unicode code points of a text.  A text in
 * pieces has the same hash, if no piece ends within a code point.
 */
#ifndef COMMON_DJB2_H
#define COMMON_DJB2_H

#include <stddef.h>
#include <stdint.h>

/* Continues h, which is 0 at first, over n bytes of UTF-8. */
uint32_t djb2(uint32_t h, const char *s, size_t n);

#endif /* COMMON_DJB2_H */
