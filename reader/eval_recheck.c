/*
 * Asks a part of an experiment's rules again, before a sticky value takes the
 * place of what they decided (EVALUATION.md 9.2).
 */
#include "reader/eval.h"

static bool
is_text(const struct image_str *s, const char *text)
{
	return s->len == strlen(text) && memcmp(s->bytes, text, s->len) == 0;
}

static bool
is_asked(const struct eval *e, const uint8_t *rule, enum eval_part part)
{
	static const char end[] = "override";
	size_t n = sizeof(end) - 1;
	struct image_str id = eval_text(e, le32load(rule + IMAGE_RULE_ID));

	if (part == EVAL_TARGETING)
		return is_text(&id, "targetingGate") ||
		    is_text(&id, "inlineTargetingRules");
	return id.len >= n && memcmp(id.bytes + id.len - n, end, n) == 0;
}

/* The value of the rule that decides, as decide() in eval.c has it. */
static bool
value_of(struct eval *e, const uint8_t *spec, const uint8_t *rule)
{
	bool taken;

	if (!eval_delegate(e, rule, &taken))
		return false;
	if (taken)
		return e->r.value;
	if (eval_passes(e, rule))
		return (le32load(rule + IMAGE_RULE_FLAGS) &
			   IMAGE_RULE_RETURN_FALSE) == 0;
	return (le32load(spec + IMAGE_SPEC_FLAGS) & IMAGE_SPEC_DEFAULT_TRUE) !=
	    0;
}

bool
eval_recheck(struct eval *e, const struct eval_input *in,
    const struct image_str *name, enum eval_part part)
{
	const uint8_t *spec, *rule;
	bool any = false;
	uint32_t n;

	eval_begin(e, in);
	e->name = *name;
	spec =
	    image_rec(&e->im, eval_find(e, EVAL_EXPERIMENT, name), IMAGE_SPEC);
	if (spec == NULL)
		return false;
	n = le32load(spec + IMAGE_SPEC_N_RULES);
	rule =
	    image_run(&e->im, le32load(spec + IMAGE_SPEC_RULES), n, IMAGE_RULE);
	if (rule == NULL)
		return false;
	for (; n > 0; n--, rule += IMAGE_RULE) {
		if (!is_asked(e, rule, part))
			continue;
		any = true;
		if (!eval_rule(e, rule))
			return false;
		if (e->r.unsupported)
			return e->r.value;
		if (e->r.value)
			return value_of(e, spec, rule) &&
			    e->fault == EVAL_NO_FAULT;
	}
	return any &&
	    (le32load(spec + IMAGE_SPEC_FLAGS) & IMAGE_SPEC_DEFAULT_TRUE) != 0;
}
