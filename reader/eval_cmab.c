/*
 * CMABs, contextual autotunes: an experiment whose group is the one that a
 * linear model of the user's values scores best, or one at random while it
 * explores (EVALUATION.md 5.9).
 */
#include <math.h>

#include "common/hash.h"
#include "reader/eval.h"

/* Offsets of the record, see common/image.h. */
enum {
	DEFAULT = 8,
	UNIT = 12,
	UNIT_LOWER = 16,
	FLAGS = 20,
	VERSION = 24,
	TARGETING_NAME = 28,
	SAMPLE_RATE = 40,
	N_GROUPS = 48,
	GROUPS = 52,
};
enum {
	GROUP_ID = 0,
	GROUP_NAME = 4,
	GROUP_VALUE = 8,
	GROUP_HAS_ENTRY = 12,
	GROUP_ALPHA = 16,
	GROUP_INTERCEPT = 24,
	GROUP_RECORDS = 32,
	GROUP_N_NUMERICAL = 40,
	GROUP_NUMERICAL = 44,
	GROUP_N_CATEGORICAL = 48,
	GROUP_CATEGORICAL = 52,
};

static const uint8_t *
group_at(const struct eval *e, const uint8_t *cmab, uint32_t i)
{
	return image_nth(&e->im, le32load(cmab + GROUPS), i, IMAGE_CMAB_GROUP);
}

/* Its own, whatever its targeting gate has left there. */
static void
take_about(struct eval *e, const uint8_t *cmab)
{
	e->r.id_type = le32load(cmab + UNIT);
	e->r.has_version = true;
	e->r.version = le32load(cmab + VERSION);
	e->r.is_experiment_active =
	    (le32load(cmab + FLAGS) & IMAGE_CMAB_ENABLED) != 0;
}

static void
take_default(struct eval *e, const uint8_t *cmab, enum eval_id id)
{
	e->r.value = false;
	e->r.rule_id = id;
	eval_set_json(e, le32load(cmab + DEFAULT));
	take_about(e, cmab);
}

static bool
take_group(struct eval *e, const uint8_t *cmab, uint32_t i, bool explores)
{
	const uint8_t *group = group_at(e, cmab, i);

	if (group == NULL)
		return eval_fail(e, EVAL_DAMAGED);
	e->r.value = true;
	e->r.rule_id = le32load(group + GROUP_ID);
	e->r.explores = explores;
	e->r.group_name = le32load(group + GROUP_NAME);
	eval_set_json(e, le32load(group + GROUP_VALUE));
	return true;
}

/*
 * xorshift64*, a fraction of 0 to 1.  The seed is the session's, and the time
 * goes in as well: forked workers have inherited the same seed.
 */
static double
random_fraction(struct eval *e)
{
	const struct eval_input *in = e->in;
	uint64_t x = *in->random + (uint64_t)eval_now(e) * HASH64_K1;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	*in->random = x | 1;
	return (double)((x * 0x2545f4914f6cdd1dULL) >> 11) * 0x1p-53;
}

/* At random; a group with fewer records is likelier. */
static bool
explore(struct eval *e, const uint8_t *cmab, uint32_t n)
{
	double sum = 0, left;

	for (uint32_t i = 0; i < n; i++) {
		const uint8_t *g = group_at(e, cmab, i);

		if (g == NULL)
			return eval_fail(e, EVAL_DAMAGED);
		sum += 1.0 / ((double)le64load(g + GROUP_RECORDS) + 1.0);
	}
	left = random_fraction(e) * sum;
	for (uint32_t i = 0; i + 1 < n; i++) {
		const uint8_t *g = group_at(e, cmab, i);

		left -= 1.0 / ((double)le64load(g + GROUP_RECORDS) + 1.0);
		if (left < 0)
			return take_group(e, cmab, i, true);
	}
	return take_group(e, cmab, n - 1, true);
}

static bool
add_numerical(struct eval *e, const uint8_t *group, double *score)
{
	uint32_t n = le32load(group + GROUP_N_NUMERICAL);

	for (uint32_t i = 0; i < n; i++) {
		const uint8_t *w =
		    image_nth(&e->im, le32load(group + GROUP_NUMERICAL), i, 24);
		struct dyn *v;
		double x;

		if (w == NULL || ++e->n_steps > EVAL_MAX_STEPS)
			return eval_fail(e, EVAL_DAMAGED);
		v = eval_user_value(e, w);
		if (e->fault != EVAL_NO_FAULT)
			return false;
		if (v != NULL && dyn_float(v, &x))
			*score += image_f64(w + 16) * x;
	}
	return true;
}

static bool
add_categorical(struct eval *e, const uint8_t *group, double *score)
{
	uint32_t n = le32load(group + GROUP_N_CATEGORICAL);

	for (uint32_t i = 0; i < n; i++) {
		const uint8_t *w = image_nth(
		    &e->im, le32load(group + GROUP_CATEGORICAL), i, 24);
		uint32_t n_pairs;
		struct dyn *v;

		if (w == NULL)
			return eval_fail(e, EVAL_DAMAGED);
		v = eval_user_value(e, w);
		if (e->fault != EVAL_NO_FAULT)
			return false;
		n_pairs = v != NULL && v->has_text ? le32load(w + 16) : 0;
		for (uint32_t k = 0; k < n_pairs; k++) {
			const uint8_t *pair =
			    image_nth(&e->im, le32load(w + 20), k, 16);

			if (pair == NULL || ++e->n_steps > EVAL_MAX_STEPS)
				return eval_fail(e, EVAL_DAMAGED);
			if (image_str_is(
				&e->im, le32load(pair), v->text, v->len))
				*score += image_f64(pair + 8);
		}
	}
	return true;
}

