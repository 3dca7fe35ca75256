/*
 * when: texts of points in time, as milliseconds since 1970 in UTC.
 *
 * A text is, in this order, an integer as number_i64() reads it, taken as it
 * is; or an RFC 3339 date and time (T, t or one space between them, a fraction
 * of any length, Z, z or an offset with a colon); or a date and a time in UTC,
 * "Y-M-D H:M:S" without fraction, where a number may be short and have white
 * space before it and the year may have a sign and then any length.  Second
 * 60 is the first of the next minute.  A part of a millisecond is dropped
 * toward the past.  These are the forms that the reference takes.
 *
 * No allocation, no locks, no locale, no time zone data.
 */
#ifndef COMMON_WHEN_H
#define COMMON_WHEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads a text that a rule compares with. */
bool when_parse_target(const char *s, size_t n, int64_t *ms);

/*
 * Reads a text that a user has.  Other than an integer it must be of 8 to 20
 * bytes and have a '-', 'T' or ':' in it, so a fraction of three digits or a
 * numeric offset is too long here.
 */
bool when_parse_user(const char *s, size_t n, int64_t *ms);

#endif /* COMMON_WHEN_H */
