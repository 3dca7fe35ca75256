#include <stdlib.h>
#include <string.h>

#include "common/endian.h"
#include "common/utf8.h"
#include "syncer/json.h"

#define ONES      0x0101010101010101ULL
#define HIGHS     0x8080808080808080ULL
#define N_INLINE  16 /* words of the stack that need no memory: 1,024 levels */
#define WORD_BITS 64

/* What is checked, and the open containers: a bit each, 1 for an object. */
struct check {
	const uint8_t *p;
	const uint8_t *end;
	const char *why;
	size_t depth;
	size_t cap; /* in words */
	uint64_t *stack;
	uint64_t inlined[N_INLINE];
};

static bool
fail(struct check *c, const char *why)
{
	if (c->why == NULL)
		c->why = c->p < c->end ? why : "the text breaks off";
	return false;
}

static int
peek(const struct check *c)
{
	return c->p < c->end ? *c->p : -1;
}

static inline bool
is_space(int b)
{
	return b == ' ' || b == '\n' || b == '\r' || b == '\t';
}

static inline void
skip_space(struct check *c)
{
	while (c->p < c->end && is_space(*c->p))
		c->p++;
}

static bool
push(struct check *c, bool object)
{
	size_t word = c->depth / WORD_BITS;
	uint64_t bit = (uint64_t)1 << c->depth % WORD_BITS;

	if (word == c->cap) {
		uint64_t *more = malloc(2 * c->cap * sizeof(*more));

		if (more == NULL)
			return fail(c, NULL);
		memcpy(more, c->stack, c->cap * sizeof(*more));
		if (c->stack != c->inlined)
			free(c->stack);
		c->stack = more;
		c->cap *= 2;
	}
	c->stack[word] = object ? c->stack[word] | bit : c->stack[word] & ~bit;
	c->depth++;
	return true;
}

static bool
in_object(const struct check *c)
{
	size_t top = c->depth - 1;

	return (c->stack[top / WORD_BITS] >> top % WORD_BITS & 1) != 0;
}

/* Behind a backslash. */
static bool
escape(struct check *c)
{
	int b = peek(c);

	if (b <= 0 || strchr("\"\\/bfnrtu", b) == NULL)
		return fail(c, "no such escape");
	c->p++;
	for (int i = 0; b == 'u' && i < 4; i++, c->p++) {
		int d = peek(c);

		if (!((d >= '0' && d <= '9') || (d >= 'a' && d <= 'f') ||
			(d >= 'A' && d <= 'F')))
			return fail(c, "expected four hex digits");
	}
	return true;
}

/*
 * Passes over bytes that stand for themselves, eight at once.  The lowest bit
 * left in special marks the first byte that does not: a borrow out of a byte
 * reaches only those above it.
 */
static inline void
skip_plain(struct check *c)
{
	while (c->end - c->p >= 8) {
		uint64_t x = le64dec(c->p);
		uint64_t quote = x ^ 0x22 * ONES, slash = x ^ 0x5c * ONES;
		uint64_t special =
		    (x | (x - 0x20 * ONES) | (quote - ONES) | (slash - ONES)) &
		    HIGHS;

		if (special != 0) {
			c->p += __builtin_ctzll(special) / 8;
			return;
		}
		c->p += 8;
	}
}

/* Behind the opening quote. */
static bool
string(struct check *c)
{
	for (;;) {
		uint32_t cp;
		size_t n;
		int b;

		skip_plain(c);
		b = peek(c);
		if (b == '"') {
			c->p++;
			return true;
		}
		if (b < ' ')
			return fail(c, "a control character in a string");
		if (b == '\\') {
			c->p++;
			if (!escape(c))
				return false;
		} else if (b < 0x80) {
			c->p++;
		} else {
			n = utf8_next(
			    (const char *)c->p, (size_t)(c->end - c->p), &cp);
			/* A U+FFFD that is really there begins so. */
			if (cp == UTF8_REPLACEMENT && b != 0xef)
				return fail(c, "not UTF-8");
			c->p += n;
		}
	}
}

