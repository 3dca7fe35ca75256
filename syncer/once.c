#include "syncer/once.h"

#include <stdlib.h>
#include <string.h>

#include "common/expose_key.h"
#include "syncer/json.h"

#define WAYS 4

struct slot {
	uint64_t key; /* 0: free */
	uint64_t time_ms;
};

struct once {
	uint64_t mask; /* buckets - 1 */
	uint64_t window_ms;
	uint64_t round;   /* part of what is stored: see once_forget */
	struct slot last; /* asked about */
	struct slot slots[];
};

enum fg_status
once_new(uint64_t max, uint64_t window_ms, struct once **out)
{
	uint64_t buckets = 1;
	struct once *o;

	while (buckets * WAYS < max)
		buckets *= 2;
	o = calloc(1, sizeof(*o) + buckets * WAYS * sizeof(o->slots[0]));
	*out = o;
	if (o == NULL)
		return FG_E_NOMEM;
	o->mask = buckets - 1;
	o->window_ms = window_ms;
	return FG_OK;
}

void
once_free(struct once *o)
{
	free(o);
}

/* ---- The key. ---- */

static bool
is_named(const char *key, size_t n, const char *name)
{
	return n == strlen(name) && memcmp(key, name, n) == 0;
}

/* A text without its escapes, as the worker had it; anything else as told. */
static uint64_t
hash_value(const struct json_span *v)
{
	struct json_buf buf = {0};
	uint64_t h = hash64(v->text, v->n);
	const char *s;
	size_t n;

	if (json_kind_of(*v->text) != JSON_STRING)
		return h;
	if (json_string(v->text + 1, v->n - 2, &buf, &s, &n) == FG_OK)
		h = hash64(s, n);
	free(buf.bytes);
	return h;
}

static void
sum_ids(const struct json_span *ids, uint64_t *stable, uint64_t *sum)
{
	struct json_walk walk;
	const char *key;
	size_t len;

	*stable = *sum = 0;
	if (!json_walk_begin(&walk, ids->text, ids->n) || !walk.keyed)
		return;
	while (json_walk_next(&walk, &key, &len)) {
		struct json_span value = json_walk_value(&walk);
		uint64_t h = hash_value(&value);

		*sum += h;
		if (is_named(key, len, "stableID"))
			*stable = h;
	}
}

static uint64_t
hash_user(const char *json, size_t n)
{
	uint64_t user_id = hash64("", 0), stable = 0, sum = 0;
	struct json_walk walk;
	const char *key;
	size_t len;

	if (!json_walk_begin(&walk, json, n))
		return 0;
	while (json_walk_next(&walk, &key, &len)) {
		struct json_span value = json_walk_value(&walk);

		if (is_named(key, len, "userID"))
			user_id = hash_value(&value);
		else if (is_named(key, len, "customIDs"))
			sum_ids(&value, &stable, &sum);
	}
	return expose_key_user(user_id, stable, sum);
}

uint64_t
once_key(const struct walk_event *e)
{
	const struct record_exposure *x = &e->record.u.exposure;
	uint64_t extra, key;

	if (e->record.kind != RECORD_EXPOSURE || x->manual || e->user == NULL)
		return 0;
	extra = x->subject == RECORD_LAYER
	    ? hash64(x->parameter.data, x->parameter.len)
	    : x->value;
	key = expose_key(hash64(x->name.data, x->name.len),
	    hash64(x->rule_id.data, x->rule_id.len),
	    hash_user(e->user, e->user_len), extra);
	/* What was asked for on the way tells less, or of another rule. */
	if (x->asked)
		key = hash64_fold(key ^ HASH64_K1, HASH64_K0);
	return key != 0 ? key : 1;
}

/* ---- The table. ---- */

static struct slot *
bucket_of(struct once *o, uint64_t key)
{
	return &o->slots[(key & o->mask) * WAYS];
}

bool
once_is_repeat(struct once *o, const char *project, const struct walk_event *e)
{
	uint64_t key = o != NULL ? once_key(e) : 0, now, then;
	struct slot *bucket;

	if (o != NULL)
		o->last.key = 0;
	if (key == 0)
		return false;
	key = hash64_fold(key ^ o->round, hash64(project, strlen(project)));
	key = key != 0 ? key : 1;
	now = e->record.u.exposure.time_ms;
	o->last = (struct slot){key, now};
	bucket = bucket_of(o, key);
	for (int i = 0; i < WAYS; i++) {
		if (bucket[i].key != key)
			continue;
		then = bucket[i].time_ms;
		return (now > then ? now - then : then - now) < o->window_ms;
	}
	return false;
}

void
once_keep(struct once *o)
{
	struct slot *bucket, *to;

	if (o == NULL || o->last.key == 0)
		return;
	to = bucket = bucket_of(o, o->last.key);
	for (int i = 0; i < WAYS; i++) {
		if (bucket[i].key == o->last.key || bucket[i].key == 0) {
			to = &bucket[i];
			break;
		}
		if (bucket[i].time_ms < to->time_ms)
			to = &bucket[i];
	}
	*to = o->last;
	o->last.key = 0;
}

/* What is stored from before is nobody's key any more, and gives way. */
void
once_forget(struct once *o)
{
	if (o != NULL)
		o->round += HASH64_K1;
}
