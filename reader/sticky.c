#include "reader/sticky.h"

#include "common/lower.h"
#include "reader/expose.h"
#include "reader/layer.h"
#include "reader/override.h"
#include "reader/sample.h"

/* What the storage is to be told: in the session's arena. */
struct sticky_op {
	struct sticky_op *next;
	const char *key, *name;
	const uint8_t *record; /* NULL: remove it */
	size_t n;
};

static void
count_failure(struct fg_session *ses)
{
	atomic_fetch_add_explicit(
	    &ses->fg->n_sticky_failed, 1, memory_order_relaxed);
}

/* --------------------------------------------------------------- the key */

static const struct dyn *
custom_id(const struct fg_user *user, const char *name, size_t n)
{
	return user_map_get(
	    &user->maps[FG_CUSTOM_IDS], name, n, hash64(name, n));
}

/*
 * The user's ID of that type, as user_unit() finds it by the spellings that an
 * image has: exact, then in lower case.  NULL also when there is no memory.
 */
static const struct dyn *
unit_of(const struct fg_user *user, struct arena *a, const char *type, size_t n)
{
	size_t cap = LOWER_CAP(n) + 1;
	char *low = arena_get(a, cap);
	const struct dyn *unit;
	size_t len;

	if (low == NULL)
		return NULL;
	len = lower(type, n, low, cap);
	if (len == 6 && memcmp(low, "userid", 6) == 0) {
		unit = &user->atoms[IMAGE_ATOM_USER_ID];
	} else {
		unit = custom_id(user, type, n);
		if (unit == NULL)
			unit = custom_id(user, low, len);
	}
	return unit != NULL && unit->type != FG_NULL ? unit : NULL;
}

/*
 * "unit ID:ID type", or NULL when the user has none of that type, or one that
 * cannot be told from others as a text that ends at its first NUL.
 */
static const char *
key_of(struct fg_session *ses, const struct fg_user *user, const char *type)
{
	size_t n = strlen(type);
	const struct dyn *unit =
	    n > 0 ? unit_of(user, &ses->arena, type, n) : NULL;
	char *key;

	if (unit == NULL || memchr(unit->text, '\0', unit->len) != NULL)
		return NULL;
	key = arena_get(&ses->arena, (size_t)unit->len + n + 2);
	if (key == NULL)
		return NULL;
	memcpy(key, unit->text, unit->len);
	key[unit->len] = ':';
	memcpy(key + unit->len + 1, type, n + 1);
	return key;
}

/* --------------------------------------------------------------- loading */

struct found {
	struct arena *arena;
	struct fg_sticky_value *values;
	size_t n, cap;
};

static bool
take_found(void *to, const char *name, const void *record, size_t len)
{
	struct found *f = to;
	struct fg_sticky_value *v;

	if (f->n == f->cap) {
		size_t cap = 2 * f->cap + 8;

		v = arena_get(f->arena, cap * sizeof(*v));
		if (v == NULL)
			return false;
		if (f->n > 0)
			memcpy(v, f->values, f->n * sizeof(*v));
		f->values = v;
		f->cap = cap;
	}
	v = &f->values[f->n];
	v->name = arena_text(f->arena, name, strlen(name));
	v->record = arena_text(f->arena, record, len);
	v->len = len;
	if (v->name == NULL || v->record == NULL)
		return false;
	f->n++;
	return true;
}

enum fg_status
fg_sticky_load(struct fg_session *ses, struct fg_user *user,
    const char *id_type, struct fg_sticky *out)
{
	const struct fg *fg = ses->fg;
	struct found found = {.arena = &ses->arena};
	enum fg_status st = FG_ABSENT;
	const char *key;

	*out = (struct fg_sticky){0};
	if (!fg->has_sticky)
		return FG_ABSENT;
	key = key_of(ses, call_user(ses, user), id_type);
	if (key == NULL)
		return FG_ABSENT;
	st = fg->sticky.load(fg->sticky.arg, key, take_found, &found);
	if (st != FG_OK && st != FG_ABSENT) {
		out->is_unknown = true;
		count_failure(ses);
		return st;
	}
	out->values = found.values;
	out->n = found.n;
	return FG_OK;
}

/* -------------------------------------------------------------- deciding */

static void
push(struct call *c, const char *key, const char *name, const uint8_t *record,
    size_t n)
{
	struct sticky_op *op = arena_get(&c->ses->arena, sizeof(*op));

	if (op == NULL || name == NULL) {
		count_failure(c->ses);
		return;
	}
	*op = (struct sticky_op){c->ops, key, name, record, n};
	c->ops = op;
}

