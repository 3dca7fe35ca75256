/*
 * The answer that a client in a browser or a phone starts with.  The order is
 * that of reader/call.h: evaluate and write, ask whether the generation was
 * alive all the while, and only then hand anything out.
 */
#include "reader/client_response.h"

#include "common/djb2.h"
#include "common/number.h"

static const char *const hash_names[] = {
    [FG_HASH_DJB2] = "djb2",
    [FG_HASH_SHA256] = "sha256",
    [FG_HASH_NONE] = "none",
};

/* What the client has is what it would get. */
static const char not_modified[] =
    "{\"feature_gates\":{},\"dynamic_configs\":{},\"layer_configs\":{},"
    "\"param_stores\":{},\"time\":0,\"has_updates\":false,\"hash_used\":\"\","
    "\"user\":{},\"evaluated_keys\":{},\"sdkInfo\":{},\"sdkParams\":{}}";

void
response_hash(const struct response *r, const void *name, size_t n,
    struct response_key *out)
{
	out->text = out->buf;
	switch (r->opt->hash) {
	case FG_HASH_DJB2:
		out->len = number_u64_text(
		    djb2(0, name, n), out->buf, sizeof(out->buf));
		return;
	case FG_HASH_SHA256:
		hash_base64(name, n, out->buf);
		out->len = HASH_BASE64_LEN;
		return;
	case FG_HASH_NONE:
		break;
	}
	out->text = name;
	out->len = n;
}

void
response_put_hashed(struct response *r, const char *member, uint32_t at)
{
	struct image_str s = eval_text(&r->e, at);
	struct response_key key;

	response_hash(r, s.bytes, s.len, &key);
	jsonw_key(&r->w, member);
	jsonw_text_n(&r->w, key.text, key.len);
}

void
response_put_text(struct response *r, const char *member, uint32_t at)
{
	struct image_str s = eval_text(&r->e, at);

	jsonw_key(&r->w, member);
	jsonw_text_n(&r->w, s.bytes, s.len);
}

bool
response_value_text(
    struct response *r, uint32_t at, const char **text, size_t *len)
{
	const struct image *im = &r->in.im;
	const uint8_t *v = image_rec(im, at, IMAGE_VALUE);
	uint32_t from = v != NULL ? le32load(v + IMAGE_V_TEXT) : 0;
	uint32_t n = v != NULL ? le32load(v + IMAGE_V_TEXT_LEN) : 0;

	if (v == NULL || from > im->size || n > im->size - from)
		return eval_fail(&r->e, EVAL_DAMAGED);
	*text = (const char *)im->base + from;
	*len = n;
	return true;
}

void
response_put_value(struct response *r, uint32_t at)
{
	const char *text;
	size_t len;

	if (at == 0)
		jsonw_null(&r->w);
	else if (response_value_text(r, at, &text, &len))
		jsonw_raw(&r->w, text, len);
}

static void
put_u64(struct response *r, const char *member, uint64_t x)
{
	jsonw_key(&r->w, member);
	jsonw_u64(&r->w, x);
}

/* What is the same with and without rules. */
static void
put_rest(struct response *r)
{
	put_u64(r, "time", r->ses->lcut);
	jsonw_key(&r->w, "has_updates");
	jsonw_bool(&r->w, true);
	jsonw_key(&r->w, "hash_used");
	jsonw_text(&r->w, hash_names[r->opt->hash]);
	if (r->opt->format == FG_RESPONSE_INIT_V2) {
		jsonw_key(&r->w, "response_format");
		jsonw_text(&r->w, "init-v2");
	}
	response_put_user(r);
	response_put_sdk_info(r);
	jsonw_end_object(&r->w);
}

static void
put_empty(struct response *r)
{
	static const char *const maps[] = {"feature_gates", "dynamic_configs",
	    "layer_configs", "param_stores", "exposures", "values"};
	size_t n = 4 + (size_t)r->opt->format;

	jsonw_begin_object(&r->w);
	for (size_t i = 0; i < n; i++) {
		jsonw_key(&r->w, maps[i]);
		jsonw_begin_object(&r->w);
		jsonw_end_object(&r->w);
	}
	put_rest(r);
}

/*
 * Sums the entities' text, which is the same for the same answer; time and the
 * library are not in it.  True when the client has it already.
 */
static bool
put_checksum(struct response *r)
{
	const char *before = r->opt->previous_response_hash;
	char digits[24];
	size_t n;

	if (before == NULL || r->opt->format != FG_RESPONSE_V1)
		return false;
	n = number_u64_text(
	    hash64(r->w.text, r->w.len), digits, sizeof(digits));
	if (strlen(before) == n && memcmp(before, digits, n) == 0) {
		jsonw_clear(&r->w);
		jsonw_raw(&r->w, not_modified, sizeof(not_modified) - 1);
		return true;
	}
	jsonw_key(&r->w, "full_checksum");
	jsonw_text_n(&r->w, digits, n);
	return false;
}

