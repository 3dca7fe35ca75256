#include "tests/bench/gen_doc.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/hash64.h"

const struct gen_doc gen_doc_real = {"real", 82, 65, 12, 930, 1};
const struct gen_doc gen_doc_large = {"large", 2000, 500, 100, 1080, 2};
const struct gen_doc gen_doc_huge = {"huge", 4000, 1000, 200, 980, 3};

const struct gen_doc *
gen_doc_find(const char *name)
{
	const struct gen_doc *const all[] = {
	    &gen_doc_real, &gen_doc_large, &gen_doc_huge};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(all[i]->name, name) == 0)
			return all[i];
	return NULL;
}

/* ---- Pieces. ---- */

static void
put_raw(struct jsonw *w, const char *key, const char *json)
{
	jsonw_key(w, key);
	jsonw_raw(w, json, strlen(json));
}

static void
put_text(struct jsonw *w, const char *key, const char *text)
{
	jsonw_key(w, key);
	if (text != NULL)
		jsonw_text(w, text);
	else
		jsonw_null(w);
}

void
gen_doc_head(struct jsonw *w)
{
	jsonw_key(w, "has_updates");
	jsonw_bool(w, true);
	jsonw_key(w, "time");
	jsonw_u64(w, 1767981029384);
	jsonw_key(w, "company_id");
	jsonw_text(w, "bench");
	jsonw_key(w, "response_format");
	jsonw_text(w, "dcs-v2");
	jsonw_key(w, "checksum");
	jsonw_text(w, "8506699639233708000");
	put_raw(w, "experiment_to_layer", "{}");
}

static void
begin_cond(struct jsonw *w, unsigned no, const char *type, const char *op,
    const char *field, const char *target)
{
	char key[16];

	snprintf(key, sizeof(key), "%u", no);
	jsonw_key(w, key);
	jsonw_begin_object(w);
	put_text(w, "type", type);
	put_raw(w, "targetValue", target);
	put_text(w, "operator", op);
	put_text(w, "field", field);
	jsonw_key(w, "additionalValues");
	jsonw_begin_object(w);
}

static void
end_cond(struct jsonw *w)
{
	jsonw_end_object(w);
	put_text(w, "idType", "userID");
	jsonw_end_object(w);
}

void
gen_doc_cond(struct jsonw *w, unsigned no, const char *type, const char *op,
    const char *field, const char *target)
{
	begin_cond(w, no, type, op, field, target);
	end_cond(w);
}

void
gen_doc_cond_salted(struct jsonw *w, unsigned no, const char *op,
    const char *target, const char *salt)
{
	begin_cond(w, no, "user_bucket", op, NULL, target);
	put_text(w, "salt", salt);
	end_cond(w);
}

void
gen_doc_rule(struct jsonw *w, const struct gen_rule *rule)
{
	char key[16];

	jsonw_begin_object(w);
	put_text(w, "name", rule->id);
	jsonw_key(w, "passPercentage");
	jsonw_f64(w, rule->pass);
	jsonw_key(w, "conditions");
	jsonw_begin_array(w);
	for (unsigned i = 0; i < rule->n_conds; i++) {
		snprintf(key, sizeof(key), "%u", rule->conds[i]);
		jsonw_text(w, key);
	}
	jsonw_end_array(w);
	put_raw(w, "returnValue", rule->value);
	put_text(w, "id", rule->id);
	put_text(w, "salt", rule->id);
	put_text(w, "idType", rule->unit);
	if (rule->group != NULL)
		put_text(w, "groupName", rule->group);
	if (rule->is_experiment_group)
		put_raw(w, "isExperimentGroup", "true");
	if (rule->delegate != NULL)
		put_text(w, "configDelegate", rule->delegate);
	jsonw_end_object(w);
}

/* The salt is what they mostly are: a UUID. */
static void
put_salt(struct jsonw *w, const char *name)
{
	uint64_t a = hash64(name, strlen(name)), b = hash64_fold(a, HASH64_K0);
	char salt[40];

	snprintf(salt, sizeof(salt), "%08x-%04x-4%03x-8%03x-%012llx",
	    (unsigned)(a >> 32), (unsigned)(a & 0xffff),
	    (unsigned)(a >> 16 & 0xfff), (unsigned)(b & 0xfff),
	    (unsigned long long)(b >> 16));
	put_text(w, "salt", salt);
}

