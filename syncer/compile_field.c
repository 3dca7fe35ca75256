#include <math.h>
#include <stdlib.h>

#include "common/lower.h"
#include "common/number.h"
#include "syncer/compile_int.h"

bool
compile_room(struct compile *c, void *items, size_t *cap, size_t n, size_t size)
{
	void *old, *more;

	if (n <= *cap)
		return true;
	n += n / 2 + 16;
	memcpy(&old, items, sizeof(old));
	more = realloc(old, n * size);
	if (more == NULL) {
		c->status = FG_E_NOMEM;
		return false;
	}
	memcpy(items, &more, sizeof(more));
	*cap = n;
	return true;
}

enum fg_status
compile_status(const struct compile *c)
{
	return c->status != FG_OK ? c->status : c->b.status;
}

size_t
compile_at(const struct compile_tree *t, uint32_t node)
{
	const struct json_node *x = &t->json.nodes[node];

	return t->at + x->start - (x->kind == JSON_STRING);
}

enum json_kind
compile_kind(const struct compile_tree *t, uint32_t node)
{
	return (enum json_kind)t->json.nodes[node].kind;
}

const char *
compile_raw(const struct compile_tree *t, uint32_t node, size_t *n)
{
	const struct json_node *x = &t->json.nodes[node];

	*n = x->end - x->start;
	return t->json.text + x->start;
}

bool
compile_parse(struct compile *c, struct compile_tree *t,
    const struct json_span *value, size_t above)
{
	enum fg_status st = json_parse(&t->json, value);

	t->at = (size_t)(value->text - c->doc);
	t->above = above;
	if (st != FG_OK)
		c->status = st;
	return st == FG_OK;
}

const char *
compile_decode(
    struct compile *c, const struct compile_tree *t, uint32_t node, size_t *n)
{
	size_t raw_n;
	const char *raw = compile_raw(t, node, &raw_n), *s;
	enum fg_status st;

	*n = raw_n;
	if (!t->json.escapes)
		return raw;
	st = json_string(raw, raw_n, &c->decoded, &s, n);
	if (st == FG_OK)
		return s;
	if (st == FG_E_NOMEM)
		c->status = st;
	return NULL;
}

/* A number that is beyond a double's range has a long text or an exponent. */
static bool
finite_f64(const char *s, size_t n)
{
	double x;

	if (n < 300 && memchr(s, 'e', n) == NULL && memchr(s, 'E', n) == NULL)
		return true;
	return number_f64(s, n, &x) && isfinite(x);
}

bool
compile_readable(struct compile *c, const struct compile_tree *t, uint32_t node,
    size_t above, uint32_t *bad, const char **why)
{
	const struct json_node *nodes = t->json.nodes;

	*bad = node;
	*why = "nests too deep";
	if (nodes[node].depth + above > JSON_MAX_DEPTH)
		return false;
	for (uint32_t i = node; i < nodes[node].next; i++) {
		size_t n;
		const char *s = compile_raw(t, i, &n);

		*bad = i;
		*why = "half of a surrogate pair";
		if (t->json.escapes && nodes[i].kind == JSON_STRING &&
		    compile_decode(c, t, i, &n) == NULL)
			return false;
		*why = "the number is too great";
		if (nodes[i].kind == JSON_NUMBER && !finite_f64(s, n))
			return false;
	}
	return true;
}

/* What a value is not, or NULL: for types that are not made of others. */
static const char *
not_simple(struct compile *c, const struct compile_tree *t, uint32_t node,
    enum compile_type type)
{
	enum json_kind kind = compile_kind(t, node);
	size_t n;
	const char *s = compile_raw(t, node, &n);
	uint64_t u;
	int64_t i;

