/* Parameter stores, session replay, the user and the library itself. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "common/djb2.h"
#include "common/host.h"
#include "reader/client_response.h"

/* ------------------------------------------------------ parameter stores */

static void
put_ref(struct response *r, const char *entity, const uint8_t *p)
{
	response_put_hashed(r, entity, le32load(p + 16));
	response_put_text(r, "param_name", le32load(p + 20));
}

static void
put_member(struct response *r, const char *member, uint32_t value)
{
	jsonw_key(&r->w, member);
	response_put_value(r, value);
}

/* As the rules have it: the client resolves it. */
static bool
put_param(struct response *r, const uint8_t *p)
{
	struct image_str name;

	if (!image_str(&r->in.im, le32load(p), &name))
		return eval_fail(&r->e, EVAL_DAMAGED);
	jsonw_key_n(&r->w, name.bytes, name.len);
	jsonw_begin_object(&r->w);
	response_put_text(r, "name", le32load(p));
	response_put_text(r, "ref_type", le32load(p + 8));
	response_put_text(r, "param_type", le32load(p + 12));
	switch ((enum image_param)le32load(p + 4)) {
	case IMAGE_PARAM_STATIC:
		put_member(r, "value", le32load(p + 24));
		break;
	case IMAGE_PARAM_GATE:
		response_put_hashed(r, "gate_name", le32load(p + 16));
		put_member(r, "pass_value", le32load(p + 24));
		put_member(r, "fail_value", le32load(p + 28));
		break;
	case IMAGE_PARAM_CONFIG:
		put_ref(r, "config_name", p);
		break;
	case IMAGE_PARAM_EXPERIMENT:
		put_ref(r, "experiment_name", p);
		break;
	case IMAGE_PARAM_LAYER:
		put_ref(r, "layer_name", p);
		break;
	}
	jsonw_end_object(&r->w);
	return r->e.fault == EVAL_NO_FAULT;
}

bool
response_put_stores(struct response *r)
{
	const struct image *im = &r->in.im;
	struct response_list list;

	if (!response_list(r, IMAGE_H_STORES, &list))
		return false;
	jsonw_key(&r->w, "param_stores");
	jsonw_begin_object(&r->w);
	for (size_t i = 0; i < list.n; i++) {
		const uint8_t *store =
		    image_rec(im, list.at[i].rec, IMAGE_STORE);
		uint32_t n = store != NULL ? le32load(store + 8) : 0;

		jsonw_key_n(&r->w, list.at[i].key, list.at[i].key_len);
		jsonw_begin_object(&r->w);
		for (uint32_t k = 0; k < n; k++) {
			const uint8_t *p = image_nth(
			    im, le32load(store + 12), k, IMAGE_STORE_PARAM);

			if (p == NULL)
				return eval_fail(&r->e, EVAL_DAMAGED);
			if (!put_param(r, p))
				return false;
		}
		jsonw_end_object(&r->w);
	}
	jsonw_end_object(&r->w);
	return true;
}

/* -------------------------------------------------------- session replay */

static uint32_t
member_of(const struct response *r, uint32_t object, const char *name)
{
	return image_member(&r->in.im, object, name, strlen(name));
}

static enum image_type
type_of(const struct response *r, uint32_t value)
{
	const uint8_t *v = image_rec(&r->in.im, value, IMAGE_VALUE);

	return v != NULL ? (enum image_type)le32load(v + IMAGE_V_TYPE)
			 : IMAGE_NULL;
}

/* A member that is a number, as a double. */
static bool
number_of(
    const struct response *r, uint32_t object, const char *name, double *out)
{
	uint32_t at = member_of(r, object, name);
	const uint8_t *v = image_rec(&r->in.im, at, IMAGE_VALUE);
	enum image_type type = type_of(r, at);

	if (type == IMAGE_INT)
		*out = (double)(int64_t)le64load(v + IMAGE_V_DATA);
	else if (type == IMAGE_UINT)
		*out = (double)le64load(v + IMAGE_V_DATA);
	else if (type == IMAGE_FLOAT)
		*out = image_f64(v + IMAGE_V_DATA);
	else
		return false;
	return true;
}

/*
 * The reference draws a number for each response.  Here it is a hash of who
 * the user is, above 0 and at most 1: the same user is recorded or is not,
 * and a response can be cached.
 */
static double
draw(struct fg_user *user)
{
	static const char salt[8] = "replay.";
	uint8_t text[16];

	memcpy(text, salt, 8);
	le64enc(text + 8, user_unit_hash(user));
	return (double)((hash_sha256_64(text, sizeof(text)) >> 11) + 1) *
	    0x1p-53;
}

