/*
 * Local overrides: they answer for known and unknown names, within nested
 * gates and delegates too, and mark the whole call (specification 9.1).
 */
#include "reader/eval.h"
#include "reader/overrides.h"

static enum overrides_kind
kind_of(enum eval_kind kind)
{
	switch (kind) {
	case EVAL_GATE:
		return OVERRIDES_GATE;
	case EVAL_CONFIG:
		return OVERRIDES_CONFIG;
	case EVAL_EXPERIMENT:
		return OVERRIDES_EXPERIMENT;
	case EVAL_LAYER:
		return OVERRIDES_LAYER;
	}
	return OVERRIDES_GATE;
}

/* The value of the first rule with that group name; empty if there is none. */
static uint32_t
group_value(const struct eval *e, const uint8_t *spec, const char *group)
{
	uint32_t n = spec != NULL ? le32load(spec + IMAGE_SPEC_N_RULES) : 0;
	size_t len = strlen(group);

	for (uint32_t i = 0; i < n; i++) {
		const uint8_t *rule = image_nth(
		    &e->im, le32load(spec + IMAGE_SPEC_RULES), i, IMAGE_RULE);

		if (rule == NULL)
			return 0;
		if (image_str_is(
			&e->im, le32load(rule + IMAGE_RULE_GROUP), group, len))
			return le32load(rule + IMAGE_RULE_VALUE);
	}
	return 0;
}

bool
eval_overridden(struct eval *e, enum eval_kind kind,
    const struct image_str *name, const uint8_t *spec)
{
	const struct override *o = overrides_find(e->in->overrides,
	    kind_of(kind), name->bytes, name->len, name->hash, e->user);

	if (o == NULL)
		return false;
	if (kind == EVAL_GATE) {
		e->r.value = o->value;
	} else if (o->group != NULL) {
		eval_set_json(e, group_value(e, spec, o->group));
		if (e->r.json == 0)
			e->r.own_params = &params_empty;
	} else {
		e->r.own_params = o->params;
	}
	e->r.rule_id = EVAL_ID_OVERRIDE;
	e->r.override = EVAL_LOCAL_OVERRIDE;
	return true;
}