static bool
put_response(struct response *r)
{
	r->in = r->ses->in;
	r->in.im = r->ses->im;
	r->in.user = r->user;
	r->in.overrides = r->opt->include_local_overrides &&
		overrides_any(r->ses->fg->overrides)
	    ? r->ses->fg->overrides
	    : NULL;
	if (!r->opt->include_local_overrides)
		r->in.hostwide = NULL;
	eval_begin(&r->e, &r->in);
	r->exposures = r->values = r->once = (struct response_pool){0};
	if (!response_filters(r) || !response_app(r))
		return false;
	if (r->unknown_key && r->opt->refuse_unknown_key)
		return true;
	jsonw_begin_object(&r->w);
	if (!response_put_entities(r) || !response_put_stores(r) ||
	    !response_put_replay(r) || !response_put_pools(r))
		return false;
	if (r->w.status == FG_OK && !put_checksum(r))
		put_rest(r);
	return r->w.status == FG_OK && r->e.fault == EVAL_NO_FAULT;
}

static enum fg_status
status_of(const struct response *r)
{
	if (r->w.status != FG_OK)
		return r->w.status;
	switch (r->e.fault) {
	case EVAL_TOO_DEEP:
	case EVAL_TOO_MUCH:
		return FG_E_UNSUPPORTED;
	case EVAL_DAMAGED:
		return FG_E_CORRUPT;
	case EVAL_NO_MEMORY:
		return FG_E_NOMEM;
	case EVAL_MOVED:
		return FG_E_BUSY;
	case EVAL_NO_FAULT:
		break;
	}
	return r->unknown_key && r->opt->refuse_unknown_key ? FG_ABSENT : FG_OK;
}

static enum fg_status
without_rules(const struct fg_session *ses)
{
	if (ses->state == SESSION_NEWER)
		return FG_E_VERSION;
	return ses->state == SESSION_DAMAGED ? FG_E_CORRUPT : FG_E_NOT_READY;
}

/* Until it is of a living generation; *has_text when there is one. */
static enum fg_status
make(struct response *r, bool *has_text)
{
	struct fg_session *ses = r->ses;

	*has_text = false;
	for (int i = 0; i < CALL_ATTEMPTS; i++) {
		struct arena_mark mark = arena_mark(&ses->arena);
		enum fg_status st;

		jsonw_clear(&r->w);
		if (ses->state != SESSION_RULES) {
			r->e.fault = EVAL_NO_FAULT;
			put_empty(r);
			*has_text = r->w.status == FG_OK;
			return *has_text ? without_rules(ses) : r->w.status;
		}
		put_response(r);
		st = status_of(r);
		arena_release(&ses->arena, mark);
		if (session_holds(ses) && r->e.fault != EVAL_MOVED) {
			*has_text = st == FG_OK;
			return st;
		}
		session_move(ses);
	}
	return FG_E_BUSY;
}

static bool
take_options(const struct fg_client_response_options *given,
    struct fg_client_response_options *opt)
{
	*opt =
	    (struct fg_client_response_options)FG_CLIENT_RESPONSE_OPTIONS_INIT;
	if (given == NULL)
		return true;
	if (given->size < offsetof(struct fg_client_response_options, hash))
		return false;
	memcpy(opt, given,
	    given->size < sizeof(*opt) ? given->size : sizeof(*opt));
	return (unsigned)opt->hash <= FG_HASH_NONE &&
	    (unsigned)opt->format <= FG_RESPONSE_INIT_V2;
}

enum fg_status
fg_client_response(struct fg_session *ses, struct fg_user *user,
    const struct fg_client_response_options *given, const char **json,
    size_t *len)
{
	struct fg_client_response_options opt;
	struct response r = {
	    .ses = ses, .user = call_user(ses, user), .arena = &ses->arena};
	enum fg_status st;
	bool has_text;

	*json = NULL;
	if (len != NULL)
		*len = 0;
	if (!take_options(given, &opt))
		return FG_E_INVALID;
	r.opt = &opt;
	ses->n_evaluations++;
	jsonw_new(&r.w);
	st = make(&r, &has_text);
	if (has_text) {
		*json = arena_text(&ses->arena, r.w.text, r.w.len);
		if (*json == NULL)
			st = FG_E_NOMEM;
		else if (len != NULL)
			*len = r.w.len;
	}
	jsonw_free(&r.w);
	return st;
}
