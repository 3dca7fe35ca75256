/* Operators: EVALUATION.md 3.4.  The switch at the end names them all. */
#include "common/version.h"
#include "reader/eval.h"

#define DAY_MS 86400000

/*
 * In all that follows: v is the left side, t the right side's record.  What
 * is rare stays out of the way of what is not, which needs few registers.
 */
#define RARE __attribute__((noinline))

static enum image_target
kind(const uint8_t *t)
{
	return (enum image_target)le32load(t + IMAGE_TARGET_KIND);
}

static uint32_t
n_elems(const uint8_t *t)
{
	return le32load(t + IMAGE_TARGET_N);
}

/* The i-th element's key (which = 0) or text (which = 4). */
static bool
elem(struct eval *e, const uint8_t *t, uint32_t i, uint32_t which,
    struct image_str *s)
{
	const uint8_t *p =
	    image_nth(&e->im, le32load(t + IMAGE_TARGET_ELEMS), i, IMAGE_ELEM);

	return (p != NULL && image_str(&e->im, le32load(p + which), s)) ||
	    eval_fail(e, EVAL_DAMAGED);
}

static inline bool
in_set(const struct eval *e, const uint8_t *t, const char *text, uint32_t n,
    uint64_t hash)
{
	return image_set_has(&e->im, le32load(t + IMAGE_TARGET_SET),
	    le32load(t + IMAGE_TARGET_N_SLOTS), text, n, hash);
}

static bool
number(struct dyn *v, const uint8_t *t, enum image_op op)
{
	double left, right = image_f64(t + IMAGE_TARGET_FLOAT);
	uint32_t flags = le32load(t + IMAGE_TARGET_FLAGS);

	if ((flags & IMAGE_TARGET_HAS_FLOAT) == 0 || !dyn_float(v, &left))
		return false;
	if (op == IMAGE_OP_GT)
		return left > right;
	if (op == IMAGE_OP_GTE)
		return left >= right;
	if (op == IMAGE_OP_LT)
		return left < right;
	return left <= right;
}

RARE static bool
version(struct eval *e, const struct dyn *v, const uint8_t *t, enum image_op op)
{
	uint32_t n = le32load(t + IMAGE_TARGET_N_PARTS);
	const uint8_t *parts;
	int order;

	if (!v->has_text || n == 0)
		return false;
	parts =
	    image_run(&e->im, le32load(t + IMAGE_TARGET_PARTS), n, IMAGE_PART);
	if (parts == NULL)
		return eval_fail(e, EVAL_DAMAGED);
	/* A part that is no number makes every operator false. */
	if (!version_compare_parts(v->text, v->len, parts, n, &order))
		return false;
	if (op == IMAGE_OP_VERSION_GT)
		return order > 0;
	if (op == IMAGE_OP_VERSION_GTE)
		return order >= 0;
	if (op == IMAGE_OP_VERSION_LT)
		return order < 0;
	if (op == IMAGE_OP_VERSION_LTE)
		return order <= 0;
	return (order == 0) == (op == IMAGE_OP_VERSION_EQ);
}

RARE static bool
any_case_sensitive(const struct eval *e, const struct dyn *v, const uint8_t *t)
{
	return kind(t) == IMAGE_TARGET_ARRAY &&
	    in_set(e, t, v->text, v->len, v->hash);
}

static bool
has_part(const struct dyn *v, const struct image_str *part, enum image_op op)
{
	const char *text = v->low;
	uint32_t n = v->low_len;

	if (part->len > n)
		return false;
	if (op == IMAGE_OP_STR_STARTS_WITH_ANY)
		return same_bytes(text, part->bytes, part->len);
	if (op == IMAGE_OP_STR_ENDS_WITH_ANY)
		return same_bytes(text + n - part->len, part->bytes, part->len);
	return memmem(text, n, part->bytes, part->len) != NULL;
}

RARE static bool
any_part(
    struct eval *e, const struct dyn *v, const uint8_t *t, enum image_op op)
{
	uint32_t n = kind(t) == IMAGE_TARGET_ARRAY ? n_elems(t) : 0;
	struct image_str key;

	for (uint32_t i = 0; i < n && elem(e, t, i, 0, &key); i++)
		if (has_part(v, &key, op))
			return true;
	return false;
}

