/*
 * Layers.  Each parameter that is read logs an exposure of its own, with the
 * user as he was when the layer was evaluated.
 */
#include "reader/layer.h"
#include "reader/call.h"
#include "reader/expose.h"
#include "reader/sample.h"
#include "reader/sticky.h"

struct fg_layer_state {
	struct fg_session *ses;
	struct queue_user user; /* with JSON of its own */
	struct sample sample;
	uint64_t user_hash;
	bool has_user;         /* exposures can be logged */
	bool is_asked;         /* by a parameter store */
	const char *mapped_to; /* where a mapping led; NULL: nowhere */
	bool is_silent;        /* reads are counted instead */
};

static void
copy_result(struct call *c, struct fg_layer *layer)
{
	const struct eval_result *r = &c->e.r;

	layer->rule_id = call_rule_id(c);
	layer->id_type = call_text(c, r->id_type);
	if (r->group_name != 0)
		layer->group_name = call_text(c, r->group_name);
	if (r->delegate != 0)
		layer->allocated_experiment = call_text(c, r->delegate);
	layer->is_experiment_active = r->is_experiment_active;
	layer->is_user_in_experiment = r->is_experiment_group;
	layer->secondary =
	    call_pairs(c, eval_secondary(&c->e), &layer->n_secondary);
	layer->undelegated = call_undelegated(c, &layer->n_undelegated);
	layer->explicit_params =
	    call_explicit_params(c, &layer->n_explicit_params);
}

/* What comes out of an evaluation, for the caller and for the exposures. */
struct layer_copy {
	struct fg_layer *layer;
	const char *mapped_to;
};

static void
copy_sticky(struct call *c, struct fg_layer *layer)
{
	const struct fg_sticky_content *r = c->record;

	*layer = (struct fg_layer){.params = r->params,
	    .name = c->name,
	    .rule_id = r->rule_id,
	    .id_type = call_text(c, c->e.r.id_type),
	    .group_name = r->group_name,
	    .allocated_experiment = r->delegate,
	    .is_experiment_active = true,
	    .is_user_in_experiment = true,
	    .secondary = r->secondary,
	    .n_secondary = r->n_secondary,
	    .undelegated = r->undelegated,
	    .n_undelegated = r->n_undelegated,
	    .explicit_params = r->explicit_params,
	    .n_explicit_params = r->n_explicit_params};
	sticky_details(c, &layer->details);
}

static void
copy_layer(struct call *c, void *out)
{
	struct layer_copy *copy = out;
	struct fg_layer *layer = copy->layer;
	struct eval *e = &c->e;
	const struct fg_params *params = NULL;

	copy->mapped_to = NULL;
	if (c->record != NULL) {
		copy_sticky(c, layer);
		return;
	}
	*layer = (struct fg_layer){.params = &params_empty,
	    .name = c->name,
	    .rule_id = "",
	    .id_type = ""};
	if (e->end == EVAL_RECOGNIZED) {
		params = params_copy(e, &c->ses->arena);
		if (params == NULL) {
			e->end = EVAL_FAILED;
			e->fault = EVAL_DAMAGED;
		}
	}
	call_details(c, &layer->details);
	if (params == NULL)
		return;
	layer->params = params;
	copy_result(c, layer);
	if (e->r.mapped_to != 0)
		copy->mapped_to = call_text(c, e->r.mapped_to);
}

/* Keeps the user for the parameters' exposures. */
static struct fg_layer_state *
state_new(struct call *c, bool expose)
{
	struct fg_session *ses = c->ses;
	struct fg_layer_state *state = arena_get(&ses->arena, sizeof(*state));
	struct queue_user *wire;
	char *json;

	if (state == NULL)
		return NULL;
	*state = (struct fg_layer_state){
	    .ses = ses, .is_asked = c->asked, .is_silent = !expose};
	if (c->record == NULL) /* what is sticky is not sampled */
		state->sample = sample_of(&c->e.r);
	if (!expose || ses->fg->queue == NULL)
		return state;
	wire = user_wire(c->user, &ses->fg->defaults, &ses->tier);
	json = wire != NULL
	    ? arena_text(&ses->arena, wire->json, wire->json_len)
	    : NULL;
	if (json == NULL)
		return state;
	state->user = *wire;
	state->user.json = json;
	state->user_hash = user_unit_hash(c->user);
	state->has_user = true;
	return state;
}

