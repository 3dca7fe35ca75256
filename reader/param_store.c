/*
 * Parameter stores: names for values that are kept elsewhere.  What a store
 * says of a parameter is copied out when the parameter is read; the gate,
 * config, experiment or layer behind it is then asked like by anyone else, and
 * logs its exposure.
 */
#include "reader/call.h"
#include "reader/layer.h"

/* A parameter as the store has it. */
struct source {
	enum image_param kind; /* 0: there is none of that name */
	const char *entity, *inner;
	struct param value, fail_value;
};

/* Finds it in the image; false when the image is damaged. */
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
copy_str(struct fg_session *ses, uint32_t at)
{
	struct image_str s;
	const char *text = NULL;

	if (image_str(&ses->im, at, &s))
		text = arena_text(&ses->arena, s.bytes, s.len);
	return text != NULL ? text : "";
}

static void
copy_source(struct fg_session *ses, const uint8_t *p, struct source *out)
{
	const struct image *im = &ses->im;

	out->kind = (enum image_param)le32load(p + 4);
	out->entity = copy_str(ses, le32load(p + 16));
	out->inner = copy_str(ses, le32load(p + 20));
	if (out->kind == IMAGE_PARAM_STATIC || out->kind == IMAGE_PARAM_GATE)
		params_copy_value(
		    im, le32load(p + 24), &ses->arena, &out->value);
	if (out->kind == IMAGE_PARAM_GATE)
		params_copy_value(
		    im, le32load(p + 28), &ses->arena, &out->fail_value);
}

static uint32_t
find_store(const struct fg_session *ses, const char *name)
{
	size_t n = strlen(name);

	return image_find(&ses->im, IMAGE_H_STORES, name, n, hash64(name, n));
}

/* A local override replaces the whole store; its values are static. */
static const struct fg_params *
override_of(struct fg_session *ses, struct fg_user *user, const char *store)
{
	const struct overrides *all = ses->fg->overrides;
	const struct override *o;
	size_t n = strlen(store);

	if (!overrides_any(all))
		return NULL;
	o = overrides_find(all, OVERRIDES_STORE, store, n, hash64(store, n),
	    call_user(ses, user));
	return o != NULL ? o->params : NULL;
}

static void
from_override(
    const struct fg_params *params, const char *param, struct source *out)
{
	const struct param *p =
	    param != NULL ? params_find(params, param) : NULL;

	*out = (struct source){.kind = (enum image_param)0};
	if (p != NULL) {
		out->kind = IMAGE_PARAM_STATIC;
		out->value = *p;
	}
}

/* Asks until the answer is of a living generation; none otherwise. */
static bool
look_up(struct fg_session *ses, struct fg_user *user, const char *store,
    const char *param, struct source *out)
{
	const struct fg_params *own = override_of(ses, user, store);

	if (own != NULL) {
		from_override(own, param, out);
		return true;
	}
	for (int i = 0; i < CALL_ATTEMPTS && ses->state == SESSION_RULES; i++) {
		const uint8_t *rec =
		    image_rec(&ses->im, find_store(ses, store), IMAGE_STORE);
		const uint8_t *p = NULL;

		*out = (struct source){.kind = (enum image_param)0};
		if (rec != NULL && param != NULL)
			p = find_param(&ses->im, rec, param);
		if (p != NULL)
			copy_source(ses, p, out);
		if (session_holds(ses))
			return rec != NULL;
		session_move(ses);
	}
	*out = (struct source){.kind = (enum image_param)0};
	return false;
}