static bool
digits(struct check *c)
{
	const uint8_t *start = c->p;

	while (c->p < c->end && *c->p >= '0' && *c->p <= '9')
		c->p++;
	return c->p > start || fail(c, "expected a digit");
}

static bool
number(struct check *c)
{
	if (*c->p == '-')
		c->p++;
	if (peek(c) == '0') {
		c->p++;
		if (peek(c) >= '0' && peek(c) <= '9')
			return fail(c, "a number with a leading zero");
	} else if (!digits(c)) {
		return false;
	}
	if (peek(c) == '.') {
		c->p++;
		if (!digits(c))
			return false;
	}
	if (peek(c) == 'e' || peek(c) == 'E') {
		c->p++;
		if (peek(c) == '+' || peek(c) == '-')
			c->p++;
		return digits(c);
	}
	return true;
}

static bool
word(struct check *c, const char *literal)
{
	for (; *literal != '\0'; literal++, c->p++)
		if (peek(c) != *literal)
			return fail(c, "expected a value");
	return true;
}

static bool
scalar(struct check *c)
{
	switch (peek(c)) {
	case '"':
		c->p++;
		return string(c);
	case 't':
		return word(c, "true");
	case 'f':
		return word(c, "false");
	case 'n':
		return word(c, "null");
	case '-':
	case '0':
	case '1':
	case '2':
	case '3':
	case '4':
	case '5':
	case '6':
	case '7':
	case '8':
	case '9':
		return number(c);
	case 0xef:
		return fail(c, "expected a value (is this a byte order mark?)");
	default:
		return fail(c, "expected a value");
	}
}

/* A key and its colon, with the space before and between. */
static bool
key(struct check *c)
{
	skip_space(c);
	if (peek(c) != '"')
		return fail(c, "expected a key in quotes");
	c->p++;
	if (!string(c))
		return false;
	skip_space(c);
	if (peek(c) != ':')
		return fail(c, "expected ':'");
	c->p++;
	return true;
}

/* Behind a value: closes what it ends, up to where the next one begins. */
static bool
close_all(struct check *c)
{
	while (c->depth > 0) {
		bool object = in_object(c);
		int b;

		skip_space(c);
		b = peek(c);
		if (b == ',') {
			c->p++;
			return !object || key(c);
		}
		if (b != (object ? '}' : ']'))
			return fail(c,
			    object ? "expected ',' or '}'"
				   : "expected ',' or ']'");
		c->p++;
		c->depth--;
	}
	return true;
}

static bool
text_ok(struct check *c)
{
	do {
		int b;

		skip_space(c);
		b = peek(c);
		if (b == '{' || b == '[') {
			if (!push(c, b == '{'))
				return false;
			c->p++;
			skip_space(c);
			if (peek(c) != (b == '{' ? '}' : ']')) {
				if (b == '{' && !key(c))
					return false;
				continue;
			}
		} else if (!scalar(c)) {
			return false;
		}
		if (!close_all(c))
			return false;
	} while (c->depth > 0);
	return true;
}

enum fg_status
json_check_why(const char *text, size_t n, size_t *end, const char **why)
{
	struct check c = {.p = (const uint8_t *)text, .cap = N_INLINE};
	bool ok;

	*end = 0;
	*why = "longer than 2 GB";
	if (n > JSON_MAX_BYTES)
		return FG_E_SPACE;
	c.end = c.p + n;
	c.stack = c.inlined;
	ok = text_ok(&c);
	*end = (size_t)(c.p - (const uint8_t *)text);
	*why = c.why;
	if (c.stack != c.inlined)
		free(c.stack);
	if (ok)
		return FG_OK;
	return c.why != NULL ? FG_E_INVALID : FG_E_NOMEM;
}

enum fg_status
json_check(const char *text, size_t n, size_t *end)
{
	const char *why;

	return json_check_why(text, n, end, &why);
}

struct json_place
json_place(const char *text, size_t n, size_t at)
{
	struct json_place place = {1, 1};

	for (size_t i = 0; i < at && i < n; i++) {
		place.column++;
		if (text[i] == '\n') {
			place.line++;
			place.column = 1;
		}
	}
	return place;
}
