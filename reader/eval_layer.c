/*
 * Layers with useNewLayerEval: several rules may each contribute parameters,
 * the first to name one wins (EVALUATION.md 5.5).
 */
#include "reader/eval.h"
#include "reader/params.h"

/* What the walk over the rules gathers. */
struct gathered {
	struct eval_pairs secondary; /* grown in the arena */
	struct eval_param *params; /* likewise; a mapping empties the result */
	uint32_t n_params, cap;
	uint32_t rule_id, delegate, group_name, explicit_params;
	bool has_explicit, is_group, hit, passed;
};

/* Moves the current secondary list to what has been gathered. */
static bool
gather_secondary(struct eval *e, struct gathered *g)
{
	struct eval_range now = eval_secondary(e);
	struct eval_pairs *s = &g->secondary;

	e->begin = e->pairs.n;
	if (now.n > s->cap - s->n) {
		uint32_t cap = (s->n + now.n) * 2;
		struct eval_pair *grown =
		    arena_get(e->in->arena, cap * sizeof(*grown));

		if (grown == NULL)
			return eval_fail(e, EVAL_NO_MEMORY);
		if (s->n > 0)
			memcpy(grown, s->at, s->n * sizeof(*grown));
		s->at = grown;
		s->cap = cap;
	}
	if (now.n > 0)
		memcpy(&s->at[s->n], &e->pairs.at[now.begin],
		    now.n * sizeof(*s->at));
	s->n += now.n;
	return true;
}

/* The name of a parameter that was gathered. */
static struct image_str
name_of(const struct eval *e, const struct eval_param *p)
{
	struct image_str s = {(const uint8_t *)"", 0, 0};

	if (p->own == NULL)
		return eval_text(e, p->key);
	s.bytes = (const uint8_t *)p->own->key;
	s.len = (uint32_t)p->own->key_len;
	return s;
}

static bool
has_param(
    const struct eval *e, const struct gathered *g, const struct eval_param *p)
{
	struct image_str name = name_of(e, p);

	for (uint32_t i = 0; i < g->n_params; i++) {
		const struct eval_param *q = &g->params[i];
		struct image_str other;

		if (p->own == NULL && q->own == NULL) {
			if (p->key == q->key) /* strings are interned */
				return true;
			continue;
		}
		other = name_of(e, q);
		if (other.len == name.len &&
		    memcmp(other.bytes, name.bytes, name.len) == 0)
			return true;
	}
	return false;
}

/* The members of an object value; none of anything else. */
static uint32_t
members(const struct eval *e, uint32_t at, uint32_t *run)
{
	const uint8_t *v = image_rec(&e->im, at, IMAGE_VALUE);

	if (v == NULL || le32load(v + IMAGE_V_TYPE) != IMAGE_OBJECT)
		return 0;
	*run = (uint32_t)le64load(v + IMAGE_V_DATA);
	return le32load(v + IMAGE_V_N);
}

/* The i-th of the parameters of a value: an override's, or the image's V. */
static bool
nth_param(struct eval *e, const struct fg_params *own, uint32_t run, uint32_t i,
    struct eval_param *out)
{
	const uint8_t *pair;

	*out = (struct eval_param){.own = NULL};
	if (++e->n_steps > EVAL_MAX_STEPS)
		return eval_fail(e, EVAL_TOO_MUCH);
	if (own != NULL) {
		out->own = &own->members[i];
		return true;
	}
	pair = image_nth(&e->im, run, i, 8);
	if (pair == NULL)
		return eval_fail(e, EVAL_DAMAGED);
	out->key = le32load(pair);
	out->value = le32load(pair + 4);
	return true;
}

static uint32_t
n_params(const struct eval *e, const struct fg_params *own, uint32_t json,
    uint32_t *run)
{
	return own != NULL ? (uint32_t)own->n : members(e, json, run);
}

static bool
shares_param(struct eval *e, const struct gathered *g,
    const struct fg_params *own, uint32_t json, bool *shares)
{
	uint32_t run = 0, n = n_params(e, own, json, &run);
	struct eval_param p;

	*shares = false;
	for (uint32_t i = 0; i < n && !*shares; i++) {
		if (!nth_param(e, own, run, i, &p))
			return false;
		*shares = has_param(e, g, &p);
	}
	return true;
}

