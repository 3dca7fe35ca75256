#include "reader/eval.h"

static const char *const own_ids[] = {
    "", "default", "disabled", "prestart", "inlineTargetingRules", "override"};

struct image_str
eval_text(const struct eval *e, uint32_t id)
{
	struct image_str s = {(const uint8_t *)"", 0, 0};

	if (id < sizeof(own_ids) / sizeof(own_ids[0])) {
		s.bytes = (const uint8_t *)own_ids[id];
		s.len = (uint32_t)strlen(own_ids[id]);
	} else if (image_str(&e->im, id, &s)) {
		return s;
	} else {
		s.bytes = (const uint8_t *)"";
		s.len = 0;
	}
	s.hash = hash64(s.bytes, s.len);
	return s;
}

bool
eval_fail(struct eval *e, enum eval_fault fault)
{
	e->fault = fault;
	return false;
}

/*
 * The rate and whether exposures are forwarded come from the outermost call's
 * last word.  A nested evaluation gives its depth back here and nowhere else,
 * so one that ends unknown or unsupported never does (EVALUATION.md 5.4).
 */
void
eval_finalize(struct eval *e, const uint8_t *spec, const uint8_t *rule)
{
	uint32_t flags = rule != NULL ? le32load(rule + IMAGE_RULE_FLAGS) : 0;

	e->r.has_sampling = (flags & IMAGE_RULE_HAS_SAMPLING) != 0;
	e->r.sampling_rate =
	    e->r.has_sampling ? le64load(rule + IMAGE_RULE_SAMPLING) : 0;
	e->r.forward_all =
	    (le32load(spec + IMAGE_SPEC_FLAGS) & IMAGE_SPEC_FORWARD_ALL) != 0;
	if (e->depth > 0) {
		e->depth--;
		return;
	}
	if (e->pairs.n > e->begin && !e->r.has_undelegated) {
		e->r.has_undelegated = true;
		e->r.undelegated = eval_secondary(e);
	}
}

/*
 * What st has absorbed, then n bytes of the image, which are there, then the
 * unit; one that is missing hashes as the empty text.
 */
uint64_t
eval_hash(struct eval *e, const struct hash_state *st, const uint8_t *bytes,
    uint32_t n, const struct dyn *unit)
{
	const struct sha256_end *end =
	    unit != NULL ? user_end(e->user, unit) : NULL;

	if (end != NULL && n <= SHA256_END_MAX - end->len &&
	    (size_t)(e->im.base + e->im.size - bytes) >= HASH_BLOCK)
		return hash_finish64_end(st, bytes, n, end);
	return unit != NULL
	    ? hash_finish64_2(st, bytes, n, unit->text, unit->len)
	    : hash_finish64(st, bytes, n);
}

/* EVALUATION.md 4.1. */
bool
eval_passes(struct eval *e, const uint8_t *rule)
{
	uint32_t flags = le32load(rule + IMAGE_RULE_FLAGS);
	uint32_t len = le32load(rule + IMAGE_RULE_REST_LEN);
	uint32_t rest_at = le32load(rule + IMAGE_RULE_REST);
	const struct dyn *unit;
	struct hash_state st;
	uint64_t h;

	if ((flags & IMAGE_RULE_PASS_ALL) != 0)
		return true;
	if ((flags & IMAGE_RULE_PASS_NONE) != 0)
		return false;
	if (len > HASH_BLOCK || rest_at > e->im.size ||
	    len > e->im.size - rest_at)
		return eval_fail(e, EVAL_DAMAGED);
	image_words(st.h, rule + IMAGE_RULE_SHA, 8);
	st.n_blocks = le64load(rule + IMAGE_RULE_N_BLOCKS);
	unit = user_unit(e->user, &e->im, (flags & IMAGE_RULE_UNIT_USER) != 0,
	    le32load(rule + IMAGE_RULE_UNIT),
	    le32load(rule + IMAGE_RULE_UNIT_LOWER));
	h = eval_hash(e, &st, e->im.base + rest_at, len, unit);
	return (double)(h % 10000) < image_f64(rule + IMAGE_RULE_PASS);
}

/*
 * A rule with a delegate leaves the decision to an experiment, before its own
 * percentage is asked (EVALUATION.md 5.5).
 */
