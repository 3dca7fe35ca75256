/* Rules and their conditions: what is compared, by the condition's type. */
#include <time.h>

#include "reader/eval.h"

/* A condition's field: its name, and in lower case where that differs. */
struct field {
	struct image_str name, lower;
	bool is_lower;
};

static bool
field_names(struct eval *e, const uint8_t *at, struct field *f)
{
	uint32_t name = le32load(at + IMAGE_F_NAME);
	uint32_t lower = le32load(at + IMAGE_F_LOWER);

	/* Equal strings are one record. */
	f->is_lower = name == lower;
	return (image_str(&e->im, name, &f->name) &&
		   (f->is_lower || image_str(&e->im, lower, &f->lower))) ||
	    eval_fail(e, EVAL_DAMAGED);
}

/* The queried name is tried as spelled and in lower case, keys as stored. */
static struct dyn *
map_lookup(const struct user_map *map, const struct field *f)
{
	struct dyn *v;

	if (map->n == 0)
		return NULL;
	v = user_map_get(map, f->name.bytes, f->name.len, f->name.hash);
	if (v == NULL && !f->is_lower)
		v = user_map_get(
		    map, f->lower.bytes, f->lower.len, f->lower.hash);
	return v;
}

/* Where a key that is not the user's own field by that name is looked up. */
__attribute__((noinline)) static struct dyn *
search_further(struct eval *e, const uint8_t *at)
{
	struct fg_user *user = e->user;
	uint32_t alias = le32load(at + IMAGE_F_ALIAS);
	struct field f;
	struct dyn *v;

	if (le32load(at + IMAGE_F_NAME) == 0 || !field_names(e, at, &f))
		return NULL;
	v = map_lookup(&user->maps[FG_CUSTOM], &f);
	if (v == NULL)
		v = map_lookup(&e->in->defaults->custom, &f);
	if (v == NULL)
		v = map_lookup(&user->maps[FG_PRIVATE], &f);
	if (v == NULL && alias != IMAGE_ATOM_NONE && alias < IMAGE_N_ATOMS &&
	    user->atoms[alias].type != FG_NULL)
		v = &user->atoms[alias];
	return v;
}

/*
 * EVALUATION.md 2.2: the user's own field unless it is empty, then custom,
 * global custom and private ones, where a key that is found ends the search
 * even if its value is empty; last, three spellings with an underscore.
 */
__attribute__((always_inline)) static inline struct dyn *
user_value(struct eval *e, const uint8_t *at)
{
	const struct user_map *custom = &e->user->maps[FG_CUSTOM];
	uint32_t atom = le32load(at + IMAGE_F_ATOM);
	struct image_str name;

	if (atom < IMAGE_N_ATOMS && e->user->atoms[atom].len > 0)
		return &e->user->atoms[atom];
	/* What most others are, without a call. */
	if (custom->n > 0 &&
	    image_str(&e->im, le32load(at + IMAGE_F_NAME), &name)) {
		struct dyn *v =
		    user_map_find(custom, name.bytes, name.len, name.hash);

		if (v != NULL)
			return v;
	}
	return search_further(e, at);
}

struct dyn *
eval_user_value(struct eval *e, const uint8_t *at)
{
	return user_value(e, at);
}

/* The tier that the rules name, when the client was given none. */
static struct dyn *
default_tier(struct eval *e)
{
	struct image_str s;

	if (!e->has_tier) {
		dyn_null(&e->tier);
		if (image_str(&e->im, image_head32(&e->im, IMAGE_H_DEFAULT_ENV),
			&s) &&
		    dyn_set_text(&e->tier, (const char *)s.bytes, s.len,
			e->in->arena) != FG_OK)
			eval_fail(e, EVAL_NO_MEMORY);
		e->has_tier = true;
	}
	return e->tier.type != FG_NULL ? &e->tier : NULL;
}

static bool
is_tier(const struct image_str *s)
{
	return s->len == 4 && memcmp(s->bytes, "tier", 4) == 0;
}

