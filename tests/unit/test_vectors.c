/*
 * Every answer in tests/parity/vectors.jsonl, which the reference
 * implementation gave: operators, values, dates, hashing, the walk, configs,
 * layers, parameter stores, overrides, mapping, documents.
 *
 * The file is a line for each document and then one for each question to it.
 * A document is {"group","document"}.  A question has a name, a call (gate,
 * config, experiment, layer, group, param, user_agent), what it is of, the
 * user, perhaps options, ID lists, overrides and sticky values, and what to
 * expect; members of expect are compared without regard to the order of keys,
 * numbers by their value.  Among them client_entry is what the response for a
 * client has of it, in the format v1 with names as they are, null if nothing.
 * Reasons are without the name of the source that the rules came from.
 *
 * What is known not to agree stands in a table, with the reason, and is told
 * as skipped; an entry whose questions all agree by now is a failure, so that
 * the table stays true.
 */
#include <stdio.h>
#include <stdlib.h>

#include "common/country.h"
#include "common/jsonw.h"
#include "common/manifest.h"
#include "common/number.h"
#include "reader/forkgate.h"
#include "reader/user_agent.h"
#include "syncer/compile.h"
#include "syncer/json.h"
#include "tests/unit/rules_fixture.h"
#include "tests/unit/sticky_fixture.h"
#include "tests/unit/test.h"
#include "tools/user_json.h"

#define VECTORS "tests/parity/vectors.jsonl"

/* Which questions, by the beginning of their names, do not agree, and why. */
static const struct known {
	const char *begin;
	const char *why;
} known[] = {
    {"regex (?<=a+)b", "PCRE2 has no look-behind of variable length"},
    {"override parameter store",
	"a store's override counts; the reference's Node binding ignores it"},
    {"document has_updates false",
	"without rules the reason is NoValues, never Loading"},
};

#define N_KNOWN (sizeof(known) / sizeof(known[0]))

static const char *const groups[] = {
    "ops",
    "corners",
    "regex",
    "dates",
    "users",
    "hashing",
    "walk",
    "deep",
    "configs",
    "mapping",
    "world",
    "specs",
    "documents",
};

#define N_GROUPS (sizeof(groups) / sizeof(groups[0]))

/* What became of a question. */
struct outcome {
	const char *group; /* one of the above */
	char *name;
	char *got; /* NULL when it agrees */
};

static struct outcome *outcomes;
static size_t n_outcomes, cap_outcomes;

/* ------------------------------------------------------- reading the file */

/* A line, parsed, and what its questions are asked of. */
struct asked {
	struct json_tree line;
	struct json_buf buf;
	const char *group;
	char *document;  /* NULL when it is refused or has no updates */
	char *empty_dir; /* a state directory without rules */
	struct snapshot_part countries;
	struct fg *fg; /* over the document and countries, without options */
};

/* The value of an object's member, or 0. */
static uint32_t
member(const struct json_tree *t, uint32_t object, const char *key)
{
	uint32_t at = object + 1;

	for (uint32_t k = 0; k < t->nodes[object].n_children; k++) {
		const struct json_node *name = &t->nodes[at];

		if (name->end - name->start == strlen(key) &&
		    memcmp(t->text + name->start, key, strlen(key)) == 0)
			return at + 1;
		at = t->nodes[at + 1].next;
	}
	return 0;
}

static char *
text_of(const struct json_tree *t, uint32_t node)
{
	const struct json_node *at = &t->nodes[node];
	struct json_buf buf = {0};
	const char *s;
	char *copy;
	size_t n;

	assert_int_equal(at->kind, JSON_STRING);
	assert_int_equal(
	    json_string(t->text + at->start, at->end - at->start, &buf, &s, &n),
	    FG_OK);
	copy = strndup(s, n);
	assert_non_null(copy);
	assert_int_equal(strlen(copy), n);
	free(buf.bytes);
	return copy;
}

/* The text of a member, or NULL when it is not there; malloc'd. */
static char *
text_member(const struct json_tree *t, uint32_t object, const char *key)
{
	uint32_t node = member(t, object, key);

	return node != 0 ? text_of(t, node) : NULL;
}