bool
eval_delegate(struct eval *e, const uint8_t *rule, bool *taken)
{
	uint32_t at = le32load(rule + IMAGE_RULE_DELEGATE_SPEC);
	uint32_t name_at = le32load(rule + IMAGE_RULE_DELEGATE);
	const uint8_t *spec;
	struct image_str name;
	enum eval_end end;

	*taken = false;
	if (at == 0)
		return true;
	spec = image_rec(&e->im, at, IMAGE_SPEC);
	if (spec == NULL || !image_str(&e->im, name_at, &name))
		return eval_fail(e, EVAL_DAMAGED);
	e->r.has_undelegated = true;
	e->r.undelegated = eval_secondary(e);
	if (++e->depth > EVAL_MAX_DEPTH)
		return eval_fail(e, EVAL_TOO_DEEP);
	e->r.value = false;
	eval_set_json(e, 0);
	end = eval_spec(e, at, EVAL_EXPERIMENT, &name);
	if (end == EVAL_FAILED)
		return false;
	if (end == EVAL_UNRECOGNIZED) {
		e->r.has_undelegated = false;
		return true;
	}
	e->r.has_explicit =
	    (le32load(spec + IMAGE_SPEC_FLAGS) & IMAGE_SPEC_HAS_EXPLICIT) != 0;
	e->r.explicit_params = le32load(spec + IMAGE_SPEC_EXPLICIT);
	e->r.delegate = name_at;
	*taken = true;
	return true;
}

/* What a spec says of itself before any rule is asked. */
static void
enter_spec(struct eval *e, const uint8_t *spec)
{
	uint32_t flags = le32load(spec + IMAGE_SPEC_FLAGS);

	if (e->r.id_type == 0)
		e->r.id_type = le32load(spec + IMAGE_SPEC_ID_TYPE);
	if (!e->r.has_version && (flags & IMAGE_SPEC_HAS_VERSION) != 0) {
		e->r.has_version = true;
		e->r.version = le32load(spec + IMAGE_SPEC_VERSION);
	}
	if ((flags & IMAGE_SPEC_HAS_ACTIVE) != 0)
		e->r.is_experiment_active = (flags & IMAGE_SPEC_ACTIVE) != 0;
	if ((flags & IMAGE_SPEC_HAS_SHARED) != 0)
		e->r.is_in_layer = (flags & IMAGE_SPEC_SHARED) != 0;
	if ((flags & IMAGE_SPEC_HAS_EXPLICIT) != 0) {
		e->r.has_explicit = true;
		e->r.explicit_params = le32load(spec + IMAGE_SPEC_EXPLICIT);
	}
}

static void
take_default(struct eval *e, const uint8_t *spec)
{
	e->r.value =
	    (le32load(spec + IMAGE_SPEC_FLAGS) & IMAGE_SPEC_DEFAULT_TRUE) != 0;
	eval_set_json(e, le32load(spec + IMAGE_SPEC_DEFAULT));
}

/* The first rule whose conditions hold decides, also by its percentage. */
static bool
decide(struct eval *e, const uint8_t *spec, const uint8_t *rule)
{
	uint32_t flags = le32load(rule + IMAGE_RULE_FLAGS);
	bool taken;

	if (le32load(rule + IMAGE_RULE_DELEGATE_SPEC) != 0) {
		if (!eval_delegate(e, rule, &taken))
			return false;
		if (taken) {
			eval_finalize(e, spec, NULL);
			return true;
		}
	}
	if (eval_passes(e, rule)) {
		e->r.value = (flags & IMAGE_RULE_RETURN_FALSE) == 0;
		eval_set_json(e, le32load(rule + IMAGE_RULE_VALUE));
	} else if (e->fault != EVAL_NO_FAULT) {
		return false;
	} else {
		take_default(e, spec);
	}
	e->r.rule_id = le32load(rule + IMAGE_RULE_ID);
	e->r.group_name = le32load(rule + IMAGE_RULE_GROUP);
	e->r.is_experiment_group = (flags & IMAGE_RULE_GROUP_MEMBER) != 0;
	e->r.is_experiment_active =
	    (le32load(spec + IMAGE_SPEC_FLAGS) & IMAGE_SPEC_ACTIVE) != 0;
	eval_finalize(e, spec, rule);
	return true;
}

/* The mapping of a name, known or not; 0 when there is none. */
static uint32_t
mapping_of(
    const struct eval *e, const uint8_t *spec, const struct image_str *name)
{
	if (spec != NULL)
		return le32load(spec + IMAGE_SPEC_MAPPING);
	if (image_head32(&e->im, IMAGE_H_MAPPINGS) == 0)
		return 0;
	return image_find(
	    &e->im, IMAGE_H_MAPPINGS, name->bytes, name->len, name->hash);
}

