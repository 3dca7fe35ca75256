/*
 * version: dotted numbers, compared part by part.
 *
 * A version ends before its first '-' and is split at each '.'; white space
 * around a part does not count, a plus sign before it neither; a part is an
 * integer of up to 127 bits.  A version that has ended counts 0 from there on.
 * Comparing stops at the first difference, and parts are read only so far:
 * "2.x" is above "1.y", while "1.x" compares with no version that begins
 * with 1.  No allocation, no locks, no locale.
 */
#ifndef COMMON_VERSION_H
#define COMMON_VERSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Versions that were parsed before are runs of such parts:
 *
 *   offset size
 *        0    8  the lower 64 bits, little-endian
 *        8    8  the upper 64 bits, never negative
 *       16    8  1; or 0 for a part that is no number: the last one then,
 *                since no comparison goes past it
 */
#define VERSION_PART 24

/*
 * Compares a with b: *order is negative, 0 or positive.  False when a part
 * that had to be read is no number; *order is then as it was.
 */
bool version_compare(
    const char *a, size_t an, const char *b, size_t bn, int *order);

/*
 * Writes the parts of a version and returns how many there are, at least one.
 * When VERSION_PART times that is over cap only the parts that fit are
 * written; dst may be NULL when cap is 0.
 */
size_t version_parse(const char *s, size_t n, uint8_t *dst, size_t cap);

/*
 * version_compare() with b in parts.  They may lie in memory that another
 * process is writing: each word is read once and atomically, so parts must be
 * a multiple of eight.  Whatever they are, a comparison ends.
 */
bool version_compare_parts(
    const char *a, size_t an, const uint8_t *parts, size_t n_parts, int *order);

#endif /* COMMON_VERSION_H */
