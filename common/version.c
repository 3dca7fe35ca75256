#include "common/version.h"

#include "common/endian.h"
#include "common/utf8.h"

__extension__ typedef unsigned __int128 wide;

/* The greatest signed 128-bit integer; it ends in 7. */
#define PART_MAX (~(wide)0 >> 1)

struct part {
	wide value;
	bool ok;
};

/* What is left of a version; next is NULL when its last part was taken. */
struct rest {
	const char *next, *end;
};

static struct rest
rest_of(const char *s, size_t n)
{
	if (n == 0)
		return (struct rest){"", ""}; /* one part, and no number */
	return (struct rest){s, s + n};
}

static unsigned
digit_of(char c)
{
	return (unsigned)(unsigned char)c - '0';
}

/* Digits up to the end, at most 19 of them, so that they are below 2^64. */
static const char *
short_digits(const char *s, const char *end, uint64_t *value)
{
	const char *stop = end - s > 19 ? s + 19 : end;

	for (*value = 0; s < stop && digit_of(*s) <= 9; s++)
		*value = *value * 10 + digit_of(*s);
	return s;
}

static bool
push_digit(wide *value, unsigned digit)
{
	if (digit > 9 || *value > PART_MAX / 10 ||
	    (*value == PART_MAX / 10 && digit > 7))
		return false;
	*value = *value * 10 + digit;
	return true;
}

static struct part
parse_part(const char *s, const char *end)
{
	struct part p = {0, false};
	size_t n = (size_t)(end - s);
	const char *first;
	uint64_t low;

	utf8_trim(&s, &n);
	end = s + n;
	if (s < end && *s == '+')
		s++;
	first = s;
	s = short_digits(s, end, &low);
	p.value = low;
	while (s < end && push_digit(&p.value, digit_of(*s)))
		s++;
	p.ok = s == end && s > first;
	return p;
}

static bool
ends_part(const char *s, const char *end)
{
	return s == end || *s == '.' || *s == '-';
}

static struct part
next_part(struct rest *r)
{
	const char *s = r->next, *end;
	struct part p;
	uint64_t low;

	end = short_digits(s, r->end, &low);
	if (end > s && ends_part(end, r->end)) {
		p = (struct part){low, true};
	} else {
		while (!ends_part(end, r->end))
			end++;
		p = parse_part(s, end);
	}
	r->next = end < r->end && *end == '.' ? end + 1 : NULL;
	return p;
}

/* Reads the next part, or the 0 that stands for the parts after the last. */
static bool
take(struct rest *r, struct part *p)
{
	*p = r->next != NULL ? next_part(r) : (struct part){0, true};
	return p->ok;
}

static int
compare_part(const struct part *a, const struct part *b)
{
	return (a->value > b->value) - (a->value < b->value);
}

bool
version_compare(const char *a, size_t an, const char *b, size_t bn, int *order)
{
	struct rest left = rest_of(a, an), right = rest_of(b, bn);
	struct part l, r;
	int diff = 0;

	while (diff == 0 && (left.next != NULL || right.next != NULL)) {
		if (!take(&left, &l) || !take(&right, &r))
			return false;
		diff = compare_part(&l, &r);
	}
	*order = diff;
	return true;
}

size_t
version_parse(const char *s, size_t n, uint8_t *dst, size_t cap)
{
	struct rest rest = rest_of(s, n);
	struct part p;
	size_t n_parts = 0;

	do {
		p = next_part(&rest);
		if (cap >= VERSION_PART) {
			le64enc(dst, p.ok ? (uint64_t)p.value : 0);
			le64enc(dst + 8, p.ok ? (uint64_t)(p.value >> 64) : 0);
			le64enc(dst + 16, p.ok);
			dst += VERSION_PART;
			cap -= VERSION_PART;
		}
		n_parts++;
	} while (p.ok && rest.next != NULL);
	return n_parts;
}

bool
version_compare_parts(
    const char *a, size_t an, const uint8_t *parts, size_t n_parts, int *order)
{
	struct rest left = rest_of(a, an);
	struct part l, r;
	size_t i = 0;
	int diff = 0;

	while (diff == 0 && (left.next != NULL || i < n_parts)) {
		if (!take(&left, &l))
			return false;
		r = (struct part){0, true};
		if (i < n_parts) {
			const uint8_t *p = parts + i++ * VERSION_PART;

			r.value = (wide)le64load(p + 8) << 64 | le64load(p);
			r.ok = le64load(p + 16) == 1;
		}
		if (!r.ok)
			return false;
		diff = compare_part(&l, &r);
	}
	*order = diff;
	return true;
}
