#include "syncer/compile_top.h"
#include "common/number.h"

const struct compile_field compile_top_fields[COMPILE_N_TOP] = {
    [COMPILE_HAS_UPDATES] = COMPILE_REQUIRED("has_updates", COMPILE_BOOL),
    [COMPILE_TIME] = COMPILE_REQUIRED("time", COMPILE_U64),
    [COMPILE_GATES] = COMPILE_REQUIRED("feature_gates", COMPILE_OBJECT),
    [COMPILE_CONFIGS] = COMPILE_REQUIRED("dynamic_configs", COMPILE_OBJECT),
    [COMPILE_LAYERS] = COMPILE_REQUIRED("layer_configs", COMPILE_OBJECT),
    [COMPILE_CONDITIONS] = COMPILE_REQUIRED("condition_map", COMPILE_OBJECT),
    [COMPILE_EXPERIMENT_LAYER] =
	COMPILE_REQUIRED("experiment_to_layer", COMPILE_TEXT_MAP),
    [COMPILE_APP_ID] = COMPILE_OPTIONAL("app_id", COMPILE_JSON),
    [COMPILE_ID_LISTS] = COMPILE_OPTIONAL("id_lists", COMPILE_BOOL_MAP),
    [COMPILE_STORES] = COMPILE_OPTIONAL("param_stores", COMPILE_OBJECT),
    [COMPILE_CMABS] = COMPILE_OPTIONAL("cmab_configs", COMPILE_OBJECT),
    [COMPILE_OVERRIDES] = COMPILE_OPTIONAL("overrides", COMPILE_OBJECT),
    [COMPILE_OVERRIDE_RULES] =
	COMPILE_OPTIONAL("override_rules", COMPILE_OBJECT),
    [COMPILE_DEFAULT_ENV] =
	COMPILE_OPTIONAL("default_environment", COMPILE_TEXT),
    [COMPILE_KEYS_TO_APPS] =
	COMPILE_OPTIONAL("sdk_keys_to_app_ids", COMPILE_JSON_MAP),
    [COMPILE_HASHED_KEYS_TO_APPS] =
	COMPILE_OPTIONAL("hashed_sdk_keys_to_app_ids", COMPILE_JSON_MAP),
    [COMPILE_DIAGNOSTICS] = COMPILE_OPTIONAL("diagnostics", COMPILE_F64_MAP),
    [COMPILE_SDK_CONFIGS] = COMPILE_OPTIONAL("sdk_configs", COMPILE_JSON_MAP),
    [COMPILE_SDK_FLAGS] = COMPILE_OPTIONAL("sdk_flags", COMPILE_BOOL_MAP),
    [COMPILE_SESSION_REPLAY] =
	COMPILE_OPTIONAL("session_replay_info", COMPILE_OBJECT),
    [COMPILE_AUTO_CAPTURE] =
	COMPILE_OPTIONAL("auto_capture_settings", COMPILE_OBJECT),
    [COMPILE_GCIR] = COMPILE_OPTIONAL("gcir_config", COMPILE_OBJECT),
    [COMPILE_CHECKSUM] = COMPILE_OPTIONAL("checksum", COMPILE_TEXT),
    [COMPILE_COMPANY_ID] = COMPILE_OPTIONAL("company_id", COMPILE_TEXT),
    [COMPILE_FORMAT] = COMPILE_OPTIONAL("response_format", COMPILE_TEXT),
};

enum {
	RATE,
	GATE,
	BLOCKED,
	EVENTS,
	EXPOSURES,
	PRIVACY,
	N_REPLAY_FIELDS,
};

static const struct compile_field replay_fields[N_REPLAY_FIELDS] = {
    [RATE] = COMPILE_OPTIONAL("sampling_rate", COMPILE_F64),
    [GATE] = COMPILE_OPTIONAL("targeting_gate", COMPILE_TEXT),
    [BLOCKED] = COMPILE_OPTIONAL("recording_blocked", COMPILE_BOOL),
    [EVENTS] =
	COMPILE_OPTIONAL("session_recording_event_triggers", COMPILE_OBJECT),
    [EXPOSURES] =
	COMPILE_OPTIONAL("session_recording_exposure_triggers", COMPILE_OBJECT),
    [PRIVACY] =
	COMPILE_OPTIONAL("session_recording_privacy_settings", COMPILE_OBJECT),
};