static double
number_of(const struct json_tree *t, uint32_t node)
{
	const struct json_node *at = &t->nodes[node];
	double x = 0;

	assert_true(number_f64(t->text + at->start, at->end - at->start, &x));
	return x;
}

static struct fg_value
value_of(const struct json_tree *t, uint32_t node)
{
	const struct json_node *at = &t->nodes[node];
	struct fg_value v = {.type = FG_STRING};

	if (at->kind == JSON_NUMBER) {
		v.type = FG_INT;
		assert_true(json_i64(
		    t->text + at->start, at->end - at->start, &v.u.integer));
		return v;
	}
	assert_int_equal(at->kind, JSON_STRING);
	v.u.string.bytes = t->text + at->start;
	v.u.string.len = at->end - at->start;
	return v;
}

/* The members of a flat object, borrowed from the tree. */
static size_t
members_of(const struct json_tree *t, uint32_t object, struct fg_member out[8])
{
	uint32_t at = object + 1, n = t->nodes[object].n_children;

	assert_int_equal(t->nodes[object].kind, JSON_OBJECT);
	assert_in_range(n, 0, 8);
	for (uint32_t k = 0; k < n; k++) {
		out[k].key = t->text + t->nodes[at].start;
		out[k].key_len = t->nodes[at].end - t->nodes[at].start;
		out[k].value = value_of(t, at + 1);
		at = t->nodes[at + 1].next;
	}
	return n;
}

/* ------------------------------------------------------------- comparing */

static bool same(const struct json_tree *a, uint32_t i,
    const struct json_tree *b, uint32_t j);

static bool
same_text(const struct json_tree *a, uint32_t i, const struct json_tree *b,
    uint32_t j)
{
	char *x = text_of(a, i), *y = text_of(b, j);
	bool equal = strcmp(x, y) == 0;

	free(x);
	free(y);
	return equal;
}

static bool
same_members(const struct json_tree *a, uint32_t i, const struct json_tree *b,
    uint32_t j)
{
	uint32_t at = i + 1, other;
	char *key;

	for (uint32_t k = 0; k < a->nodes[i].n_children; k++) {
		key = text_of(a, at);
		other = member(b, j, key);
		free(key);
		if (other == 0 || !same(a, at + 1, b, other))
			return false;
		at = a->nodes[at + 1].next;
	}
	return true;
}

static bool
same_elements(const struct json_tree *a, uint32_t i, const struct json_tree *b,
    uint32_t j)
{
	uint32_t x = i + 1, y = j + 1;

	for (uint32_t k = 0; k < a->nodes[i].n_children; k++) {
		if (!same(a, x, b, y))
			return false;
		x = a->nodes[x].next;
		y = b->nodes[y].next;
	}
	return true;
}

static bool
same(const struct json_tree *a, uint32_t i, const struct json_tree *b,
    uint32_t j)
{
	const struct json_node *x = &a->nodes[i], *y = &b->nodes[j];

	if (x->kind != y->kind)
		return false;
	switch (x->kind) {
	case JSON_NUMBER:
		return !(number_of(a, i) < number_of(b, j)) &&
		    !(number_of(a, i) > number_of(b, j));
	case JSON_STRING:
		return same_text(a, i, b, j);
	case JSON_ARRAY:
		return x->n_children == y->n_children &&
		    same_elements(a, i, b, j);
	case JSON_OBJECT:
		return x->n_children == y->n_children &&
		    same_members(a, i, b, j);
	default:
		return true;
	}
}

/* Whether all that is expected is so in what was got. */
static bool
agrees(const struct json_tree *line, uint32_t expect, const struct jsonw *got)
{
	struct json_tree t = {0};
	struct json_span span;
	size_t end;
	bool equal;

	assert_int_equal(json_check(got->text, got->len, &end), FG_OK);
	span = json_span(got->text, got->len);
	assert_int_equal(json_parse(&t, &span), FG_OK);
	assert_true(line->nodes[expect].n_children > 0);
	equal = same_members(line, expect, &t, 0);
	json_tree_free(&t);
	return equal;
}

