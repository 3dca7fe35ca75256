#include "tests/bench/doc_checks.h"

#include <stdio.h>
#include <string.h>

#include "tests/bench/gen_doc.h"

/* Conditions that many gates share, as they do in real documents. */
enum {
	COND_COUNTRY = 1,
	COND_LEVEL,
	COND_EMAIL,
	COND_PUBLIC,
	COND_BUCKET,
	COND_FIRST, /* of the slopes */
};

static void
put_gate(struct jsonw *w, unsigned i)
{
	static const unsigned first[] = {COND_COUNTRY, COND_LEVEL};
	static const unsigned second[] = {COND_COUNTRY, COND_EMAIL};
	char name[32], id[2][40];
	struct gen_rule rules[2] = {
	    {.conds = first, .n_conds = 2}, {.conds = second, .n_conds = 2}};

	snprintf(name, sizeof(name), "gate_%u", i);
	gen_doc_spec_begin(w, name, "feature_gate", "false");
	for (unsigned k = 0; k < 2; k++) {
		snprintf(id[k], sizeof(id[k]), "%08x-bbbb-4bbb-8bbb-%012x",
		    i * 2 + k, i);
		rules[k].id = id[k];
		rules[k].pass = 50;
		rules[k].value = "true";
		rules[k].unit = "userID";
		gen_doc_rule(w, &rules[k]);
	}
	gen_doc_spec_end(w);
}

static void
put_slope(struct jsonw *w, unsigned slope, unsigned n)
{
	unsigned conds[DOC_SLOPE];
	char name[32];
	struct gen_rule rule = {.id = "rule",
	    .pass = 100,
	    .conds = conds,
	    .n_conds = n,
	    .value = "true",
	    .unit = "userID"};

	for (unsigned i = 0; i < n; i++)
		conds[i] = COND_FIRST + slope * DOC_SLOPE + i;
	snprintf(name, sizeof(name), "slope_%u_%u", slope, n);
	gen_doc_spec_begin(w, name, "feature_gate", "false");
	gen_doc_rule(w, &rule);
	gen_doc_spec_end(w);
}

/* What nested gates ask for: one public rule each. */
static void
put_leaf(struct jsonw *w, unsigned i)
{
	static const unsigned cond = COND_PUBLIC;
	char name[32];
	struct gen_rule rule = {.id = name,
	    .pass = 100,
	    .conds = &cond,
	    .n_conds = 1,
	    .value = "true",
	    .unit = "userID"};

	snprintf(name, sizeof(name), "leaf_%u", i);
	gen_doc_spec_begin(w, name, "feature_gate", "false");
	gen_doc_rule(w, &rule);
	gen_doc_spec_end(w);
}

static const char *
words(struct jsonw *w, const char *prefix, unsigned no, unsigned n)
{
	char text[32];

	jsonw_clear(w);
	jsonw_begin_array(w);
	for (unsigned i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "%s%u_%u", prefix, no, i);
		jsonw_text(w, text);
	}
	jsonw_end_array(w);
	w->comma = false;
	jsonw_raw(w, "", 1);
	return w->status == FG_OK ? w->text : "[]";
}

/* All of them hold for the user of the bench, so that none is cut short. */
static void
put_slope_cond(
    struct jsonw *w, struct jsonw *list, enum doc_slope slope, unsigned i)
{
	unsigned no = COND_FIRST + slope * DOC_SLOPE + i;
	char text[64];