enum fg_status
fg_get_store(struct fg_session *ses, struct fg_user *user, const char *name,
    unsigned flags, struct fg_store *out)
{
	struct source none;
	bool known = look_up(ses, user, name, NULL, &none);

	call_tally(ses, name); /* whatever the flags say */

	*out = (struct fg_store){.session = ses,
	    .user = user,
	    .flags = flags,
	    .name = arena_text(&ses->arena, name, strlen(name))};
	out->details.reason =
	    ses->reasons[known ? SESSION_RECOGNIZED : SESSION_UNRECOGNIZED];
	out->details.generation = ses->pin.generation;
	out->details.lcut = ses->lcut;
	out->details.received_at = ses->received_at;
	out->details.moved = ses->moved;
	if (out->name == NULL) {
		out->name = "";
		return FG_E_NOMEM;
	}
	return FG_OK;
}

static const struct param *
from_config(const struct fg_store *store, const struct source *src,
    bool (*fits)(enum fg_type))
{
	const struct param *p;
	struct fg_config config;

	if (src->kind == IMAGE_PARAM_CONFIG)
		fg_get_config(store->session, store->user, src->entity,
		    store->flags, &config);
	else
		fg_get_experiment(store->session, store->user, src->entity,
		    store->flags, &config);
	p = params_find(config.params, src->inner);
	return p != NULL && fits(p->type) ? p : NULL;
}

static const struct param *
from_layer(const struct fg_store *store, const struct source *src,
    bool (*fits)(enum fg_type))
{
	struct fg_layer layer;

	fg_get_layer(
	    store->session, store->user, src->entity, store->flags, &layer);
	return layer_read(&layer, src->inner, fits);
}

static const struct param *
from_gate(const struct fg_store *store, struct source *src,
    bool (*fits)(enum fg_type))
{
	struct fg_gate gate;
	const struct param *p;

	fg_get_gate(
	    store->session, store->user, src->entity, store->flags, &gate);
	p = gate.value ? &src->value : &src->fail_value;
	return p->json != NULL && fits(p->type) ? p : NULL;
}

/* A parameter's value if it is of a type that fits; null never does. */
static const struct param *
read_store(const struct fg_store *store, const char *param, struct source *src,
    bool (*fits)(enum fg_type))
{
	const struct param *p = NULL;

	if (!look_up(store->session, store->user, store->name, param, src))
		return NULL;
	switch (src->kind) {
	case IMAGE_PARAM_STATIC:
		p = &src->value;
		if (p->json == NULL || !fits(p->type))
			p = NULL;
		break;
	case IMAGE_PARAM_GATE:
		p = from_gate(store, src, fits);
		break;
	case IMAGE_PARAM_CONFIG:
	case IMAGE_PARAM_EXPERIMENT:
		p = from_config(store, src, fits);
		break;
	case IMAGE_PARAM_LAYER:
		p = from_layer(store, src, fits);
		break;
	}
	return p != NULL && p->type != FG_NULL ? p : NULL;
}

bool
fg_store_bool(const struct fg_store *store, const char *param, bool fallback)
{
	struct source src;
	const struct param *p = read_store(store, param, &src, params_is_bool);

	return p != NULL ? p->boolean : fallback;
}

int64_t
fg_store_int(const struct fg_store *store, const char *param, int64_t fallback)
{
	struct source src;
	const struct param *p = read_store(store, param, &src, params_is_int);

	return p != NULL ? p->number.i64 : fallback;
}

double
fg_store_double(
    const struct fg_store *store, const char *param, double fallback)
{
	struct source src;
	const struct param *p =
	    read_store(store, param, &src, params_is_number);

	return p != NULL ? params_double(p) : fallback;
}

const char *
fg_store_string(
    const struct fg_store *store, const char *param, const char *fallback)
{
	struct source src;
	const struct param *p =
	    read_store(store, param, &src, params_is_string);

	return p != NULL ? p->string : fallback;
}

const char *
fg_store_json(const struct fg_store *store, const char *param, size_t *len,
    enum fg_type *type)
{
	struct source src;
	const struct param *p = read_store(store, param, &src, params_is_any);

	if (p == NULL)
		return NULL;
	if (len != NULL)
		*len = p->json_len;
	if (type != NULL)
		*type = p->type;
	return p->json;
}