void
gen_doc_spec_begin(struct jsonw *w, const char *name, const char *entity,
    const char *default_value)
{
	bool is_gate = strcmp(default_value, "false") == 0;

	jsonw_key(w, name);
	jsonw_begin_object(w);
	put_text(w, "type", is_gate ? "feature_gate" : "dynamic_config");
	put_salt(w, name);
	put_raw(w, "enabled", "true");
	put_raw(w, "defaultValue", default_value);
	put_text(w, "idType", "userID");
	put_text(w, "entity", entity);
	put_raw(w, "version", "7");
	if (strcmp(entity, "experiment") == 0)
		put_raw(w, "isActive", "true");
	jsonw_key(w, "rules");
	jsonw_begin_array(w);
}

void
gen_doc_spec_end(struct jsonw *w)
{
	jsonw_end_array(w);
	jsonw_end_object(w);
}

/* ---- Whole documents. ---- */

struct gen {
	const struct gen_doc *make;
	struct jsonw *w;
	struct jsonw conds; /* members of condition_map */
	struct jsonw text;  /* a value being made */
	unsigned n_conds, n_rules;
	uint64_t random;
};

static unsigned
pick(struct gen *g, unsigned n)
{
	uint64_t x;

	g->random += HASH64_K1;
	x = hash64_fold(g->random ^ HASH64_K0, g->make->seed ^ HASH64_K1);
	return (unsigned)((x >> 16) % n);
}

static bool
chance(struct gen *g, unsigned percent)
{
	return pick(g, 100) < percent;
}

static void
word(struct gen *g, char *out, unsigned n)
{
	static const char letters[] = "abcdefghiklmnoprstuvwyz";

	for (unsigned i = 0; i < n; i++)
		out[i] = letters[pick(g, sizeof(letters) - 1)];
	out[n] = '\0';
}

/* Ends a whole value by a NUL: it is C's text from here on. */
static void
end_text(struct jsonw *w)
{
	w->comma = false;
	jsonw_raw(w, "", 1);
}

static const char *
done(struct gen *g)
{
	end_text(&g->text);
	if (g->text.status != FG_OK && g->w->status == FG_OK)
		g->w->status = g->text.status;
	return g->text.status == FG_OK ? g->text.text : "null";
}

/* An array of n texts, each made of a prefix and a word. */
static const char *
text_list(struct gen *g, unsigned n, const char *suffix)
{
	char text[64];

	jsonw_clear(&g->text);
	jsonw_begin_array(&g->text);
	for (unsigned i = 0; i < n; i++) {
		word(g, text, 4 + pick(g, 10));
		strcat(text, suffix);
		jsonw_text(&g->text, text);
	}
	jsonw_end_array(&g->text);
	return done(g);
}

static const char *
pick_list(struct gen *g, const char *const *of, unsigned n_of, unsigned n)
{
	jsonw_clear(&g->text);
	jsonw_begin_array(&g->text);
	for (unsigned i = 0; i < n; i++)
		jsonw_text(&g->text, of[pick(g, n_of)]);
	jsonw_end_array(&g->text);
	return done(g);
}

__attribute__((format(printf, 2, 3))) static const char *
format(struct gen *g, const char *fmt, ...)
{
	char text[128];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	jsonw_clear(&g->text);
	jsonw_raw(&g->text, text, strlen(text));
	return done(g);
}

static const char *const countries[] = {
    "US", "NZ", "AU", "IN", "GB", "DE", "FR", "JP", "BR", "CA"};
static const char *const tiers[] = {"development", "staging", "production"};
static const char *const browsers[] = {"Chrome", "Safari", "Firefox", "Edge"};

static void
field_cond(struct gen *g, unsigned no)
{
	static const char *const fields[] = {"email", "userID", "plan"};
	unsigned n = chance(g, 60) ? 3 : chance(g, 75) ? 15 : 80;
	const char *field = fields[pick(g, 3)];
	struct jsonw *w = &g->conds;

	switch (pick(g, 33)) {
	case 0:
	case 1:
	case 2:
		gen_doc_cond(w, no, "user_field", "version_gte", "appVersion",
		    format(g, "\"%u.%u.0\"", pick(g, 9), pick(g, 30)));
		return;
	case 3:
	case 4:
	case 5:
		gen_doc_cond(w, no, "user_field", "gte", "level",
		    format(g, "%u", pick(g, 1000)));
		return;
	case 6:
	case 7:
	case 8:
	case 9:
		gen_doc_cond(w, no, "user_field", "str_contains_any", "email",
		    text_list(g, 4, ".example"));
		return;
	case 10:
	case 11:
	case 12:
	case 13:
		gen_doc_cond(w, no, "user_field", "any", "country",
		    pick_list(g, countries, 10, 3));
		return;
	case 14:
		gen_doc_cond(w, no, "user_field", "str_matches", "email",
		    format(g, "\"^[a-z]+%u@example\\\\.org$\"", pick(g, 9)));
		return;
	default:
		gen_doc_cond(w, no, "user_field",
		    chance(g, 80) ? "any" : "none", field,
		    text_list(g, n, field[0] == 'e' ? "@example.org" : ""));
		return;
	}
}

