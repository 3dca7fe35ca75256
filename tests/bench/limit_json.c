#include <string.h>

#include "tests/bench/limit.h"

#define MAX_DEPTH 64
#define ONES      0x0101010101010101ULL
#define HIGHS     0x8080808080808080ULL

struct scan {
	const char *text, *p, *end;
	struct limit_token *tokens;
	size_t n, cap;
};

static bool
is_digit(const struct scan *s)
{
	return s->p < s->end && *s->p >= '0' && *s->p <= '9';
}

static void
skip_blanks(struct scan *s)
{
	while (s->p < s->end &&
	    (*s->p == ' ' || *s->p == '\n' || *s->p == '\t' || *s->p == '\r'))
		s->p++;
}

static bool
add(struct scan *s, const char *begin)
{
	if (s->n == s->cap)
		return false;
	s->tokens[s->n++] = (struct limit_token){
	    (uint32_t)(begin - s->text), (uint32_t)(s->p - begin)};
	return true;
}

/* Eight bytes at once, while none of them is a quote, a backslash, a control. */
static void
skip_plain(struct scan *s)
{
	uint64_t w;

	while (s->end - s->p >= 8) {
		memcpy(&w, s->p, 8);
		if ((((w ^ ONES * '"') - ONES) | ((w ^ ONES * '\\') - ONES) |
			(w - ONES * 0x20)) &
		    ~w & HIGHS)
			return;
		s->p += 8;
	}
}

static bool
string(struct scan *s)
{
	const char *begin = ++s->p;

	for (;;) {
		skip_plain(s);
		if (s->p >= s->end || (unsigned char)*s->p < 0x20)
			return false;
		if (*s->p == '"')
			break;
		s->p += *s->p == '\\' ? 2 : 1;
	}
	if (!add(s, begin))
		return false;
	s->p++;
	return true;
}

static bool
digits(struct scan *s)
{
	if (!is_digit(s))
		return false;
	while (is_digit(s))
		s->p++;
	return true;
}

static bool
number(struct scan *s)
{
	const char *begin = s->p;

	s->p += *s->p == '-';
	if (!digits(s))
		return false;
	if (s->p < s->end && *s->p == '.') {
		s->p++;
		if (!digits(s))
			return false;
	}
	if (s->p < s->end && (*s->p | 0x20) == 'e') {
		s->p++;
		s->p += s->p < s->end && (*s->p == '+' || *s->p == '-');
		if (!digits(s))
			return false;
	}
	return add(s, begin);
}

static bool
word(struct scan *s, const char *what, size_t n)
{
	const char *begin = s->p;

	if ((size_t)(s->end - s->p) < n || memcmp(s->p, what, n) != 0)
		return false;
	s->p += n;
	return add(s, begin);
}

static bool
scalar(struct scan *s)
{
	switch (*s->p) {
	case '"':
		return string(s);
	case 't':
		return word(s, "true", 4);
	case 'f':
		return word(s, "false", 5);
	case 'n':
		return word(s, "null", 4);
	default:
		return number(s);
	}
}

static bool
key(struct scan *s)
{
	skip_blanks(s);
	if (s->p >= s->end || *s->p != '"' || !string(s))
		return false;
	skip_blanks(s);
	return s->p < s->end && *s->p++ == ':';
}

/* Behind a value: closes what ends there, and goes to the next value. */
static bool
after(struct scan *s, char *stack, size_t *depth)
{
	for (;;) {
		skip_blanks(s);
		if (*depth == 0)
			return true;
		if (s->p >= s->end)
			return false;
		if (*s->p == ',') {
			s->p++;
			return stack[*depth - 1] != '}' || key(s);
		}
		if (*s->p++ != stack[--*depth])
			return false;
	}
}

static bool
open_container(struct scan *s, char *stack, size_t *depth, bool *is_empty)
{
	char close = *s->p == '{' ? '}' : ']';

	if (*depth == MAX_DEPTH || !add(s, s->p))
		return false;
	stack[(*depth)++] = close;
	s->p++;
	skip_blanks(s);
	*is_empty = s->p < s->end && *s->p == close;
	return *is_empty || close == ']' || key(s);
}

size_t
limit_json(const char *text, size_t n, struct limit_token *tokens, size_t cap)
{
	struct scan s = {text, text, text + n, tokens, 0, cap};
	char stack[MAX_DEPTH];
	size_t depth = 0;
	bool is_empty;

	do {
		skip_blanks(&s);
		if (s.p >= s.end)
			return 0;
		if (*s.p == '{' || *s.p == '[') {
			if (!open_container(&s, stack, &depth, &is_empty))
				return 0;
			if (!is_empty)
				continue;
		} else if (!scalar(&s)) {
			return 0;
		}
		if (!after(&s, stack, &depth))
			return 0;
	} while (depth > 0);
	return s.n;
}
