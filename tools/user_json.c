#include "tools/user_json.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/number.h"
#include "reader/forkgate.h"

#define MAX_DEPTH 64 /* what fg_user_put takes */

struct name {
	const char *text;
	bool is_map;
	enum fg_field field;
	enum fg_map map;
};

static const struct name names[] = {
    {"userID", false, FG_USER_ID, 0},
    {"email", false, FG_EMAIL, 0},
    {"ip", false, FG_IP, 0},
    {"userAgent", false, FG_USER_AGENT, 0},
    {"country", false, FG_COUNTRY, 0},
    {"locale", false, FG_LOCALE, 0},
    {"appVersion", false, FG_APP_VERSION, 0},
    {"customIDs", true, 0, FG_CUSTOM_IDS},
    {"custom", true, 0, FG_CUSTOM},
    {"privateAttributes", true, 0, FG_PRIVATE},
    {"statsigEnvironment", true, 0, FG_ENVIRONMENT},
};

#define N_NAMES (sizeof(names) / sizeof(names[0]))

/*
 * What a user is read with.  The pools are as large as the text could ask for
 * at most, so nothing moves: values point into them.
 */
struct reading {
	const struct json_tree *t;
	struct fg_user *user;
	struct user_json_error *err;
	const char *begin; /* of the text that places count from */
	size_t skip;       /* bytes of it before the tree's */
	const char *where; /* the top-level name */
	char *text;        /* decoded strings */
	struct fg_value *items;
	struct fg_member *members;
	size_t n_items, n_members;
	struct json_buf buf;
};

static enum fg_status refuse(struct reading *r, uint32_t node, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));

static enum fg_status
refuse(struct reading *r, uint32_t node, const char *fmt, ...)
{
	const struct json_node *at = &r->t->nodes[node];
	size_t offset = r->skip + at->start;
	struct json_place place = json_place(r->begin, offset, offset);
	char what[160];
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	snprintf(r->err->text, sizeof(r->err->text),
	    "line %zu, column %zu: %s%s%s", place.line, place.column,
	    r->where != NULL ? r->where : "", r->where != NULL ? ": " : "",
	    what);
	return FG_E_INVALID;
}

/* Decodes the string at a node into the pool. */
static enum fg_status
get_string(struct reading *r, uint32_t node, const char **s, size_t *n)
{
	const struct json_node *at = &r->t->nodes[node];
	enum fg_status st = json_string(
	    r->t->text + at->start, at->end - at->start, &r->buf, s, n);

	if (st == FG_E_INVALID)
		return refuse(r, node, "half a surrogate pair");
	if (st != FG_OK)
		return st;
	memcpy(r->text, *s, *n);
	*s = r->text;
	r->text += *n;
	return FG_OK;
}

/* -0 is a double: as an integer it would lose its sign. */
static enum fg_status
get_number(struct reading *r, uint32_t node, struct fg_value *v)
{
	const struct json_node *at = &r->t->nodes[node];
	const char *s = r->t->text + at->start;
	size_t n = at->end - at->start;

	v->type = FG_INT;
	if (json_i64(s, n, &v->u.integer) &&
	    !(n == 2 && s[0] == '-' && s[1] == '0'))
		return FG_OK;
	v->type = FG_UINT;
	if (json_u64(s, n, &v->u.uinteger))
		return FG_OK;
	v->type = FG_DOUBLE;
	if (!number_f64(s, n, &v->u.number) || !isfinite(v->u.number))
		return refuse(r, node, "a number that no double can hold");
	return FG_OK;
}

static enum fg_status get_value(
    struct reading *r, uint32_t node, struct fg_value *v);

static enum fg_status
get_array(struct reading *r, uint32_t node, struct fg_value *v)
{
	const struct json_node *nodes = r->t->nodes;
	struct fg_value *items = r->items + r->n_items;
	enum fg_status st = FG_OK;
	uint32_t i = node + 1;

	v->type = FG_ARRAY;
	v->u.array.items = items;
	v->u.array.n = nodes[node].n_children;
	r->n_items += v->u.array.n;
	for (size_t k = 0; st == FG_OK && k < v->u.array.n; k++) {
		st = get_value(r, i, &items[k]);
		i = nodes[i].next;
	}
	return st;
}

static enum fg_status
get_object(struct reading *r, uint32_t node, struct fg_value *v)
{
	const struct json_node *nodes = r->t->nodes;
	struct fg_member *members = r->members + r->n_members;
	enum fg_status st = FG_OK;
	uint32_t i = node + 1;

	v->type = FG_OBJECT;
	v->u.object.members = members;
	v->u.object.n = nodes[node].n_children;
	r->n_members += v->u.object.n;
	for (size_t k = 0; st == FG_OK && k < v->u.object.n; k++) {
		st = get_string(r, i, &members[k].key, &members[k].key_len);
		if (st == FG_OK)
			st = get_value(r, i + 1, &members[k].value);
		i = nodes[i + 1].next;
	}
	return st;
}

/* The nesting was bounded by the caller. */
static enum fg_status
get_value(struct reading *r, uint32_t node, struct fg_value *v)
{
	switch ((enum json_kind)r->t->nodes[node].kind) {
	case JSON_NULL:
		v->type = FG_NULL;
		return FG_OK;
	case JSON_FALSE:
	case JSON_TRUE:
		v->type = FG_BOOL;
		v->u.boolean = r->t->nodes[node].kind == JSON_TRUE;
		return FG_OK;
	case JSON_NUMBER:
		return get_number(r, node, v);
	case JSON_STRING:
		v->type = FG_STRING;
		return get_string(
		    r, node, &v->u.string.bytes, &v->u.string.len);
	case JSON_ARRAY:
		return get_array(r, node, v);
	case JSON_OBJECT:
		return get_object(r, node, v);
	}
	return FG_E_INVALID;
}

