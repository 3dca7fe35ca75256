#include <stdlib.h>

#include "common/number.h"
#include "common/version.h"
#include "common/when.h"
#include "syncer/compile_int.h"

/* An element of an array or a member of an object, before it is placed. */
struct compile_elem {
	uint32_t key; /* 0: another one has taken its place */
	uint32_t text;
	uint32_t index;
};

/* A text as it is, anything else as JSON; containers by way of a value. */
static uint32_t
elem_text(struct compile *c, const struct compile_tree *t, uint32_t node)
{
	enum json_kind kind = compile_kind(t, node);
	uint32_t value, off;

	if (kind == JSON_STRING)
		return compile_text(c, t, node);
	if (kind == JSON_ARRAY || kind == JSON_OBJECT) {
		value = compile_value(c, t, node);
		off = image_build_get32(&c->b, value + IMAGE_V_TEXT);
		c->text_len =
		    image_build_get32(&c->b, value + IMAGE_V_TEXT_LEN);
		if (!compile_room(
			c, &c->text.bytes, &c->text.cap, c->text_len + 1, 1) ||
		    c->b.status != FG_OK)
			return 0;
		memcpy(c->text.bytes, c->b.base + off, c->text_len);
	} else {
		c->text_len = 0;
		compile_put_scalar(c, t, node);
	}
	return image_build_str(&c->b, c->text.bytes, c->text_len);
}

/*
 * Of elements with one key the last counts.  marks is a table by key of where
 * that one is now, plus one.
 */
static bool
drop_shadowed(struct compile *c, uint32_t n)
{
	size_t slots = 2;

	while (slots < 2 * (size_t)n)
		slots *= 2;
	if (!compile_room(
		c, &c->marks, &c->marks_cap, slots, sizeof(*c->marks)))
		return false;
	memset(c->marks, 0, slots * sizeof(*c->marks));
	for (uint32_t i = 0; i < n; i++) {
		uint32_t key = c->elems[i].key;
		size_t at = key * 0x9e3779b1U & (slots - 1);

		while (
		    c->marks[at] != 0 && c->elems[c->marks[at] - 1].key != key)
			at = (at + 1) & (slots - 1);
		if (c->marks[at] != 0 && key != 0)
			c->elems[c->marks[at] - 1].key = key | 1;
		c->marks[at] = i + 1;
	}
	return true;
}

/* Reads the elements and returns how many are left in c->elems. */
static uint32_t
read_elems(struct compile *c, const struct compile_tree *t, uint32_t node)
{
	const struct json_node *nodes = t->json.nodes;
	bool object = nodes[node].kind == JSON_OBJECT;
	uint32_t n = nodes[node].n_children, i = 0, kept = 0;

	if (!compile_room(c, &c->elems, &c->elems_cap, n, sizeof(*c->elems)))
		return 0;
	for (uint32_t k = node + 1; k < nodes[node].next; k = nodes[k].next) {
		struct compile_elem e = {.index = i};

		e.text = elem_text(c, t, k + object);
		e.key =
		    object ? compile_text(c, t, k) : compile_lower(c, e.text);
		c->elems[i++] = e;
	}
	if (compile_status(c) != FG_OK || !drop_shadowed(c, n))
		return 0;
	for (i = 0; i < n; i++)
		if ((c->elems[i].key & 1) == 0)
			c->elems[kept++] = c->elems[i];
	return kept;
}

static void
put_set(struct compile *c, uint32_t target, uint32_t n, enum compile_set set)
{
	uint32_t at, n_slots, n_distinct;

	if (n == 0 ||
	    !compile_room(c, &c->list, &c->list_cap, n, sizeof(*c->list)))
		return;
	for (uint32_t i = 0; i < n; i++)
		c->list[i] = set == COMPILE_SET_KEYS ? c->elems[i].key
						     : c->elems[i].text;
	at = image_build_set(&c->b, c->list, n, &n_slots, &n_distinct);
	image_build_put32(&c->b, target + IMAGE_TARGET_SET, at);
	image_build_put32(&c->b, target + IMAGE_TARGET_N_SLOTS, n_slots);
	image_build_put32(&c->b, target + IMAGE_TARGET_N_SET, n_distinct);
}

