#include "reader/regex_rewrite.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define MAX_NESTING 50 /* of classes */

/* Text that grows; once it has failed, it stays failed. */
struct text {
	uint8_t *bytes;
	size_t len, cap;
	enum fg_status status;
};

/* The pattern and how far it is read. */
struct source {
	const uint8_t *p;
	size_t n, at;
	unsigned depth;
	struct text *out;
};

static void
put(struct text *t, const void *bytes, size_t n)
{
	if (t->status != FG_OK || n == 0)
		return;
	if (n > t->cap - t->len) {
		size_t cap = (t->cap + n) * 2;
		uint8_t *grown = realloc(t->bytes, cap);

		if (grown == NULL) {
			t->status = FG_E_NOMEM;
			return;
		}
		t->bytes = grown;
		t->cap = cap;
	}
	memcpy(t->bytes + t->len, bytes, n);
	t->len += n;
}

static void
put_str(struct text *t, const char *s)
{
	put(t, s, strlen(s));
}

static void
fail(struct source *s)
{
	if (s->out->status == FG_OK)
		s->out->status = FG_E_INVALID;
	s->at = s->n;
}

/* The byte so far ahead, or 0 at the end. */
static uint8_t
ahead(const struct source *s, size_t k)
{
	return k < s->n - s->at ? s->p[s->at + k] : 0;
}

static bool
starts(const struct source *s, const char *word)
{
	size_t n = strlen(word);

	return n <= s->n - s->at && memcmp(s->p + s->at, word, n) == 0;
}

static bool
is_hex(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
	    (c >= 'A' && c <= 'F');
}

/* \uXXXX, \UXXXXXXXX, \u{X} and \U{X}, at the backslash. */
static void
code_point(struct source *s)
{
	size_t want = ahead(s, 1) == 'u' ? 4 : 8, n = 0;
	bool braced = ahead(s, 2) == '{';
	const uint8_t *digits;

	s->at += braced ? 3 : 2;
	if (s->at > s->n)
		s->at = s->n;
	digits = s->p + s->at;
	while (is_hex(ahead(s, n)) && (braced || n < want))
		n++;
	if (n == 0 || (!braced && n < want) || (braced && ahead(s, n) != '}')) {
		fail(s);
		return;
	}
	put_str(s->out, "\\x{");
	put(s->out, digits, n);
	put_str(s->out, "}");
	s->at += n + braced;
}

/* An escape outside or inside a class, at the backslash. */
static void
escape(struct source *s, bool in_class)
{
	uint8_t c = ahead(s, 1);

	if (s->n - s->at < 2) {
		fail(s);
		return;
	}
	if (c == 'u' || c == 'U') {
		code_point(s);
		return;
	}
	if (strchr("QERXNCLlgyjiqmocT", c) != NULL) {
		fail(s);
		return;
	}
	if (c == 'h')
		put_str(s->out, in_class ? "0-9a-fA-F" : "[0-9a-fA-F]");
	else if (c == 'H')
		put_str(s->out,
		    in_class ? "\\x{0}-/:-@G-`g-\\x{10ffff}" : "[^0-9a-fA-F]");
	else if (c == '<' && !in_class)
		put_str(s->out, "(?<!\\w)(?=\\w)");
	else if (c == '>' && !in_class)
		put_str(s->out, "(?<=\\w)(?!\\w)");
	else if (c == 'v')
		put_str(s->out, "\\x0b");
	else
		put(s->out, s->p + s->at, 2);
	s->at += 2;
}

/* One class, with its brackets, as an expression that matches one of it. */
static void class_of(struct source *s);

/*
 * The operands of && -- ~~ are unions of single items and nested classes.
 * Items are gathered as a plain class, nested classes beside them.
 */
struct operand {
	struct text items, nested; /* "a-z\d", "|[..]|[..]" */
};

static void
operand_free(struct operand *o)
{
	free(o->items.bytes);
	free(o->nested.bytes);
}

/* The operand as an expression: [items], (?:[items]|nested) and so on. */
static void
put_operand(struct text *out, const struct operand *o)
{
	bool both = o->items.len > 0 && o->nested.len > 0;

	if (o->items.len == 0 && o->nested.len == 0) {
		put_str(out, "(?!)");
		return;
	}
	put_str(out, both || o->nested.len > 0 ? "(?:" : "");
	if (o->items.len > 0) {
		put_str(out, "[");
		put(out, o->items.bytes, o->items.len);
		put_str(out, "]");
	}
	if (both)
		put(out, o->nested.bytes, o->nested.len);
	else if (o->nested.len > 0)
		put(out, o->nested.bytes + 1, o->nested.len - 1);
	if (o->nested.len > 0)
		put_str(out, ")");
}

