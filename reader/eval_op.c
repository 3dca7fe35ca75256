/* Operators: specification 3.4.  The table at the end names them all. */
#include "common/version.h"
#include "reader/eval.h"

#define DAY_MS 86400000

/* One comparison: the left side, the right side's record, the operator. */
struct operands {
	struct eval *e;
	struct dyn *v;
	const uint8_t *t;
	enum image_op op;
	bool damaged;
};

static enum image_target
kind(const struct operands *x)
{
	return (enum image_target)le32load(x->t + IMAGE_TARGET_KIND);
}

static uint32_t
n_elems(const struct operands *x)
{
	return le32load(x->t + IMAGE_TARGET_N);
}

/* The i-th element's key (which = 0) or text (which = 4). */
static bool
elem(struct operands *x, uint32_t i, uint32_t which, struct image_str *s)
{
	const uint8_t *p = image_nth(
	    &x->e->im, le32load(x->t + IMAGE_TARGET_ELEMS), i, IMAGE_ELEM);

	if (p != NULL && image_str(&x->e->im, le32load(p + which), s))
		return true;
	x->damaged = true;
	return false;
}

static bool
in_set(const struct operands *x, const char *text, uint32_t n, uint64_t hash)
{
	return image_set_has(&x->e->im, le32load(x->t + IMAGE_TARGET_SET),
	    le32load(x->t + IMAGE_TARGET_N_SLOTS), text, n, hash);
}

static bool
op_number(struct operands *x)
{
	double left, right = image_f64(x->t + IMAGE_TARGET_FLOAT);
	uint32_t flags = le32load(x->t + IMAGE_TARGET_FLAGS);

	if ((flags & IMAGE_TARGET_HAS_FLOAT) == 0 || !dyn_float(x->v, &left))
		return false;
	if (x->op == IMAGE_OP_GT)
		return left > right;
	if (x->op == IMAGE_OP_GTE)
		return left >= right;
	if (x->op == IMAGE_OP_LT)
		return left < right;
	return left <= right;
}

static bool
op_version(struct operands *x)
{
	uint32_t n = le32load(x->t + IMAGE_TARGET_N_PARTS);
	const uint8_t *parts;
	int order;

	if (!x->v->has_text || n == 0)
		return false;
	if (n > x->e->im.size / IMAGE_PART)
		parts = NULL;
	else
		parts = image_rec(&x->e->im,
		    le32load(x->t + IMAGE_TARGET_PARTS), n * IMAGE_PART);
	if (parts == NULL) {
		x->damaged = true;
		return false;
	}
	/* A part that is no number makes every operator false. */
	if (!version_compare_parts(x->v->text, x->v->len, parts, n, &order))
		return false;
	if (x->op == IMAGE_OP_VERSION_GT)
		return order > 0;
	if (x->op == IMAGE_OP_VERSION_GTE)
		return order >= 0;
	if (x->op == IMAGE_OP_VERSION_LT)
		return order < 0;
	if (x->op == IMAGE_OP_VERSION_LTE)
		return order <= 0;
	return (order == 0) == (x->op == IMAGE_OP_VERSION_EQ);
}

/* A missing value counts as the empty text in all of the text lists. */
static bool
op_any(struct operands *x)
{
	return (kind(x) == IMAGE_TARGET_ARRAY ||
		   kind(x) == IMAGE_TARGET_OBJECT) &&
	    in_set(x, x->v->low, x->v->low_len, x->v->low_hash);
}

static bool
op_any_case_sensitive(struct operands *x)
{
	return kind(x) == IMAGE_TARGET_ARRAY &&
	    in_set(x, x->v->text, x->v->len, x->v->hash);
}

static bool
has_part(const struct operands *x, const struct image_str *part)
{
	const char *text = x->v->low;
	uint32_t n = x->v->low_len;

	if (part->len > n)
		return false;
	if (x->op == IMAGE_OP_STR_STARTS_WITH_ANY)
		return memcmp(text, part->bytes, part->len) == 0;
	if (x->op == IMAGE_OP_STR_ENDS_WITH_ANY)
		return memcmp(text + n - part->len, part->bytes, part->len) ==
		    0;
	return memmem(text, n, part->bytes, part->len) != NULL;
}

