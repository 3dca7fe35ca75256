#include "reader/store_param.h"

/* --- of an image -------------------------------------------------------- */

static const uint8_t *
find_param(const struct image *im, const uint8_t *store, const char *name)
{
	uint32_t n = le32load(store + 8), lo = 0, hi = n;
	size_t len = strlen(name);

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		const uint8_t *p =
		    image_nth(im, le32load(store + 12), mid, IMAGE_STORE_PARAM);
		struct image_str s;
		int c;

		if (p == NULL || !image_str(im, le32load(p), &s))
			return NULL;
		c = image_key_cmp(name, len, s.bytes, s.len);
		if (c == 0)
			return p;
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

static const char *
copy_str(const struct image *im, uint32_t at, struct arena *a)
{
	struct image_str s;
	const char *text = NULL;

	if (image_str(im, at, &s))
		text = arena_text(a, s.bytes, s.len);
	return text != NULL ? text : "";
}

bool
store_param_copy(const struct image *im, uint32_t store, const char *name,
    struct arena *a, struct store_param *out)
{
	const uint8_t *rec = image_rec(im, store, IMAGE_STORE), *p = NULL;

	*out = (struct store_param){.kind = (enum image_param)0};
	if (rec != NULL && name != NULL)
		p = find_param(im, rec, name);
	if (p == NULL)
		return rec != NULL;
	out->kind = (enum image_param)le32load(p + 4);
	out->entity = copy_str(im, le32load(p + 16), a);
	out->inner = copy_str(im, le32load(p + 20), a);
	if (out->kind == IMAGE_PARAM_STATIC || out->kind == IMAGE_PARAM_GATE)
		params_copy_value(im, le32load(p + 24), a, &out->value);
	if (out->kind == IMAGE_PARAM_GATE)
		params_copy_value(im, le32load(p + 28), a, &out->fail_value);
	return true;
}

/* --- of the caller's values ------------------------------------------------ */

/* The last member of that name, as of JSON; NULL when there is none. */
static const struct fg_value *
member(const struct fg_value *object, const char *name)
{
	const struct fg_value *found = NULL;
	size_t len = strlen(name);

	for (size_t i = 0; i < object->u.object.n; i++) {
		const struct fg_member *m = &object->u.object.members[i];

		if (m->key_len == len && memcmp(m->key, name, len) == 0)
			found = &m->value;
	}
	return found;
}

static const struct fg_value *
text(const struct fg_value *object, const char *name)
{
	const struct fg_value *v = member(object, name);

	return v != NULL && v->type == FG_STRING ? v : NULL;
}

/* A copy of one value. */
static enum fg_status
copy_value(const struct fg_value *v, struct arena *a, struct param *out)
{
	const struct fg_member one = {"", 0, *v};
	const struct fg_params *params;
	enum fg_status st = params_from_members(&one, 1, a, &params);

	if (st == FG_OK)
		*out = params->members[0];
	return st;
}

/* The order is the reference's: the first whose fields are all there. */
static const struct {
	enum image_param kind;
	const char *entity;
} references[] = {
    {IMAGE_PARAM_GATE, "gate_name"},
    {IMAGE_PARAM_CONFIG, "config_name"},
    {IMAGE_PARAM_EXPERIMENT, "experiment_name"},
    {IMAGE_PARAM_LAYER, "layer_name"},
};

static enum fg_status
take_reference(
    const struct fg_value *v, struct arena *a, struct store_param *out)
{
	const struct fg_value *pass = member(v, "pass_value");
	const struct fg_value *fail = member(v, "fail_value");
	const struct fg_value *inner = text(v, "param_name");

	for (size_t i = 0; i < sizeof(references) / sizeof(*references); i++) {
		const struct fg_value *name = text(v, references[i].entity);
		bool gate = references[i].kind == IMAGE_PARAM_GATE;
		enum fg_status st;

		if (name == NULL ||
		    (gate ? pass == NULL || fail == NULL : inner == NULL))
			continue;
		out->entity =
		    arena_text(a, name->u.string.bytes, name->u.string.len);
		out->inner = gate
		    ? ""
		    : arena_text(a, inner->u.string.bytes, inner->u.string.len);
		if (out->entity == NULL || out->inner == NULL)
			return FG_E_NOMEM;
		out->kind = references[i].kind;
		if (!gate)
			return FG_OK;
		st = copy_value(pass, a, &out->value);
		return st == FG_OK ? copy_value(fail, a, &out->fail_value) : st;
	}
	return FG_ABSENT;
}

static enum fg_status
take_param(const struct fg_value *v, struct arena *a, struct store_param *out)
{
	const struct fg_value *name, *value;
	enum fg_status st = FG_ABSENT;

	if (v->type == FG_OBJECT && text(v, "ref_type") != NULL &&
	    text(v, "param_type") != NULL) {
		name = member(v, "name");
		value = member(v, "value");
		if (name != NULL && name->type != FG_STRING &&
		    name->type != FG_NULL)
			st = FG_ABSENT; /* no parameter of any kind */
		else if (value != NULL)
			v = value;
		else
			st = take_reference(v, a, out);
	}
	if (st != FG_ABSENT)
		return st;
	out->kind = IMAGE_PARAM_STATIC;
	return copy_value(v, a, &out->value);
}

enum fg_status
store_params_from_members(const struct fg_member *members, size_t n,
    struct arena *a, const struct store_param **out)
{
	struct store_param *all = arena_get(a, (n + 1) * sizeof(*all));
	enum fg_status st = all != NULL ? FG_OK : FG_E_NOMEM;

	for (size_t i = 0; i < n && st == FG_OK; i++) {
		all[i] = (struct store_param){.key_len = members[i].key_len};
		all[i].key = arena_text(a, members[i].key, members[i].key_len);
		st = all[i].key != NULL
		    ? take_param(&members[i].value, a, &all[i])
		    : FG_E_NOMEM;
	}
	*out = all;
	return st;
}