enum eval_end
eval_spec(struct eval *e, uint32_t at, enum eval_kind kind,
    const struct image_str *name)
{
	const uint8_t *spec = NULL, *rule;
	uint32_t n_rules, mapping;
	bool taken;

	if (at != 0) {
		spec = image_rec(&e->im, at, IMAGE_SPEC);
		if (spec == NULL) {
			eval_fail(e, EVAL_DAMAGED);
			return EVAL_FAILED;
		}
	}
	if (eval_has_overrides(e->in)) {
		if (eval_overridden(e, kind, name, spec))
			return EVAL_RECOGNIZED;
		if (e->fault != EVAL_NO_FAULT)
			return EVAL_FAILED;
	}
	mapping = mapping_of(e, spec, name);
	if (mapping != 0) {
		if (!eval_mapping(e, mapping, spec, kind, &taken))
			return EVAL_FAILED;
		if (taken)
			return EVAL_RECOGNIZED;
	}
	if (kind == EVAL_EXPERIMENT) {
		uint32_t cmab = image_find(
		    &e->im, IMAGE_H_CMABS, name->bytes, name->len, name->hash);

		if (cmab != 0)
			return eval_cmab(e, cmab) ? EVAL_RECOGNIZED
						  : EVAL_FAILED;
	}
	if (spec == NULL)
		return EVAL_UNRECOGNIZED;
	enter_spec(e, spec);
	if (kind == EVAL_LAYER &&
	    (le32load(spec + IMAGE_SPEC_FLAGS) & IMAGE_SPEC_NEW_LAYER) != 0)
		return eval_new_layer(e, spec) ? EVAL_RECOGNIZED : EVAL_FAILED;
	n_rules = le32load(spec + IMAGE_SPEC_N_RULES);
	rule = image_run(
	    &e->im, le32load(spec + IMAGE_SPEC_RULES), n_rules, IMAGE_RULE);
	if (n_rules > 0 && rule == NULL) {
		eval_fail(e, EVAL_DAMAGED);
		return EVAL_FAILED;
	}
	for (; n_rules > 0; n_rules--, rule += IMAGE_RULE) {
		if (!eval_rule(e, rule))
			return EVAL_FAILED;
		if (e->r.unsupported)
			return EVAL_RECOGNIZED;
		if (e->r.value)
			return decide(e, spec, rule) ? EVAL_RECOGNIZED
						     : EVAL_FAILED;
	}
	take_default(e, spec);
	e->r.rule_id =
	    (le32load(spec + IMAGE_SPEC_FLAGS) & IMAGE_SPEC_ENABLED) != 0
	    ? EVAL_ID_DEFAULT
	    : EVAL_ID_DISABLED;
	eval_finalize(e, spec, NULL);
	return EVAL_RECOGNIZED;
}

static uint32_t
index_of(enum eval_kind kind)
{
	switch (kind) {
	case EVAL_GATE:
		return IMAGE_H_GATES;
	case EVAL_CONFIG:
	case EVAL_EXPERIMENT:
		return IMAGE_H_CONFIGS;
	case EVAL_LAYER:
		return IMAGE_H_LAYERS;
	}
	return IMAGE_H_GATES;
}

uint32_t
eval_find(
    const struct eval *e, enum eval_kind kind, const struct image_str *name)
{
	return image_find(
	    &e->im, index_of(kind), name->bytes, name->len, name->hash);
}

/* Copied by a few wide moves, where clearing would be a slow instruction. */
static const struct eval_result nothing;

static inline void
begin(struct eval *e, const struct eval_input *in)
{
	e->in = in;
	e->im = in->im;
	e->user = in->user;
	e->r = nothing;
	e->fault = EVAL_NO_FAULT;
	e->pairs = (struct eval_pairs){0};
	e->begin = e->n_steps = e->n_memo = e->memo_cap = 0;
	e->depth = e->n_mappings = 0;
	e->memo = NULL;
	e->now_ms = 0;
	e->has_tier = false;
	e->inner = NULL;
}

void
eval_run(struct eval *e, const struct eval_input *in, enum eval_kind kind,
    const void *name, size_t n)
{
	begin(e, in);
	e->name = (struct image_str){name, (uint32_t)n, hash64(name, n)};
	e->end = eval_spec(e, eval_find(e, kind, &e->name), kind, &e->name);
}

void
eval_begin(struct eval *e, const struct eval_input *in)
{
	begin(e, in);
	e->n_hops = 0;
	e->kept_memo = e->kept_pairs = 0;
}

void
eval_next(struct eval *e, enum eval_kind kind, uint32_t spec,
    const struct image_str *name)
{
	eval_trim_pairs(e);
	e->r = nothing;
	e->fault = EVAL_NO_FAULT;
	e->begin = e->pairs.n;
	e->depth = e->n_mappings = 0;
	e->n_steps = 0;
	e->name = *name;
	e->end = eval_spec(e, spec, kind, &e->name);
}