	switch (slope) {
	case DOC_SET_3:
		gen_doc_cond(w, no, "user_field", "none", "plan",
		    words(list, "p", i, 3));
		break;
	case DOC_SET_100:
		gen_doc_cond(w, no, "user_field", "none", "plan",
		    words(list, "q", i, 100));
		break;
	case DOC_VERSION:
		snprintf(text, sizeof(text), "\"0.%u.1\"", i);
		gen_doc_cond(
		    w, no, "user_field", "version_gte", "appVersion", text);
		break;
	case DOC_NUMBER:
		snprintf(text, sizeof(text), "-%u", i + 1);
		gen_doc_cond(w, no, "user_field", "gt", "level", text);
		break;
	case DOC_REGEX:
		snprintf(text, sizeof(text), "\"^[a-z]+@example%.*s\"",
		    1 + (int)(i % 3), "...");
		gen_doc_cond(w, no, "user_field", "str_matches", "email", text);
		break;
	case DOC_ENVIRONMENT:
		gen_doc_cond(w, no, "environment_field", "none", "tier",
		    words(list, "t", i, 1));
		break;
	case DOC_NESTED:
		snprintf(text, sizeof(text), "\"leaf_%u\"", i);
		gen_doc_cond(w, no, "pass_gate", NULL, NULL, text);
		break;
	case DOC_BUCKET:
		snprintf(text, sizeof(text), "salt-%u", i);
		gen_doc_cond_salted(w, no, "lt", "1000", text);
		break;
	case DOC_N_SLOPES:
		break;
	}
}

static void
put_conditions(struct jsonw *w, bool extras)
{
	struct jsonw list;

	jsonw_new(&list);
	jsonw_key(w, "condition_map");
	jsonw_begin_object(w);
	gen_doc_cond(w, COND_COUNTRY, "user_field", "any", "country",
	    "[\"us\",\"ca\",\"gb\",\"de\",\"fr\"]");
	gen_doc_cond(w, COND_LEVEL, "user_field", "gt", "level", "100");
	gen_doc_cond(w, COND_EMAIL, "user_field", "none", "email",
	    "[\"x@x.org\",\"y@x.org\",\"z@x.org\"]");
	gen_doc_cond(w, COND_PUBLIC, "public", NULL, NULL, "null");
	gen_doc_cond_salted(w, COND_BUCKET, "lt", "1000", "salt-group");
	for (unsigned k = 0; extras && k < DOC_N_SLOPES; k++)
		for (unsigned i = 0; i < DOC_SLOPE; i++)
			put_slope_cond(w, &list, (enum doc_slope)k, i);
	jsonw_end_object(w);
	if (list.status != FG_OK)
		w->status = list.status;
	jsonw_free(&list);
}

static void
put_config(
    struct jsonw *w, const char *name, const char *entity, const char *delegate)
{
	static const unsigned cond = COND_BUCKET;
	static const char value[] =
	    "{\"color\":\"blue\",\"size\":12,\"title\":\"Buy now\"}";
	struct gen_rule rule = {.id = "4mBtTYQvT1hTK3OqZqHZkk",
	    .pass = 100,
	    .conds = &cond,
	    .n_conds = 1,
	    .value = value,
	    .unit = "userID",
	    .group = delegate == NULL ? "Test" : NULL,
	    .is_experiment_group = delegate == NULL,
	    .delegate = delegate};

	gen_doc_spec_begin(w, name, entity, value);
	gen_doc_rule(w, &rule);
	gen_doc_spec_end(w);
}

static void
put_layers(struct jsonw *w)
{
	char name[32];

	for (unsigned i = 0; i < DOC_N_LAYERS; i++) {
		snprintf(name, sizeof(name), "layer_%u", i);
		put_config(w, name, "layer", "experiment_0");
	}
}

void
doc_checks(struct jsonw *w, unsigned n_gates, bool extras)
{
	jsonw_begin_object(w);
	gen_doc_head(w);
	jsonw_key(w, "feature_gates");
	jsonw_begin_object(w);
	for (unsigned i = 0; i < n_gates; i++)
		put_gate(w, i);
	for (unsigned i = 0; extras && i < DOC_SLOPE; i++)
		put_leaf(w, i);
	for (unsigned i = 0; extras && i < DOC_N_SLOPES; i++) {
		put_slope(w, i, 1);
		put_slope(w, i, DOC_SLOPE);
	}
	jsonw_end_object(w);
	jsonw_key(w, "dynamic_configs");
	jsonw_begin_object(w);
	if (extras)
		put_config(w, "experiment_0", "experiment", NULL);
	jsonw_end_object(w);
	jsonw_key(w, "layer_configs");
	jsonw_begin_object(w);
	if (extras)
		put_layers(w);
	jsonw_end_object(w);
	put_conditions(w, extras);
	jsonw_end_object(w);
}