/* Copies [:name:], at the bracket; false if it is none. */
static bool
posix_class(struct source *s, struct text *to)
{
	size_t k = 2;

	if (ahead(s, 1) != ':')
		return false;
	while ((ahead(s, k) >= 'a' && ahead(s, k) <= 'z') || ahead(s, k) == '^')
		k++;
	if (ahead(s, k) != ':' || ahead(s, k + 1) != ']')
		return false;
	put(to, s->p + s->at, k + 2);
	s->at += k + 2;
	return true;
}

/* Up to an operator or the closing bracket; first: a ']' is an item here. */
static void
read_operand(struct source *s, struct operand *o, bool first)
{
	struct text *whole = s->out;

	for (; s->at < s->n; first = false) {
		uint8_t c = ahead(s, 0);

		if ((c == ']' && !first) || starts(s, "&&") ||
		    starts(s, "--") || starts(s, "~~"))
			break;
		s->out = &o->items;
		if (c == '[' && !posix_class(s, &o->items)) {
			s->out = &o->nested;
			put_str(&o->nested, "|");
			class_of(s);
		} else if (c == '\\') {
			escape(s, true);
		} else if (c == ']') {
			put_str(&o->items, "\\]");
			s->at++;
		} else if (c != '[') {
			put(&o->items, &c, 1);
			s->at++;
		}
	}
	s->out = whole;
	if (o->items.status != FG_OK)
		whole->status = o->items.status;
	if (o->nested.status != FG_OK)
		whole->status = o->nested.status;
}

/* left := left OP right, as look-ahead at the same one character. */
static void
combine(struct text *left, uint8_t op, const struct operand *o)
{
	struct text right = {0}, both = {0};

	put_operand(&right, o);
	if (op == '~') {
		put_str(&both, "(?:(?!");
		put(&both, right.bytes, right.len);
		put_str(&both, ")");
		put(&both, left->bytes, left->len);
		put_str(&both, "|(?!");
		put(&both, left->bytes, left->len);
		put_str(&both, ")");
		put(&both, right.bytes, right.len);
		put_str(&both, ")");
	} else {
		put_str(&both, op == '&' ? "(?:(?=" : "(?:(?!");
		put(&both, right.bytes, right.len);
		put_str(&both, ")");
		put(&both, left->bytes, left->len);
		put_str(&both, ")");
	}
	if (right.status != FG_OK)
		both.status = right.status;
	free(right.bytes);
	free(left->bytes);
	*left = both;
}

static void
class_of(struct source *s)
{
	struct operand o = {0};
	struct text left = {0};
	bool negated = ahead(s, 1) == '^', plain = true;

	if (++s->depth > MAX_NESTING) {
		fail(s);
		return;
	}
	s->at += negated ? 2 : 1;
	read_operand(s, &o, true);
	if (o.nested.len > 0 || o.items.len == 0)
		plain = false;
	if (plain && ahead(s, 0) == ']') {
		put_str(&left, negated ? "[^" : "[");
		put(&left, o.items.bytes, o.items.len);
		put_str(&left, "]");
		negated = false;
	} else {
		put_operand(&left, &o);
	}
	while (s->at < s->n && ahead(s, 0) != ']') {
		uint8_t op = ahead(s, 0);

		operand_free(&o);
		o = (struct operand){0};
		s->at += 2;
		read_operand(s, &o, false);
		combine(&left, op, &o);
	}
	operand_free(&o);
	if (s->at == s->n)
		fail(s); /* never closed */
	else
		s->at++;
	if (left.status != FG_OK && s->out->status == FG_OK)
		s->out->status = left.status;
	put_str(s->out, negated ? "(?:(?!" : "");
	put(s->out, left.bytes, left.len);
	put_str(s->out, negated ? ")(?s:.))" : "");
	free(left.bytes);
	s->depth--;
}

/* {,n} is {0,n}; any other brace is as PCRE2 sees it. */
static void
brace(struct source *s)
{
	size_t k = 2;

	if (ahead(s, 1) == ',') {
		while (ahead(s, k) >= '0' && ahead(s, k) <= '9')
			k++;
		if (k > 2 && ahead(s, k) == '}') {
			put_str(s->out, "{0");
			s->at++;
			return;
		}
	}
	put_str(s->out, "{");
	s->at++;
}

enum fg_status
regex_rewrite(const uint8_t *p, size_t n, uint8_t **out, size_t *len)
{
	struct text text = {0};
	struct source s = {.p = p, .n = n, .out = &text};

	put(&text, "", 1); /* so that an empty pattern has memory too */
	text.len = 0;
	while (s.at < s.n && text.status == FG_OK) {
		uint8_t c = ahead(&s, 0);

		if (c == '\\') {
			escape(&s, false);
		} else if (c == '[') {
			class_of(&s);
		} else if (c == '{') {
			brace(&s);
		} else {
			put(&text, &c, 1);
			s.at++;
		}
	}
	if (text.status != FG_OK) {
		free(text.bytes);
		return text.status;
	}
	*out = text.bytes;
	*len = text.len;
	return FG_OK;
}