RARE static bool
regex(struct eval *e, const struct dyn *v, const uint8_t *t)
{
	const struct eval_input *in = e->in;
	struct image_str pattern;
	enum regex_answer answer;

	if (kind(t) != IMAGE_TARGET_STRING || !v->has_text)
		return false;
	if (!image_str(&e->im, le32load(t + IMAGE_TARGET_STR), &pattern))
		return eval_fail(e, EVAL_DAMAGED);
	answer = regex_match(in->regex, in->scratch, pattern.bytes, pattern.len,
	    pattern.hash, v->text, v->len, in->is_alive, in->arg);
	if (answer == REGEX_MOVED)
		return eval_fail(e, EVAL_MOVED);
	return answer == REGEX_MATCH;
}

/* The left side may be in seconds, the right side never is. */
RARE static bool
in_time(struct dyn *v, const uint8_t *t, enum image_op op)
{
	int64_t left, right = (int64_t)le64load(t + IMAGE_TARGET_TIME);
	uint32_t flags = le32load(t + IMAGE_TARGET_FLAGS);

	if ((flags & IMAGE_TARGET_HAS_TIME) == 0 ||
	    (!dyn_time(v, &left) && !dyn_int(v, &left)))
		return false;
	if (left > -10000000000 && left < 10000000000)
		left *= 1000;
	if (op == IMAGE_OP_BEFORE)
		return left < right;
	if (op == IMAGE_OP_AFTER)
		return left > right;
	return left / DAY_MS == right / DAY_MS;
}

static bool
text_is(const struct dyn *v, const struct image_str *s)
{
	return v->has_text && v->hash == s->hash && v->len == s->len &&
	    same_bytes(v->text, s->bytes, s->len);
}

/*
 * Elements are compared at the same index.  Where equal elements collapsed, an
 * index may be missing: the reference then aborts, we say not equal.
 */
static bool
equal_array(struct eval *e, const struct dyn *v, const uint8_t *t)
{
	uint32_t n = n_elems(t), elems = le32load(t + IMAGE_TARGET_ELEMS);

	if (v->type != FG_ARRAY || v->n != n)
		return false;
	for (uint32_t i = 0; i < n; i++) {
		const uint8_t *p = image_nth(&e->im, elems, i, IMAGE_ELEM);
		struct image_str text;

		if (p == NULL || !elem(e, t, i, 4, &text))
			return false;
		/* Sorted by index, so the first gap shows here. */
		if (le32load(p + 8) != i || !text_is(&v->items[i], &text))
			return false;
	}
	return true;
}

static bool
equal_object(struct eval *e, const struct dyn *v, const uint8_t *t)
{
	uint32_t n = n_elems(t);
	struct image_str key, text;

	if (v->type != FG_OBJECT || v->n != n)
		return false;
	for (uint32_t i = 0; i < n; i++) {
		const struct dyn *item;

		if (!elem(e, t, i, 0, &key) || !elem(e, t, i, 4, &text))
			return false;
		item = dyn_member(v, &key);
		if (item == NULL || !text_is(item, &text))
			return false;
	}
	return true;
}

RARE static bool
equal(struct eval *e, struct dyn *v, const uint8_t *t)
{
	uint32_t flags = le32load(t + IMAGE_TARGET_FLAGS);
	struct image_str s;
	double left;

	switch (kind(t)) {
	case IMAGE_TARGET_NULL:
		return v->type == FG_NULL;
	case IMAGE_TARGET_BOOL:
		return v->type == FG_BOOL &&
		    v->boolean == ((flags & IMAGE_TARGET_TRUE) != 0);
	case IMAGE_TARGET_NUMBER:
		return dyn_float(v, &left) &&
		    !(left < image_f64(t + IMAGE_TARGET_FLOAT)) &&
		    !(left > image_f64(t + IMAGE_TARGET_FLOAT)) && left >= left;
	case IMAGE_TARGET_STRING:
		return image_str(&e->im, le32load(t + IMAGE_TARGET_STR), &s) &&
		    text_is(v, &s);
	case IMAGE_TARGET_ARRAY:
		return equal_array(e, v, t);
	case IMAGE_TARGET_OBJECT:
		return equal_object(e, v, t);
	}
	return eval_fail(e, EVAL_DAMAGED);
}

