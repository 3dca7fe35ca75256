#include "syncer/events.h"

#include <stdlib.h>
#include <string.h>

#include "common/hash64.h"
#include "syncer/jsontext.h"

/* ---- One event. ---- */

/* What to go back to when an event turns out not to be fit. */
struct mark {
	size_t len;
	bool comma;
};

static struct mark
begin_event(struct jsonw *w, const char *name, size_t n)
{
	struct mark m = {w->len, w->comma};

	jsonw_begin_object(w);
	jsonw_key(w, "eventName");
	jsonw_text_n(w, name, n);
	return m;
}

static void
put_user(struct jsonw *w, const char *user_json, size_t user_len)
{
	jsonw_key(w, "user");
	if (user_json != NULL)
		jsonw_raw(w, user_json, user_len);
	else
		jsonw_raw(w, "{}", 2);
}

static enum fg_status
end_event(struct jsonw *w, struct mark m, bool fit)
{
	jsonw_end_object(w);
	if (w->status == FG_OK && fit)
		return FG_OK;
	w->len = m.len;
	w->comma = m.comma;
	return w->status != FG_OK ? w->status : FG_E_CORRUPT;
}

/* ---- Exposures. ---- */

static void
put_member(struct jsonw *w, const char *name, struct record_text text)
{
	jsonw_key(w, name);
	jsonw_text_n(w, text.data, text.len);
}

static void
put_decision(struct jsonw *w, const struct record_exposure *x)
{
	switch (x->subject) {
	case RECORD_GATE:
		put_member(w, "gate", x->name);
		jsonw_key(w, "gateValue");
		jsonw_bool_text(w, x->value);
		break;
	case RECORD_EXPERIMENT:
		put_member(w, "config", x->name);
		if (x->manual || x->asked) /* the reference does not say it */
			break;
		jsonw_key(w, "rulePassed");
		jsonw_bool_text(w, x->value);
		break;
	case RECORD_CONFIG:
		put_member(w, "config", x->name);
		jsonw_key(w, "rulePassed");
		jsonw_bool_text(w, x->value);
		break;
	case RECORD_LAYER:
		put_member(w, "config", x->name);
		put_member(w, "parameterName", x->parameter);
		jsonw_key(w, "isExplicitParameter");
		jsonw_bool_text(w, x->explicit_parameter);
		put_member(w, "allocatedExperiment", x->allocated);
		break;
	}
}

static void
put_metadata(struct jsonw *w, const struct record_exposure *x)
{
	jsonw_key(w, "metadata");
	jsonw_begin_object(w);
	put_decision(w, x);
	put_member(w, "ruleID", x->rule_id);
	put_member(w, "reason", x->reason);
	if (x->has_lcut) {
		jsonw_key(w, "lcut");
		jsonw_u64_text(w, x->lcut);
	}
	if (x->has_received_at) {
		jsonw_key(w, "receivedAt");
		jsonw_u64_text(w, x->received_at);
	}
	if (x->has_version) {
		jsonw_key(w, "configVersion");
		jsonw_i64_text(w, x->version);
	}
	if (x->manual) {
		jsonw_key(w, "isManualExposure");
		jsonw_text(w, "true");
	}
	if (x->has_override)
		put_member(w, "overrideConfigName", x->override_name);
	jsonw_end_object(w);
}

static void
put_sampling(struct jsonw *w, const struct record_exposure *x)
{
	bool shadow = x->sampling == RECORD_SAMPLING_SHADOW;

	jsonw_key(w, "statsigMetadata");
	jsonw_begin_object(w);
	if (x->sampling != RECORD_UNSAMPLED) {
		jsonw_key(w, "samplingRate");
		if (x->has_rate)
			jsonw_u64(w, x->rate);
		else
			jsonw_null(w);
		jsonw_key(w, "samplingMode");
		jsonw_text(w, shadow ? "shadow" : "on");
		jsonw_key(w, "shadowLogged");
		jsonw_text(w, x->shadow_logged ? "logged" : "dropped");
	}
	jsonw_end_object(w);
}

