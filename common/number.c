#include "common/number.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * A decimal text as value = digits x 10^exp10.  Digits beyond what can matter
 * are dropped, with a mark that they were not all zero.
 */
#define MAX_DIGITS 800 /* more than the 767 that a halfway case can need */

struct decimal {
	bool negative;
	bool sticky;
	size_t n_digits;    /* without leading zeros */
	int64_t exp10;      /* of the last digit kept */
	uint64_t mantissa;  /* of the first 19 digits */
	const char *digits; /* where the first of them is, points among them */
};

/* Powers of ten that a double holds exactly. */
static const double exact10[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8,
    1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21,
    1e22};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
parse_u64(const char *s, size_t n, uint64_t *out)
{
	uint64_t v = 0;

	if (n == 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		uint64_t digit = (uint64_t)(unsigned char)s[i] - '0';

		if (digit > 9 || __builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, digit, &v))
			return false;
	}
	*out = v;
	return true;
}

bool
number_u64(const char *s, size_t n, uint64_t *out)
{
	if (n > 0 && *s == '+') {
		s++;
		n--;
	}
	return parse_u64(s, n, out);
}

bool
number_i64(const char *s, size_t n, int64_t *out)
{
	bool negative = n > 0 && *s == '-';
	uint64_t v;

	if (n > 0 && (*s == '-' || *s == '+')) {
		s++;
		n--;
	}
	if (!parse_u64(s, n, &v) || v > (uint64_t)INT64_MAX + negative)
		return false;
	if (!negative)
		*out = (int64_t)v;
	else
		*out = v > INT64_MAX ? INT64_MIN : -(int64_t)v;
	return true;
}

static bool
same_word(const char *s, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (word[i] == '\0' || (s[i] | 0x20) != word[i])
			return false;
	return word[n] == '\0';
}

/* Digits and at most one point; *s moves to what follows them. */
static bool
scan_digits(const char **s, const char *end, struct decimal *d)
{
	const char *p = *s;
	bool point = false, any = false;
	int64_t exp10 = 0;

	for (; p < end; p++) {
		if (*p == '.' && !point) {
			point = true;
			continue;
		}
		if (!is_digit(*p))
			break;
		any = true;
		if (d->n_digits == 0 && *p == '0') {
			exp10 -= point;
			continue;
		}
		if (d->n_digits == 0)
			d->digits = p;
		if (d->n_digits < 19)
			d->mantissa = d->mantissa * 10 + (uint64_t)(*p - '0');
		if (d->n_digits < MAX_DIGITS) {
			d->n_digits++;
			exp10 -= point;
		} else {
			d->sticky |= *p != '0';
			exp10 += !point;
		}
	}
	d->exp10 = exp10;
	*s = p;
	return any;
}

/* An exponent with its letter; what is beyond any length of text stops there. */
static bool
scan_exponent(const char *s, const char *end, struct decimal *d)
{
	bool negative;
	int64_t e = 0;

	if (s == end || (*s != 'e' && *s != 'E'))
		return s == end;
	s++;
	negative = s < end && *s == '-';
	if (s < end && (*s == '-' || *s == '+'))
		s++;
	if (s == end)
		return false;
	for (; s < end; s++) {
		if (!is_digit(*s))
			return false;
		if (e < INT64_MAX / 100)
			e = e * 10 + (*s - '0');
	}
	d->exp10 += negative ? -e : e;
	return true;
}

static bool
scan_decimal(const char *s, const char *end, struct decimal *d)
{
	return scan_digits(&s, end, d) && scan_exponent(s, end, d);
}

static size_t
put_exponent(char *dst, int e)
{
	size_t n = 0;

	dst[n++] = 'e';
	if (e < 0)
		dst[n++] = '-';
	n += number_u64_text((uint64_t)(e < 0 ? -e : e), dst + n, 20);
	dst[n] = '\0';
	return n;
}

/*
 * Rounds with the C library, from a text that is short, ends in NUL and has no
 * point, so that no locale can read it another way.  glibc's strtod() works
 * on its stack, whatever it is given.
 */