/* One trigger: its rate becomes whether the user passes. */
static void
put_trigger(struct response *r, uint32_t trigger, double drawn)
{
	uint32_t values = member_of(r, trigger, "values");
	uint32_t passes = member_of(r, trigger, "passes_sampling");
	double rate;

	jsonw_begin_object(&r->w);
	if (type_of(r, values) == IMAGE_ARRAY)
		put_member(r, "values", values);
	if (number_of(r, trigger, "sampling_rate", &rate)) {
		jsonw_key(&r->w, "passes_sampling");
		jsonw_bool(&r->w, drawn <= rate);
	} else if (type_of(r, passes) == IMAGE_TRUE ||
	    type_of(r, passes) == IMAGE_FALSE) {
		put_member(r, "passes_sampling", passes);
	}
	jsonw_end_object(&r->w);
}

struct trigger {
	const char *key;
	size_t key_len;
	uint32_t value;
};

static int
by_key(const void *a, const void *b)
{
	const struct trigger *x = a, *y = b;

	return image_key_cmp(x->key, x->key_len, y->key, y->key_len);
}

static bool
take_trigger(
    struct response *r, const uint8_t *pair, bool hashed, struct trigger *out)
{
	struct image_str name;
	struct response_key key;

	if (pair == NULL || !image_str(&r->in.im, le32load(pair), &name))
		return eval_fail(&r->e, EVAL_DAMAGED);
	key.text = (const char *)name.bytes;
	key.len = name.len;
	if (hashed)
		response_hash(r, name.bytes, name.len, &key);
	out->value = le32load(pair + 4);
	out->key = arena_text(r->arena, key.text, key.len);
	out->key_len = key.len;
	return out->key != NULL || eval_fail(&r->e, EVAL_NO_MEMORY);
}

static bool
put_triggers(struct response *r, uint32_t info, const char *member, bool hashed,
    double drawn)
{
	uint32_t at = member_of(r, info, member), n;
	const uint8_t *v = image_rec(&r->in.im, at, IMAGE_VALUE);
	struct trigger *all;

	if (type_of(r, at) != IMAGE_OBJECT)
		return true;
	n = le32load(v + IMAGE_V_N);
	if (n > r->in.im.size / 8)
		return eval_fail(&r->e, EVAL_DAMAGED);
	all = arena_get(r->arena, n * sizeof(*all));
	if (all == NULL)
		return eval_fail(&r->e, EVAL_NO_MEMORY);
	for (uint32_t i = 0; i < n; i++)
		if (!take_trigger(r,
			image_nth(&r->in.im,
			    (uint32_t)le64load(v + IMAGE_V_DATA), i, 8),
			hashed, &all[i]))
			return false;
	qsort(all, n, sizeof(*all), by_key);
	jsonw_key(&r->w, member);
	jsonw_begin_object(&r->w);
	for (uint32_t i = 0; i < n; i++) {
		jsonw_key_n(&r->w, all[i].key, all[i].key_len);
		put_trigger(r, all[i].value, drawn);
	}
	jsonw_end_object(&r->w);
	return true;
}

/* Whether the gate that says who is recorded lets the user pass. */
static bool
passes_targeting(struct response *r, uint32_t gate, bool *out)
{
	const uint8_t *v = image_rec(&r->in.im, gate, IMAGE_VALUE);
	struct image_str name;

	if (v == NULL ||
	    !image_str(&r->in.im, (uint32_t)le64load(v + IMAGE_V_DATA), &name))
		return eval_fail(&r->e, EVAL_DAMAGED);
	eval_next(&r->e, EVAL_GATE, eval_find(&r->e, EVAL_GATE, &name), &name);
	if (r->e.fault == EVAL_TOO_DEEP || r->e.fault == EVAL_TOO_MUCH) {
		r->e.fault = EVAL_NO_FAULT;
		r->e.r.value = false;
	}
	*out = r->e.end == EVAL_RECOGNIZED && r->e.r.value;
	return r->e.fault == EVAL_NO_FAULT;
}

bool
response_put_replay(struct response *r)
{
	uint32_t info = image_head32(&r->in.im, IMAGE_H_SESSION_REPLAY);
	uint32_t blocked = member_of(r, info, "recording_blocked");
	uint32_t gate = member_of(r, info, "targeting_gate");
	uint32_t privacy =
	    member_of(r, info, "session_recording_privacy_settings");
	double drawn = draw(r->user), rate;
	bool can = type_of(r, blocked) != IMAGE_TRUE, passes = false;

	if (type_of(r, info) != IMAGE_OBJECT)
		return true;
	if (type_of(r, blocked) == IMAGE_TRUE ||
	    type_of(r, blocked) == IMAGE_FALSE)
		put_member(r, "recording_blocked", blocked);
	if (type_of(r, gate) == IMAGE_STRING) {
		if (!passes_targeting(r, gate, &passes))
			return false;
		jsonw_key(&r->w, "passes_session_recording_targeting");
		jsonw_bool(&r->w, passes);
		can = can && passes;
	}
	if (number_of(r, info, "sampling_rate", &rate)) {
		put_member(r, "session_recording_rate",
		    member_of(r, info, "sampling_rate"));
		can = can && drawn <= rate;
	}
	jsonw_key(&r->w, "can_record_session");
	jsonw_bool(&r->w, can);
	if (type_of(r, privacy) == IMAGE_OBJECT)
		put_member(r, "session_recording_privacy_settings", privacy);
	return put_triggers(
		   r, info, "session_recording_event_triggers", false, drawn) &&
	    put_triggers(
		r, info, "session_recording_exposure_triggers", true, drawn);
}