static enum fg_status
get_layer(struct call *c, struct fg_layer *out)
{
	struct fg_session *ses = c->ses;
	struct layer_copy copy = {.layer = out};
	enum fg_status st;

	c->kind = EVAL_LAYER;
	st = call_run(c, copy_layer, &copy);
	/* The name outlives the caller's: parameters are read later. */
	out->name = arena_text(&ses->arena, c->name, strlen(c->name));
	out->state = state_new(c, c->expose);
	if (out->state != NULL)
		out->state->mapped_to = copy.mapped_to;
	if (out->name == NULL || out->state == NULL) {
		out->name = "";
		out->state = NULL;
		return FG_E_NOMEM;
	}
	return st;
}

enum fg_status
fg_get_layer(struct fg_session *ses, struct fg_user *user, const char *name,
    unsigned flags, struct fg_layer *out)
{
	return fg_get_layer_sticky(ses, user, name, flags, NULL, out);
}

enum fg_status
fg_get_layer_sticky(struct fg_session *ses, struct fg_user *user,
    const char *name, unsigned flags, const struct fg_sticky *sticky,
    struct fg_layer *out)
{
	struct call c = {.ses = ses,
	    .user = user,
	    .name = name,
	    .expose = (flags & FG_NO_EXPOSURE) == 0,
	    .sticky = sticky,
	    .flags = flags,
	    .asked = (flags & CALL_ASKED) != 0};

	return get_layer(&c, out);
}

static bool
is_explicit(const struct fg_layer *layer, const char *param)
{
	for (size_t i = 0; i < layer->n_explicit_params; i++)
		if (strcmp(layer->explicit_params[i], param) == 0)
			return true;
	return false;
}

static struct record_text
text(const char *s)
{
	return (struct record_text){s, strlen(s)};
}

bool
layer_put_list(struct arena *a, const struct fg_exposure *at, size_t n,
    struct record_exposure *x)
{
	struct record_list list;
	size_t cap = 16;
	uint8_t *bytes;

	for (size_t i = 0; i < n; i++)
		cap += strlen(at[i].gate) + strlen(at[i].rule_id) + 16;
	if (cap > RECORD_MAX)
		cap = RECORD_MAX;
	bytes = arena_get(a, cap);
	if (bytes == NULL)
		return false;
	record_list_begin(&list, bytes, cap);
	for (size_t i = 0; i < n; i++)
		record_list_add(
		    &list, text(at[i].gate), at[i].value, text(at[i].rule_id));
	x->has_secondary = true;
	x->n_secondary = list.n;
	x->secondary = (struct record_text){list.data, list.len};
	return true;
}

static void
put_layer(const struct fg_layer *layer, const struct param *p, bool is_manual,
    struct record_exposure *x)
{
	const struct fg_details *d = &layer->details;

	*x = (struct record_exposure){.subject = RECORD_LAYER,
	    .time_ms = expose_now_ms(),
	    .name = text(layer->name),
	    .rule_id =
		text(p->rule != NULL && !is_manual ? p->rule : layer->rule_id),
	    .reason = text(d->reason),
	    .manual = is_manual,
	    .has_lcut = d->lcut != 0,
	    .lcut = d->lcut,
	    .has_received_at = d->received_at != 0,
	    .received_at = d->received_at,
	    .has_version = d->has_version,
	    .version = d->version,
	    .parameter = {p->key, p->key_len}};
	x->asked = layer->state->is_asked;
	x->explicit_parameter = is_explicit(layer, p->key);
	if ((is_manual || layer->state->is_asked) &&
	    layer->state->mapped_to != NULL) {
		x->has_override = true;
		x->override_name = text(layer->state->mapped_to);
	}
	if (x->explicit_parameter && layer->allocated_experiment != NULL)
		x->allocated = text(layer->allocated_experiment);
}