static bool
add_params(struct eval *e, struct gathered *g, const struct fg_params *own,
    uint32_t json, uint32_t rule)
{
	uint32_t run = 0, n = n_params(e, own, json, &run);
	struct eval_param p;

	if (own == NULL && n > e->im.size / 8)
		return eval_fail(e, EVAL_DAMAGED);
	if (n > g->cap - g->n_params) {
		uint32_t cap = (g->n_params + n) * 2;
		struct eval_param *grown =
		    arena_get(e->in->arena, cap * sizeof(*grown));

		if (grown == NULL)
			return eval_fail(e, EVAL_NO_MEMORY);
		if (g->n_params > 0)
			memcpy(grown, g->params, g->n_params * sizeof(*grown));
		g->params = grown;
		g->cap = cap;
	}
	for (uint32_t i = 0; i < n; i++) {
		if (!nth_param(e, own, run, i, &p))
			return false;
		p.rule = rule;
		if (!has_param(e, g, &p))
			g->params[g->n_params++] = p;
	}
	return true;
}

/* A delegate contributes only if it is the first to, and to new parameters. */
static bool
take_delegate(struct eval *e, struct gathered *g, const uint8_t *rule)
{
	uint32_t id = le32load(rule + IMAGE_RULE_ID);
	bool shares;

	if (g->hit || (e->r.json == 0 && e->r.own_params == NULL))
		return true;
	if (!shares_param(e, g, e->r.own_params, e->r.json, &shares))
		return false;
	if (shares)
		return true;
	if (!add_params(e, g, e->r.own_params, e->r.json, id) ||
	    !gather_secondary(e, g))
		return false;
	g->passed = e->r.value;
	g->delegate = e->r.delegate;
	g->group_name = e->r.group_name;
	g->rule_id = id;
	g->is_group =
	    (le32load(rule + IMAGE_RULE_FLAGS) & IMAGE_RULE_GROUP_MEMBER) != 0;
	g->has_explicit = e->r.has_explicit;
	g->explicit_params = e->r.explicit_params;
	g->hit = true;
	return true;
}

/*
 * What is not supported ends the walk at a rule, and a delegate that is not at
 * the rule after it: behind the last one, the layer has a value.
 */
static bool
walk_rule(struct eval *e, struct gathered *g, const uint8_t *rule, bool *ends)
{
	bool taken;

	if (!eval_rule(e, rule) || !gather_secondary(e, g))
		return false;
	*ends = e->r.unsupported;
	if (*ends)
		return true;
	if (!e->r.value || !eval_passes(e, rule))
		return e->fault == EVAL_NO_FAULT;
	if (!eval_delegate(e, rule, &taken))
		return false;
	if (taken)
		return take_delegate(e, g, rule);
	g->passed = e->r.value;
	g->hit = true;
	return add_params(e, g, NULL, le32load(rule + IMAGE_RULE_VALUE),
	    le32load(rule + IMAGE_RULE_ID));
}

/* The gathered list becomes the current one. */
static bool
put_secondary(struct eval *e, const struct gathered *g)
{
	e->begin = e->pairs.n;
	for (uint32_t i = 0; i < g->secondary.n; i++) {
		const struct eval_pair *p = &g->secondary.at[i];

		if (!eval_add_pair(e, p->gate, p->rule, p->value))
			return false;
	}
	return true;
}

bool
eval_new_layer(struct eval *e, const uint8_t *spec)
{
	uint32_t n = le32load(spec + IMAGE_SPEC_N_RULES);
	uint32_t rules = le32load(spec + IMAGE_SPEC_RULES);
	struct gathered g = {.rule_id = EVAL_ID_DEFAULT};
	bool ends = false;

	for (uint32_t i = 0; i < n; i++) {
		const uint8_t *rule = image_nth(&e->im, rules, i, IMAGE_RULE);

		if (rule == NULL)
			return eval_fail(e, EVAL_DAMAGED);
		if (!walk_rule(e, &g, rule, &ends))
			return false;
		if (ends)
			return true;
	}
	if (!add_params(e, &g, NULL, le32load(spec + IMAGE_SPEC_DEFAULT),
		EVAL_ID_DEFAULT) ||
	    !put_secondary(e, &g))
		return false;
	e->r.value = g.passed;
	e->r.delegate = g.delegate;
	e->r.group_name = g.group_name;
	e->r.rule_id = g.rule_id;
	e->r.is_merged = true;
	e->r.params = g.params;
	e->r.n_params = g.n_params;
	e->r.own_params = NULL;
	e->r.is_experiment_group = g.is_group;
	e->r.is_experiment_active =
	    (le32load(spec + IMAGE_SPEC_FLAGS) & IMAGE_SPEC_ACTIVE) != 0;
	e->r.has_explicit = g.has_explicit;
	e->r.explicit_params = g.explicit_params;
	e->r.has_undelegated = true;
	e->r.undelegated = (struct eval_range){0, 0};
	eval_finalize(e, spec, NULL);
	return true;
}
