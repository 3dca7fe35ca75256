/* Secondary exposures and the memo of nested gates. */
#include "reader/eval.h"

static bool
pairs_room(struct eval *e, uint32_t n)
{
	struct eval_pairs *p = &e->pairs;
	struct eval_pair *grown;
	uint32_t cap = p->cap != 0 ? p->cap : 16;

	if (n <= p->cap - p->n)
		return true;
	if (n > EVAL_MAX_PAIRS - p->n)
		return eval_fail(e, EVAL_TOO_MUCH);
	while (cap - p->n < n)
		cap *= 2;
	grown = arena_get(e->in->arena, cap * sizeof(*grown));
	if (grown == NULL)
		return eval_fail(e, EVAL_NO_MEMORY);
	if (p->n > 0)
		memcpy(grown, p->at, p->n * sizeof(*grown));
	p->at = grown;
	p->cap = cap;
	return true;
}

bool
eval_add_pair(struct eval *e, uint32_t gate, uint32_t rule, bool value)
{
	if (!pairs_room(e, 1))
		return false;
	e->pairs.at[e->pairs.n++] = (struct eval_pair){gate, rule, value};
	return true;
}

bool
eval_copy_pairs(struct eval *e, struct eval_range range)
{
	if (range.n == 0)
		return true;
	if (!pairs_room(e, range.n))
		return false;
	memcpy(&e->pairs.at[e->pairs.n], &e->pairs.at[range.begin],
	    range.n * sizeof(*e->pairs.at));
	e->pairs.n += range.n;
	return true;
}

static struct eval_memo *
memo_slot(struct eval *e, uint32_t key)
{
	uint32_t i = key * 0x9e3779b1U, mask = e->memo_cap - 1;

	while (e->memo[i & mask].key != 0 && e->memo[i & mask].key != key)
		i++;
	return &e->memo[i & mask];
}

static bool
memo_room(struct eval *e)
{
	struct eval_memo *old = e->memo;
	uint32_t old_cap = e->memo_cap;

	if (e->memo != NULL && e->n_memo < old_cap / 2)
		return true;
	e->memo_cap = old_cap != 0 ? old_cap * 2 : 16;
	e->memo = arena_get(e->in->arena, e->memo_cap * sizeof(*old));
	if (e->memo == NULL)
		return eval_fail(e, EVAL_NO_MEMORY);
	memset(e->memo, 0, e->memo_cap * sizeof(*old));
	for (uint32_t i = 0; i < old_cap; i++)
		if (old[i].key != 0)
			*memo_slot(e, old[i].key) = old[i];
	return true;
}

/*
 * Between two names of one walk: lists of the last name that no memo points
 * to are given back.  Where memos alone would use up the bound, they are
 * forgotten; that costs time and changes no value.
 */
void
eval_trim_pairs(struct eval *e)
{
	if (e->n_memo == e->kept_memo) {
		e->pairs.n = e->kept_pairs;
	} else if (e->pairs.n > EVAL_MAX_PAIRS / 2) {
		e->memo = NULL;
		e->n_memo = e->memo_cap = e->pairs.n = 0;
	}
	e->kept_memo = e->n_memo;
	e->kept_pairs = e->pairs.n;
}

/*
 * The nested gate was not asked before.  Its exposures come before what is
 * then recorded of the gate itself (EVALUATION.md 5.4).
 */
static bool
nested_fresh(struct eval *e, const uint8_t *cond, const struct image_str *name)
{
	struct eval_range outer = eval_secondary(e);
	struct eval_memo *m;

	if (++e->depth > EVAL_MAX_DEPTH)
		return eval_fail(e, EVAL_TOO_DEEP);
	e->r.value = false;
	eval_set_json(e, 0);
	e->begin = e->pairs.n;
	if (eval_spec(e, le32load(cond + IMAGE_COND_GATE), EVAL_GATE, name) ==
	    EVAL_FAILED)
		return false;
	if (e->r.unsupported)
		return true; /* the outer list is lost with it */
	if (name->len > 0) {
		if (!memo_room(e))
			return false;
		m = memo_slot(e, le32load(cond + IMAGE_COND_GATE_NO) + 1);
		if (m->key == 0)
			e->n_memo++;
		m->key = le32load(cond + IMAGE_COND_GATE_NO) + 1;
		m->rule = e->r.rule_id;
		m->value = e->r.value;
		m->list = eval_secondary(e);
	}
	if (e->begin == outer.begin + outer.n) {
		e->begin = outer.begin;
	} else {
		struct eval_range inner = eval_secondary(e);
		uint32_t begin = e->pairs.n;

		if (!eval_copy_pairs(e, outer) || !eval_copy_pairs(e, inner))
			return false;
		e->begin = begin;
	}
	return true;
}

bool
eval_nested(struct eval *e, const uint8_t *cond, bool passes)
{
	uint32_t key = le32load(cond + IMAGE_COND_GATE_NO) + 1;
	uint32_t name_at = le32load(cond + IMAGE_COND_GATE_NAME);
	const struct eval_memo *m = NULL;
	struct image_str name;

	if (key == 0 || !image_str(&e->im, name_at, &name))
		return eval_fail(e, EVAL_DAMAGED);
	if (e->memo != NULL && name.len > 0)
		m = memo_slot(e, key);
	if (m != NULL && m->key == key) {
		e->r.value = m->value;
		e->r.rule_id = m->rule;
		if (!eval_copy_pairs(e, m->list))
			return false;
	} else if (!nested_fresh(e, cond, &name)) {
		return false;
	} else if (e->r.unsupported) {
		return true;
	}
	if ((le32load(cond + IMAGE_COND_FLAGS) & IMAGE_COND_SEGMENT) == 0 &&
	    eval_text(e, e->r.rule_id).len > 0) {
		if (!e->r.has_sampling)
			e->r.analytical_gates = true;
		if (!eval_add_pair(e, name_at, e->r.rule_id, e->r.value))
			return false;
	}
	if (!passes)
		e->r.value = !e->r.value;
	return true;
}