/* ---------------------------------------------------------------- asking */

struct question {
	const struct json_tree *t;
	struct fg_session *ses;
	struct fg_user *user; /* NULL when it has none */
	char *of;
	struct jsonw *got;
	unsigned flags; /* of the sticky calls, and what they are given */
	struct fg_sticky *sticky;
	const struct sticky_fixture *storage;
};

static void
put_text(struct jsonw *w, const char *key, const char *text)
{
	jsonw_key(w, key);
	if (text != NULL)
		jsonw_text(w, text);
	else
		jsonw_null(w);
}

static void
put_bool(struct jsonw *w, const char *key, bool x)
{
	jsonw_key(w, key);
	jsonw_bool(w, x);
}

static bool
seen_before(const struct fg_exposure *list, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (list[k].value == list[i].value &&
		    strcmp(list[k].gate, list[i].gate) == 0 &&
		    strcmp(list[k].rule_id, list[i].rule_id) == 0)
			return true;
	return false;
}

/* Of gates and configs the reference told each exposure once. */
static void
put_exposures(
    struct jsonw *w, const struct fg_exposure *list, size_t n, bool once)
{
	jsonw_key(w, "secondary_exposures");
	jsonw_begin_array(w);
	for (size_t i = 0; i < n; i++) {
		if (once && seen_before(list, i))
			continue;
		jsonw_begin_object(w);
		put_text(w, "gate", list[i].gate);
		jsonw_key(w, "gateValue");
		jsonw_bool_text(w, list[i].value);
		put_text(w, "ruleID", list[i].rule_id);
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
}

static void
put_details(struct jsonw *w, const struct fg_details *d)
{
	static const char source[] = "Network:";
	size_t n = sizeof(source) - 1;

	put_text(w, "reason",
	    strncmp(d->reason, source, n) == 0 ? d->reason + n : d->reason);
	jsonw_key(w, "version");
	if (d->has_version)
		jsonw_u64(w, d->version);
	else
		jsonw_null(w);
	jsonw_key(w, "lcut");
	if (d->received_at != 0)
		jsonw_u64(w, d->lcut);
	else
		jsonw_null(w);
}

static const char *
or_null(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

/* The entry of this name in the response's map, null when it has none. */
static void
put_entry(
    const struct question *q, const char *json, size_t len, const char *map)
{
	struct json_span span = json_span(json, len);
	struct json_tree t = {0};
	uint32_t entries, entry;

	assert_int_equal(json_parse(&t, &span), FG_OK);
	entries = member(&t, 0, map);
	assert_int_equal(t.nodes[entries].kind, JSON_OBJECT);
	entry = member(&t, entries, q->of);
	if (entry != 0)
		jsonw_raw(q->got, t.text + t.nodes[entry].start,
		    t.nodes[entry].end - t.nodes[entry].start);
	else
		jsonw_null(q->got);
	json_tree_free(&t);
}

/*
 * What the response for a client has of it, made only where that is expected;
 * of its kind nothing else is asked for.  Nested too deep, it has nothing at all.
 */
static void
put_client_entry(const struct question *q, const char *map,
    struct fg_client_response_options *opt, struct fg_name_filter *filter)
{
	const char *const *name = (const char *const *)&q->of;
	enum fg_status st;
	const char *json;
	size_t len;

	if (member(q->t, member(q->t, 0, "expect"), "client_entry") == 0)
		return;
	opt->hash = FG_HASH_NONE;
	*filter = (struct fg_name_filter){true, name, 1};
	st = fg_client_response(q->ses, q->user, opt, &json, &len);
	jsonw_key(q->got, "client_entry");
	if (st != FG_E_UNSUPPORTED) {
		assert_int_equal(st, FG_OK);
		put_entry(q, json, len, map);
	} else {
		jsonw_null(q->got);
	}
}

static void
ask_gate(const struct question *q)
{
	struct fg_client_response_options opt = FG_CLIENT_RESPONSE_OPTIONS_INIT;
	struct jsonw *w = q->got;
	struct fg_gate g;

	fg_get_gate(q->ses, q->user, q->of, 0, &g);
	assert_int_equal(g.value, fg_check_gate(q->ses, q->user, q->of));
	put_bool(w, "value", g.value);
	put_text(w, "rule_id", g.rule_id);
	put_text(w, "id_type", or_null(g.id_type));
	put_exposures(w, g.secondary, g.n_secondary, true);
	put_details(w, &g.details);
	put_client_entry(q, "feature_gates", &opt, &opt.gates);
}

static void
put_params(struct jsonw *w, const struct fg_params *params)
{
	const char *text;
	size_t n;

	text = fg_params_text(params, &n);
	jsonw_key(w, "value");
	jsonw_raw(w, text, n);
}

static void
put_config(struct jsonw *w, const struct fg_config *c, bool once)
{
	put_params(w, c->params);
	put_text(w, "rule_id", c->rule_id);
	put_text(w, "id_type", or_null(c->id_type));
	put_text(w, "group_name", c->group_name);
	put_bool(w, "is_experiment_active", c->is_experiment_active);
	put_exposures(w, c->secondary, c->n_secondary, once);
	put_details(w, &c->details);
}

static void
ask_config(const struct question *q)
{
	struct fg_client_response_options opt = FG_CLIENT_RESPONSE_OPTIONS_INIT;
	struct fg_config c;

	fg_get_config(q->ses, q->user, q->of, 0, &c);
	put_config(q->got, &c, true);
	put_client_entry(q, "dynamic_configs", &opt, &opt.configs);
}

static void
ask_experiment(const struct question *q)
{
	struct fg_client_response_options opt = FG_CLIENT_RESPONSE_OPTIONS_INIT;
	struct fg_config c;

	fg_get_experiment_sticky(
	    q->ses, q->user, q->of, q->flags, q->sticky, &c);
	put_config(q->got, &c, false);
	put_client_entry(q, "dynamic_configs", &opt, &opt.experiments);
}

static void
ask_group(const struct question *q)
{
	char *group = text_member(q->t, 0, "group_name");
	struct fg_config c;

	fg_get_experiment_by_group(q->ses, q->of, group, &c);
	put_config(q->got, &c, false);
	free(group);
}

static void
ask_layer(const struct question *q)
{
	struct fg_client_response_options opt = FG_CLIENT_RESPONSE_OPTIONS_INIT;
	struct jsonw *w = q->got;
	struct fg_layer l;

	fg_get_layer_sticky(q->ses, q->user, q->of, q->flags, q->sticky, &l);
	put_params(w, l.params);
	put_text(w, "rule_id", l.rule_id);
	put_text(w, "id_type", or_null(l.id_type));
	put_text(w, "group_name", l.group_name);
	put_text(w, "allocated_experiment", l.allocated_experiment);
	put_bool(w, "is_experiment_active", l.is_experiment_active);
	put_exposures(w, l.secondary, l.n_secondary, false);
	put_details(w, &l.details);
	put_client_entry(q, "layer_configs", &opt, &opt.layers);
}

/* A parameter as it is, of the fallback's type, or the fallback. */
static void
put_param_json(const struct question *q, const struct fg_store *store,
    const char *param, uint32_t fallback)
{
	const struct json_node *f = &q->t->nodes[fallback];
	enum fg_type type = FG_NULL, want;
	const char *json;
	size_t n;

	json = fg_store_json(store, param, &n, &type);
	want = f->kind == JSON_ARRAY ? FG_ARRAY : FG_OBJECT;
	if (fallback == 0 && json == NULL)
		jsonw_null(q->got);
	else if (fallback == 0 || type == want)
		jsonw_raw(q->got, json, n);
	else
		jsonw_raw(
		    q->got, q->t->text + f->start, (size_t)(f->end - f->start));
}

static void
put_param(const struct question *q, const struct fg_store *store,
    const char *param, uint32_t fallback)
{
	enum json_kind kind = fallback == 0
	    ? JSON_NULL
	    : (enum json_kind)q->t->nodes[fallback].kind;
	char *text;

	switch (kind) {
	case JSON_FALSE:
	case JSON_TRUE:
		jsonw_bool(
		    q->got, fg_store_bool(store, param, kind == JSON_TRUE));
		break;
	case JSON_NUMBER:
		jsonw_f64(q->got,
		    fg_store_double(store, param, number_of(q->t, fallback)));
		break;
	case JSON_STRING:
		text = text_of(q->t, fallback);
		jsonw_text(q->got, fg_store_string(store, param, text));
		free(text);
		break;
	case JSON_NULL:
	case JSON_ARRAY:
	case JSON_OBJECT:
		put_param_json(q, store, param, fallback);
		break;
	}
}

static void
ask_param(const struct question *q)
{
	char *param = text_member(q->t, 0, "param");
	struct fg_store store;

	fg_get_store(q->ses, q->user, q->of, 0, &store);
	jsonw_key(q->got, "value");
	put_param(q, &store, param, member(q->t, 0, "fallback"));
	put_details(q->got, &store.details);
	free(param);
}

static void
ask_user_agent(const struct question *q)
{
	static const char *const names[USER_AGENT_N_ANSWERS] = {
	    "os_name", "os_version", "browser_name", "browser_version"};
	char *text = text_member(q->t, member(q->t, 0, "user"), "userAgent");
	struct user_agent *ua = calloc(1, sizeof(*ua));

	assert_non_null(ua);
	jsonw_key(q->got, "value");
	if (user_agent_parse(text, strlen(text), ua)) {
		jsonw_begin_object(q->got);
		for (size_t i = 0; i < USER_AGENT_N_ANSWERS; i++) {
			jsonw_key(q->got, names[i]);
			jsonw_text_n(
			    q->got, ua->answers[i].bytes, ua->answers[i].len);
		}
		jsonw_end_object(q->got);
	} else {
		jsonw_null(q->got);
	}
	free(ua);
	free(text);
}

static const struct {
	const char *call;
	void (*ask)(const struct question *q);
} calls[] = {
    {"gate", ask_gate},
    {"config", ask_config},
    {"experiment", ask_experiment},
    {"group", ask_group},
    {"layer", ask_layer},
    {"param", ask_param},
    {"user_agent", ask_user_agent},
};

static void
ask(const struct question *q, const char *call)
{
	size_t i = 0;

	while (strcmp(calls[i].call, call) != 0)
		assert_true(++i < sizeof(calls) / sizeof(calls[0]));
	jsonw_begin_object(q->got);
	calls[i].ask(q);
	jsonw_key(q->got, "storage_ops");
	jsonw_begin_array(q->got);
	jsonw_raw(q->got, q->storage->ops.text, q->storage->ops.len);
	jsonw_end_array(q->got);
	jsonw_end_object(q->got);
	assert_int_equal(q->got->status, FG_OK);
}

/* ------------------------------------------------- overrides and options */

static enum fg_kind
kind_of(const char *word)
{
	static const char *const words[] = {
	    "gate", "config", "experiment", "layer", "store"};
	enum fg_kind kind = FG_GATE;

	while (strcmp(words[kind], word) != 0)
		assert_in_range(++kind, 0, 4);
	return kind;
}

static enum fg_status
override_value(struct fg *fg, const struct json_tree *t, const char *kind,
    const char *name, const char *id, uint32_t value)
{
	struct fg_member members[8];
	enum fg_status st;
	char *group;

	if (strcmp(kind, "gate") == 0)
		return fg_override_gate(
		    fg, name, id, t->nodes[value].kind == JSON_TRUE);
	if (strcmp(kind, "group") != 0)
		return fg_override_value(fg, kind_of(kind), name, id, members,
		    members_of(t, value, members));
	group = text_of(t, value);
	st = fg_override_experiment_group(fg, name, id, group);
	free(group);
	return st;
}

static void
override_one(struct fg *fg, const struct json_tree *t, uint32_t node)
{
	char *kind = text_member(t, node, "kind");
	char *name = text_member(t, node, "name");
	char *id = text_member(t, node, "id");
	enum fg_status st;

	if (member(t, node, "remove") != 0)
		st = fg_remove_override(fg, kind_of(kind), name, id);
	else
		st = override_value(
		    fg, t, kind, name, id, member(t, node, "value"));
	assert_int_equal(st, FG_OK);
	free(kind);
	free(name);
	free(id);
}

static void
override_all(struct fg *fg, const struct json_tree *t, uint32_t list)
{
	uint32_t at = list + 1;

	for (uint32_t k = 0; k < t->nodes[list].n_children; k++) {
		override_one(fg, t, at);
		at = t->nodes[at].next;
	}
}

/* The ID lists of a question, {"name":["member",...]}, up to cap; malloc'd. */
static size_t
id_lists(const struct json_tree *t, uint32_t lists, struct snapshot_part *out,
    size_t cap)
{
	size_t n = lists != 0 ? t->nodes[lists].n_children : 0;
	uint32_t at = lists + 1;

	assert_in_range(n, 0, cap);
	for (size_t i = 0; i < n; i++) {
		uint32_t list = at + 1, next = list + 1;
		size_t n_members = t->nodes[list].n_children;
		char *name = text_of(t, at), *members[8];

		assert_in_range(n_members, 0, 8);
		for (size_t k = 0; k < n_members; k++) {
			members[k] = text_of(t, next);
			next = t->nodes[next].next;
		}
		out[i] = fixture_id_list(
		    name, (const char *const *)members, n_members);
		while (n_members > 0)
			free(members[--n_members]);
		free(name);
		at = t->nodes[list].next;
	}
	return n;
}

/* The per-call options of the reference's SDKs that are about sticky values. */
static void
read_call_options(const struct json_tree *t, struct question *q)
{
	uint32_t options = member(t, 0, "call_options"), values;

	if (options == 0)
		return;
	values = member(t, options, "userPersistedValues");
	if (values != 0)
		q->sticky = sticky_fixture_read(t, values);
	if (member(t, options, "enforceTargeting") != 0)
		q->flags |= FG_ENFORCE_TARGETING;
	if (member(t, options, "enforceOverrides") != 0)
		q->flags |= FG_ENFORCE_OVERRIDES;
}

/* A client with this question's options, ID lists and overrides. */
static struct fg *
open_for(const struct asked *a, struct sticky_fixture *storage)
{
	const struct json_tree *t = &a->line;
	struct fg_options o = FG_OPTIONS_INIT;
	uint32_t fields = member(t, 0, "custom_fields");
	uint32_t overrides = member(t, 0, "override");
	char *environment = text_member(t, 0, "environment");
	struct snapshot_part beside[4] = {a->countries};
	size_t n = 1 + id_lists(t, member(t, 0, "id_lists"), beside + 1, 3);
	struct fg_member members[8];
	struct fg *fg;

	o.environment = environment;
	o.custom_fields = members;
	if (fields != 0)
		o.n_custom_fields = members_of(t, fields, members);
	if (member(t, 0, "stored") != 0)
		o.sticky = &storage->storage;
	fg = fixture_open_beside(a->document, &o, beside, n);
	while (--n > 0)
		free((void *)(uintptr_t)beside[n].data);
	if (overrides != 0)
		override_all(fg, t, overrides);
	free(environment);
	return fg;
}

static bool
needs_own_client(const struct json_tree *t)
{
	return member(t, 0, "environment") != 0 ||
	    member(t, 0, "custom_fields") != 0 ||
	    member(t, 0, "id_lists") != 0 || member(t, 0, "override") != 0 ||
	    member(t, 0, "stored") != 0;
}

/* ---------------------------------------------------------- a line's turn */

static void
keep_outcome(const char *group, char *name, char *got)
{
	if (n_outcomes == cap_outcomes) {
		cap_outcomes = 2 * cap_outcomes + 1000;
		outcomes = realloc(outcomes, cap_outcomes * sizeof(*outcomes));
		assert_non_null(outcomes);
	}
	outcomes[n_outcomes].group = group;
	outcomes[n_outcomes].name = name;
	outcomes[n_outcomes].got = got;
	n_outcomes++;
}

static void
read_user(const struct json_tree *t, struct fg_user *user)
{
	uint32_t node = member(t, 0, "user");
	struct user_json_error err;

	assert_int_equal(user_json_node(t, node, user, &err), FG_OK);
}

static void
take_question(struct asked *a)
{
	const struct json_tree *t = &a->line;
	struct question q = {.t = t, .of = text_member(t, 0, "of")};
	struct sticky_fixture storage;
	struct fg *own = NULL;
	char *call = text_member(t, 0, "call");
	struct fg_user *user;
	struct jsonw got;
	char *text = NULL;

	sticky_fixture_begin(&storage);
	if (needs_own_client(t))
		own = open_for(a, &storage);
	read_call_options(t, &q);
	jsonw_new(&got);
	q.got = &got;
	assert_int_equal(
	    fg_session_begin(own != NULL ? own : a->fg, &q.ses), FG_OK);
	assert_int_equal(fg_user_new(&user), FG_OK);
	if (member(t, 0, "user") != 0) {
		read_user(t, user);
		q.user = user;
	}
	q.storage = &storage;
	ask(&q, call);
	if (!agrees(t, member(t, 0, "expect"), &got)) {
		text = strndup(got.text, got.len);
		assert_non_null(text);
	}
	keep_outcome(a->group, text_member(t, 0, "name"), text);
	fg_user_free(user);
	fg_session_end(q.ses);
	fg_close(own);
	sticky_fixture_end(&storage);
	sticky_fixture_free(q.sticky);
	jsonw_free(&got);
	free(call);
	free(q.of);
}

/* Whether there is an image: the document is fine and has updates. */
static bool
is_accepted(const char *document)
{
	struct compile_result r;
	enum fg_status st =
	    compile_document(document, strlen(document), NULL, &r);
	bool has_image = st == FG_OK && r.image != NULL;

	assert_true(st == FG_OK || st == FG_E_INVALID);
	compile_result_free(&r);
	return has_image;
}

static void
leave_document(struct asked *a)
{
	fg_close(a->fg);
	free(a->document);
	a->fg = NULL;
	a->document = NULL;
}

static void
take_document(struct asked *a, uint32_t node)
{
	const struct json_node *at = &a->line.nodes[node];
	struct fg_options o = FG_OPTIONS_INIT;
	char *group = text_member(&a->line, 0, "group");
	size_t i = 0;

	leave_document(a);
	while (strcmp(groups[i], group) != 0)
		assert_true(++i < N_GROUPS);
	free(group);
	a->group = groups[i];
	a->document = strndup(a->line.text + at->start, at->end - at->start);
	assert_non_null(a->document);
	if (is_accepted(a->document)) {
		a->fg =
		    fixture_open_beside(a->document, NULL, &a->countries, 1);
		return;
	}
	o.state_dir = a->empty_dir;
	assert_int_equal(fg_open(&o, &a->fg), FG_OK);
}

static void
take_line(struct asked *a, const char *line, size_t n)
{
	struct json_span span;
	uint32_t document;
	size_t end;

	assert_int_equal(json_check(line, n, &end), FG_OK);
	span = json_span(line, end);
	assert_int_equal(json_parse(&a->line, &span), FG_OK);
	document = member(&a->line, 0, "document");
	if (document != 0)
		take_document(a, document);
	else
		take_question(a);
}

/* Where the reference's own table has the addresses that are asked for. */
static struct snapshot_part
countries(void)
{
	static const char codes[] = "USJPGBCNNL";
	static const struct country_range ranges[] = {
	    {0, COUNTRY_NONE},
	    {0x01010100, 0}, /* 1.1.1.0 */
	    {0x01010200, COUNTRY_NONE},
	    {0x08080800, 0}, /* 8.8.8.0 and 8.8.9.0 */
	    {0x08080a00, COUNTRY_NONE},
	    {0x5102458e, 2}, /* 81.2.69.142 alone */
	    {0x5102458f, COUNTRY_NONE},
	    {0x5bc6ae00, 4}, /* 91.198.174.0 */
	    {0x5bc6af00, COUNTRY_NONE},
	    {0x72727200, 3}, /* 114.114.114.0 */
	    {0x72727300, COUNTRY_NONE},
	    {0x850b0000, 1}, /* 133.11 */
	    {0x850c0000, COUNTRY_NONE},
	};
	struct snapshot_part part = {.kind = MANIFEST_COUNTRIES};
	uint8_t *table;

	assert_int_equal(
	    country_make(codes, 5, ranges, sizeof(ranges) / sizeof(*ranges),
		&table, &part.len),
	    FG_OK);
	part.data = table;
	return part;
}

static int
ask_all(void **state)
{
	FILE *file = fopen(VECTORS, "re");
	struct asked a = {
	    .empty_dir = fixture_state_dir(), .countries = countries()};
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	(void)state;
	assert_non_null(file);
	while ((n = getline(&line, &cap, file)) > 0)
		take_line(&a, line, (size_t)n);
	fclose(file);
	leave_document(&a);
	fixture_remove_dir(a.empty_dir);
	free((void *)(uintptr_t)a.countries.data);
	json_tree_free(&a.line);
	free(line);
	return 0;
}

static int
forget_all(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_outcomes; i++) {
		free(outcomes[i].name);
		free(outcomes[i].got);
	}
	free(outcomes);
	return 0;
}

/* ------------------------------------------------------------- the cases */

static bool
is_of(const struct known *k, const struct outcome *o)
{
	return strncmp(o->name, k->begin, strlen(k->begin)) == 0;
}

static bool
is_known(const struct outcome *o)
{
	for (size_t k = 0; k < N_KNOWN; k++)
		if (is_of(&known[k], o))
			return true;
	return false;
}

static void
a_group_agrees(void **state)
{
	const char *group = *state;
	size_t n = 0, n_bad = 0, n_known = 0;

	for (size_t i = 0; i < n_outcomes; i++) {
		const struct outcome *o = &outcomes[i];

		if (o->group != group)
			continue;
		n++;
		if (o->got != NULL && is_known(o)) {
			n_known++;
		} else if (o->got != NULL) {
			n_bad++;
			print_message("# %s: got %s\n", o->name, o->got);
		}
	}
	print_message("# %s: %zu of %zu agree, %zu are known not to\n", group,
	    n - n_bad - n_known, n, n_known);
	assert_true(n > 0);
	assert_int_equal(n_bad, 0);
}

static void
known_difference(void **state)
{
	const struct known *k = *state;
	size_t n = 0, n_bad = 0;

	for (size_t i = 0; i < n_outcomes; i++) {
		if (!is_of(k, &outcomes[i]))
			continue;
		n++;
		n_bad += outcomes[i].got != NULL;
	}
	print_message(
	    "# %s: %zu of %zu do not agree: %s\n", k->begin, n_bad, n, k->why);
	if (n_bad == 0)
		fail_msg("all agree: take it out of the table");
	skip();
}

int
main(void)
{
	struct CMUnitTest tests[N_GROUPS + N_KNOWN];

	memset(tests, 0, sizeof(tests));
	for (size_t i = 0; i < N_GROUPS; i++) {
		tests[i].name = groups[i];
		tests[i].test_func = a_group_agrees;
		tests[i].initial_state = (void *)(uintptr_t)groups[i];
	}
	for (size_t k = 0; k < N_KNOWN; k++) {
		tests[N_GROUPS + k].name = known[k].why;
		tests[N_GROUPS + k].test_func = known_difference;
		tests[N_GROUPS + k].initial_state =
		    (void *)(uintptr_t)&known[k];
	}
	return cmocka_run_group_tests_name(
	    "vectors", tests, ask_all, forget_all);
}
