#include <stdio.h>
#include <stdlib.h>

#include "common/number.h"
#include "syncer/compile_int.h"

/*
 * A member of an object that is being built.  While its order is at work the
 * entry at place i of the stack also tells, in slot, where among the sorted
 * ones the member stands that the document has at place i.
 */
struct compile_member {
	uint32_t key;
	uint32_t node;
	uint32_t order;
	uint32_t slot;
};

#define NO_SLOT UINT32_MAX
#define ONES    0x0101010101010101ULL
#define HIGHS   0x8080808080808080ULL

static void
text_add(struct compile *c, const char *s, size_t n)
{
	if (!compile_room(
		c, &c->text.bytes, &c->text.cap, c->text_len + n + 1, 1))
		return;
	if (n > 0)
		memcpy(c->text.bytes + c->text_len, s, n);
	c->text_len += n;
}

/* Passes over bytes from i on that stand for themselves, eight at once. */
static size_t
skip_plain(const char *s, size_t i, size_t n)
{
	for (; n - i >= 8; i += 8) {
		uint64_t x = le64dec(s + i);
		uint64_t quote = x ^ 0x22 * ONES, slash = x ^ 0x5c * ONES;
		uint64_t special = ((x - 0x20 * ONES) & ~x) |
		    ((quote - ONES) & ~quote) | ((slash - ONES) & ~slash);

		if ((special & HIGHS) != 0)
			break;
	}
	while (i < n && (uint8_t)s[i] >= ' ' && s[i] != '"' && s[i] != '\\')
		i++;
	return i;
}

/* In quotes, escaped as the reference does: what must be, and no more. */
static void
text_quote(struct compile *c, const char *s, size_t n)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	size_t i, done = 0;

	text_add(c, "\"", 1);
	while ((i = skip_plain(s, done, n)) < n) {
		char esc[8];
		const char *at;

		text_add(c, s + done, i - done);
		done = i + 1;
		at = s[i] != '\0' ? strchr(from, s[i]) : NULL;
		if (at != NULL)
			snprintf(esc, sizeof(esc), "\\%c", to[at - from]);
		else
			snprintf(esc, sizeof(esc), "\\u%04x", (uint8_t)s[i]);
		text_add(c, esc, strlen(esc));
	}
	text_add(c, s + done, n - done);
	text_add(c, "\"", 1);
}

static void
text_f64(struct compile *c, double x)
{
	char text[32];

	text_add(c, text, number_json(x, text, sizeof(text)));
}

/* An integer by its spelling, which then is also how it is written. */
static enum image_type
number_type(const char *s, size_t n, uint64_t *bits)
{
	int64_t i;
	double x;

	if (json_i64(s, n, &i)) {
		*bits = (uint64_t)i;
		return IMAGE_INT;
	}
	if (json_u64(s, n, bits))
		return IMAGE_UINT;
	if (!number_f64(s, n, &x))
		x = 0;
	memcpy(bits, &x, sizeof(x));
	return IMAGE_FLOAT;
}

/* Appends a scalar to the text; its type, and bits of a number or string. */
static enum image_type
put_scalar(struct compile *c, const struct compile_tree *t, uint32_t node,
    uint64_t *bits)
{
	enum image_type type;
	size_t n;
	const char *s;
	double x;

	*bits = 0;
	switch (compile_kind(t, node)) {
	case JSON_FALSE:
		text_add(c, "false", 5);
		return IMAGE_FALSE;
	case JSON_TRUE:
		text_add(c, "true", 4);
		return IMAGE_TRUE;
	case JSON_NUMBER:
		s = compile_raw(t, node, &n);
		type = number_type(s, n, bits);
		memcpy(&x, bits, sizeof(x));
		if (type == IMAGE_FLOAT)
			text_f64(c, x);
		else
			text_add(c, s, n);
		return type;
	case JSON_STRING:
		s = compile_decode(c, t, node, &n);
		if (s != NULL)
			text_quote(c, s, n);
		return IMAGE_STRING;
	case JSON_NULL:
	case JSON_ARRAY:
	case JSON_OBJECT:
		break;
	}
	text_add(c, "null", 4);
	return IMAGE_NULL;
}

void
compile_put_scalar(
    struct compile *c, const struct compile_tree *t, uint32_t node)
{
	uint64_t bits;

	put_scalar(c, t, node, &bits);
}

static int
member_cmp(const void *a, const void *b, void *arg)
{
	const struct compile *c = arg;
	const struct compile_member *x = a, *y = b;
	size_t xn, yn;
	const char *xs, *ys;
	int order = (x->order > y->order) - (x->order < y->order);

	if (x->key == y->key)
		return order;
	xs = image_build_bytes(&c->b, x->key, &xn);
	ys = image_build_bytes(&c->b, y->key, &yn);
	order = memcmp(xs, ys, xn < yn ? xn : yn);
	return order != 0 ? order : (xn > yn) - (xn < yn);
}

