#include "reader/params.h"

#include <stdlib.h>

const struct fg_params params_empty = {"{}", 2, NULL, 0};

static bool
fill_scalar(
    const struct image *im, const uint8_t *v, struct arena *a, struct param *p)
{
	uint64_t data = le64load(v + IMAGE_V_DATA);
	struct image_str s;

	switch ((enum image_type)le32load(v + IMAGE_V_TYPE)) {
	case IMAGE_NULL:
		p->type = FG_NULL;
		return true;
	case IMAGE_FALSE:
		p->type = FG_BOOL;
		return true;
	case IMAGE_TRUE:
		p->type = FG_BOOL;
		p->boolean = true;
		return true;
	case IMAGE_INT:
		p->type = FG_INT;
		p->number.i64 = (int64_t)data;
		return true;
	case IMAGE_UINT:
		p->type = FG_UINT;
		p->number.u64 = data;
		return true;
	case IMAGE_FLOAT:
		p->type = FG_DOUBLE;
		memcpy(&p->number.f64, &data, sizeof(data));
		return true;
	case IMAGE_STRING:
		p->type = FG_STRING;
		if (!image_str(im, (uint32_t)data, &s))
			return false;
		p->string = arena_text(a, s.bytes, s.len);
		return p->string != NULL;
	case IMAGE_ARRAY:
		p->type = FG_ARRAY;
		return true;
	case IMAGE_OBJECT:
		p->type = FG_OBJECT;
		return true;
	}
	return false;
}

/* Bytes of a value's text in the image, bounded. */
static const uint8_t *
text_of(const struct image *im, const uint8_t *v, uint32_t *len)
{
	uint32_t at = le32load(v + IMAGE_V_TEXT);

	*len = le32load(v + IMAGE_V_TEXT_LEN);
	if (at > im->size || *len > im->size - at)
		return NULL;
	return im->base + at;
}

static bool
fill(const struct image *im, uint32_t key, uint32_t value, struct arena *a,
    struct param *p)
{
	const uint8_t *v = image_rec(im, value, IMAGE_VALUE);
	struct image_str s;

	*p = (struct param){.type = FG_NULL};
	if (v == NULL || !image_str(im, key, &s))
		return false;
	p->key = arena_text(a, s.bytes, s.len);
	p->key_len = s.len;
	return p->key != NULL && fill_scalar(im, v, a, p);
}

/* An object of the image: its text, and each member's part of it. */
static const struct fg_params *
copy_object(const struct image *im, const uint8_t *v, struct arena *a)
{
	uint32_t n = le32load(v + IMAGE_V_N), len;
	uint32_t run = (uint32_t)le64load(v + IMAGE_V_DATA);
	const uint8_t *text = text_of(im, v, &len);
	struct fg_params *out;

	if (n > im->size / 8 || text == NULL)
		return NULL;
	out = arena_get(a, sizeof(*out) + n * sizeof(*out->members));
	if (out == NULL)
		return NULL;
	out->members = (struct param *)(out + 1);
	out->n = n;
	out->len = len;
	out->text = arena_text(a, text, len);
	if (out->text == NULL)
		return NULL;
	for (uint32_t i = 0; i < n; i++) {
		const uint8_t *pair = image_nth(im, run, i, 8), *m, *json;
		struct param *p = &out->members[i];
		uint32_t value = pair != NULL ? le32load(pair + 4) : 0, m_len;

		m = image_rec(im, value, IMAGE_VALUE);
		if (m == NULL || !fill(im, le32load(pair), value, a, p))
			return NULL;
		json = text_of(im, m, &m_len);
		if (json == NULL || json < text || m_len > len ||
		    (size_t)(json - text) > len - m_len)
			return NULL;
		p->json = out->text + (json - text);
		p->json_len = m_len;
	}
	return out;
}

static int
by_key(const void *a, const void *b)
{
	const struct param *x = a, *y = b;

	return image_key_cmp(x->key, x->key_len, y->key, y->key_len);
}