/* A group without an entry, or without any weight, has no score. */
static bool
score_group(
    struct eval *e, const uint8_t *group, bool *has_score, double *score)
{
	*has_score = le32load(group + GROUP_HAS_ENTRY) != 0 &&
	    (le32load(group + GROUP_N_NUMERICAL) > 0 ||
		le32load(group + GROUP_N_CATEGORICAL) > 0);
	*score =
	    image_f64(group + GROUP_INTERCEPT) + image_f64(group + GROUP_ALPHA);
	return !*has_score ||
	    (add_categorical(e, group, score) &&
		add_numerical(e, group, score));
}

/* A user's text may be "nan": any number is better than that. */
static bool
is_better(double score, double than, bool higher)
{
	if (isnan(than))
		return !isnan(score);
	return higher ? score > than : score < than;
}

/* The highest or lowest score, the first on ties; without any, at random. */
static bool
take_best(struct eval *e, const uint8_t *cmab, uint32_t n)
{
	bool higher = (le32load(cmab + FLAGS) & IMAGE_CMAB_HIGHER) != 0;
	uint32_t best = n;
	double best_score = 0;

	for (uint32_t i = 0; i < n; i++) {
		const uint8_t *group = group_at(e, cmab, i);
		double score;
		bool has;

		if (group == NULL)
			return eval_fail(e, EVAL_DAMAGED);
		if (!score_group(e, group, &has, &score))
			return false;
		if (has &&
		    (best == n || is_better(score, best_score, higher))) {
			best = i;
			best_score = score;
		}
	}
	if (best == n)
		best = (uint32_t)(random_fraction(e) * n);
	return take_group(e, cmab, best < n ? best : n - 1, false);
}

/* The gate that says for whom it is; true without one. */
static bool
is_targeted(struct eval *e, const uint8_t *cmab, bool *out)
{
	uint32_t name_at = le32load(cmab + TARGETING_NAME);
	struct image_str name;
	enum eval_end end;

	*out = true;
	if (name_at == 0)
		return true;
	if (!image_str(&e->im, name_at, &name))
		return eval_fail(e, EVAL_DAMAGED);
	if (++e->depth > EVAL_MAX_DEPTH)
		return eval_fail(e, EVAL_TOO_DEEP);
	end = eval_spec(e, eval_find(e, EVAL_GATE, &name), EVAL_GATE, &name);
	if (end == EVAL_FAILED)
		return false;
	*out = end == EVAL_RECOGNIZED && e->r.value;
	if (name.len >= 8 && memcmp(name.bytes, "segment:", 8) == 0)
		return true;
	return eval_add_pair(e, name_at, e->r.rule_id, *out);
}

static uint64_t
bucket(struct eval *e, const uint8_t *cmab, bool *ok)
{
	bool is_user = (le32load(cmab + FLAGS) & IMAGE_CMAB_UNIT_USER) != 0;
	struct image_str salt = eval_text(e, le32load(cmab + 4));
	const struct dyn *unit = user_unit(e->user, &e->im, is_user,
	    le32load(cmab + UNIT), le32load(cmab + UNIT_LOWER));
	size_t len = unit != NULL ? unit->len : 0;
	char *text = arena_get(e->in->arena, (size_t)salt.len + len + 1);

	*ok = text != NULL || eval_fail(e, EVAL_NO_MEMORY);
	if (!*ok)
		return 0;
	memcpy(text, salt.bytes, salt.len);
	text[salt.len] = '.';
	if (len > 0)
		memcpy(text + salt.len + 1, unit->text, len);
	return hash_sha256_64(text, salt.len + len + 1) % 10000;
}

bool
eval_cmab(struct eval *e, uint32_t at)
{
	const uint8_t *cmab = image_rec(&e->im, at, IMAGE_CMAB);
	uint32_t flags, n;
	bool targeted, ok;
	double h;

	if (cmab == NULL)
		return eval_fail(e, EVAL_DAMAGED);
	flags = le32load(cmab + FLAGS);
	n = le32load(cmab + N_GROUPS);
	if ((flags & IMAGE_CMAB_ENABLED) == 0 || n == 0) {
		take_default(e, cmab, EVAL_ID_PRESTART);
		return true;
	}
	if (!is_targeted(e, cmab, &targeted))
		return false;
	if (!targeted) {
		take_default(e, cmab, EVAL_ID_TARGETING);
		return true;
	}
	take_about(e, cmab);
	h = (double)bucket(e, cmab, &ok);
	if (!ok)
		return false;
	if ((flags & IMAGE_CMAB_HAS_CONFIG) == 0) {
		double i = floor(h / (10000.0 / n));

		return take_group(e, cmab, i < n ? (uint32_t)i : n - 1, true);
	}
	if (h < image_f64(cmab + SAMPLE_RATE) * 10000.0)
		return explore(e, cmab, n);
	return take_best(e, cmab, n);
}