/* How many of the target's distinct texts the user's array has. */
static uint32_t
n_common(const struct eval *e, const struct dyn *v, const uint8_t *t)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < v->n_distinct; i++) {
		const struct dyn *item = v->distinct[i];

		n += in_set(e, t, item->text, item->len, item->hash);
	}
	return n;
}

/* False for all four when one side is no array, also for the negative ones. */
RARE static bool
array(const struct eval *e, const struct dyn *v, const uint8_t *t,
    enum image_op op)
{
	uint32_t n_set = le32load(t + IMAGE_TARGET_N_SET);

	if (kind(t) != IMAGE_TARGET_ARRAY || v->type != FG_ARRAY)
		return false;
	if (op == IMAGE_OP_ARRAY_CONTAINS_ANY)
		return n_common(e, v, t) > 0;
	if (op == IMAGE_OP_ARRAY_CONTAINS_NONE)
		return n_common(e, v, t) == 0;
	return (n_common(e, v, t) == n_set) ==
	    (op == IMAGE_OP_ARRAY_CONTAINS_ALL);
}

/* A text of the user in the list that the target names: EVALUATION.md 4.3. */
RARE static bool
segment_list(struct eval *e, const struct dyn *v, const uint8_t *t)
{
	struct image_str name;

	if (kind(t) != IMAGE_TARGET_STRING || !v->has_text)
		return false;
	if (!image_str(&e->im, le32load(t + IMAGE_TARGET_STR), &name))
		return eval_fail(e, EVAL_DAMAGED);
	return eval_in_list(e, v, &name);
}

static bool
holds(struct eval *e, enum image_op op, struct dyn *v, const uint8_t *t)
{
	switch (op) {
	case IMAGE_OP_ANY:
		return eval_any(e, v, t);
	case IMAGE_OP_NONE:
		return !eval_any(e, v, t);
	case IMAGE_OP_GT:
	case IMAGE_OP_GTE:
	case IMAGE_OP_LT:
	case IMAGE_OP_LTE:
		return number(v, t, op);
	case IMAGE_OP_VERSION_GT:
	case IMAGE_OP_VERSION_GTE:
	case IMAGE_OP_VERSION_LT:
	case IMAGE_OP_VERSION_LTE:
	case IMAGE_OP_VERSION_EQ:
	case IMAGE_OP_VERSION_NEQ:
		return version(e, v, t, op);
	case IMAGE_OP_ANY_CASE_SENSITIVE:
		return any_case_sensitive(e, v, t);
	case IMAGE_OP_NONE_CASE_SENSITIVE:
		return !any_case_sensitive(e, v, t);
	case IMAGE_OP_STR_STARTS_WITH_ANY:
	case IMAGE_OP_STR_ENDS_WITH_ANY:
	case IMAGE_OP_STR_CONTAINS_ANY:
		return any_part(e, v, t, op);
	case IMAGE_OP_STR_CONTAINS_NONE:
		return !any_part(e, v, t, op);
	case IMAGE_OP_STR_MATCHES:
		return regex(e, v, t);
	case IMAGE_OP_BEFORE:
	case IMAGE_OP_AFTER:
	case IMAGE_OP_ON:
		return in_time(v, t, op);
	case IMAGE_OP_EQ:
		return equal(e, v, t);
	case IMAGE_OP_NEQ:
		return !equal(e, v, t);
	case IMAGE_OP_ARRAY_CONTAINS_ANY:
	case IMAGE_OP_ARRAY_CONTAINS_NONE:
	case IMAGE_OP_ARRAY_CONTAINS_ALL:
	case IMAGE_OP_NOT_ARRAY_CONTAINS_ALL:
		return array(e, v, t, op);
	case IMAGE_OP_IN_SEGMENT_LIST:
		return segment_list(e, v, t);
	case IMAGE_OP_NOT_IN_SEGMENT_LIST:
		return !segment_list(e, v, t);
	case IMAGE_OP_UNSUPPORTED:
		break;
	}
	e->r.unsupported = true;
	return e->r.value;
}

bool
eval_operator(
    struct eval *e, enum image_op op, struct dyn *v, const uint8_t *target)
{
	bool value = holds(e, op, v, target);

	if (e->fault != EVAL_NO_FAULT)
		return false;
	e->r.value = value;
	return true;
}