/* EVALUATION.md 2.3: the user's environment in exact case, then ours. */
__attribute__((noinline)) static struct dyn *
env_value(struct eval *e, const uint8_t *at)
{
	const struct user_map *own = &e->user->maps[FG_ENVIRONMENT];
	struct dyn *option = (struct dyn *)(uintptr_t)&e->in->defaults->tier;
	struct field f;
	struct dyn *v;

	if (le32load(at + IMAGE_F_NAME) == 0 || !field_names(e, at, &f))
		return NULL;
	v = user_map_get(own, f.name.bytes, f.name.len, f.name.hash);
	if (v != NULL ||
	    (!is_tier(&f.name) && (f.is_lower || !is_tier(&f.lower))))
		return v;
	return option->type != FG_NULL ? option : default_tier(e);
}

int64_t
eval_now(struct eval *e)
{
	struct timespec t;

	if (e->now_ms == 0) {
		clock_gettime(CLOCK_REALTIME, &t);
		e->now_ms = (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
	}
	return e->now_ms;
}

/* No other facet than the integer, and it counts as null. */
static bool
current_time(struct eval *e, const uint8_t *cond, struct dyn *v)
{
	(void)cond;
	v->has_int = v->parsed_number = true;
	v->i64 = eval_now(e);
	return true;
}

static struct dyn *
unit_of(const struct eval *e, const uint8_t *cond)
{
	return user_unit(e->user, &e->im,
	    (le32load(cond + IMAGE_COND_FLAGS) & IMAGE_COND_UNIT_USER) != 0,
	    le32load(cond + IMAGE_COND_UNIT),
	    le32load(cond + IMAGE_COND_UNIT_LOWER));
}

/* EVALUATION.md 4.2: a number from 0 to 999, compared also as its text. */
static bool
user_bucket(struct eval *e, const uint8_t *cond, struct dyn *v)
{
	static const struct hash_state start = {
	    {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f,
		0x9b05688c, 0x1f83d9ab, 0x5be0cd19},
	    0};
	struct image_str salt;
	uint64_t h;

	if (!image_str(&e->im, le32load(cond + IMAGE_COND_SALT), &salt))
		return eval_fail(e, EVAL_DAMAGED);
	h = eval_hash(e, &start, salt.bytes, salt.len, unit_of(e, cond));
	if (dyn_set_bucket(v, (unsigned)(h % 1000), e->in->arena) != FG_OK)
		return eval_fail(e, EVAL_NO_MEMORY);
	return true;
}

/*
 * The group of another experiment: a complete evaluation of its own, which
 * logs its own exposure (EVALUATION.md 5.7).  A chain of them is bounded.
 */
static bool
experiment_group(struct eval *e, const uint8_t *cond, struct dyn *v)
{
	struct image_str name, group;
	struct eval *inner;

	if (le32load(cond + IMAGE_COND_FIELD) == 0)
		return true;
	if (e->in->app != NULL) {
		/* For a client: as no group, and not to be relied on. */
		e->r.unsupported = true;
		return true;
	}
	if (!image_str(&e->im, le32load(cond + IMAGE_COND_FIELD), &name))
		return eval_fail(e, EVAL_DAMAGED);
	if (e->n_hops >= EVAL_MAX_HOPS)
		return eval_fail(e, EVAL_TOO_MUCH);
	inner = arena_get(e->in->arena, sizeof(*inner));
	if (inner == NULL)
		return eval_fail(e, EVAL_NO_MEMORY);
	inner->n_hops = e->n_hops + 1;
	eval_run(inner, e->in, EVAL_EXPERIMENT, name.bytes, name.len);
	e->n_steps += inner->n_steps;
	if (inner->fault == EVAL_MOVED || inner->fault == EVAL_DAMAGED)
		return eval_fail(e, inner->fault);
	if (inner->inner == NULL) {
		inner->inner = e->inner;
	} else {
		struct eval *last = inner->inner;

		while (last->inner != NULL)
			last = last->inner;
		last->inner = e->inner;
	}
	e->inner = inner;
	if (inner->end != EVAL_RECOGNIZED || inner->r.group_name == 0)
		return true;
	group = eval_text(inner, inner->r.group_name);
	if (dyn_set_text(
		v, (const char *)group.bytes, group.len, e->in->arena) != FG_OK)
		return eval_fail(e, EVAL_NO_MEMORY);
	return true;
}

static bool
target_app(struct eval *e, const uint8_t *cond, struct dyn *v)
{
	uint32_t app = image_head32(&e->im, IMAGE_H_APP_ID);
	enum fg_status st;

	(void)cond;
	if (e->in->app != NULL) {
		*v = *e->in->app;
		return true;
	}
	if (app == 0)
		return true;
	st = dyn_set_image(v, &e->im, app, e->in->arena);
	if (st == FG_E_NOMEM)
		return eval_fail(e, EVAL_NO_MEMORY);
	return st == FG_OK || eval_fail(e, EVAL_DAMAGED);
}

__attribute__((noinline)) static bool
is_country(const struct eval *e, const uint8_t *field)
{
	struct image_str s;

	return image_str(&e->im, le32load(field + IMAGE_F_NAME), &s) &&
	    s.len == 7 && memcmp(s.bytes, "country", 7) == 0;
}

/* EVALUATION.md 7: what the user does not say, his user agent may tell. */
__attribute__((noinline)) static struct dyn *
told_by_agent(struct eval *e, const uint8_t *field)
{
	enum user_agent_answer which;
	struct image_str lower;
	struct dyn *answer;

	if (!image_str(&e->im, le32load(field + IMAGE_F_LOWER), &lower) ||
	    !user_agent_field(lower.bytes, lower.len, &which))
		return NULL;
	if (!user_answer(e->user, e->in->defaults, which, &answer))
		eval_fail(e, EVAL_NO_MEMORY);
	return answer;
}

/* A missing record is that of a target that is not there: null. */
static inline bool
compare(struct eval *e, const uint8_t *cond, struct dyn *left)
{
	static const uint64_t no_target[IMAGE_TARGET / 8];
	enum image_op op = (enum image_op)le32load(cond + IMAGE_COND_OP);
	uint32_t at = le32load(cond + IMAGE_COND_TARGET);
	const uint8_t *target = image_rec(&e->im, at, IMAGE_TARGET);

	if (at == 0)
		target = (const uint8_t *)no_target;
	if (target == NULL)
		return eval_fail(e, EVAL_DAMAGED);
	/* What most conditions ask, without another call. */
	if (op == IMAGE_OP_ANY || op == IMAGE_OP_NONE) {
		e->r.value = eval_any(e, left, target) == (op == IMAGE_OP_ANY);
		return true;
	}
	return eval_operator(e, op, left, target);
}

/* With a left side that is made for this condition. */
__attribute__((noinline)) static bool
compare_made(struct eval *e, const uint8_t *cond,
    bool (*make)(struct eval *e, const uint8_t *cond, struct dyn *v))
{
	struct dyn own;

	dyn_null(&own);
	if (make != NULL && !make(e, cond, &own))
		return false;
	return compare(e, cond, &own);
}

/*
 * What most conditions ask is in their own records: whether a text of the user
 * is in a set, or how his number compares.  False where it is not, or where
 * the user has no such value.
 */
static inline bool
ask_record(struct eval *e, const uint8_t *cond, uint32_t flags)
{
	uint32_t op = le32load(cond + IMAGE_COND_OP);
	struct dyn *left;
	double x, y;

	if ((flags & (IMAGE_COND_SET | IMAGE_COND_FLOAT)) == 0)
		return false;
	left = user_value(e, cond + IMAGE_COND_FIELD);
	if (left == NULL)
		return false;
	if ((flags & IMAGE_COND_SET) != 0) {
		e->r.value =
		    image_set_has(&e->im, le32load(cond + IMAGE_COND_SET_AT),
			le32load(cond + IMAGE_COND_SET_SLOTS), left->low,
			left->low_len, left->low_hash) == (op == IMAGE_OP_ANY);
		return true;
	}
	y = image_f64(cond + IMAGE_COND_NUMBER);
	e->r.value = dyn_float(left, &x) &&
	    (op == IMAGE_OP_GT           ? x > y
		    : op == IMAGE_OP_GTE ? x >= y
		    : op == IMAGE_OP_LT  ? x < y
					 : x <= y);
	return true;
}

__attribute__((noinline)) static bool
condition(struct eval *e, const uint8_t *cond)
{
	const uint8_t *field = cond + IMAGE_COND_FIELD;
	struct dyn *left;

	switch ((enum image_cond)le32load(cond)) {
	case IMAGE_COND_USER_FIELD:
		left = eval_user_value(e, field);
		break;
	case IMAGE_COND_PUBLIC:
		e->r.value = true;
		return true;
	case IMAGE_COND_PASS_GATE:
		return eval_nested(e, cond, true);
	case IMAGE_COND_FAIL_GATE:
		return eval_nested(e, cond, false);
	case IMAGE_COND_ENV_FIELD:
		left = env_value(e, field);
		break;
	case IMAGE_COND_UNIT_ID:
		left = unit_of(e, cond);
		break;
	case IMAGE_COND_UA_BASED:
		left = eval_user_value(e, field);
		if (left == NULL)
			left = told_by_agent(e, field);
		break;
	case IMAGE_COND_IP_BASED:
		left = eval_user_value(e, field);
		if (left == NULL && is_country(e, field))
			return e->fault == EVAL_NO_FAULT &&
			    compare_made(e, cond, eval_country);
		break;
	case IMAGE_COND_CURRENT_TIME:
		return compare_made(e, cond, current_time);
	case IMAGE_COND_USER_BUCKET:
		return compare_made(e, cond, user_bucket);
	case IMAGE_COND_EXPERIMENT_GROUP:
		return compare_made(e, cond, experiment_group);
	case IMAGE_COND_TARGET_APP:
		return compare_made(e, cond, target_app);
	case IMAGE_COND_UNSUPPORTED:
	default:
		e->r.unsupported = true;
		return true;
	}
	if (left != NULL)
		return compare(e, cond, left);
	return e->fault == EVAL_NO_FAULT && compare_made(e, cond, NULL);
}

/*
 * All conditions are looked at, also after one has failed or is not supported:
 * nested gates after it are still recorded.  What is not supported leaves the
 * value as the conditions before it made it, and one that is missing ends the
 * rule there (EVALUATION.md 5.3).
 */
bool
eval_rule(struct eval *e, const uint8_t *rule)
{
	uint32_t n = le32load(rule + IMAGE_RULE_N_CONDS);
	const uint8_t *cond =
	    image_run(&e->im, le32load(rule + IMAGE_RULE_CONDS), n, IMAGE_COND);
	bool all = true;

	if (n > 0 && cond == NULL)
		return eval_fail(e, EVAL_DAMAGED);
	/* An experiment's group may have taken it beyond the bound already. */
	if (e->n_steps > EVAL_MAX_STEPS || n > EVAL_MAX_STEPS - e->n_steps)
		return eval_fail(e, EVAL_TOO_MUCH);
	e->n_steps += n;
	for (; n > 0; n--, cond += IMAGE_COND) {
		uint32_t flags = le32load(cond + IMAGE_COND_FLAGS);

		if (!ask_record(e, cond, flags)) {
			if (!condition(e, cond))
				return false;
			if ((flags & IMAGE_COND_MISSING) != 0)
				return true;
		}
		all = all && e->r.value;
	}
	e->r.value = all;
	return true;
}