static bool
op_part(struct operands *x)
{
	uint32_t n = kind(x) == IMAGE_TARGET_ARRAY ? n_elems(x) : 0;
	struct image_str key;

	for (uint32_t i = 0; i < n && elem(x, i, 0, &key); i++)
		if (has_part(x, &key))
			return true;
	return false;
}

static bool
op_regex(struct operands *x)
{
	const struct eval_input *in = x->e->in;
	struct image_str pattern;
	enum regex_answer answer;

	if (kind(x) != IMAGE_TARGET_STRING || !x->v->has_text)
		return false;
	if (!image_str(
		&x->e->im, le32load(x->t + IMAGE_TARGET_STR), &pattern)) {
		x->damaged = true;
		return false;
	}
	answer = regex_match(in->regex, in->scratch, pattern.bytes, pattern.len,
	    x->v->text, x->v->len, in->is_alive, in->arg);
	if (answer == REGEX_MOVED)
		eval_fail(x->e, EVAL_MOVED);
	return answer == REGEX_MATCH;
}

/* The left side may be in seconds, the right side never is. */
static bool
op_time(struct operands *x)
{
	int64_t left, right = (int64_t)le64load(x->t + IMAGE_TARGET_TIME);
	uint32_t flags = le32load(x->t + IMAGE_TARGET_FLAGS);

	if ((flags & IMAGE_TARGET_HAS_TIME) == 0 ||
	    (!dyn_time(x->v, &left) && !dyn_int(x->v, &left)))
		return false;
	if (left > -10000000000 && left < 10000000000)
		left *= 1000;
	if (x->op == IMAGE_OP_BEFORE)
		return left < right;
	if (x->op == IMAGE_OP_AFTER)
		return left > right;
	return left / DAY_MS == right / DAY_MS;
}

static bool
text_is(const struct dyn *v, const struct image_str *s)
{
	return v->has_text && v->hash == s->hash && v->len == s->len &&
	    memcmp(v->text, s->bytes, s->len) == 0;
}

/*
 * Elements are compared at the same index.  Where equal elements collapsed, an
 * index may be missing: the reference then aborts, we say not equal.
 */
static bool
eq_array(struct operands *x)
{
	uint32_t n = n_elems(x), elems = le32load(x->t + IMAGE_TARGET_ELEMS);

	if (x->v->type != FG_ARRAY || x->v->n != n)
		return false;
	for (uint32_t i = 0; i < n; i++) {
		const uint8_t *p = image_nth(&x->e->im, elems, i, IMAGE_ELEM);
		struct image_str text;

		if (p == NULL || !elem(x, i, 4, &text))
			return false;
		/* Sorted by index, so the first gap shows here. */
		if (le32load(p + 8) != i || !text_is(&x->v->items[i], &text))
			return false;
	}
	return true;
}

static bool
eq_object(struct operands *x)
{
	uint32_t n = n_elems(x);
	struct image_str key, text;

	if (x->v->type != FG_OBJECT || x->v->n != n)
		return false;
	for (uint32_t i = 0; i < n; i++) {
		const struct dyn *item;

		if (!elem(x, i, 0, &key) || !elem(x, i, 4, &text))
			return false;
		item = dyn_member(x->v, &key);
		if (item == NULL || !text_is(item, &text))
			return false;
	}
	return true;
}

static bool
op_eq(struct operands *x)
{
	uint32_t flags = le32load(x->t + IMAGE_TARGET_FLAGS);
	struct image_str s;
	double left;

	switch (kind(x)) {
	case IMAGE_TARGET_NULL:
		return x->v->type == FG_NULL;
	case IMAGE_TARGET_BOOL:
		return x->v->type == FG_BOOL &&
		    x->v->boolean == ((flags & IMAGE_TARGET_TRUE) != 0);
	case IMAGE_TARGET_NUMBER:
		return dyn_float(x->v, &left) &&
		    !(left < image_f64(x->t + IMAGE_TARGET_FLOAT)) &&
		    !(left > image_f64(x->t + IMAGE_TARGET_FLOAT)) &&
		    left >= left;
	case IMAGE_TARGET_STRING:
		return image_str(
			   &x->e->im, le32load(x->t + IMAGE_TARGET_STR), &s) &&
		    text_is(x->v, &s);
	case IMAGE_TARGET_ARRAY:
		return eq_array(x);
	case IMAGE_TARGET_OBJECT:
		return eq_object(x);
	}
	x->damaged = true;
	return false;
}

