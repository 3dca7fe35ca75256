/*
 * Config mappings: a name answered by another config, for those whom a rule
 * selects ("overrides" and "override_rules" of the document; EVALUATION.md
 * 5.6).
 */
#include "common/hash.h"
#include "reader/eval.h"

#define MAX_MAPPINGS 300 /* taken in one call: the reference never ends */

/* Mapping a rule wipes the whole result, also within a nested gate. */
static void
reset(struct eval *e)
{
	e->r = (struct eval_result){0};
	e->depth = 0;
	e->begin = e->pairs.n;
}

/* The rule is of no spec: the hash begins with the mapped spec's salt. */
static bool
passes(struct eval *e, const uint8_t *rule, uint32_t spec_salt, bool *out)
{
	uint32_t flags = le32load(rule + IMAGE_RULE_FLAGS);
	struct image_str salt = eval_text(e, spec_salt);
	struct image_str own = eval_text(e, le32load(rule + IMAGE_RULE_SALT));
	const struct dyn *unit =
	    user_unit(e->user, &e->im, (flags & IMAGE_RULE_UNIT_USER) != 0,
		le32load(rule + IMAGE_RULE_UNIT),
		le32load(rule + IMAGE_RULE_UNIT_LOWER));
	size_t unit_len = unit != NULL ? unit->len : 0;
	char *text, *p;
	uint64_t h;

	*out = (flags & IMAGE_RULE_PASS_ALL) != 0;
	if ((flags & (IMAGE_RULE_PASS_ALL | IMAGE_RULE_PASS_NONE)) != 0)
		return true;
	p = text =
	    arena_get(e->in->arena, (size_t)salt.len + own.len + unit_len + 2);
	if (text == NULL)
		return eval_fail(e, EVAL_NO_MEMORY);
	memcpy(p, salt.bytes, salt.len);
	p += salt.len;
	*p++ = '.';
	memcpy(p, own.bytes, own.len);
	p += own.len;
	*p++ = '.';
	if (unit_len > 0)
		memcpy(p, unit->text, unit_len);
	h = hash_sha256_64(text, (size_t)(p - text) + unit_len);
	*out = (double)(h % 10000) < image_f64(rule + IMAGE_RULE_PASS);
	return true;
}

/* Whether a rule selects the user; what it recorded on the way is dropped. */
static bool
selects(struct eval *e, const uint8_t *ref, uint32_t spec_salt, bool *out)
{
	uint32_t at = le32load(ref);
	const uint8_t *rule;

	*out = false;
	if ((int64_t)le64load(ref + 8) > eval_now(e) || at == 0)
		return true;
	rule = image_rec(&e->im, at, IMAGE_RULE);
	if (rule == NULL)
		return eval_fail(e, EVAL_DAMAGED);
	if (!eval_rule(e, rule)) {
		if (e->fault != EVAL_TOO_DEEP)
			return false;
		e->fault = EVAL_NO_FAULT;
		reset(e);
		return true;
	}
	*out = e->r.value && !e->r.unsupported;
	reset(e);
	return !*out || passes(e, rule, spec_salt, out);
}

/* The rules of one entry, until one selects the user. */
static bool
any_selects(struct eval *e, const uint8_t *entry, uint32_t spec_salt, bool *out)
{
	uint32_t n = le32load(entry + 4), rules = le32load(entry + 8);

	*out = false;
	for (uint32_t i = 0; i < n && !*out; i++) {
		const uint8_t *ref = image_nth(&e->im, rules, i, 16);

		if (ref == NULL || ++e->n_steps > EVAL_MAX_STEPS)
			return eval_fail(e, EVAL_DAMAGED);
		if (!selects(e, ref, spec_salt, out))
			return false;
	}
	return true;
}

static bool
take(struct eval *e, const uint8_t *entry, enum eval_kind kind, bool *taken)
{
	uint32_t name_at = le32load(entry);
	struct image_str name;
	enum eval_end end;

	if (!image_str(&e->im, name_at, &name))
		return eval_fail(e, EVAL_DAMAGED);
	if (++e->n_mappings > MAX_MAPPINGS)
		return eval_fail(e, EVAL_TOO_DEEP);
	e->r.mapped_to = name_at;
	end = eval_spec(e, eval_find(e, kind, &name), kind, &name);
	*taken = end == EVAL_RECOGNIZED;
	if (end == EVAL_UNRECOGNIZED)
		reset(e);
	return end != EVAL_FAILED;
}

bool
eval_mapping(struct eval *e, uint32_t mapping, const uint8_t *spec,
    enum eval_kind kind, bool *taken)
{
	const uint8_t *m = image_rec(&e->im, mapping, IMAGE_MAPPING);
	uint32_t salt = spec != NULL ? le32load(spec + IMAGE_SPEC_SALT) : 0;
	uint32_t n = m != NULL ? le32load(m + 4) : 0;
	bool hit;

	*taken = false;
	if (m == NULL)
		return eval_fail(e, EVAL_DAMAGED);
	for (uint32_t i = 0; i < n && !*taken; i++) {
		const uint8_t *entry =
		    image_nth(&e->im, le32load(m + 8), i, 16);

		if (entry == NULL)
			return eval_fail(e, EVAL_DAMAGED);
		if (!any_selects(e, entry, salt, &hit) ||
		    (hit && !take(e, entry, kind, taken)))
			return false;
	}
	return true;
}