/* Writes the object's text; each member's JSON is still in the image. */
static bool
merge_text(struct fg_params *out, struct arena *a)
{
	size_t cap = 3;
	struct jsonw w;
	char *text;

	for (size_t i = 0; i < out->n; i++)
		cap +=
		    out->members[i].key_len * 6 + 4 + out->members[i].json_len;
	text = arena_get(a, cap);
	if (text == NULL)
		return false;
	jsonw_init(&w, text, cap - 1);
	jsonw_begin_object(&w);
	for (size_t i = 0; i < out->n; i++) {
		struct param *p = &out->members[i];

		jsonw_key_n(&w, p->key, p->key_len);
		jsonw_raw(&w, p->json, p->json_len);
		if (w.status != FG_OK)
			return false;
		p->json = text + w.len - p->json_len;
	}
	jsonw_end_object(&w);
	text[w.len] = '\0';
	out->text = text;
	out->len = w.len;
	return w.status == FG_OK;
}

/* What dyn_set made of a member, as a parameter. */
static bool
from_dyn(const struct dyn_key *key, const struct dyn *v, struct arena *a,
    struct param *p)
{
	size_t cap = 64 + 8 * (size_t)v->len;
	struct jsonw w;
	char *text;

	*p = (struct param){.key = key->text,
	    .key_len = key->len,
	    .type = v->type,
	    .boolean = v->boolean,
	    .string = v->text};
	if (v->type == FG_DOUBLE)
		p->number.f64 = v->f64;
	else if (v->type == FG_UINT)
		p->number.u64 = v->u64;
	else
		p->number.i64 = v->i64;
	for (;; cap *= 2) {
		text = arena_get(a, cap);
		if (text == NULL)
			return false;
		jsonw_init(&w, text, cap);
		dyn_json(v, &w);
		if (w.status != FG_E_SPACE)
			break;
	}
	p->json = text;
	p->json_len = w.len;
	return w.status == FG_OK;
}

enum fg_status
params_from_members(const struct fg_member *members, size_t n, struct arena *a,
    const struct fg_params **out)
{
	struct fg_value object = {.type = FG_OBJECT};
	struct fg_params *params;
	struct dyn v;
	enum fg_status st;

	object.u.object.members = members;
	object.u.object.n = n;
	st = dyn_set(&v, &object, a);
	if (st != FG_OK)
		return st;
	params = arena_get(a, sizeof(*params) + n * sizeof(struct param));
	if (params == NULL)
		return FG_E_NOMEM;
	params->members = (struct param *)(params + 1);
	params->n = n;
	for (size_t i = 0; i < n; i++)
		if (!from_dyn(&v.keys[i], &v.items[i], a, &params->members[i]))
			return FG_E_NOMEM;
	qsort(params->members, n, sizeof(struct param), by_key);
	*out = params;
	return merge_text(params, a) ? FG_OK : FG_E_NOMEM;
}

bool
params_copy_value(
    const struct image *im, uint32_t value, struct arena *a, struct param *out)
{
	const uint8_t *v = image_rec(im, value, IMAGE_VALUE), *text;
	uint32_t len;

	*out = (struct param){.type = FG_NULL, .key = ""};
	if (v == NULL || (text = text_of(im, v, &len)) == NULL)
		return false;
	out->json = arena_text(a, text, len);
	out->json_len = len;
	return out->json != NULL && fill_scalar(im, v, a, out);
}

bool
params_is_bool(enum fg_type type)
{
	return type == FG_BOOL;
}

bool
params_is_int(enum fg_type type)
{
	return type == FG_INT;
}

bool
params_is_number(enum fg_type type)
{
	return type == FG_INT || type == FG_UINT || type == FG_DOUBLE;
}

bool
params_is_string(enum fg_type type)
{
	return type == FG_STRING;
}

bool
params_is_any(enum fg_type type)
{
	(void)type;
	return true;
}

double
params_double(const struct param *p)
{
	if (p->type == FG_DOUBLE)
		return p->number.f64;
	return p->type == FG_INT ? (double)p->number.i64
				 : (double)p->number.u64;
}