/* -------------------------------------------------------------- the user */

/* The sum over "key:value" of the private attributes. */
static void
put_private_hash(struct response *r)
{
	const struct user_map *map = &r->user->maps[FG_PRIVATE];
	uint32_t sum = 0;

	if (map->n == 0)
		return;
	for (uint32_t i = 0; i < map->n; i++) {
		const struct user_entry *e = &map->entries[i];
		uint32_t h = djb2(0, e->key.text, e->key.len);

		h = djb2(h, ":", 1);
		sum += djb2(h, e->value.text, e->value.len);
	}
	jsonw_key(&r->w, "pa_hash");
	jsonw_u64_text(&r->w, sum);
}

/* Units as they are hashed: as texts. */
static void
put_evaluated_keys(struct response *r)
{
	const struct dyn *id = &r->user->atoms[IMAGE_ATOM_USER_ID];
	const struct user_map *ids = &r->user->maps[FG_CUSTOM_IDS];

	jsonw_key(&r->w, "evaluated_keys");
	jsonw_begin_object(&r->w);
	if (id->len > 0) {
		jsonw_key(&r->w, "userID");
		jsonw_text_n(&r->w, id->text, id->len);
	}
	if (ids->n > 0) {
		jsonw_key(&r->w, "customIDs");
		jsonw_begin_object(&r->w);
		for (uint32_t i = 0; i < ids->n; i++) {
			jsonw_key_n(&r->w, ids->entries[i].key.text,
			    ids->entries[i].key.len);
			jsonw_text_n(&r->w, ids->entries[i].value.text,
			    ids->entries[i].value.len);
		}
		jsonw_end_object(&r->w);
	}
	jsonw_end_object(&r->w);
}

void
response_put_user(struct response *r)
{
	const struct fg_session *ses = r->ses;
	struct queue_user *wire =
	    user_wire(r->user, &ses->fg->defaults, &ses->tier);

	if (wire == NULL) {
		r->w.status = FG_E_NOMEM;
		return;
	}
	jsonw_key(&r->w, "user");
	jsonw_raw(&r->w, wire->json, wire->json_len);
	put_evaluated_keys(r);
	put_private_hash(r);
}

/* ----------------------------------------------------- the library itself */

/*
 * Random for each process, children of fork too.  Whoever comes first draws
 * the seed; without a lock, so that a child never finds one held.
 */
static void
session_id(char out[37])
{
	static _Atomic uint64_t seed;
	uint64_t mine = atomic_load(&seed), none = 0, hi, lo;

	if (mine == 0) {
		if (getrandom(&mine, sizeof(mine), GRND_NONBLOCK) !=
		    (ssize_t)sizeof(mine))
			mine = host_clock_ms(CLOCK_REALTIME);
		mine |= 1;
		if (!atomic_compare_exchange_strong(&seed, &none, mine))
			mine = none;
	}
	hi = hash64_fold(mine ^ HASH64_K0, (uint32_t)getpid() ^ HASH64_K1);
	lo = hash64_fold(hi ^ HASH64_K1, mine ^ HASH64_K0);
	hi = (hi & ~0xf000ULL) | 0x4000;
	lo = (lo & ~(3ULL << 62)) | 1ULL << 63;
	snprintf(out, 37, "%08x-%04x-%04x-%04x-%012llx", (unsigned)(hi >> 32),
	    (unsigned)(hi >> 16) & 0xffff, (unsigned)hi & 0xffff,
	    (unsigned)(lo >> 48), (unsigned long long)lo & 0xffffffffffffULL);
}

void
response_put_sdk_info(struct response *r)
{
	char id[37];

	session_id(id);
	jsonw_key(&r->w, "sdkInfo");
	jsonw_begin_object(&r->w);
	jsonw_key(&r->w, "sdkType");
	jsonw_text(&r->w, "forkgate");
	jsonw_key(&r->w, "sdkVersion");
	jsonw_text(&r->w, FG_VERSION);
	jsonw_key(&r->w, "sessionId");
	jsonw_text(&r->w, id);
	jsonw_end_object(&r->w);
	jsonw_key(&r->w, "sdkParams");
	jsonw_begin_object(&r->w);
	jsonw_end_object(&r->w);
}