static bool
put_secondary(struct jsonw *w, const struct record_exposure *x)
{
	struct record_text gate, rule;
	enum fg_status st;
	bool value;
	size_t at = 0;

	jsonw_key(w, "secondaryExposures");
	if (!x->has_secondary) {
		jsonw_null(w);
		return true;
	}
	jsonw_begin_array(w);
	while ((st = record_list_next(
		    x->secondary, &at, &gate, &value, &rule)) == FG_OK) {
		jsonw_begin_object(w);
		put_member(w, "gate", gate);
		jsonw_key(w, "gateValue");
		jsonw_bool_text(w, value);
		put_member(w, "ruleID", rule);
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
	return st == FG_END;
}

static const char *
exposure_name(enum record_subject subject)
{
	switch (subject) {
	case RECORD_GATE:
		return "statsig::gate_exposure";
	case RECORD_LAYER:
		return "statsig::layer_exposure";
	case RECORD_CONFIG:
	case RECORD_EXPERIMENT:
		break;
	}
	return "statsig::config_exposure";
}

enum fg_status
events_exposure(struct jsonw *w, const struct record_exposure *x,
    const char *user_json, size_t user_len)
{
	const char *name = exposure_name(x->subject);
	struct mark m = begin_event(w, name, strlen(name));
	bool fit;

	jsonw_key(w, "value");
	jsonw_null(w);
	put_metadata(w, x);
	put_sampling(w, x);
	put_user(w, user_json, user_len);
	jsonw_key(w, "time");
	jsonw_u64(w, x->time_ms);
	fit = put_secondary(w, x);
	return end_event(w, m, fit);
}

/* ---- Custom events. ---- */

static bool
put_value(struct jsonw *w, const struct record_custom *x)
{
	jsonw_key(w, "value");
	switch (x->value_kind) {
	case RECORD_TEXT_VALUE:
		jsonw_text_n(w, x->value.data, x->value.len);
		return true;
	case RECORD_NUMBER_VALUE:
		if (!jsontext_number_ok(x->value.data, x->value.len))
			return false;
		jsonw_raw(w, x->value.data, x->value.len);
		return true;
	case RECORD_NO_VALUE:
		break;
	}
	jsonw_null(w);
	return true;
}

static bool
put_custom_metadata(struct jsonw *w, const struct record_custom *x)
{
	jsonw_key(w, "metadata");
	if (!x->has_metadata) {
		jsonw_null(w);
		return true;
	}
	if (!jsontext_object_ok(x->metadata.data, x->metadata.len))
		return false;
	jsonw_raw(w, x->metadata.data, x->metadata.len);
	return true;
}

enum fg_status
events_custom(struct jsonw *w, const struct record_custom *x,
    const char *user_json, size_t user_len)
{
	struct mark m = begin_event(w, x->name.data, x->name.len);
	bool fit = put_value(w, x) && put_custom_metadata(w, x);

	jsonw_key(w, "statsigMetadata");
	jsonw_null(w);
	put_user(w, user_json, user_len);
	jsonw_key(w, "time");
	jsonw_u64(w, x->time_ms);
	jsonw_key(w, "secondaryExposures");
	jsonw_null(w);
	return end_event(w, m, fit);
}

/* ---- Of no user: diagnostics and counts. ---- */

/* Up to what is within the metadata, and from there on. */
static struct mark
begin_own(struct jsonw *w, const char *name)
{
	struct mark m = begin_event(w, name, strlen(name));

	jsonw_key(w, "value");
	jsonw_null(w);
	jsonw_key(w, "metadata");
	jsonw_begin_object(w);
	return m;
}

static enum fg_status
end_own(struct jsonw *w, struct mark m, uint64_t time_ms, bool fit)
{
	jsonw_end_object(w);
	jsonw_key(w, "statsigMetadata");
	jsonw_null(w);
	put_user(w, NULL, 0);
	jsonw_key(w, "time");
	jsonw_u64(w, time_ms);
	jsonw_key(w, "secondaryExposures");
	jsonw_null(w);
	return end_event(w, m, fit);
}

enum fg_status
events_diagnostics(struct jsonw *w, const char *context,
    const struct jsonw *markers, uint64_t time_ms)
{
	struct mark m = begin_own(w, "statsig::diagnostics");

	jsonw_key(w, "context");
	jsonw_text(w, context);
	jsonw_key(w, "markers");
	jsonw_text_n(w, markers->text, markers->len);
	return end_own(w, m, time_ms, true);
}

/* They fit in text and number: an entry takes at least 10 bytes. */
#define MAX_TEXT  EVENTS_COUNTS_TEXT
#define MAX_NAMES (MAX_TEXT / 8)
#define N_SLOTS   (2 * MAX_NAMES)

struct sum {
	uint64_t hash;
	uint64_t count;
	uint32_t name; /* in text */
	uint32_t name_len;
};

struct events_counts {
	uint16_t slots[N_SLOTS]; /* 1 + index in sums; 0: free */
	struct sum sums[MAX_NAMES];
	char text[MAX_TEXT];
	uint32_t n;
	uint32_t text_len;
	uint64_t time_ms; /* the latest */
};

/* Not touched before it is used: its pages cost nothing until then. */
enum fg_status
events_counts_new(struct events_counts **out)
{
	*out = calloc(1, sizeof(**out));
	return *out != NULL ? FG_OK : FG_E_NOMEM;
}

void
events_counts_free(struct events_counts *c)
{
	free(c);
}

bool
events_counts_empty(const struct events_counts *c)
{
	return c->n == 0;
}

static struct sum *
find_or_add(struct events_counts *c, struct record_text name)
{
	uint64_t hash = hash64(name.data, name.len);
	size_t at = hash % N_SLOTS;
	struct sum *s;

	for (; c->slots[at] != 0; at = (at + 1) % N_SLOTS) {
		s = &c->sums[c->slots[at] - 1];
		if (s->hash == hash && s->name_len == name.len &&
		    memcmp(c->text + s->name, name.data, name.len) == 0)
			return s;
	}
	s = &c->sums[c->n];
	*s = (struct sum){hash, 0, c->text_len, (uint32_t)name.len};
	if (name.len > 0)
		memcpy(c->text + c->text_len, name.data, name.len);
	c->text_len += (uint32_t)name.len;
	c->slots[at] = (uint16_t)++c->n;
	return s;
}

enum fg_status
events_counts_add(struct events_counts *c, const struct record_counts *x)
{
	struct record_text name;
	uint64_t count;
	size_t at = 0;

	if (x->n > MAX_NAMES - c->n || x->entries.len > MAX_TEXT - c->text_len)
		return FG_E_SPACE;
	while (
	    record_count_list_next(x->entries, &at, &name, &count) == FG_OK) {
		struct sum *s = find_or_add(c, name);

		s->count = count > UINT64_MAX - s->count ? UINT64_MAX
							 : s->count + count;
	}
	if (x->time_ms > c->time_ms)
		c->time_ms = x->time_ms;
	return FG_OK;
}

/* The object of counts is itself a text within the event. */
static enum fg_status
put_checks(struct jsonw *w, const struct events_counts *c)
{
	struct jsonw checks;
	enum fg_status st;

	jsonw_new(&checks);
	jsonw_begin_object(&checks);
	for (uint32_t i = 0; i < c->n; i++) {
		const struct sum *s = &c->sums[i];

		jsonw_key_n(&checks, c->text + s->name, s->name_len);
		jsonw_u64(&checks, s->count);
	}
	jsonw_end_object(&checks);
	st = checks.status;
	if (st == FG_OK) {
		jsonw_key(w, "checks");
		jsonw_text_n(w, checks.text, checks.len);
	}
	jsonw_free(&checks);
	return st;
}

enum fg_status
events_counts_put(struct events_counts *c, struct jsonw *w)
{
	struct mark m = begin_own(w, "statsig::non_exposed_checks");
	enum fg_status st = put_checks(w, c);

	if (end_own(w, m, c->time_ms, st == FG_OK) != FG_OK)
		return st != FG_OK ? st : w->status;
	memset(c->slots, 0, sizeof(c->slots));
	c->n = c->text_len = 0;
	c->time_ms = 0;
	return FG_OK;
}
