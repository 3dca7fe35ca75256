#include "syncer/json.h"

#include <stdlib.h>
#include <string.h>

#include "common/endian.h"

#define JSMN_STATIC
#define JSMN_PARENT_LINKS /* without them it is quadratic in the length */
#define JSMN_STRICT
#include <jsmn.h>

/*
 * jsmn looks for the container that a bracket closes from the innermost one
 * outwards, over those that are closed already: quadratic in depth.  So it
 * never sees more levels than this.
 */
#define TREE_DEPTH (JSON_MAX_DEPTH + 25)

#define ONES  0x0101010101010101ULL
#define HIGHS 0x8080808080808080ULL

enum json_kind
json_kind_of(char first)
{
	switch (first) {
	case '{':
		return JSON_OBJECT;
	case '[':
		return JSON_ARRAY;
	case '"':
		return JSON_STRING;
	case 't':
		return JSON_TRUE;
	case 'f':
		return JSON_FALSE;
	case 'n':
		return JSON_NULL;
	default:
		return JSON_NUMBER;
	}
}

static const char *
skip_space(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
		p++;
	return p;
}

/* From behind a string's opening quote to behind its closing one. */
static inline const char *
skip_string(const char *p, const char *end, bool *escapes)
{
	while (p < end) {
		if (end - p >= 8) {
			uint64_t x = le64dec(p);
			uint64_t q = x ^ 0x22 * ONES, b = x ^ 0x5c * ONES;
			uint64_t special =
			    (((q - ONES) & ~q) | ((b - ONES) & ~b)) & HIGHS;

			if (special == 0) {
				p += 8;
				continue;
			}
			p += __builtin_ctzll(special) / 8;
		}
		if (*p == '"')
			return p + 1;
		if (*p == '\\') {
			*escapes = true;
			p++;
		}
		p++;
	}
	return end;
}

/* Behind the container that starts at p; counts into *s. */
static const char *
skip_container(const char *p, const char *end, struct json_span *s)
{
	size_t depth = 0;

	while (p < end) {
		switch (*p++) {
		case '"':
			p = skip_string(p, end, &s->escapes);
			break;
		case '{':
		case '[':
			s->n_tokens++;
			if (++depth > s->depth)
				s->depth = depth;
			break;
		case '}':
		case ']':
			if (--depth == 0)
				return p;
			break;
		case ',':
		case ':':
			s->n_tokens++;
			break;
		default:
			break;
		}
	}
	return end;
}

static bool
ends_scalar(char b)
{
	return b == ',' || b == ']' || b == '}' || b == ' ' || b == '\n' ||
	    b == '\r' || b == '\t';
}

struct json_span
json_span(const char *text, size_t n)
{
	const char *end = text + n, *p = skip_space(text, end), *start = p;
	struct json_span s = {.text = p, .n_tokens = 1};

	if (p == end)
		return s;
	if (*p == '{' || *p == '[')
		p = skip_container(p, end, &s);
	else if (*p == '"')
		p = skip_string(p + 1, end, &s.escapes);
	else
		while (p < end && !ends_scalar(*p))
			p++;
	s.n = (size_t)(p - start);
	return s;
}

bool
json_walk_begin(struct json_walk *w, const char *text, size_t n)
{
	w->end = text + n;
	w->text = skip_space(text, w->end);
	w->first = true;
	if (w->text == w->end || (*w->text != '{' && *w->text != '['))
		return false;
	w->keyed = *w->text++ == '{';
	return true;
}

bool
json_walk_next(struct json_walk *w, const char **key, size_t *key_len)
{
	const char *p = skip_space(w->text, w->end);
	bool escapes;

	*key = NULL;
	*key_len = 0;
	if (!w->first && p < w->end && *p == ',')
		p = skip_space(p + 1, w->end);
	w->first = false;
	if (p == w->end || *p == '}' || *p == ']') {
		w->text = p < w->end ? p + 1 : p;
		w->end = w->text; /* asked again, it says so again */
		return false;
	}
	if (w->keyed) {
		*key = p + 1;
		p = skip_string(p + 1, w->end, &escapes);
		*key_len = (size_t)(p - *key) - 1;
		p = skip_space(p, w->end) + 1; /* the colon */
	}
	w->text = skip_space(p, w->end);
	return true;
}

struct json_span
json_walk_value(struct json_walk *w)
{
	struct json_span value = json_span(w->text, (size_t)(w->end - w->text));

	w->text = value.text + value.n;
	return value;
}