/* The key of what an evaluation was of, or NULL: nothing about it sticks. */
static const char *
key_of_result(struct call *c, const struct eval *e)
{
	struct image_str s = eval_text(e, e->r.id_type);
	char *type;

	if (e->end != EVAL_RECOGNIZED || s.len == 0)
		return NULL;
	type = arena_text(&c->ses->arena, s.bytes, s.len);
	return type != NULL ? key_of(c->ses, c->user, type) : NULL;
}

static void
push_removal(struct call *c, const struct eval *e)
{
	const char *key = key_of_result(c, e);

	if (key != NULL)
		push(c, key,
		    arena_text(&c->ses->arena, e->name.bytes, e->name.len),
		    NULL, 0);
}

/* The record of that name; NULL when there is none that can be used. */
static const struct fg_sticky_content *
given(struct call *c, bool *is_newer)
{
	const struct fg_sticky *sticky = c->sticky;
	struct fg_sticky_content *r;
	enum fg_status st;
	size_t i = 0;

	*is_newer = false;
	while (i < sticky->n && strcmp(sticky->values[i].name, c->name) != 0)
		i++;
	if (i == sticky->n)
		return NULL;
	r = arena_get(&c->ses->arena, sizeof(*r));
	st = r == NULL ? FG_E_NOMEM
		       : sticky_record_get(sticky->values[i].record,
			     sticky->values[i].len, &c->ses->arena, r);
	if (st == FG_OK)
		return r;
	count_failure(c->ses);
	*is_newer = st != FG_E_CORRUPT;
	return NULL;
}

static struct image_str
str_of(const char *text)
{
	size_t n = strlen(text);

	return (struct image_str){
	    (const uint8_t *)text, (uint32_t)n, hash64(text, n)};
}

static bool
is_active(const struct call *c, const struct fg_sticky_content *r)
{
	const uint8_t *spec;
	struct image_str name;
	uint32_t flags;

	if (c->kind == EVAL_LAYER && r != NULL && r->delegate != NULL) {
		name = str_of(r->delegate);
		spec = image_rec(&c->e.im,
		    eval_find(&c->e, EVAL_EXPERIMENT, &name), IMAGE_SPEC);
		flags = spec != NULL ? le32load(spec + IMAGE_SPEC_FLAGS) : 0;
		if ((flags & IMAGE_SPEC_HAS_ACTIVE) != 0)
			return (flags & IMAGE_SPEC_ACTIVE) != 0;
	}
	return c->e.r.is_experiment_active;
}

/* Whether the user is excluded, or overridden, by now. */
static bool
is_so(struct call *c, const struct image_str *name, enum eval_part part)
{
	struct eval *e = arena_get(&c->ses->arena, sizeof(*e));
	bool yes = e != NULL && eval_recheck(e, &c->ses->in, name, part);

	for (e = e != NULL ? e->inner : NULL; e != NULL; e = e->inner)
		push_removal(c, e);
	return yes;
}

static bool
must_yield(struct call *c, const struct fg_sticky_content *r)
{
	const char *of = c->kind == EVAL_LAYER ? r->delegate : c->name;
	struct image_str name;

	if (of == NULL)
		return false;
	name = str_of(of);
	return ((c->flags & FG_ENFORCE_TARGETING) != 0 &&
		   is_so(c, &name, EVAL_TARGETING)) ||
	    ((c->flags & FG_ENFORCE_OVERRIDES) != 0 &&
		is_so(c, &name, EVAL_OVERRIDES));
}

/*
 * A layer's record brings back what an experiment gave it; not so where the
 * host's operator has taken that experiment into his hands.
 */
static bool
is_of_host(struct call *c, const struct fg_sticky_content *r)
{
	const struct image *host = c->ses->in.hostwide;
	struct image_str name;
	struct hostwide o;

	if (host == NULL || r->delegate == NULL)
		return false;
	name = str_of(r->delegate);
	return override_of_host(host, HOSTWIDE_EXPERIMENT, name.bytes, name.len,
		   name.hash, c->user, &o) != HOSTWIDE_ABSENT;
}

static bool
take_result(struct call *c, struct fg_sticky_content *r)
{
	const struct fg_session *ses = c->ses;
	const struct eval_result *e = &c->e.r;

	*r = (struct fg_sticky_content){.value = e->value,
	    .has_version = e->has_version,
	    .version = e->version,
	    .lcut = ses->lcut};
	r->rule_id = call_rule_id(c);
	r->group_name = e->group_name != 0 ? call_text(c, e->group_name) : NULL;
	r->delegate = e->delegate != 0 ? call_text(c, e->delegate) : NULL;
	r->secondary = call_pairs(c, eval_secondary(&c->e), &r->n_secondary);
	r->undelegated = call_undelegated(c, &r->n_undelegated);
	r->explicit_params = call_explicit_params(c, &r->n_explicit_params);
	r->params = params_copy(&c->e, &c->ses->arena);
	return r->params != NULL;
}