static double
round_slowly(const struct decimal *d)
{
	char buf[MAX_DIGITS + 32];
	int64_t exp10 = d->exp10;
	int saved = errno;
	size_t n = 0;
	double v;

	for (const char *p = d->digits; n < d->n_digits; p++)
		if (*p != '.')
			buf[n++] = *p;
	if (d->sticky) {
		buf[n++] = '1';
		exp10--;
	}
	/* The greatest and the least double are far within these. */
	if (exp10 > 400)
		exp10 = 400;
	if (exp10 < -2000)
		exp10 = -2000;
	put_exponent(buf + n, (int)exp10);
	v = strtod(buf, NULL);
	errno = saved;
	return v;
}

/*
 * Mantissa and power of ten are exact in most texts; then one multiplication
 * or division rounds, once and rightly (W. D. Clinger, 1990).
 */
static double
round_decimal(const struct decimal *d)
{
	if (d->n_digits == 0)
		return 0.0;
	if (d->n_digits <= 19 && d->mantissa <= (uint64_t)1 << 53) {
		if (d->exp10 >= 0 && d->exp10 <= 22)
			return (double)d->mantissa * exact10[d->exp10];
		if (d->exp10 < 0 && d->exp10 >= -22)
			return (double)d->mantissa / exact10[-d->exp10];
	}
	return round_slowly(d);
}

bool
number_f64(const char *s, size_t n, double *out)
{
	struct decimal d = {0};
	const char *end = s + n;
	double v;

	if (n == 0)
		return false;
	d.negative = *s == '-';
	if (*s == '-' || *s == '+')
		s++;
	if (scan_decimal(s, end, &d)) {
		v = round_decimal(&d);
	} else {
		n = (size_t)(end - s);
		if (same_word(s, n, "inf") || same_word(s, n, "infinity"))
			v = (double)INFINITY;
		else if (same_word(s, n, "nan"))
			v = (double)NAN;
		else
			return false;
	}
	*out = d.negative ? -v : v;
	return true;
}

int64_t
number_trunc_i64(double v)
{
	if (isnan(v))
		return 0;
	/* 2^63 itself is a double; INT64_MAX is not. */
	if (v >= 0x1p63)
		return INT64_MAX;
	if (v < -0x1p63)
		return INT64_MIN;
	return (int64_t)v;
}

/* Digits d1 d2 ... dn without a point: the number is 0.d1d2...dn x 10^point. */
struct digits {
	char text[24];
	int n;
	int point;
};

static void
trim_zeros(struct digits *d)
{
	while (d->n > 1 && d->text[d->n - 1] == '0')
		d->n--;
}

static bool
reads_back(const struct digits *d, double v)
{
	char buf[48];
	double back;
	size_t n = (size_t)d->n;

	memcpy(buf, d->text, n);
	n += put_exponent(buf + n, d->point - d->n);
	return number_f64(buf, n, &back) && back == v;
}

/* Adds one to the last digit. */
static void
step_up(struct digits *d)
{
	int i = d->n - 1;

	while (i >= 0 && d->text[i] == '9')
		d->text[i--] = '0';
	if (i >= 0) {
		d->text[i]++;
	} else {
		d->text[0] = '1';
		d->point++;
	}
}

/*
 * So many digits that one after the 17th that is 5 with nothing but zeros
 * behind it is a tie; no double comes that near to one without being it.
 */
#define EXACT_DIGITS 60

/* The digits of v itself.  printf's own point may be any locale's. */
static int
expand(double v, char text[EXACT_DIGITS])
{
	char buf[EXACT_DIGITS + 32], *p = buf;
	int n = 0, exp10 = 0;
	bool below;

	snprintf(buf, sizeof(buf), "%.*e", EXACT_DIGITS - 1, v);
	for (; *p != 'e'; p++)
		if (is_digit(*p) && n < EXACT_DIGITS)
			text[n++] = *p;
	below = *++p == '-';
	for (p++; is_digit(*p); p++)
		exp10 = exp10 * 10 + (*p - '0');
	return (below ? -exp10 : exp10) + 1;
}

/*
 * Up to 15 digits survive the way through a normal double and back, so if that
 * few are enough the nearest 15 are they, and zeros.  At a power of two
 * the doubles above lie twice as far apart as those below: there the
 * second-nearest number, the one above, can read back where the nearest does
 * not.  Of two that are equally near the upper one is taken, as the reference
 * does.
 */