static void
bucket_cond(struct gen *g, unsigned no, unsigned below)
{
	char salt[48], target[16];

	word(g, salt, 36);
	snprintf(target, sizeof(target), "%u", below);
	gen_doc_cond_salted(&g->conds, no, "lt", target, salt);
}

/* Nested gates are those before this one, so that there is no circle. */
static void
nested_cond(struct gen *g, unsigned no, const char *type, unsigned n_before)
{
	char name[64];

	gen_doc_gate_name(g->make, pick(g, n_before), name, sizeof(name));
	gen_doc_cond(
	    &g->conds, no, type, NULL, NULL, format(g, "\"%s\"", name));
}

static unsigned
any_cond(struct gen *g, unsigned n_before)
{
	struct jsonw *w = &g->conds;
	unsigned no = ++g->n_conds, kind = pick(g, 100);

	if (kind < 30)
		field_cond(g, no);
	else if (kind < 40)
		gen_doc_cond(w, no, "unit_id", "any", NULL,
		    text_list(g, 1 + pick(g, 30), "_id"));
	else if (kind < 58)
		bucket_cond(g, no, pick(g, 1000));
	else if (kind < 64)
		gen_doc_cond(w, no, "environment_field", "any", "tier",
		    pick_list(g, tiers, 3, 2));
	else if (kind < 69)
		gen_doc_cond(w, no, "ua_based", "any", "browser_name",
		    pick_list(g, browsers, 4, 2));
	else if (kind < 73)
		gen_doc_cond(w, no, "ip_based", "any", "country",
		    pick_list(g, countries, 10, 4));
	else if (kind < 74)
		gen_doc_cond(
		    w, no, "current_time", "after", NULL, "1650927600000");
	else if (kind < 84 && n_before > 0)
		nested_cond(
		    g, no, kind < 80 ? "pass_gate" : "fail_gate", n_before);
	else
		gen_doc_cond(w, no, "public", NULL, NULL, "null");
	return no;
}

static void
any_rule(struct gen *g, unsigned n_before, const char *value)
{
	static const double passes[] = {100, 100, 100, 100, 50, 10, 1, 0};
	unsigned conds[3], n = chance(g, 70) ? 1 : 2 + pick(g, 2);
	char id[24];
	struct gen_rule rule = {.id = id,
	    .pass = passes[pick(g, 8)],
	    .conds = conds,
	    .n_conds = n,
	    .value = value,
	    .unit = chance(g, 85) ? "userID" : "stableID"};

	word(g, id, 22);
	for (unsigned i = 0; i < n; i++)
		conds[i] = any_cond(g, n_before);
	gen_doc_rule(g->w, &rule);
}

void
gen_doc_gate_name(
    const struct gen_doc *make, unsigned i, char *name, size_t cap)
{
	static const char *const areas[] = {
	    "checkout", "search", "billing", "growth", "infra", "mobile_app"};
	unsigned n_segments = make->n_gates / 25;
	unsigned n_holdouts = make->n_gates / 160 + 1;

	if (i < n_segments)
		snprintf(name, cap, "segment:seg_%u", i);
	else if (i < n_segments + n_holdouts)
		snprintf(name, cap, "holdout_%u", i);
	else
		snprintf(name, cap, "%s_gate_%u", areas[i % 6], i);
}

static void
put_gates(struct gen *g)
{
	char name[64];

	jsonw_key(g->w, "feature_gates");
	jsonw_begin_object(g->w);
	for (unsigned i = 0; i < g->make->n_gates; i++) {
		unsigned n = chance(g, 50) ? 1 : 2 + pick(g, 3);

		gen_doc_gate_name(g->make, i, name, sizeof(name));
		gen_doc_spec_begin(g->w, name,
		    strncmp(name, "segment:", 8) == 0       ? "segment"
			: strncmp(name, "holdout_", 8) == 0 ? "holdout"
							    : "feature_gate",
		    "false");
		for (unsigned k = 0; k < n; k++)
			any_rule(g, i, "true");
		gen_doc_spec_end(g->w);
	}
	jsonw_end_object(g->w);
}

/* The same keys for the same seed: groups differ in what they say. */
static void
put_value(struct gen *g, struct jsonw *w, unsigned seed)
{
	char key[24], text[96];

	jsonw_begin_object(w);
	for (size_t begin = w->len, i = 0;
	     w->status == FG_OK && w->len - begin < g->make->value_bytes; i++) {
		snprintf(key, sizeof(key), "param_%u_%zu", seed, i);
		jsonw_key(w, key);
		switch (i % 4) {
		case 0:
			jsonw_u64(w, pick(g, 100000));
			break;
		case 1:
			jsonw_bool(w, chance(g, 50));
			break;
		default:
			word(g, text, 5 + pick(g, 85));
			jsonw_text(w, text);
		}
	}
	jsonw_end_object(w);
}