/* EVALUATION.md 6.4: which nested gates go along depends on the parameter. */
static enum fg_status
expose_param(struct fg_layer *layer, const struct param *p, bool is_manual)
{
	struct fg_session *ses = layer->state->ses;
	struct arena_mark mark = arena_mark(&ses->arena);
	const struct fg_exposure *list;
	struct record_exposure x;
	struct record_text rule;
	enum fg_status st = FG_E_NOMEM;
	uint64_t key, first;
	size_t n, cap, len;
	uint8_t *record;
	bool is_list;

	put_layer(layer, p, is_manual, &x);
	/* A store's read counts by the layer's rule, told is the parameter's. */
	rule = x.rule_id;
	if (layer->state->is_asked)
		x.rule_id = text(layer->rule_id);
	key = expose_key(hash64(x.name.data, x.name.len),
	    hash64(x.rule_id.data, x.rule_id.len), layer->state->user_hash,
	    hash64(p->key, p->key_len));
	if (expose_is_repeat(ses, key, x.time_ms))
		return FG_OK;
	if (!sample_keep(ses, &layer->state->sample, key, &x, &first)) {
		dedupe_mark(ses->fg->dedupe, key);
		return FG_OK;
	}
	x.rule_id = rule;
	list = x.explicit_parameter ? layer->secondary : layer->undelegated;
	n = x.explicit_parameter ? layer->n_secondary : layer->n_undelegated;
	is_list = x.explicit_parameter || list != NULL ||
	    (!is_manual && layer->state->is_asked);
	if (is_list && !layer_put_list(&ses->arena, list, n, &x))
		return FG_E_NOMEM;
	cap = x.name.len + x.rule_id.len + x.reason.len + x.parameter.len +
	    x.allocated.len + x.secondary.len + x.override_name.len + 256;
	record = arena_get(&ses->arena, cap);
	if (record != NULL) {
		if (record_put_exposure(record, cap, &x, &len) != FG_OK)
			len = RECORD_MAX + 1; /* dropped and counted */
		st = expose_append(ses, &layer->state->user, key, record, len);
		if (st == FG_OK)
			sample_mark(ses, first);
	}
	arena_release(&ses->arena, mark);
	return st;
}

const struct param *
layer_read(struct fg_layer *layer, const char *name, bool (*fits)(enum fg_type))
{
	const struct param *p = params_find(layer->params, name);

	if (p == NULL || !fits(p->type))
		return NULL;
	if (layer->state == NULL)
		return p;
	if (layer->state->is_silent)
		call_tally(layer->state->ses, layer->name);
	else if (layer->state->has_user)
		expose_param(layer, p, false);
	return p;
}

bool
fg_layer_bool(struct fg_layer *layer, const char *param, bool fallback)
{
	const struct param *p = layer_read(layer, param, params_is_bool);

	return p != NULL ? p->boolean : fallback;
}

int64_t
fg_layer_int(struct fg_layer *layer, const char *param, int64_t fallback)
{
	const struct param *p = layer_read(layer, param, params_is_int);

	return p != NULL ? p->number.i64 : fallback;
}

double
fg_layer_double(struct fg_layer *layer, const char *param, double fallback)
{
	const struct param *p = layer_read(layer, param, params_is_number);

	return p != NULL ? params_double(p) : fallback;
}

const char *
fg_layer_string(struct fg_layer *layer, const char *param, const char *fallback)
{
	const struct param *p = layer_read(layer, param, params_is_string);

	return p != NULL ? p->string : fallback;
}

const char *
fg_layer_json(
    struct fg_layer *layer, const char *param, size_t *len, enum fg_type *type)
{
	if (layer_read(layer, param, params_is_any) == NULL)
		return NULL;
	return fg_params_json(layer->params, param, len, type);
}

const char *
fg_layer_param_rule(const struct fg_layer *layer, const char *param)
{
	const struct param *p = params_find(layer->params, param);

	return p != NULL && p->rule != NULL ? p->rule : layer->rule_id;
}

enum fg_status
fg_expose_layer(struct fg_session *ses, struct fg_user *user, const char *layer,
    const char *param)
{
	struct call c = {.ses = ses,
	    .user = user,
	    .name = layer,
	    .expose = true,
	    .manual = true};
	struct fg_layer got;
	enum fg_status st = get_layer(&c, &got);
	struct param absent = {.key = param, .key_len = strlen(param)};
	const struct param *p = params_find(got.params, param);

	if (st != FG_OK || !got.state->has_user)
		return st;
	/* One that is not there is told as well, as the reference does. */
	return expose_param(&got, p != NULL ? p : &absent, true);
}