	switch (type) {
	case COMPILE_TEXT:
		if (kind != JSON_STRING)
			return "expected text";
		return compile_decode(c, t, node, &n) != NULL
		    ? NULL
		    : "half of a surrogate pair";
	case COMPILE_BOOL:
		return kind == JSON_TRUE || kind == JSON_FALSE
		    ? NULL
		    : "expected true or false";
	case COMPILE_U32:
		return kind == JSON_NUMBER && json_u64(s, n, &u) &&
			u <= UINT32_MAX
		    ? NULL
		    : "expected an integer from 0 to 4294967295";
	case COMPILE_U64:
		return kind == JSON_NUMBER && json_u64(s, n, &u)
		    ? NULL
		    : "expected an integer from 0 on";
	case COMPILE_I64:
		return kind == JSON_NUMBER && json_i64(s, n, &i)
		    ? NULL
		    : "expected an integer";
	case COMPILE_F64:
		if (kind != JSON_NUMBER)
			return "expected a number";
		return finite_f64(s, n) ? NULL : "the number is too great";
	case COMPILE_OBJECT:
	case COMPILE_TEXT_MAP:
	case COMPILE_BOOL_MAP:
	case COMPILE_F64_MAP:
	case COMPILE_JSON_MAP:
		return kind == JSON_OBJECT ? NULL : "expected an object";
	case COMPILE_ARRAY:
	case COMPILE_TEXTS:
		return kind == JSON_ARRAY ? NULL : "expected an array";
	case COMPILE_JSON:
	case COMPILE_RAW:
		break;
	}
	return NULL;
}

/* Each member of a map, its key too, or each element of an array. */
static bool
check_members(struct compile *c, const struct compile_tree *t, uint32_t node,
    enum compile_type type)
{
	const struct json_node *nodes = t->json.nodes;
	bool map = nodes[node].kind == JSON_OBJECT;
	struct compile_where here = {.up = c->where};
	bool ok = true;

	for (uint32_t i = node + 1; ok && i < nodes[node].next;
	     i = nodes[i].next) {
		if (map && !compile_check(c, t, i, COMPILE_TEXT))
			return false;
		if (map)
			here.name = compile_raw(t, i, &here.n);
		c->where = &here;
		ok = compile_check(c, t, i + map, type);
		c->where = here.up;
		here.index++;
	}
	return ok;
}

bool
compile_check(struct compile *c, const struct compile_tree *t, uint32_t node,
    enum compile_type type)
{
	const char *why = not_simple(c, t, node, type);
	uint32_t bad = node;

	if (why != NULL)
		return compile_fail(c, compile_at(t, node), NULL, 0, why);
	switch (type) {
	case COMPILE_TEXTS:
	case COMPILE_TEXT_MAP:
		return check_members(c, t, node, COMPILE_TEXT);
	case COMPILE_BOOL_MAP:
		return check_members(c, t, node, COMPILE_BOOL);
	case COMPILE_F64_MAP:
		return check_members(c, t, node, COMPILE_F64);
	case COMPILE_JSON:
	case COMPILE_JSON_MAP:
		if (!compile_readable(c, t, node, t->above, &bad, &why))
			return compile_fail(
			    c, compile_at(t, bad), NULL, 0, why);
		return true;
	case COMPILE_TEXT:
	case COMPILE_BOOL:
	case COMPILE_U32:
	case COMPILE_U64:
	case COMPILE_I64:
	case COMPILE_F64:
	case COMPILE_OBJECT:
	case COMPILE_ARRAY:
	case COMPILE_RAW:
		break;
	}
	return true;
}

/*
 * Which field a key is, n if none.  Documents keep the order of the table
 * mostly, so looking begins where the last one was found.
 */
static size_t
which(const struct compile_field *fields, size_t n, size_t from,
    const char *key, size_t key_n)
{
	for (size_t k = 0; k < n; k++) {
		size_t i = from + k < n ? from + k : from + k - n;

		if (fields[i].n == key_n &&
		    memcmp(fields[i].name, key, key_n) == 0)
			return i;
	}
	return n;
}

static bool
check_field(struct compile *c, const struct compile_tree *t, uint32_t node,
    const struct compile_field *f)
{
	struct compile_where here = {
	    .up = c->where, .name = f->name, .n = f->n};
	bool ok;

	c->where = &here;
	ok = compile_check(c, t, node, f->type);
	c->where = here.up;
	return ok;
}