/* Mostly there are few, and mostly they are nearly sorted. */
static void
sort_members(struct compile *c, struct compile_member *m, uint32_t n)
{
	if (n > 16) {
		qsort_r(m, n, sizeof(*m), member_cmp, c);
		return;
	}
	for (uint32_t i = 1; i < n; i++) {
		struct compile_member x = m[i];
		uint32_t k = i;

		for (; k > 0 && member_cmp(&m[k - 1], &x, c) > 0; k--)
			m[k] = m[k - 1];
		m[k] = x;
	}
}

/*
 * Pushes an object's members, sorted, each key once: of equal keys the last
 * value counts and stands where the first one stood.  Returns how many.
 */
static uint32_t
push_members(struct compile *c, const struct compile_tree *t, uint32_t node)
{
	const struct json_node *nodes = t->json.nodes;
	uint32_t n = nodes[node].n_children, kept = 0, i = 0;
	struct compile_member *m;

	if (!compile_room(
		c, &c->members, &c->members_cap, c->n_members + n, sizeof(*m)))
		return 0;
	m = c->members + c->n_members;
	for (uint32_t k = node + 1; k < nodes[node].next; k = nodes[k].next) {
		m[i] = (struct compile_member){
		    .key = compile_text(c, t, k), .node = k + 1, .order = i};
		i++;
	}
	c->n_members += n;
	sort_members(c, m, n);
	for (i = 0; i < n; i++) {
		if (kept > 0 && m[kept - 1].key == m[i].key)
			m[kept - 1].node = m[i].node;
		else
			m[kept++] = m[i];
	}
	for (i = 0; i < n; i++)
		m[i].slot = NO_SLOT;
	for (i = 0; i < kept; i++)
		m[m[i].order].slot = i;
	return kept;
}

static uint32_t put(
    struct compile *c, const struct compile_tree *t, uint32_t node);

/* The run of pairs; the text has them in the order of the document. */
static uint32_t
put_object(
    struct compile *c, const struct compile_tree *t, uint32_t node, uint32_t *n)
{
	size_t base = c->n_members;
	uint32_t run, n_all = t->json.nodes[node].n_children;
	bool first = true;

	*n = push_members(c, t, node);
	run = *n > 0 ? image_build_alloc(&c->b, 8 * (size_t)*n) : 0;
	text_add(c, "{", 1);
	for (uint32_t i = 0; i < n_all && compile_status(c) == FG_OK; i++) {
		uint32_t slot = c->members[base + i].slot, value;
		struct compile_member m;
		const char *key;
		size_t key_n;

		if (slot == NO_SLOT)
			continue;
		m = c->members[base + slot];
		if (!first)
			text_add(c, ",", 1);
		first = false;
		key = image_build_bytes(&c->b, m.key, &key_n);
		text_quote(c, key, key_n);
		text_add(c, ":", 1);
		value = put(c, t, m.node);
		image_build_put32(&c->b, run + 8 * slot, m.key);
		image_build_put32(&c->b, run + 8 * slot + 4, value);
	}
	text_add(c, "}", 1);
	c->n_members = base;
	return run;
}

static uint32_t
put_array(struct compile *c, const struct compile_tree *t, uint32_t node)
{
	const struct json_node *nodes = t->json.nodes;
	uint32_t n = nodes[node].n_children, at = 0;
	uint32_t run = n > 0 ? image_build_alloc(&c->b, 4 * (size_t)n) : 0;

	text_add(c, "[", 1);
	for (uint32_t i = node + 1;
	     i < nodes[node].next && compile_status(c) == FG_OK;
	     i = nodes[i].next) {
		if (at > 0)
			text_add(c, ",", 1);
		image_build_put32(&c->b, run + 4 * at++, put(c, t, i));
	}
	text_add(c, "]", 1);
	return run;
}

/*
 * A value and all in it, whose text goes on at the end of c->text: the place
 * of the text in its record counts from there until it is placed itself.
 * Recursive, but never deeper than JSON_MAX_DEPTH.
 */
