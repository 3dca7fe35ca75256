/* What a client's response says once and refers to from elsewhere. */
#include <stdlib.h>

#include "common/djb2.h"
#include "common/number.h"
#include "reader/client_response.h"

static bool
same_pair(const struct response *r, const struct eval_pair *a,
    const struct eval_pair *b)
{
	struct image_str x, y;

	if (a->gate != b->gate || a->value != b->value)
		return false;
	if (a->rule == b->rule)
		return true;
	/* "default" of the engine and of the rules are the same text. */
	x = eval_text(&r->e, a->rule);
	y = eval_text(&r->e, b->rule);
	return x.len == y.len && memcmp(x.bytes, y.bytes, x.len) == 0;
}

static uint64_t
hash_pair(const struct response *r, const struct eval_pair *p)
{
	struct image_str rule = eval_text(&r->e, p->rule);

	return hash64_fold(rule.hash ^ HASH64_K0,
	    ((uint64_t)p->gate << 1 | p->value) ^ HASH64_K1);
}

/* Twice as many slots, and all that is there put into them. */
static bool
grow(struct response *r, struct response_pool *pool)
{
	uint32_t cap = pool->cap != 0 ? pool->cap * 2 : 32, n = cap * 2;
	struct response_pooled *at;
	uint32_t *slots;

	if (pool->cap > UINT32_MAX / 8)
		return eval_fail(&r->e, EVAL_TOO_MUCH);
	at = arena_get(r->arena, cap * sizeof(*at));
	slots = arena_get(r->arena, n * sizeof(*slots));
	if (at == NULL || slots == NULL)
		return eval_fail(&r->e, EVAL_NO_MEMORY);
	if (pool->n > 0)
		memcpy(at, pool->at, pool->n * sizeof(*at));
	memset(slots, 0, n * sizeof(*slots));
	for (uint32_t i = 0; i < pool->n; i++) {
		uint32_t k = (uint32_t)at[i].hash & (n - 1);

		while (slots[k] != 0)
			k = (k + 1) & (n - 1);
		slots[k] = i + 1;
	}
	*pool = (struct response_pool){at, pool->n, cap, slots, n};
	return true;
}

/* True when the pooled thing is the one that is looked for. */
static bool
is_it(const struct response *r, const struct response_pooled *have,
    const struct response_pooled *want, bool by_hash)
{
	if (have->hash != want->hash)
		return false;
	if (by_hash)
		return true;
	if (want->text == NULL)
		return same_pair(r, &have->pair, &want->pair);
	return have->len == want->len &&
	    memcmp(have->text, want->text, want->len) == 0;
}

/* Finds or adds it; *is_new tells which. */
static bool
pool_number(struct response *r, struct response_pool *pool,
    const struct response_pooled *want, bool by_hash, uint32_t *number,
    bool *is_new)
{
	uint32_t k;

	if (pool->n == pool->cap && !grow(r, pool))
		return false;
	k = (uint32_t)want->hash & (pool->n_slots - 1);
	for (; pool->slots[k] != 0; k = (k + 1) & (pool->n_slots - 1)) {
		*number = pool->slots[k] - 1;
		*is_new = false;
		if (is_it(r, &pool->at[*number], want, by_hash))
			return true;
	}
	*number = pool->n;
	*is_new = true;
	pool->at[pool->n++] = *want;
	pool->slots[k] = pool->n;
	return true;
}

/*
 * Empty again, its memory kept.  Each walk empties the rest of a run of slots,
 * so what an entry leaves over lies before its own place.
 */
static void
pool_clear(struct response_pool *pool)
{
	uint32_t mask = pool->n_slots - 1;

	for (uint32_t i = 0; i < pool->n; i++) {
		uint32_t k = (uint32_t)pool->at[i].hash & mask;

		for (; pool->slots[k] != 0; k = (k + 1) & mask)
			pool->slots[k] = 0;
	}
	pool->n = 0;
}