bool
json_walk_enter(const struct json_walk *w, struct json_walk *inner)
{
	return json_walk_begin(inner, w->text, (size_t)(w->end - w->text));
}

void
json_walk_leave(struct json_walk *w, const struct json_walk *inner)
{
	w->text = inner->text;
}

/* Room for n tokens and n nodes; what was there is gone. */
static enum fg_status
tree_room(struct json_tree *t, size_t n)
{
	if (n <= t->cap)
		return FG_OK;
	free(t->tokens);
	free(t->own_nodes);
	t->cap = 0;
	n += n / 4;
	t->tokens = malloc(n * sizeof(jsmntok_t));
	t->own_nodes = malloc(n * sizeof(struct json_node));
	if (t->tokens == NULL || t->own_nodes == NULL)
		return FG_E_NOMEM;
	t->cap = n;
	return FG_OK;
}

/*
 * A copy of the value in which each container below TREE_DEPTH levels is the
 * number 0 and spaces, so that all offsets stay.
 */
static enum fg_status
flatten(struct json_tree *t, const struct json_span *value)
{
	size_t depth = 0, i = 0;
	bool escapes;

	if (t->copy_cap < value->n) {
		free(t->copy);
		t->copy_cap = 0;
		t->copy = malloc(value->n);
		if (t->copy == NULL)
			return FG_E_NOMEM;
		t->copy_cap = value->n;
	}
	memcpy(t->copy, value->text, value->n);
	while (i < value->n) {
		char b = t->copy[i];

		if (b == '"') {
			const char *end = value->text + value->n;

			i = (size_t)(skip_string(
					 value->text + i + 1, end, &escapes) -
			    value->text);
			continue;
		}
		if ((b == '{' || b == '[') && depth++ == TREE_DEPTH) {
			size_t n = json_span(value->text + i, value->n - i).n;

			memset(t->copy + i, ' ', n);
			t->copy[i] = '0';
			i += n;
			depth--;
			continue;
		}
		if (b == '}' || b == ']')
			depth--;
		i++;
	}
	t->text = t->copy;
	return FG_OK;
}

/* The kind, from jsmn's type and, for primitives, the first byte. */
static enum json_kind
kind_of(const jsmntok_t *tok, const char *text)
{
	switch (tok->type) {
	case JSMN_OBJECT:
		return JSON_OBJECT;
	case JSMN_ARRAY:
		return JSON_ARRAY;
	case JSMN_STRING:
		return JSON_STRING;
	case JSMN_PRIMITIVE:
	case JSMN_UNDEFINED:
		break;
	}
	return json_kind_of(text[tok->start]);
}

/*
 * Fills the nodes from the last to the first: when a node's turn comes, all
 * below it have handed up where they end and how deep they are.
 */
static void
link_nodes(struct json_tree *t)
{
	const jsmntok_t *tok = t->tokens;
	struct json_node *nodes = t->own_nodes;

	memset(nodes, 0, t->n_nodes * sizeof(*nodes));
	for (uint32_t i = t->n_nodes; i-- > 0;) {
		struct json_node *x = &nodes[i], *up;
		uint8_t depth;

		x->start = (uint32_t)tok[i].start;
		x->end = (uint32_t)tok[i].end;
		x->n_children = (uint32_t)tok[i].size;
		x->kind = (uint8_t)kind_of(&tok[i], t->text);
		if (x->next == 0)
			x->next = i + 1;
		/* A key adds no level to what its value has. */
		depth = x->depth;
		if (x->kind >= JSON_ARRAY)
			x->depth = ++depth;
		if (i == 0)
			break;
		up = &nodes[tok[i].parent];
		if (up->depth < depth)
			up->depth = depth;
		if (up->next == 0)
			up->next = x->next;
	}
}

