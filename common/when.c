#include "common/when.h"

#include <string.h>

#include "common/number.h"
#include "common/utf8.h"

#define DAY_S 86400

struct moment {
	int64_t year;
	unsigned month, day, hour, minute, second;
	unsigned ms;
	int offset_s;
};

/* The years that chrono, the reference's calendar, can tell. */
#define YEAR_MIN (-262143)
#define YEAR_MAX 262142

/* A text that is consumed from its beginning. */
struct scan {
	const char *s, *end;
};

static bool
literal(struct scan *in, char c)
{
	if (in->s == in->end || *in->s != c)
		return false;
	in->s++;
	return true;
}

static bool
is_digit(const struct scan *in)
{
	return in->s < in->end && *in->s >= '0' && *in->s <= '9';
}

/* From min to max digits; more are left for who comes next. */
static bool
digits(struct scan *in, unsigned min, unsigned max, unsigned *out)
{
	unsigned n = 0, v = 0;

	for (; n < max && is_digit(in); n++)
		v = v * 10 + (unsigned)(*in->s++ - '0');
	*out = v;
	return n >= min;
}

static bool
is_leap(int64_t y)
{
	return y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
}

static bool
is_valid(const struct moment *m)
{
	static const unsigned char days[] = {
	    31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	if (m->month < 1 || m->month > 12 || m->day < 1)
		return false;
	if (m->day >
	    days[m->month - 1] + (unsigned)(m->month == 2 && is_leap(m->year)))
		return false;
	return m->year >= YEAR_MIN && m->year <= YEAR_MAX && m->hour <= 23 &&
	    m->minute <= 59 && m->second <= 60;
}

/* Days since 1970-01-01, counted in years that begin with March. */
static int64_t
days_of(int64_t y, unsigned month, unsigned day)
{
	int64_t shifted = month > 2 ? y : y - 1;
	int64_t era = (shifted >= 0 ? shifted : shifted - 399) / 400;
	int64_t year_of_era = shifted - era * 400;
	int64_t day_of_year =
	    (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	return era * 146097 + year_of_era * 365 + year_of_era / 4 -
	    year_of_era / 100 + day_of_year - 719468;
}

static int64_t
to_ms(const struct moment *m)
{
	int64_t s = days_of(m->year, m->month, m->day) * DAY_S;

	s += (int64_t)m->hour * 3600 + m->minute * 60 + m->second;
	return (s - m->offset_s) * 1000 + m->ms;
}

/* The point and any digits after it; what is below a millisecond is nothing. */
static bool
fraction(struct scan *in, unsigned *ms)
{
	unsigned n = 0;

	*ms = 0;
	if (!literal(in, '.'))
		return true;
	for (; is_digit(in); in->s++, n++)
		if (n < 3)
			*ms = *ms * 10 + (unsigned)(*in->s - '0');
	for (unsigned i = n; i < 3; i++)
		*ms *= 10;
	return n > 0;
}

/* U+2212, which the reference takes for a minus as well. */
static bool
minus_sign(struct scan *in)
{
	if (in->end - in->s < 3 || memcmp(in->s, "\xe2\x88\x92", 3) != 0)
		return false;
	in->s += 3;
	return true;
}

static bool
offset(struct scan *in, int *offset_s)
{
	unsigned hour, minute;
	bool behind;

	*offset_s = 0;
	if (literal(in, 'Z') || literal(in, 'z'))
		return true;
	behind = literal(in, '-') || minus_sign(in);
	if (!behind && !literal(in, '+'))
		return false;
	if (!digits(in, 2, 2, &hour) || !literal(in, ':') ||
	    !digits(in, 2, 2, &minute) || hour > 23 || minute > 59)
		return false;
	*offset_s = (int)(hour * 3600 + minute * 60);
	if (behind)
		*offset_s = -*offset_s;
	return true;
}

static bool
parse_rfc3339(struct scan in, int64_t *ms)
{
	struct moment m;
	unsigned year;

	if (!digits(&in, 4, 4, &year) || !literal(&in, '-') ||
	    !digits(&in, 2, 2, &m.month) || !literal(&in, '-') ||
	    !digits(&in, 2, 2, &m.day))
		return false;
	if (!literal(&in, 'T') && !literal(&in, 't') && !literal(&in, ' '))
		return false;
	if (!digits(&in, 2, 2, &m.hour) || !literal(&in, ':') ||
	    !digits(&in, 2, 2, &m.minute) || !literal(&in, ':') ||
	    !digits(&in, 2, 2, &m.second) || !fraction(&in, &m.ms) ||
	    !offset(&in, &m.offset_s) || in.s != in.end)
		return false;
	m.year = year;
	if (!is_valid(&m))
		return false;
	*ms = to_ms(&m);
	return true;
}

static void
skip_space(struct scan *in)
{
	uint32_t c;
	size_t len;

	while (in->s < in->end) {
		len = utf8_next(in->s, (size_t)(in->end - in->s), &c);
		if (!utf8_is_space(c))
			break;
		in->s += len;
	}
}

static bool
loose_number(struct scan *in, unsigned *out)
{
	skip_space(in);
	return digits(in, 1, 2, out);
}

/* Four digits at most, or a sign and any number of them. */
static bool
loose_year(struct scan *in, int64_t *year)
{
	const char *first;
	unsigned v;
	bool negative;

	skip_space(in);
	negative = literal(in, '-');
	if (!negative && !literal(in, '+')) {
		if (!digits(in, 1, 4, &v))
			return false;
		*year = v;
		return true;
	}
	first = in->s;
	while (is_digit(in))
		in->s++;
	if (!number_i64(first, (size_t)(in->s - first), year))
		return false;
	if (negative)
		*year = -*year;
	return true;
}

static bool
parse_loose(struct scan in, int64_t *ms)
{
	struct moment m = {0};

	if (!loose_year(&in, &m.year) || !literal(&in, '-') ||
	    !loose_number(&in, &m.month) || !literal(&in, '-') ||
	    !loose_number(&in, &m.day))
		return false;
	if (!loose_number(&in, &m.hour) || !literal(&in, ':') ||
	    !loose_number(&in, &m.minute) || !literal(&in, ':') ||
	    !loose_number(&in, &m.second) || in.s != in.end)
		return false;
	if (!is_valid(&m))
		return false;
	*ms = to_ms(&m);
	return true;
}

bool
when_parse_target(const char *s, size_t n, int64_t *ms)
{
	struct scan in = {s, s + n};

	if (n == 0)
		return false;
	return number_i64(s, n, ms) || parse_rfc3339(in, ms) ||
	    parse_loose(in, ms);
}

static bool
looks_like_time(const char *s, size_t n)
{
	if (n < 8 || n > 20)
		return false;
	return memchr(s, '-', n) != NULL || memchr(s, 'T', n) != NULL ||
	    memchr(s, ':', n) != NULL;
}

bool
when_parse_user(const char *s, size_t n, int64_t *ms)
{
	if (n == 0)
		return false;
	return number_i64(s, n, ms) ||
	    (looks_like_time(s, n) && when_parse_target(s, n, ms));
}
