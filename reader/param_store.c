/*
 * Parameter stores: names for values that are kept elsewhere.  What a store
 * says of a parameter is copied out when the parameter is read; the gate,
 * config, experiment or layer behind it is then asked like by anyone else, and
 * logs its exposure.
 */
#include "reader/call.h"
#include "reader/layer.h"
#include "reader/override.h"
#include "reader/store_param.h"

static uint32_t
find_store(const struct fg_session *ses, const char *name)
{
	size_t n = strlen(name);

	return image_find(&ses->im, IMAGE_H_STORES, name, n, hash64(name, n));
}

/* The host's override replaces the whole store. */
static enum hostwide_end
from_host(struct fg_session *ses, struct fg_user *user, const char *store,
    const char *param, struct store_param *out)
{
	const struct image *host = ses->in.hostwide;
	size_t n = strlen(store);
	struct hostwide found;
	enum hostwide_end end;

	*out = (struct store_param){.kind = (enum image_param)0};
	if (host == NULL)
		return HOSTWIDE_ABSENT;
	end = override_of_host(host, HOSTWIDE_STORE, store, n, hash64(store, n),
	    call_user(ses, user), &found);
	if (end == HOSTWIDE_FOUND &&
	    (found.what != HOSTWIDE_PARAMS ||
		!store_param_copy(host, found.at, param, &ses->arena, out)))
		end = HOSTWIDE_DAMAGED;
	return end;
}

/* So does this process's own. */
static bool
from_process(struct fg_session *ses, struct fg_user *user, const char *store,
    const char *param, struct store_param *out)
{
	const struct overrides *all = ses->fg->overrides;
	const struct override *o;
	size_t n = strlen(store), len = param != NULL ? strlen(param) : 0;

	*out = (struct store_param){.kind = (enum image_param)0};
	if (!overrides_any(all))
		return false;
	o = overrides_find(all, OVERRIDES_STORE, store, n, hash64(store, n),
	    call_user(ses, user));
	for (size_t i = o != NULL && param != NULL ? o->n_store : 0; i-- > 0;)
		if (o->store[i].key_len == len &&
		    memcmp(o->store[i].key, param, len) == 0) {
			*out = o->store[i];
			break;
		}
	return o != NULL;
}

/* Asks until the answer is of a living generation; none otherwise. */
static bool
look_up(struct fg_session *ses, struct fg_user *user, const char *store,
    const char *param, struct store_param *out)
{
	for (int i = 0; i < CALL_ATTEMPTS && ses->state == SESSION_RULES; i++) {
		enum hostwide_end host =
		    from_host(ses, user, store, param, out);
		bool known = host == HOSTWIDE_FOUND ||
		    (host == HOSTWIDE_ABSENT &&
			(from_process(ses, user, store, param, out) ||
			    store_param_copy(&ses->im, find_store(ses, store),
				param, &ses->arena, out)));

		if (session_holds(ses))
			return known;
		session_move(ses);
	}
	return from_process(ses, user, store, param, out);
}

enum fg_status
fg_get_store(struct fg_session *ses, struct fg_user *user, const char *name,
    unsigned flags, struct fg_store *out)
{
	struct store_param none;
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
from_config(const struct fg_store *store, const struct store_param *src,
    bool (*fits)(enum fg_type))
{
	const struct param *p;
	struct fg_config config;

	if (src->kind == IMAGE_PARAM_CONFIG)
		fg_get_config(store->session, store->user, src->entity,
		    store->flags, &config);
	else
		fg_get_experiment(store->session, store->user, src->entity,
		    store->flags | CALL_ASKED, &config);
	p = params_find(config.params, src->inner);
	return p != NULL && fits(p->type) ? p : NULL;
}

static const struct param *
from_layer(const struct fg_store *store, const struct store_param *src,
    bool (*fits)(enum fg_type))
{
	struct fg_layer layer;

	fg_get_layer(store->session, store->user, src->entity,
	    store->flags | CALL_ASKED, &layer);
	return layer_read(&layer, src->inner, fits);
}

static const struct param *
from_gate(const struct fg_store *store, struct store_param *src,
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
read_store(const struct fg_store *store, const char *param,
    struct store_param *src, bool (*fits)(enum fg_type))
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
	struct store_param src;
	const struct param *p = read_store(store, param, &src, params_is_bool);

	return p != NULL ? p->boolean : fallback;
}

int64_t
fg_store_int(const struct fg_store *store, const char *param, int64_t fallback)
{
	struct store_param src;
	const struct param *p = read_store(store, param, &src, params_is_int);

	return p != NULL ? p->number.i64 : fallback;
}

double
fg_store_double(
    const struct fg_store *store, const char *param, double fallback)
{
	struct store_param src;
	const struct param *p =
	    read_store(store, param, &src, params_is_number);

	return p != NULL ? params_double(p) : fallback;
}

const char *
fg_store_string(
    const struct fg_store *store, const char *param, const char *fallback)
{
	struct store_param src;
	const struct param *p =
	    read_store(store, param, &src, params_is_string);

	return p != NULL ? p->string : fallback;
}

const char *
fg_store_json(const struct fg_store *store, const char *param, size_t *len,
    enum fg_type *type)
{
	struct store_param src;
	const struct param *p = read_store(store, param, &src, params_is_any);

	if (p == NULL)
		return NULL;
	if (len != NULL)
		*len = p->json_len;
	if (type != NULL)
		*type = p->type;
	return p->json;
}
