#include "reader/dyn.h"

#include <math.h>
#include <string.h>

#include "common/lower.h"
#include "common/number.h"
#include "common/when.h"

void
dyn_null(struct dyn *out)
{
	*out = (struct dyn){.type = FG_NULL, .text = "", .low = ""};
	out->hash = out->low_hash = hash64("", 0);
}

/* Gives v the text facet; text must stay, its lower case may be itself. */
static enum fg_status
set_text(struct dyn *v, const char *text, size_t n, struct arena *a)
{
	if (n >= UINT32_MAX)
		return FG_E_INVALID;
	v->has_text = true;
	v->text = v->low = text;
	v->len = v->low_len = (uint32_t)n;
	v->hash = v->low_hash = hash64(text, n);
	if (!lower_is_noop(text, n)) {
		size_t need = lower(text, n, NULL, 0);
		char *low = need < UINT32_MAX ? arena_get(a, need + 1) : NULL;

		if (low == NULL)
			return FG_E_NOMEM;
		v->low_len = (uint32_t)lower(text, n, low, need);
		low[v->low_len] = '\0';
		v->low = low;
		v->low_hash = hash64(low, v->low_len);
	}
	return FG_OK;
}

/* The text facet of a number: decimal, without an exponent. */
static enum fg_status
set_number_text(struct dyn *v, struct arena *a)
{
	char buf[NUMBER_TEXT_MAX];
	size_t n = number_text(v->f64, buf, sizeof(buf));
	char *text = arena_text(a, buf, n);

	return text != NULL ? set_text(v, text, n, a) : FG_E_NOMEM;
}

enum fg_status
dyn_set_int(struct dyn *out, int64_t x, struct arena *a)
{
	dyn_null(out);
	out->type = FG_INT;
	out->has_int = out->has_float = out->parsed_number = true;
	out->i64 = x;
	out->f64 = (double)x;
	return set_number_text(out, a);
}

/* Digits have no lower case, and there are three of them at most. */
enum fg_status
dyn_set_bucket(struct dyn *out, unsigned x, struct arena *a)
{
	char *text = arena_get(a, 4);
	uint32_t n = 0;

	if (text == NULL)
		return FG_E_NOMEM;
	if (x >= 100)
		text[n++] = (char)('0' + x / 100);
	if (x >= 10)
		text[n++] = (char)('0' + x / 10 % 10);
	text[n++] = (char)('0' + x % 10);
	text[n] = '\0';
	*out = (struct dyn){.type = FG_INT,
	    .has_text = true,
	    .has_int = true,
	    .has_float = true,
	    .parsed_number = true,
	    .text = text,
	    .low = text,
	    .len = n,
	    .low_len = n,
	    .hash = hash64(text, n),
	    .i64 = (int64_t)x,
	    .f64 = (double)x};
	out->low_hash = out->hash;
	return FG_OK;
}

static enum fg_status
set_double(struct dyn *out, double x, struct arena *a)
{
	if (!isfinite(x))
		return FG_E_INVALID;
	out->has_float = out->parsed_number = true;
	out->f64 = x;
	if (trunc(x) == x && x >= -0x1p63 && x < 0x1p63) {
		out->has_int = true;
		out->i64 = (int64_t)x;
	}
	return set_number_text(out, a);
}

/* The text facet of an array: its compact JSON. */
static enum fg_status
set_json_text(struct dyn *v, struct arena *a)
{
	struct jsonw w;
	enum fg_status st;
	char *text;

	jsonw_new(&w);
	dyn_json(v, &w);
	st = w.status;
	if (st == FG_OK) {
		text = arena_text(a, w.text, w.len);
		st = text != NULL ? set_text(v, text, w.len, a) : FG_E_NOMEM;
	}
	jsonw_free(&w);
	return st;
}

/*
 * Lists each text of the items once, so that sets can be counted.  An item
 * without a text, null or an object, is in no set.
 */
static enum fg_status
set_distinct(struct dyn *v, struct arena *a)
{
	v->distinct = arena_get(a, (v->n + 1) * sizeof(*v->distinct));
	if (v->distinct == NULL)
		return FG_E_NOMEM;
	for (uint32_t i = 0; i < v->n; i++) {
		struct dyn *item = &v->items[i];
		uint32_t k = 0;

		if (!item->has_text)
			continue;
		while (k < v->n_distinct &&
		    (v->distinct[k]->hash != item->hash ||
			v->distinct[k]->len != item->len ||
			memcmp(v->distinct[k]->text, item->text, item->len) !=
			    0))
			k++;
		if (k == v->n_distinct)
			v->distinct[v->n_distinct++] = item;
	}
	return FG_OK;
}

static enum fg_status
items_new(struct dyn *v, size_t n, struct arena *a)
{
	if (n >= UINT32_MAX / sizeof(*v->items))
		return FG_E_INVALID;
	v->n = (uint32_t)n;
	v->items = arena_get(a, n * sizeof(*v->items));
	if (v->type == FG_OBJECT)
		v->keys = arena_get(a, n * sizeof(*v->keys));
	return v->items == NULL || (v->type == FG_OBJECT && v->keys == NULL)
	    ? FG_E_NOMEM
	    : FG_OK;
}

static enum fg_status set_value(
    struct dyn *out, const struct fg_value *value, struct arena *a, int depth);