bool
response_pool_value(
    struct response *r, const char *text, size_t len, uint32_t *number)
{
	struct response_pooled want = {
	    .text = text, .len = len, .hash = hash64(text, len)};
	bool is_new;

	return pool_number(r, &r->values, &want, false, number, &is_new);
}

static void
put_pair(struct response *r, const struct eval_pair *p)
{
	jsonw_begin_object(&r->w);
	response_put_hashed(r, "gate", p->gate);
	jsonw_key(&r->w, "gateValue");
	jsonw_bool_text(&r->w, p->value);
	response_put_text(r, "ruleID", p->rule);
	jsonw_end_object(&r->w);
}

/* djb2 of "gate:value:rule", the gate as the client knows it. */
static uint32_t
mapping_key(const struct response *r, const struct eval_pair *p)
{
	struct image_str gate = eval_text(&r->e, p->gate);
	struct image_str rule = eval_text(&r->e, p->rule);
	const char *value = p->value ? ":true:" : ":false:";
	struct response_key key;
	uint32_t h;

	response_hash(r, gate.bytes, gate.len, &key);
	h = djb2(0, key.text, key.len);
	h = djb2(h, value, strlen(value));
	return djb2(h, (const char *)rule.bytes, rule.len);
}

static bool
put_one(struct response *r, const struct response_pooled *one)
{
	struct response_pooled want = *one;
	bool is_v2 = r->opt->format == FG_RESPONSE_V2, is_new;
	uint32_t number;

	if (r->opt->format == FG_RESPONSE_V1) {
		put_pair(r, &one->pair);
		return true;
	}
	if (is_v2)
		want.hash = mapping_key(r, &one->pair);
	if (!pool_number(r, &r->exposures, &want, is_v2, &number, &is_new))
		return false;
	jsonw_u64_text(&r->w, is_v2 ? want.hash : number);
	return true;
}

bool
response_put_exposures(struct response *r, struct eval_range range)
{
	jsonw_begin_array(&r->w);
	pool_clear(&r->once);
	for (uint32_t i = 0; i < range.n; i++) {
		struct response_pooled one = {
		    .pair = r->e.pairs.at[range.begin + i]};
		uint32_t number;
		bool is_new;

		one.hash = hash_pair(r, &one.pair);
		if (!pool_number(r, &r->once, &one, false, &number, &is_new))
			return false;
		if (is_new && !put_one(r, &one))
			return false;
	}
	jsonw_end_array(&r->w);
	return true;
}

/* Keys are texts of digits, and sorted like all others. */
static int
by_digits(const void *a, const void *b)
{
	const struct response_pooled *x = a, *y = b;
	char s[24], t[24];

	return image_key_cmp(s, number_u64_text(x->hash, s, sizeof(s)), t,
	    number_u64_text(y->hash, t, sizeof(t)));
}

bool
response_put_pools(struct response *r)
{
	struct response_pool *x = &r->exposures, *v = &r->values;
	bool is_v2 = r->opt->format == FG_RESPONSE_V2;
	char key[24];

	if (r->opt->format == FG_RESPONSE_V1)
		return true;
	if (is_v2 && x->n > 0)
		qsort(x->at, x->n, sizeof(*x->at), by_digits);
	jsonw_key(&r->w, "exposures");
	jsonw_begin_object(&r->w);
	for (uint32_t i = 0; i < x->n; i++) {
		jsonw_key_n(&r->w, key,
		    number_u64_text(
			is_v2 ? x->at[i].hash : i, key, sizeof(key)));
		put_pair(r, &x->at[i].pair);
	}
	jsonw_end_object(&r->w);
	if (is_v2)
		return true;
	jsonw_key(&r->w, "values");
	jsonw_begin_object(&r->w);
	for (uint32_t i = 0; i < v->n; i++) {
		jsonw_key_n(&r->w, key, number_u64_text(i, key, sizeof(key)));
		jsonw_raw(&r->w, v->at[i].text, v->at[i].len);
	}
	jsonw_end_object(&r->w);
	return true;
}