static const struct compile_field trigger_fields[] = {
    COMPILE_OPTIONAL("sampling_rate", COMPILE_F64),
    COMPILE_OPTIONAL("values", COMPILE_TEXTS),
    COMPILE_OPTIONAL("passes_sampling", COMPILE_BOOL),
};

static const struct compile_field privacy_fields[] = {
    COMPILE_REQUIRED("privacy_mode", COMPILE_TEXT),
    COMPILE_OPTIONAL("unmasked_elements", COMPILE_TEXTS),
    COMPILE_OPTIONAL("masked_elements", COMPILE_TEXTS),
    COMPILE_OPTIONAL("blocked_elements", COMPILE_TEXTS),
};

static const struct compile_field auto_capture_fields[] = {
    COMPILE_REQUIRED("disabled_events", COMPILE_BOOL_MAP),
};

static const struct compile_field gcir_fields[] = {
    COMPILE_REQUIRED("remove_default_value_gates", COMPILE_BOOL),
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static bool
check_trigger(struct compile *c, const struct compile_tree *t, uint32_t key)
{
	uint32_t got[COUNT(trigger_fields)];
	struct compile_where here = {.up = c->where};
	bool ok;

	if (!compile_check(c, t, key, COMPILE_TEXT))
		return false;
	here.name = compile_raw(t, key, &here.n);
	c->where = &here;
	ok = compile_fields(
	    c, t, key + 1, trigger_fields, COUNT(trigger_fields), got);
	c->where = here.up;
	return ok;
}

/* What a field of session_replay_info has in it; node 0: it is absent. */
static bool
check_part(struct compile *c, const struct compile_tree *t, uint32_t node,
    const struct compile_field *field)
{
	const struct json_node *nodes = t->json.nodes;
	struct compile_where here = {c->where, field->name, field->n, 0};
	uint32_t got[COUNT(privacy_fields)];
	bool ok = true;

	if (node == 0)
		return true;
	c->where = &here;
	if (field == &replay_fields[PRIVACY])
		ok = compile_fields(
		    c, t, node, privacy_fields, COUNT(privacy_fields), got);
	else
		for (uint32_t k = node + 1; ok && k < nodes[node].next;
		     k = nodes[k].next)
			ok = check_trigger(c, t, k);
	c->where = here.up;
	return ok;
}

static bool
check_replay(struct compile *c, const struct compile_tree *t)
{
	uint32_t got[N_REPLAY_FIELDS];
	bool ok = compile_fields(c, t, 0, replay_fields, N_REPLAY_FIELDS, got);

	for (int i = EVENTS; ok && i <= PRIVACY; i++)
		ok = check_part(c, t, got[i], &replay_fields[i]);
	return ok;
}

bool
compile_top_check(
    struct compile *c, const struct compile_tree *t, enum compile_top field)
{
	uint32_t got[1];

	if (!compile_check(c, t, 0, compile_top_fields[field].type))
		return false;
	if (field == COMPILE_SESSION_REPLAY)
		return check_replay(c, t);
	if (field == COMPILE_AUTO_CAPTURE)
		return compile_fields(c, t, 0, auto_capture_fields,
		    COUNT(auto_capture_fields), got);
	if (field == COMPILE_GCIR)
		return compile_fields(
		    c, t, 0, gcir_fields, COUNT(gcir_fields), got);
	return true;
}

/*
 * A number, or a text that is one, without its fraction: the reference reads
 * both.  What is negative or no number counts as nothing, what is too great as
 * the greatest.  False where there is neither.
 */
static bool
whole(struct compile *c, const struct compile_tree *t, uint32_t node,
    uint64_t *out)
{
	const char *s;
	double f = 0;
	size_t n;

	*out = 0;
	if (compile_kind(t, node) == JSON_NUMBER) {
		f = compile_f64(t, node);
	} else if (compile_kind(t, node) == JSON_STRING) {
		s = compile_decode(c, t, node, &n);
		if (s == NULL || !number_f64(s, n, &f))
			return false;
	} else {
		return false;
	}
	if (f >= 18446744073709551616.0)
		*out = UINT64_MAX;
	else if (f > 0)
		*out = (uint64_t)f;
	return true;
}

static bool
is(const char *s, size_t n, const char *text)
{
	return s != NULL && n == strlen(text) && memcmp(s, text, n) == 0;
}

/* What readers need of sdk_configs at each exposure, ready to use. */
static void
put_sdk_configs(struct compile *c, const struct compile_tree *t)
{
	const struct json_node *nodes = t->json.nodes;
	struct image_build *b = &c->b;

	for (uint32_t k = 1; k < nodes[0].next; k = nodes[k].next) {
		uint32_t mode = IMAGE_SAMPLING_NONE;
		size_t n;
		const char *s = compile_decode(c, t, k, &n);
		uint64_t x;

		if (is(s, n, "sampling_mode")) {
			bool text = compile_kind(t, k + 1) == JSON_STRING;

			s = compile_decode(c, t, k + 1, &n);
			if (text && is(s, n, "on"))
				mode = IMAGE_SAMPLING_ON;
			if (text && is(s, n, "shadow"))
				mode = IMAGE_SAMPLING_SHADOW;
			image_build_put32(b, IMAGE_H_SAMPLING_MODE, mode);
		} else if (is(s, n, "special_case_sampling_rate")) {
			image_build_put32(b, IMAGE_H_HAS_SPECIAL_RATE,
			    whole(c, t, k + 1, &x));
			image_build_put64(b, IMAGE_H_SPECIAL_RATE, x);
		} else if (is(s, n, "exposure_dedupe_ttl_ms")) {
			whole(c, t, k + 1, &x);
			image_build_put64(b, IMAGE_H_DEDUPE_TTL, x);
		} else if (is(s, n, "exposure_spec_sampling_ttl_ms")) {
			whole(c, t, k + 1, &x);
			image_build_put64(b, IMAGE_H_SPEC_SAMPLING_TTL, x);
		}
	}
}

/* Rates of ten thousand, perhaps with a fraction. */
static void
put_diagnostics(struct compile *c, const struct compile_tree *t)
{
	const struct json_node *nodes = t->json.nodes;

	for (uint32_t k = 1; k < nodes[0].next; k = nodes[k].next) {
		double rate = compile_f64(t, k + 1);
		uint32_t at = 0;
		size_t n;
		const char *s = compile_decode(c, t, k, &n);

		if (is(s, n, "initialize"))
			at = IMAGE_H_DIAG_INITIALIZE;
		if (is(s, n, "dcs"))
			at = IMAGE_H_DIAG_CONFIG_SYNC;
		rate = rate > 10000 ? 10000 : rate > 0 ? rate : 0;
		if (at != 0)
			image_build_put32(
			    &c->b, at, 1 + (uint32_t)(100 * rate));
	}
}

void
compile_top_put(
    struct compile *c, const struct compile_tree *t, enum compile_top field)
{
	static const struct {
		enum compile_top field;
		uint32_t at;
		bool text;
	} words[] = {
	    {COMPILE_APP_ID, IMAGE_H_APP_ID, false},
	    {COMPILE_DEFAULT_ENV, IMAGE_H_DEFAULT_ENV, true},
	    {COMPILE_CHECKSUM, IMAGE_H_CHECKSUM, true},
	    {COMPILE_COMPANY_ID, IMAGE_H_COMPANY_ID, true},
	    {COMPILE_SDK_CONFIGS, IMAGE_H_SDK_CONFIGS, false},
	    {COMPILE_KEYS_TO_APPS, IMAGE_H_KEYS_TO_APPS, false},
	    {COMPILE_HASHED_KEYS_TO_APPS, IMAGE_H_HASHED_KEYS_TO_APPS, false},
	    {COMPILE_SESSION_REPLAY, IMAGE_H_SESSION_REPLAY, false},
	};
	const char *why;
	uint32_t bad;

	for (size_t i = 0; i < COUNT(words); i++) {
		if (words[i].field != field)
			continue;
		if (words[i].text)
			image_build_put32(
			    &c->b, words[i].at, compile_string(c, t, 0));
		else if (compile_readable(c, t, 0, t->above, &bad, &why))
			image_build_put32(
			    &c->b, words[i].at, compile_value(c, t, 0));
		else
			compile_note(
			    c, COMPILE_UNSUPPORTED, compile_at(t, bad), why);
	}
	if (field == COMPILE_SDK_CONFIGS)
		put_sdk_configs(c, t);
	if (field == COMPILE_DIAGNOSTICS)
		put_diagnostics(c, t);
}