/* The parameters that several rules of a layer gathered. */
static const struct fg_params *
copy_merged(const struct eval *e, struct arena *a)
{
	uint32_t n = e->r.n_params;
	struct fg_params *out =
	    arena_get(a, sizeof(*out) + n * sizeof(*out->members));

	if (out == NULL)
		return NULL;
	out->members = (struct param *)(out + 1);
	out->n = n;
	for (uint32_t i = 0; i < n; i++) {
		const struct eval_param *from = &e->r.params[i];
		const uint8_t *v = image_rec(&e->im, from->value, IMAGE_VALUE);
		struct param *p = &out->members[i];
		struct image_str rule = eval_text(e, from->rule);
		uint32_t len;

		if (from->own != NULL) {
			*p = *from->own;
			p->rule = arena_text(a, rule.bytes, rule.len);
			if (p->rule == NULL)
				return NULL;
			continue;
		}
		if (v == NULL || !fill(&e->im, from->key, from->value, a, p))
			return NULL;
		p->rule = arena_text(a, rule.bytes, rule.len);
		p->json = (const char *)text_of(&e->im, v, &len);
		p->json_len = len;
		if (p->rule == NULL || p->json == NULL)
			return NULL;
	}
	qsort(out->members, n, sizeof(*out->members), by_key);
	return merge_text(out, a) ? out : NULL;
}

const struct fg_params *
params_copy_object(const struct image *im, uint32_t value, struct arena *a)
{
	const uint8_t *v = image_rec(im, value, IMAGE_VALUE);

	if (v == NULL)
		return NULL;
	if (le32load(v + IMAGE_V_TYPE) != IMAGE_OBJECT)
		return &params_empty;
	return copy_object(im, v, a);
}

const struct fg_params *
params_copy(const struct eval *e, struct arena *a)
{
	if (e->r.own_params != NULL)
		return e->r.own_params;
	if (e->r.is_merged)
		return e->r.n_params > 0 ? copy_merged(e, a) : &params_empty;
	if (e->r.json == 0)
		return &params_empty;
	return params_copy_object(&e->im, e->r.json, a);
}

const struct param *
params_find(const struct fg_params *params, const char *name)
{
	struct param key = {.key = name, .key_len = strlen(name)};

	if (params->n == 0)
		return NULL;
	return bsearch(&key, params->members, params->n, sizeof(key), by_key);
}

bool
fg_params_bool(const struct fg_params *params, const char *name, bool fallback)
{
	const struct param *p = params_find(params, name);

	return p != NULL && p->type == FG_BOOL ? p->boolean : fallback;
}

int64_t
fg_params_int(
    const struct fg_params *params, const char *name, int64_t fallback)
{
	const struct param *p = params_find(params, name);

	return p != NULL && p->type == FG_INT ? p->number.i64 : fallback;
}

double
fg_params_double(
    const struct fg_params *params, const char *name, double fallback)
{
	const struct param *p = params_find(params, name);

	if (p != NULL && params_is_number(p->type))
		return params_double(p);
	return fallback;
}

const char *
fg_params_string(
    const struct fg_params *params, const char *name, const char *fallback)
{
	const struct param *p = params_find(params, name);

	return p != NULL && p->type == FG_STRING ? p->string : fallback;
}

const char *
fg_params_json(const struct fg_params *params, const char *name, size_t *len,
    enum fg_type *type)
{
	const struct param *p = params_find(params, name);

	if (p == NULL)
		return NULL;
	if (len != NULL)
		*len = p->json_len;
	if (type != NULL)
		*type = p->type;
	return p->json;
}

const char *
fg_params_text(const struct fg_params *params, size_t *len)
{
	if (len != NULL)
		*len = params->len;
	return params->text;
}

size_t
fg_params_count(const struct fg_params *params)
{
	return params->n;
}

const char *
fg_params_name(const struct fg_params *params, size_t i)
{
	return i < params->n ? params->members[i].key : NULL;
}