static uint32_t
put(struct compile *c, const struct compile_tree *t, uint32_t node)
{
	struct image_build *b = &c->b;
	uint32_t v = image_build_alloc(b, IMAGE_VALUE);
	enum json_kind kind = compile_kind(t, node);
	size_t start = c->text_len;
	enum image_type type;
	uint64_t data = 0;
	uint32_t n = 0;

	if (!compile_room(c, &c->values, &c->values_cap, c->n_values + 1,
		sizeof(*c->values)))
		return 0;
	c->values[c->n_values++] = v;
	if (kind == JSON_OBJECT) {
		type = IMAGE_OBJECT;
		data = put_object(c, t, node, &n);
	} else if (kind == JSON_ARRAY) {
		type = IMAGE_ARRAY;
		data = put_array(c, t, node);
		n = t->json.nodes[node].n_children;
	} else {
		type = put_scalar(c, t, node, &data);
		if (type == IMAGE_STRING)
			data = compile_string(c, t, node);
	}
	image_build_put32(b, v + IMAGE_V_TYPE, type);
	image_build_put32(b, v + IMAGE_V_TEXT, (uint32_t)start);
	image_build_put32(
	    b, v + IMAGE_V_TEXT_LEN, (uint32_t)(c->text_len - start));
	image_build_put32(b, v + IMAGE_V_N, n);
	image_build_put64(b, v + IMAGE_V_DATA, data);
	return v;
}

static uint32_t
build(struct compile *c, const struct compile_tree *t, uint32_t node)
{
	uint32_t root, text;

	c->text_len = 0;
	c->n_values = 0;
	c->n_members = 0;
	root = put(c, t, node);
	text = image_build_alloc(&c->b, c->text_len);
	if (compile_status(c) != FG_OK)
		return 0;
	image_build_put_bytes(&c->b, text, c->text.bytes, c->text_len);
	for (size_t i = 0; i < c->n_values; i++) {
		uint32_t field = c->values[i] + IMAGE_V_TEXT;

		image_build_put32(
		    &c->b, field, image_build_get32(&c->b, field) + text);
	}
	return root;
}

static bool
seen_grow(struct compile *c)
{
	size_t cap = c->seen_cap != 0 ? 2 * c->seen_cap : 256;
	struct compile_seen_value *more = calloc(cap, sizeof(*more));

	if (more == NULL) {
		c->status = FG_E_NOMEM;
		return false;
	}
	for (size_t i = 0; i < c->seen_cap; i++) {
		size_t at = c->seen[i].hash & (cap - 1);

		if (c->seen[i].hash == 0)
			continue;
		while (more[at].hash != 0)
			at = (at + 1) & (cap - 1);
		more[at] = c->seen[i];
	}
	free(c->seen);
	c->seen = more;
	c->seen_cap = cap;
	return true;
}

/* Values that are spelled alike in the document become one. */
uint32_t
compile_value(struct compile *c, const struct compile_tree *t, uint32_t node)
{
	size_t at = compile_at(t, node), n;
	const char *raw = c->doc + at;
	struct compile_seen_value *slot;
	uint64_t hash;
	uint32_t record;

	compile_raw(t, node, &n);
	if (compile_kind(t, node) == JSON_STRING)
		n += 2;
	hash = hash64(raw, n);
	if (c->n_seen >= c->seen_cap / 2 && !seen_grow(c))
		return 0;
	for (size_t i = hash & (c->seen_cap - 1);;
	     i = (i + 1) & (c->seen_cap - 1)) {
		slot = &c->seen[i];
		if (slot->hash == 0)
			break;
		if (slot->hash == hash && slot->len == n &&
		    memcmp(c->doc + slot->at, raw, n) == 0)
			return slot->record;
	}
	record = build(c, t, node);
	*slot = (struct compile_seen_value){
	    .hash = hash, .record = record, .len = (uint32_t)n, .at = at};
	c->n_seen++;
	return record;
}

/* The value record of a constant. */
uint32_t
compile_constant(struct compile *c, enum image_type type, const char *text)
{
	uint32_t v = image_build_alloc(&c->b, IMAGE_VALUE), at;

	at = image_build_alloc(&c->b, strlen(text));
	image_build_put_bytes(&c->b, at, text, strlen(text));
	image_build_put32(&c->b, v + IMAGE_V_TYPE, type);
	image_build_put32(&c->b, v + IMAGE_V_TEXT, at);
	image_build_put32(&c->b, v + IMAGE_V_TEXT_LEN, (uint32_t)strlen(text));
	return v;
}

uint32_t
compile_returnable(
    struct compile *c, const struct compile_tree *t, uint32_t node)
{
	const char *why = "a gate or config returns an object or a truth value";
	uint32_t bad = node;

	switch (compile_kind(t, node)) {
	case JSON_TRUE:
		return c->true_value;
	case JSON_FALSE:
		return c->false_value;
	case JSON_NULL:
		return c->null_value;
	case JSON_OBJECT:
		if (t->json.nodes[node].n_children == 0)
			return c->empty_object;
		if (compile_readable(c, t, node, 0, &bad, &why))
			return compile_value(c, t, node);
		break;
	case JSON_NUMBER:
	case JSON_STRING:
	case JSON_ARRAY:
		break;
	}
	compile_note(c, COMPILE_UNSUPPORTED, compile_at(t, bad), why);
	return c->empty_object;
}