/* How many of the target's distinct texts the user's array has. */
static uint32_t
n_common(const struct operands *x)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < x->v->n_distinct; i++) {
		const struct dyn *item = x->v->distinct[i];

		n += in_set(x, item->text, item->len, item->hash);
	}
	return n;
}

/* False for all four when one side is no array, also for the negative ones. */
static bool
op_array(struct operands *x)
{
	uint32_t n_set = le32load(x->t + IMAGE_TARGET_N_SET);

	if (kind(x) != IMAGE_TARGET_ARRAY || x->v->type != FG_ARRAY)
		return false;
	if (x->op == IMAGE_OP_ARRAY_CONTAINS_ANY)
		return n_common(x) > 0;
	if (x->op == IMAGE_OP_ARRAY_CONTAINS_NONE)
		return n_common(x) == 0;
	return (n_common(x) == n_set) == (x->op == IMAGE_OP_ARRAY_CONTAINS_ALL);
}

/* No list is loaded: nobody is a member. */
static bool
op_segment_list(struct operands *x)
{
	(void)x;
	return false;
}

/* What decides, and whether the operator is its negation. */
static const struct {
	bool (*holds)(struct operands *x);
	bool negated;
} operators[IMAGE_N_OPS] = {
    [IMAGE_OP_GT] = {op_number, false},
    [IMAGE_OP_GTE] = {op_number, false},
    [IMAGE_OP_LT] = {op_number, false},
    [IMAGE_OP_LTE] = {op_number, false},
    [IMAGE_OP_VERSION_GT] = {op_version, false},
    [IMAGE_OP_VERSION_GTE] = {op_version, false},
    [IMAGE_OP_VERSION_LT] = {op_version, false},
    [IMAGE_OP_VERSION_LTE] = {op_version, false},
    [IMAGE_OP_VERSION_EQ] = {op_version, false},
    [IMAGE_OP_VERSION_NEQ] = {op_version, false},
    [IMAGE_OP_ANY] = {op_any, false},
    [IMAGE_OP_NONE] = {op_any, true},
    [IMAGE_OP_ANY_CASE_SENSITIVE] = {op_any_case_sensitive, false},
    [IMAGE_OP_NONE_CASE_SENSITIVE] = {op_any_case_sensitive, true},
    [IMAGE_OP_STR_STARTS_WITH_ANY] = {op_part, false},
    [IMAGE_OP_STR_ENDS_WITH_ANY] = {op_part, false},
    [IMAGE_OP_STR_CONTAINS_ANY] = {op_part, false},
    [IMAGE_OP_STR_CONTAINS_NONE] = {op_part, true},
    [IMAGE_OP_STR_MATCHES] = {op_regex, false},
    [IMAGE_OP_BEFORE] = {op_time, false},
    [IMAGE_OP_AFTER] = {op_time, false},
    [IMAGE_OP_ON] = {op_time, false},
    [IMAGE_OP_EQ] = {op_eq, false},
    [IMAGE_OP_NEQ] = {op_eq, true},
    [IMAGE_OP_ARRAY_CONTAINS_ANY] = {op_array, false},
    [IMAGE_OP_ARRAY_CONTAINS_NONE] = {op_array, false},
    [IMAGE_OP_ARRAY_CONTAINS_ALL] = {op_array, false},
    [IMAGE_OP_NOT_ARRAY_CONTAINS_ALL] = {op_array, false},
    [IMAGE_OP_IN_SEGMENT_LIST] = {op_segment_list, false},
    [IMAGE_OP_NOT_IN_SEGMENT_LIST] = {op_segment_list, true},
};

bool
eval_operator(struct eval *e, enum image_op op, struct dyn *v,
    const uint8_t *target, bool *result, bool *unsupported)
{
	struct operands x = {e, v, target, op, false};
	bool holds;

	if ((unsigned)op >= IMAGE_N_OPS || operators[op].holds == NULL) {
		*unsupported = true;
		return true;
	}
	holds = operators[op].holds(&x);
	if (e->fault != EVAL_NO_FAULT)
		return false;
	if (x.damaged)
		return eval_fail(e, EVAL_DAMAGED);
	*result = holds != operators[op].negated;
	return true;
}