static void
shortest(double v, struct digits *d)
{
	char text[EXACT_DIGITS];
	int point = expand(v, text);

	for (int n = v < DBL_MIN ? 1 : 15; n <= 17; n++) {
		memcpy(d->text, text, (size_t)n);
		d->n = n;
		d->point = point;
		if (text[n] >= '5')
			step_up(d);
		if (n == 17 || reads_back(d, v))
			break;
		step_up(d);
		if (reads_back(d, v))
			break;
	}
	trim_zeros(d);
}

/*
 * Few decimals, as nearly all numbers have: a whole number of up to 15 digits
 * over an exact power of ten.  Such a quotient is rounded once, so if it is v
 * these digits read back, and with so few no others do.
 */
static bool
short_decimal(double v, struct digits *d)
{
	for (int k = 1; k <= 15; k++) {
		double scaled = v * exact10[k] + 0.5;
		uint64_t whole;

		if (scaled >= 1e15)
			return false;
		whole = (uint64_t)scaled;
		if ((double)whole / exact10[k] == v) {
			d->n = (int)number_u64_text(
			    whole, d->text, sizeof(d->text));
			d->point = d->n - k;
			return true;
		}
	}
	return false;
}

/* Digits as plain decimal text: the longest have 325 bytes and a sign. */
static size_t
put_plain(const struct digits *d, char *dst)
{
	size_t n = 0;
	int i = 0, at = d->point;

	if (at <= 0)
		dst[n++] = '0';
	for (; at > 0; at--)
		dst[n++] = i < d->n ? d->text[i++] : '0';
	if (i < d->n)
		dst[n++] = '.';
	for (; at < 0; at++)
		dst[n++] = '0';
	while (i < d->n)
		dst[n++] = d->text[i++];
	return n;
}

static size_t
put_text(const char *text, size_t n, char *dst, size_t cap)
{
	if (n <= cap && n > 0)
		memcpy(dst, text, n);
	return n;
}

size_t
number_u64_text(uint64_t v, char *dst, size_t cap)
{
	char buf[20];
	size_t at = sizeof(buf);

	do {
		buf[--at] = (char)('0' + v % 10);
		v /= 10;
	} while (v > 0);
	return put_text(buf + at, sizeof(buf) - at, dst, cap);
}

size_t
number_i64_text(int64_t v, char *dst, size_t cap)
{
	char buf[20];
	size_t n;

	if (v >= 0)
		return number_u64_text((uint64_t)v, dst, cap);
	buf[0] = '-';
	n = 1 + number_u64_text(0 - (uint64_t)v, buf + 1, sizeof(buf) - 1);
	return put_text(buf, n, dst, cap);
}

size_t
number_text(double v, char *dst, size_t cap)
{
	char buf[NUMBER_TEXT_MAX];
	struct digits d;
	size_t n = 0;

	if (isnan(v))
		return put_text("NaN", 3, dst, cap);
	if (signbit(v)) {
		buf[n++] = '-';
		v = -v;
	}
	if (isinf(v)) {
		memcpy(buf + n, "inf", 3);
		n += 3;
	} else if (v < 0x1p53 && v == (double)(uint64_t)v) {
		n += number_u64_text((uint64_t)v, buf + n, sizeof(buf) - n);
	} else {
		if (!short_decimal(v, &d))
			shortest(v, &d);
		n += put_plain(&d, buf + n);
	}
	return put_text(buf, n, dst, cap);
}

/* Digits, the first one before the point, and an exponent. */
static size_t
put_scientific(const struct digits *d, char *dst)
{
	size_t n = 0;

	dst[n++] = d->text[0];
	if (d->n > 1)
		dst[n++] = '.';
	for (int i = 1; i < d->n; i++)
		dst[n++] = d->text[i];
	dst[n++] = 'e';
	return n + number_i64_text(d->point - 1, dst + n, 20);
}

size_t
number_json(double v, char *dst, size_t cap)
{
	char buf[48];
	struct digits d = {.text = "0", .n = 1, .point = 1};
	size_t n = 0;

	if (signbit(v)) {
		buf[n++] = '-';
		v = -v;
	}
	if (v > 0 && !short_decimal(v, &d))
		shortest(v, &d);
	trim_zeros(&d);
	if (d.point <= -5 || d.point > 16) {
		n += put_scientific(&d, buf + n);
	} else {
		n += put_plain(&d, buf + n);
		if (d.n <= d.point) {
			buf[n++] = '.';
			buf[n++] = '0';
		}
	}
	return put_text(buf, n, dst, cap);
}