enum fg_status
json_parse(struct json_tree *t, const struct json_span *value)
{
	enum json_kind kind = json_kind_of(*value->text);
	enum fg_status st = tree_room(t, value->n_tokens);
	jsmn_parser parser;
	int n;

	t->text = value->text;
	t->n_nodes = 0;
	t->escapes = value->escapes;
	if (st == FG_OK && value->depth > TREE_DEPTH)
		st = flatten(t, value);
	if (st != FG_OK)
		return st;
	t->nodes = t->own_nodes;
	if (kind != JSON_ARRAY && kind != JSON_OBJECT) {
		/* jsmn refuses a scalar at the root. */
		uint32_t quote = kind == JSON_STRING;

		((struct json_node *)t->own_nodes)[0] = (struct json_node){
		    .start = quote,
		    .end = (uint32_t)value->n - quote,
		    .next = 1,
		    .kind = (uint8_t)kind,
		};
		t->n_nodes = 1;
		return FG_OK;
	}
	jsmn_init(&parser);
	n = jsmn_parse(
	    &parser, t->text, value->n, t->tokens, (unsigned int)t->cap);
	if (n <= 0)
		return FG_E_INVALID;
	t->n_nodes = (uint32_t)n;
	link_nodes(t);
	return FG_OK;
}

void
json_tree_free(struct json_tree *t)
{
	free(t->tokens);
	free(t->own_nodes);
	free(t->copy);
	*t = (struct json_tree){0};
}

static unsigned int
hex4(const char *p)
{
	unsigned int x = 0;

	for (int i = 0; i < 4; i++) {
		char b = p[i];

		x = x << 4 |
		    (unsigned int)(b <= '9' ? b - '0' : (b | 0x20) - 'a' + 10);
	}
	return x;
}

static char *
put_utf8(char *out, unsigned int cp)
{
	if (cp < 0x80) {
		*out++ = (char)cp;
		return out;
	}
	if (cp < 0x800) {
		*out++ = (char)(0xc0 | cp >> 6);
	} else {
		if (cp < 0x10000) {
			*out++ = (char)(0xe0 | cp >> 12);
		} else {
			*out++ = (char)(0xf0 | cp >> 18);
			*out++ = (char)(0x80 | (cp >> 12 & 0x3f));
		}
		*out++ = (char)(0x80 | (cp >> 6 & 0x3f));
	}
	*out++ = (char)(0x80 | (cp & 0x3f));
	return out;
}

/* At the u of an escape, which may be the first of a pair.  NULL: half one. */
static const char *
unicode(const char *p, const char *end, char **out)
{
	unsigned int cp = hex4(p + 1), low;

	p += 5;
	if (cp >= 0xd800 && cp < 0xe000) {
		if (cp >= 0xdc00 || end - p < 6 || p[0] != '\\' || p[1] != 'u')
			return NULL;
		low = hex4(p + 2);
		if (low < 0xdc00 || low > 0xdfff)
			return NULL;
		cp = 0x10000 + ((cp - 0xd800) << 10) + (low - 0xdc00);
		p += 6;
	}
	*out = put_utf8(*out, cp);
	return p;
}

enum fg_status
json_string(const char *raw, size_t n, struct json_buf *buf, const char **s,
    size_t *len)
{
	const char *p = raw, *end = raw + n;
	char *out;

	*s = raw;
	*len = n;
	if (n == 0 || memchr(raw, '\\', n) == NULL)
		return FG_OK;
	if (buf->cap < n) {
		free(buf->bytes);
		buf->cap = 0;
		buf->bytes = malloc(n);
		if (buf->bytes == NULL)
			return FG_E_NOMEM;
		buf->cap = n;
	}
	for (out = buf->bytes; p < end;) {
		static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
		const char *at;

		if (*p != '\\') {
			*out++ = *p++;
			continue;
		}
		if (*++p == 'u') {
			p = unicode(p, end, &out);
			if (p == NULL)
				return FG_E_INVALID;
			continue;
		}
		at = strchr(from, *p);
		*out++ = at != NULL ? to[at - from] : *p;
		p++;
	}
	*s = buf->bytes;
	*len = (size_t)(out - buf->bytes);
	return FG_OK;
}

bool
json_u64(const char *s, size_t n, uint64_t *out)
{
	uint64_t x = 0;

	if (n == 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9' ||
		    __builtin_mul_overflow(x, 10, &x) ||
		    __builtin_add_overflow(x, (uint64_t)(s[i] - '0'), &x))
			return false;
	}
	*out = x;
	return true;
}

/* Minus zero is no integer: it has no sign to keep. */
bool
json_i64(const char *s, size_t n, int64_t *out)
{
	bool minus = n > 0 && *s == '-';
	uint64_t x;

	if (!json_u64(s + minus, n - minus, &x) || (minus && x == 0) ||
	    x > (uint64_t)INT64_MAX + minus)
		return false;
	*out = minus ? (int64_t)(0 - x) : (int64_t)x;
	return true;
}