static enum fg_status
put_map(struct reading *r, uint32_t node, enum fg_map map)
{
	const struct json_node *nodes = r->t->nodes;
	enum fg_status st;
	uint32_t i = node + 1;

	if (nodes[node].kind != JSON_OBJECT)
		return refuse(r, node, "must be an object, {\"name\": value}");
	st = fg_user_put_empty(r->user, map);
	for (uint32_t k = 0; st == FG_OK && k < nodes[node].n_children; k++) {
		struct fg_value v;
		const char *key;
		size_t n;

		st = get_string(r, i, &key, &n);
		if (st == FG_OK)
			st = get_value(r, i + 1, &v);
		if (st == FG_OK)
			st = fg_user_put(r->user, map, key, n, &v);
		i = nodes[i + 1].next;
	}
	return st;
}

static enum fg_status
put_name(struct reading *r, const struct name *name, uint32_t node)
{
	struct fg_value v;
	enum fg_status st;

	r->where = name->text;
	if (r->t->nodes[node].depth > MAX_DEPTH)
		return refuse(r, node, "nests more than %d deep", MAX_DEPTH);
	if (r->t->nodes[node].kind == JSON_NULL)
		return FG_OK;
	if (name->is_map)
		return put_map(r, node, name->map);
	st = get_value(r, node, &v);
	return st == FG_OK ? fg_user_set(r->user, name->field, &v) : st;
}

static const struct name *
find_name(const char *s, size_t n)
{
	for (size_t i = 0; i < N_NAMES; i++)
		if (strlen(names[i].text) == n &&
		    memcmp(names[i].text, s, n) == 0)
			return &names[i];
	return NULL;
}

static enum fg_status
put_all(struct reading *r, uint32_t node)
{
	const struct json_node *nodes = r->t->nodes;
	bool seen[N_NAMES] = {false};
	uint32_t i = node + 1;

	if (nodes[node].kind != JSON_OBJECT)
		return refuse(r, node,
		    "a user is an object, such as "
		    "{\"userID\": \"u1\"}");
	for (uint32_t k = 0; k < nodes[node].n_children; k++) {
		const struct name *name;
		enum fg_status st;
		const char *key;
		size_t n;

		r->where = NULL;
		st = get_string(r, i, &key, &n);
		name = st == FG_OK ? find_name(key, n) : NULL;
		if (name != NULL && seen[name - names])
			return refuse(r, i, "%s is there twice", name->text);
		if (name != NULL) {
			seen[name - names] = true;
			st = put_name(r, name, i + 1);
		}
		if (st != FG_OK)
			return st;
		i = nodes[i + 1].next;
	}
	return FG_OK;
}

static enum fg_status
read_node(struct reading *r, uint32_t node)
{
	const struct json_node *at = &r->t->nodes[node];
	size_t n_nodes = at->next - node, n_text = at->end - at->start;
	enum fg_status st = FG_E_NOMEM;
	char *text = malloc(n_text + 1);

	snprintf(r->err->text, sizeof(r->err->text), "out of memory");
	r->text = text;
	r->items = malloc(n_nodes * sizeof(*r->items));
	r->members = malloc(n_nodes * sizeof(*r->members));
	fg_user_reset(r->user);
	if (text != NULL && r->items != NULL && r->members != NULL)
		st = put_all(r, node);
	free(text);
	free(r->items);
	free(r->members);
	free(r->buf.bytes);
	if (st != FG_OK)
		fg_user_reset(r->user);
	return st;
}

enum fg_status
user_json_node(const struct json_tree *tree, uint32_t node,
    struct fg_user *user, struct user_json_error *err)
{
	struct reading r = {
	    .t = tree, .user = user, .err = err, .begin = tree->text};

	return read_node(&r, node);
}

/* Says where the text stops being JSON. */
static enum fg_status
refuse_text(const char *text, size_t n, size_t at, const char *why,
    struct user_json_error *err)
{
	struct json_place place = json_place(text, n, at);

	snprintf(err->text, sizeof(err->text), "line %zu, column %zu: %s",
	    place.line, place.column, why);
	return FG_E_INVALID;
}

enum fg_status
user_json_read(const char *text, size_t n, struct fg_user *user,
    struct user_json_error *err)
{
	struct json_tree tree = {0};
	struct json_span span;
	const char *why = "out of memory";
	enum fg_status st;
	size_t end;

	fg_user_reset(user);
	snprintf(err->text, sizeof(err->text), "out of memory");
	st = json_check_why(text, n, &end, &why);
	if (st == FG_E_INVALID)
		return refuse_text(text, n, end, why, err);
	if (st != FG_OK)
		return st;
	for (size_t i = end; i < n; i++)
		if (strchr(" \t\r\n", text[i]) == NULL || text[i] == '\0')
			return refuse_text(text, n, i,
			    "something follows the user's object", err);
	span = json_span(text, end);
	st = json_parse(&tree, &span);
	if (st == FG_OK) {
		struct reading r = {.t = &tree, .user = user, .err = err};

		r.begin = text;
		r.skip = (size_t)(span.text - text);
		st = read_node(&r, 0);
	}
	json_tree_free(&tree);
	return st;
}