bool
compile_fields(struct compile *c, const struct compile_tree *t, uint32_t object,
    const struct compile_field *fields, size_t n, uint32_t *got)
{
	const struct json_node *nodes = t->json.nodes;
	uint32_t seen = 0;
	size_t i = 0;

	memset(got, 0, n * sizeof(*got));
	if (nodes[object].kind != JSON_OBJECT)
		return compile_fail(
		    c, compile_at(t, object), NULL, 0, "expected an object");
	for (uint32_t k = object + 1; k < nodes[object].next;
	     k = nodes[k].next) {
		size_t key_n;
		const char *key = compile_decode(c, t, k, &key_n);

		if (key == NULL)
			return compile_fail(c, compile_at(t, k), NULL, 0,
			    "half of a surrogate pair in a name");
		i = which(fields, n, i < n ? i : 0, key, key_n);
		if (i == n)
			continue;
		if ((seen & 1U << i) != 0)
			return compile_fail(
			    c, compile_at(t, k), key, key_n, "occurs twice");
		seen |= 1U << i;
		if (nodes[k + 1].kind == JSON_NULL &&
		    (!fields[i].required || fields[i].type == COMPILE_RAW)) {
			got[i] = fields[i].required ? k + 1 : 0;
			continue;
		}
		if (!check_field(c, t, k + 1, &fields[i]))
			return false;
		got[i++] = k + 1;
	}
	for (i = 0; i < n; i++)
		if (fields[i].required && (seen & 1U << i) == 0)
			return compile_fail(c, compile_at(t, object),
			    fields[i].name, fields[i].n, "is missing");
	return true;
}

uint32_t
compile_string(struct compile *c, const struct compile_tree *t, uint32_t node)
{
	size_t n;
	const char *s = compile_decode(c, t, node, &n);

	return s != NULL ? image_build_str(&c->b, s, n) : 0;
}

uint32_t
compile_text(struct compile *c, const struct compile_tree *t, uint32_t node)
{
	return node != 0 ? compile_string(c, t, node) : 0;
}

uint32_t
compile_texts(struct compile *c, const struct compile_tree *t, uint32_t node)
{
	const struct json_node *nodes = t->json.nodes;
	size_t n = 0;

	if (node == 0 ||
	    !compile_room(c, &c->list, &c->list_cap, nodes[node].n_children,
		sizeof(*c->list)))
		return 0;
	for (uint32_t i = node + 1; i < nodes[node].next; i = nodes[i].next)
		c->list[n++] = compile_text(c, t, i);
	return image_build_list(&c->b, c->list, n);
}

bool
compile_bool(const struct compile_tree *t, uint32_t node)
{
	return node != 0 && compile_kind(t, node) == JSON_TRUE;
}

uint64_t
compile_u64(const struct compile_tree *t, uint32_t node)
{
	uint64_t x = 0;
	size_t n;
	const char *s;

	if (node == 0)
		return 0;
	s = compile_raw(t, node, &n);
	return json_u64(s, n, &x) ? x : 0;
}

int64_t
compile_i64(const struct compile_tree *t, uint32_t node)
{
	int64_t x = 0;
	size_t n;
	const char *s;

	if (node == 0)
		return 0;
	s = compile_raw(t, node, &n);
	return json_i64(s, n, &x) ? x : 0;
}

double
compile_f64(const struct compile_tree *t, uint32_t node)
{
	double x = 0;
	size_t n;
	const char *s;

	if (node == 0)
		return 0;
	s = compile_raw(t, node, &n);
	return number_f64(s, n, &x) ? x : 0;
}

uint32_t
compile_lower(struct compile *c, uint32_t str)
{
	size_t n, len;
	const char *s = image_build_bytes(&c->b, str, &n);

	if (str == 0 || lower_is_noop(s, n))
		return str;
	if (!compile_room(
		c, &c->lowered.bytes, &c->lowered.cap, LOWER_CAP(n), 1))
		return 0;
	len = lower(s, n, c->lowered.bytes, c->lowered.cap);
	return image_build_str(&c->b, c->lowered.bytes, len);
}

bool
compile_is_user_id(const struct compile *c, uint32_t lower)
{
	size_t n;
	const char *s = image_build_bytes(&c->b, lower, &n);

	return n == 6 && memcmp(s, "userid", 6) == 0;
}