/* A value that several specs share: good until it is freed. */
static const char *
new_value(struct gen *g, struct jsonw *w, unsigned seed)
{
	jsonw_new(w);
	put_value(g, w, seed);
	end_text(w);
	if (w->status != FG_OK && g->w->status == FG_OK)
		g->w->status = w->status;
	return w->status == FG_OK ? w->text : "{}";
}

static void
put_config(struct gen *g, unsigned i)
{
	unsigned n = 1 + pick(g, 3);
	struct jsonw value;
	char name[32];

	snprintf(name, sizeof(name), "config_%u", i);
	gen_doc_spec_begin(
	    g->w, name, "dynamic_config", new_value(g, &value, i));
	jsonw_free(&value);
	for (unsigned k = 0; k < n; k++) {
		any_rule(g, g->make->n_gates, new_value(g, &value, i));
		jsonw_free(&value);
	}
	gen_doc_spec_end(g->w);
}

static void
put_group(struct gen *g, unsigned exp, unsigned k, unsigned n)
{
	unsigned cond = ++g->n_conds;
	char id[24], group[16];
	struct jsonw value;
	struct gen_rule rule = {.id = id,
	    .pass = 100,
	    .conds = &cond,
	    .n_conds = 1,
	    .group = group,
	    .unit = "userID",
	    .is_experiment_group = true};

	word(g, id, 22);
	snprintf(group, sizeof(group), "Group %u", k);
	bucket_cond(g, cond, 1000 * (k + 1) / n);
	rule.value = new_value(g, &value, exp);
	gen_doc_rule(g->w, &rule);
	jsonw_free(&value);
}

static void
put_experiment(struct gen *g, unsigned i)
{
	unsigned n = 2 + pick(g, 3);
	struct jsonw value;
	char name[32];

	snprintf(name, sizeof(name), "exp_%u", i);
	gen_doc_spec_begin(g->w, name, "experiment", new_value(g, &value, i));
	jsonw_free(&value);
	for (unsigned k = 0; k < n; k++)
		put_group(g, i, k, n);
	gen_doc_spec_end(g->w);
}

/* Two configs of five are experiments, as gen_doc.h tells by their names. */
static void
put_configs(struct gen *g)
{
	jsonw_key(g->w, "dynamic_configs");
	jsonw_begin_object(g->w);
	for (unsigned i = 0; i < g->make->n_configs; i++)
		if (i % 5 < 2)
			put_experiment(g, i);
		else
			put_config(g, i);
	jsonw_end_object(g->w);
}

static void
put_layer(struct gen *g, unsigned i)
{
	char name[32], delegate[32];
	unsigned cond = ++g->n_conds;
	struct jsonw value;
	struct gen_rule rule = {.id = "experimentAssignment",
	    .pass = 100,
	    .conds = &cond,
	    .n_conds = 1,
	    .delegate = delegate,
	    .unit = "userID"};

	snprintf(name, sizeof(name), "layer_%u", i);
	snprintf(delegate, sizeof(delegate), "exp_%u", i * 5);
	rule.value = new_value(g, &value, i * 5);
	gen_doc_spec_begin(g->w, name, "layer", rule.value);
	bucket_cond(g, cond, 600);
	gen_doc_rule(g->w, &rule);
	any_rule(g, g->make->n_gates, rule.value);
	gen_doc_spec_end(g->w);
	jsonw_free(&value);
}

void
gen_doc_put(struct jsonw *w, const struct gen_doc *make)
{
	struct gen g = {.make = make, .w = w, .random = make->seed};

	jsonw_new(&g.conds);
	jsonw_new(&g.text);
	jsonw_begin_object(&g.conds);
	jsonw_begin_object(w);
	gen_doc_head(w);
	put_gates(&g);
	put_configs(&g);
	jsonw_key(w, "layer_configs");
	jsonw_begin_object(w);
	for (unsigned i = 0; i < make->n_layers; i++)
		put_layer(&g, i);
	jsonw_end_object(w);
	jsonw_end_object(&g.conds);
	jsonw_key(w, "condition_map");
	if (g.conds.status == FG_OK)
		jsonw_raw(w, g.conds.text, g.conds.len);
	else
		w->status = g.conds.status;
	jsonw_end_object(w);
	jsonw_free(&g.text);
	jsonw_free(&g.conds);
}