static void
push_save(struct call *c, const char *key)
{
	struct fg_sticky_content r;
	const uint8_t *bytes;
	size_t n;

	if (take_result(c, &r) &&
	    sticky_record_put(&r, &c->ses->arena, &bytes, &n) == FG_OK)
		push(c, key, c->name, bytes, n);
	else
		count_failure(c->ses);
}

static void
decide(struct call *c, const char *key)
{
	const struct fg_sticky_content *r = NULL;
	bool is_newer = false;

	if (c->sticky != NULL) {
		if (c->sticky->is_unknown)
			return;
		r = given(c, &is_newer);
	}
	if (c->sticky == NULL || !is_active(c, r)) {
		push(c, key, c->name, NULL, 0);
	} else if (r != NULL) {
		if (!is_of_host(c, r) && !must_yield(c, r))
			c->record = r;
	} else if (!is_newer && c->e.r.is_experiment_active &&
	    c->e.r.is_experiment_group) {
		push_save(c, key);
	}
}

void
sticky_decide(struct call *c)
{
	const char *key;

	c->ops = NULL;
	c->record = NULL;
	if (c->manual)
		return;
	for (const struct eval *in = c->e.inner; in != NULL; in = in->inner)
		push_removal(c, in);
	if (c->kind != EVAL_EXPERIMENT && c->kind != EVAL_LAYER)
		return;
	key = key_of_result(c, &c->e);
	if (key != NULL)
		decide(c, key);
}

void
sticky_commit(struct call *c)
{
	const struct fg_sticky_storage *s = &c->ses->fg->sticky;

	for (const struct sticky_op *op = c->ops; op != NULL; op = op->next) {
		enum fg_status st = op->record != NULL
		    ? s->save(s->arg, op->key, op->name, op->record, op->n)
		    : s->remove(s->arg, op->key, op->name);

		if (st != FG_OK && st != FG_ABSENT)
			count_failure(c->ses);
	}
}

/* -------------------------------------------------------------- answering */

void
sticky_details(const struct call *c, struct fg_details *out)
{
	const struct fg_sticky_content *r = c->record;

	*out = (struct fg_details){.reason = "Persisted",
	    .generation = c->ses->pin.generation,
	    .lcut = r->lcut,
	    .received_at = expose_now_ms(),
	    .version = r->version,
	    .has_version = r->has_version,
	    .moved = c->ses->moved};
}

static struct record_text
text(const char *s)
{
	return (struct record_text){s, strlen(s)};
}

static bool
put_exposure(struct call *c, struct record_exposure *x)
{
	const struct fg_sticky_content *r = c->record;
	struct fg_details d;

	sticky_details(c, &d);
	*x = (struct record_exposure){.subject = RECORD_EXPERIMENT,
	    .time_ms = d.received_at,
	    .name = text(c->name),
	    .rule_id = text(r->rule_id),
	    .reason = text(d.reason),
	    .value = r->value,
	    .has_lcut = d.lcut != 0,
	    .lcut = d.lcut,
	    .has_received_at = true,
	    .received_at = d.received_at,
	    .has_version = d.has_version,
	    .version = d.version};
	return layer_put_list(&c->ses->arena, r->secondary, r->n_secondary, x);
}

void
sticky_expose(struct call *c)
{
	static const struct sample not_sampled;
	struct record_exposure x;
	struct call_event *event;
	uint64_t key, first;
	bool is_kept;
	size_t cap;

	if (c->kind != EVAL_EXPERIMENT)
		return;
	key = expose_key(hash64(c->name, strlen(c->name)),
	    hash64(c->record->rule_id, strlen(c->record->rule_id)),
	    user_unit_hash(c->user), true);
	if (expose_is_repeat(c->ses, key, expose_now_ms()))
		return;
	c->status = FG_E_NOMEM;
	if (!put_exposure(c, &x))
		return;
	is_kept = sample_keep(c->ses, &not_sampled, key, &x, &first);
	cap = x.name.len + x.rule_id.len + x.reason.len + x.secondary.len + 256;
	event = arena_get(&c->ses->arena, sizeof(*event) + cap);
	if (event == NULL)
		return;
	event->first = first;
	event->says = 0;
	event->record = (uint8_t *)(event + 1);
	if (!is_kept)
		event->n = 0; /* only the key counts */
	else if (record_put_exposure(event->record, cap, &x, &event->n) !=
	    FG_OK)
		event->n = RECORD_MAX + 1; /* the queue drops and counts it */
	event->key = key;
	event->next = c->events;
	c->events = event;
	c->status = FG_OK;
}