static void
put_elems(struct compile *c, const struct compile_tree *t, uint32_t node,
    uint32_t target, enum compile_set set)
{
	uint32_t n = read_elems(c, t, node), at;

	if (n == 0)
		return;
	at = image_build_alloc(&c->b, (size_t)n * IMAGE_ELEM);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t e = at + i * IMAGE_ELEM;

		image_build_put32(&c->b, e, c->elems[i].key);
		image_build_put32(&c->b, e + 4, c->elems[i].text);
		image_build_put32(&c->b, e + 8, c->elems[i].index);
	}
	image_build_put32(&c->b, target + IMAGE_TARGET_N, n);
	image_build_put32(&c->b, target + IMAGE_TARGET_ELEMS, at);
	/* An object has keys to look up, and no texts. */
	if (set == COMPILE_SET_KEYS ||
	    (set == COMPILE_SET_TEXTS && compile_kind(t, node) == JSON_ARRAY))
		put_set(c, target, n, set);
}

static void
put_version(struct compile *c, uint32_t target, const char *s, size_t n)
{
	size_t n_parts = version_parse(s, n, NULL, 0);
	uint32_t at;

	if (n_parts > IMAGE_MAX_SIZE / IMAGE_PART) {
		c->b.status = FG_E_SPACE;
		return;
	}
	at = image_build_alloc(&c->b, n_parts * IMAGE_PART);
	if (at == 0)
		return;
	version_parse(s, n, c->b.base + at, n_parts * IMAGE_PART);
	image_build_put32(&c->b, target + IMAGE_TARGET_PARTS, at);
	image_build_put32(
	    &c->b, target + IMAGE_TARGET_N_PARTS, (uint32_t)n_parts);
}

/* The facets that a number has, or a text that is one. */
static uint32_t
put_number(struct compile *c, uint32_t target, double x)
{
	image_build_put_f64(&c->b, target + IMAGE_TARGET_FLOAT, x);
	image_build_put64(
	    &c->b, target + IMAGE_TARGET_TIME, (uint64_t)number_trunc_i64(x));
	return IMAGE_TARGET_HAS_FLOAT | IMAGE_TARGET_HAS_TIME;
}

static uint32_t
put_string(struct compile *c, const struct compile_tree *t, uint32_t node,
    uint32_t target, enum compile_set set)
{
	uint32_t flags = 0, str = compile_text(c, t, node);
	size_t n;
	const char *s = compile_decode(c, t, node, &n);
	int64_t ms;
	double x;

	if (s == NULL)
		return 0;
	image_build_put32(&c->b, target + IMAGE_TARGET_STR, str);
	if (number_f64(s, n, &x))
		flags |= put_number(c, target, x);
	if (when_parse_target(s, n, &ms)) {
		flags |= IMAGE_TARGET_HAS_TIME;
		image_build_put64(
		    &c->b, target + IMAGE_TARGET_TIME, (uint64_t)ms);
	}
	if (set == COMPILE_SET_VERSION)
		put_version(c, target, s, n);
	return flags;
}

/* What cannot be read counts as null, as in the reference. */
uint32_t
compile_target(struct compile *c, const struct compile_tree *t, uint32_t node,
    enum compile_set set)
{
	uint32_t target = image_build_alloc(&c->b, IMAGE_TARGET);
	uint32_t flags = 0, bad;
	enum image_target kind = IMAGE_TARGET_NULL;
	const char *why;

	if (node == 0)
		return target;
	if (!compile_readable(c, t, node, 0, &bad, &why)) {
		compile_note(c, COMPILE_UNSUPPORTED, compile_at(t, bad), why);
		return target;
	}
	switch (compile_kind(t, node)) {
	case JSON_NULL:
		break;
	case JSON_TRUE:
		flags = IMAGE_TARGET_TRUE;
		kind = IMAGE_TARGET_BOOL;
		break;
	case JSON_FALSE:
		kind = IMAGE_TARGET_BOOL;
		break;
	case JSON_NUMBER:
		flags = put_number(c, target, compile_f64(t, node));
		kind = IMAGE_TARGET_NUMBER;
		break;
	case JSON_STRING:
		flags = put_string(c, t, node, target, set);
		kind = IMAGE_TARGET_STRING;
		break;
	case JSON_ARRAY:
		put_elems(c, t, node, target, set);
		kind = IMAGE_TARGET_ARRAY;
		break;
	case JSON_OBJECT:
		put_elems(c, t, node, target, set);
		kind = IMAGE_TARGET_OBJECT;
		break;
	}
	image_build_put32(&c->b, target + IMAGE_TARGET_KIND, kind);
	image_build_put32(&c->b, target + IMAGE_TARGET_FLAGS, flags);
	return target;
}
