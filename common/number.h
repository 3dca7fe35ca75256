/*
 * number: texts of decimal numbers, read and written.
 *
 * A text is a pointer and a length and is read whole: no white space around
 * it, no NUL needed after it.  Nothing here allocates, takes a lock, depends
 * on the locale or changes errno.
 */
#ifndef COMMON_NUMBER_H
#define COMMON_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room for any double: -2.2250738585072014e-308 takes the most, 327 bytes. */
#define NUMBER_TEXT_MAX 328

/* An optional sign and decimal digits; false when it is more or too great. */
bool number_i64(const char *s, size_t n, int64_t *out);

/* The same without a minus sign, up to 18446744073709551615. */
bool number_u64(const char *s, size_t n, uint64_t *out);

/*
 * An optional sign, then digits with an optional point before, after or among
 * them and an optional exponent, or inf, infinity or nan in any case.  The
 * nearest double, ties to even; infinite when it is too great.
 */
bool number_f64(const char *s, size_t n, double *out);

/*
 * The shortest decimal digits that read back as v, without an exponent and
 * without ".0": 1, 0.1, 100000000000000000000, -0; NaN, inf and -inf.  Returns
 * the length and writes the text, without a NUL, when cap is enough for it;
 * otherwise dst, which may then be NULL, stays as it was.
 */
size_t number_text(double v, char *dst, size_t cap);

/*
 * The same as JSON has it, in at most 24 bytes, and as Statsig's core spells
 * it: a double shows by a point or an exponent that it is none, 1.0, and has an
 * exponent below 1e-5 and from 1e16 on, 1.5e-7.  v must be finite.
 */
size_t number_json(double v, char *dst, size_t cap);

/* An integer, at most 20 bytes. */
size_t number_i64_text(int64_t v, char *dst, size_t cap);
size_t number_u64_text(uint64_t v, char *dst, size_t cap);

/* Drops the fraction; the nearest limit when out of range, 0 for a NaN. */
int64_t number_trunc_i64(double v);

#endif /* COMMON_NUMBER_H */