static enum fg_status
set_array(
    struct dyn *out, const struct fg_value *value, struct arena *a, int depth)
{
	enum fg_status st = items_new(out, value->u.array.n, a);

	for (uint32_t i = 0; st == FG_OK && i < out->n; i++)
		st = set_value(
		    &out->items[i], &value->u.array.items[i], a, depth + 1);
	if (st == FG_OK)
		st = set_distinct(out, a);
	return st == FG_OK ? set_json_text(out, a) : st;
}

static enum fg_status
set_object(
    struct dyn *out, const struct fg_value *value, struct arena *a, int depth)
{
	enum fg_status st = items_new(out, value->u.object.n, a);

	for (uint32_t i = 0; st == FG_OK && i < out->n; i++) {
		const struct fg_member *m = &value->u.object.members[i];
		struct dyn_key *k = &out->keys[i];

		if (m->key_len >= UINT32_MAX)
			return FG_E_INVALID;
		k->len = (uint32_t)m->key_len;
		k->hash = hash64(m->key, m->key_len);
		k->text = arena_text(a, m->key, m->key_len);
		if (k->text == NULL)
			return FG_E_NOMEM;
		st = set_value(&out->items[i], &m->value, a, depth + 1);
	}
	return st;
}

static enum fg_status
set_value(
    struct dyn *out, const struct fg_value *value, struct arena *a, int depth)
{
	char *text;

	dyn_null(out);
	if (depth > DYN_MAX_DEPTH)
		return FG_E_INVALID;
	out->type = value->type;
	switch (value->type) {
	case FG_NULL:
		return FG_OK;
	case FG_BOOL:
		out->boolean = value->u.boolean;
		return out->boolean ? set_text(out, "true", 4, a)
				    : set_text(out, "false", 5, a);
	case FG_INT:
		return dyn_set_int(out, value->u.integer, a);
	case FG_UINT:
		out->u64 = value->u.uinteger;
		out->has_float = out->parsed_number = true;
		out->f64 = (double)out->u64;
		if (out->u64 <= INT64_MAX) {
			out->has_int = true;
			out->i64 = (int64_t)out->u64;
		}
		return set_number_text(out, a);
	case FG_DOUBLE:
		return set_double(out, value->u.number, a);
	case FG_STRING:
		text =
		    arena_text(a, value->u.string.bytes, value->u.string.len);
		return text == NULL
		    ? FG_E_NOMEM
		    : set_text(out, text, value->u.string.len, a);
	case FG_ARRAY:
		return set_array(out, value, a, depth);
	case FG_OBJECT:
		return set_object(out, value, a, depth);
	}
	return FG_E_INVALID;
}

enum fg_status
dyn_set(struct dyn *out, const struct fg_value *value, struct arena *a)
{
	enum fg_status st = set_value(out, value, a, 0);

	if (st != FG_OK)
		dyn_null(out);
	return st;
}

enum fg_status
dyn_set_text(struct dyn *out, const char *text, size_t n, struct arena *a)
{
	dyn_null(out);
	out->type = FG_STRING;
	return set_text(out, text, n, a);
}

void
dyn_parse_number(struct dyn *v)
{
	if (v->type == FG_STRING) {
		v->has_float = number_f64(v->text, v->len, &v->f64);
		v->has_int = number_i64(v->text, v->len, &v->i64);
	}
	v->parsed_number = true;
}

bool
dyn_int(struct dyn *v, int64_t *x)
{
	double unused;

	dyn_float(v, &unused);
	*x = v->i64;
	return v->has_int;
}

bool
dyn_time(struct dyn *v, int64_t *ms)
{
	if (!v->parsed_time) {
		if (v->type == FG_STRING)
			v->has_time =
			    when_parse_user(v->text, v->len, &v->time);
		v->parsed_time = true;
	}
	*ms = v->time;
	return v->has_time;
}

struct dyn *
dyn_member(const struct dyn *object, const struct image_str *key)
{
	for (uint32_t i = 0; i < object->n; i++) {
		const struct dyn_key *k = &object->keys[i];

		if (k->hash == key->hash && k->len == key->len &&
		    memcmp(k->text, key->bytes, key->len) == 0)
			return &object->items[i];
	}
	return NULL;
}

void
dyn_json(const struct dyn *v, struct jsonw *w)
{
	switch (v->type) {
	case FG_NULL:
		jsonw_null(w);
		break;
	case FG_BOOL:
		jsonw_bool(w, v->boolean);
		break;
	case FG_INT:
		jsonw_i64(w, v->i64);
		break;
	case FG_UINT:
		jsonw_u64(w, v->u64);
		break;
	case FG_DOUBLE:
		jsonw_f64(w, v->f64);
		break;
	case FG_STRING:
		jsonw_text_n(w, v->text, v->len);
		break;
	case FG_ARRAY:
		jsonw_begin_array(w);
		for (uint32_t i = 0; i < v->n; i++)
			dyn_json(&v->items[i], w);
		jsonw_end_array(w);
		break;
	case FG_OBJECT:
		jsonw_begin_object(w);
		for (uint32_t i = 0; i < v->n; i++) {
			jsonw_key_n(w, v->keys[i].text, v->keys[i].len);
			dyn_json(&v->items[i], w);
		}
		jsonw_end_object(w);
		break;
	}
}
