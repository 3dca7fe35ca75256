#include "tests/unit/sticky_fixture.h"

#include <stdlib.h>

#include "reader/sticky_record.h"
#include "tests/unit/test.h"

struct sticky_fixture_value {
	char *key, *name;
	void *record;
	size_t len;
};

/* ------------------------------------------------------------ the storage */

static struct sticky_fixture_value *
find(struct sticky_fixture *f, const char *key, const char *name)
{
	for (size_t i = 0; i < f->n; i++)
		if (strcmp(f->values[i].key, key) == 0 &&
		    strcmp(f->values[i].name, name) == 0)
			return &f->values[i];
	return NULL;
}

static void
note(struct sticky_fixture *f, const char *what, const char *key,
    const char *name, const void *record, size_t len)
{
	if (f->n_ops++ > 0)
		jsonw_raw(&f->ops, ",", 1);
	jsonw_begin_array(&f->ops);
	jsonw_text(&f->ops, what);
	jsonw_text(&f->ops, key);
	jsonw_text(&f->ops, name);
	if (record != NULL)
		sticky_fixture_print(record, len, &f->ops);
	jsonw_end_array(&f->ops);
}

static enum fg_status
load(void *arg, const char *key, fg_sticky_found found, void *to)
{
	struct sticky_fixture *f = arg;

	if (f->fails != FG_OK)
		return f->fails;
	for (size_t i = 0; i < f->n; i++)
		if (strcmp(f->values[i].key, key) == 0 &&
		    !found(to, f->values[i].name, f->values[i].record,
			f->values[i].len))
			return FG_E_NOMEM;
	return FG_OK;
}

static void
drop(struct sticky_fixture_value *v)
{
	free(v->key);
	free(v->name);
	free(v->record);
}

static enum fg_status
forget(void *arg, const char *key, const char *name)
{
	struct sticky_fixture *f = arg;
	struct sticky_fixture_value *v = find(f, key, name);

	note(f, "delete", key, name, NULL, 0);
	if (f->fails != FG_OK)
		return f->fails;
	if (v == NULL)
		return FG_ABSENT;
	drop(v);
	*v = f->values[--f->n];
	return FG_OK;
}

static enum fg_status
save(void *arg, const char *key, const char *name, const void *record,
    size_t len)
{
	struct sticky_fixture *f = arg;
	struct sticky_fixture_value *v = find(f, key, name);

	note(f, "save", key, name, record, len);
	if (f->fails != FG_OK)
		return f->fails;
	if (v != NULL) {
		drop(v);
	} else {
		f->values = realloc(f->values, (f->n + 1) * sizeof(*f->values));
		assert_non_null(f->values);
		v = &f->values[f->n++];
	}
	v->key = strdup(key);
	v->name = strdup(name);
	v->record = malloc(len);
	v->len = len;
	assert_true(v->key != NULL && v->name != NULL && v->record != NULL);
	memcpy(v->record, record, len);
	return FG_OK;
}

void
sticky_fixture_begin(struct sticky_fixture *f)
{
	*f = (struct sticky_fixture){.storage = {f, load, save, forget}};
	jsonw_new(&f->ops);
}

void
sticky_fixture_clear_ops(struct sticky_fixture *f)
{
	jsonw_clear(&f->ops);
	f->n_ops = 0;
}

void
sticky_fixture_end(struct sticky_fixture *f)
{
	for (size_t i = 0; i < f->n; i++)
		drop(&f->values[i]);
	free(f->values);
	jsonw_free(&f->ops);
}

/* --------------------------------------------------------- records to JSON */

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
put_list(
    struct jsonw *w, const char *key, const struct fg_exposure *list, size_t n)
{
	jsonw_key(w, key);
	if (list == NULL && n == 0 && strcmp(key, "secondary_exposures") != 0) {
		jsonw_null(w);
		return;
	}
	jsonw_begin_array(w);
	for (size_t i = 0; i < n; i++) {
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
put_number(struct jsonw *w, const char *key, bool is_there, uint64_t x)
{
	jsonw_key(w, key);
	if (is_there)
		jsonw_u64(w, x);
	else
		jsonw_null(w);
}

static void
put_record(struct jsonw *w, const struct fg_sticky_content *r)
{
	jsonw_begin_object(w);
	jsonw_key(w, "value");
	jsonw_bool(w, r->value);
	jsonw_key(w, "json_value");
	jsonw_raw(w, r->params->text, r->params->len);
	put_text(w, "rule_id", r->rule_id);
	put_text(w, "group_name", r->group_name);
	put_list(w, "secondary_exposures", r->secondary, r->n_secondary);
	put_list(w, "undelegated_secondary_exposures", r->undelegated,
	    r->n_undelegated);
	put_text(w, "config_delegate", r->delegate);
	jsonw_key(w, "explicit_parameters");
	if (r->explicit_params != NULL) {
		jsonw_begin_array(w);
		for (size_t i = 0; i < r->n_explicit_params; i++)
			jsonw_text(w, r->explicit_params[i]);
		jsonw_end_array(w);
	} else {
		jsonw_null(w);
	}
	put_number(w, "time", r->lcut != 0, r->lcut);
	put_number(w, "config_version", r->has_version, r->version);
	jsonw_end_object(w);
}

void
sticky_fixture_print(const void *record, size_t n, struct jsonw *w)
{
	struct fg_sticky_content r;
	struct arena arena;

	assert_true(arena_init(&arena, 4096));
	assert_int_equal(sticky_record_get(record, n, &arena, &r), FG_OK);
	put_record(w, &r);
	arena_free(&arena);
}

/* ------------------------------------------------------- records from JSON */

/* What is read, in one arena; fg_sticky comes first, to be freed by it. */
struct given {
	struct fg_sticky sticky;
	struct arena arena;
};

static const struct json_node *
at(const struct json_tree *t, uint32_t node)
{
	return &t->nodes[node];
}

/* Texts of these tests are without escapes. */
static const char *
text_of(const struct json_tree *t, uint32_t node, struct arena *a)
{
	const struct json_node *n = at(t, node);

	if (n->kind == JSON_NULL)
		return NULL;
	assert_int_equal(n->kind, JSON_STRING);
	return arena_text(a, t->text + n->start, n->end - n->start);
}

/* The value of an object's member. */
static uint32_t
member(const struct json_tree *t, uint32_t object, const char *key)
{
	uint32_t i = object + 1;

	for (uint32_t k = 0; k < at(t, object)->n_children; k++) {
		const struct json_node *name = at(t, i);

		if (name->end - name->start == strlen(key) &&
		    memcmp(t->text + name->start, key, strlen(key)) == 0)
			return i + 1;
		i = at(t, i + 1)->next;
	}
	fail_msg("a record has no %s", key);
	return 0;
}

static const struct fg_exposure *
read_list(const struct json_tree *t, uint32_t node, struct arena *a, size_t *n)
{
	struct fg_exposure *list;
	uint32_t i = node + 1;

	*n = 0;
	if (at(t, node)->kind == JSON_NULL)
		return NULL;
	*n = at(t, node)->n_children;
	list = arena_get(a, (*n + 1) * sizeof(*list));
	for (size_t k = 0; k < *n; k++) {
		list[k].gate = text_of(t, member(t, i, "gate"), a);
		list[k].rule_id = text_of(t, member(t, i, "ruleID"), a);
		list[k].value = strcmp(text_of(t, member(t, i, "gateValue"), a),
				    "true") == 0;
		i = at(t, i)->next;
	}
	return list;
}

static const char *const *
read_texts(const struct json_tree *t, uint32_t node, struct arena *a, size_t *n)
{
	const char **list;
	uint32_t i = node + 1;

	*n = 0;
	if (at(t, node)->kind == JSON_NULL)
		return NULL;
	*n = at(t, node)->n_children;
	list = arena_get(a, (*n + 1) * sizeof(*list));
	for (size_t k = 0; k < *n; k++) {
		list[k] = text_of(t, i, a);
		i = at(t, i)->next;
	}
	return list;
}

static bool
read_number(const struct json_tree *t, uint32_t node, uint64_t *x)
{
	const struct json_node *n = at(t, node);
	int64_t value = 0;

	if (n->kind == JSON_NULL)
		return false;
	assert_true(json_i64(t->text + n->start, n->end - n->start, &value));
	*x = (uint64_t)value;
	return true;
}

/* Flat objects of texts and integers are enough. */
static const struct fg_params *
read_params(const struct json_tree *t, uint32_t node, struct arena *a)
{
	const struct fg_params *params = &params_empty;
	struct fg_member members[8];
	uint32_t i = node + 1, n = at(t, node)->n_children;

	if (at(t, node)->kind != JSON_OBJECT)
		return params;
	assert_in_range(n, 0, 8);
	for (uint32_t k = 0; k < n; k++) {
		struct fg_value *v = &members[k].value;

		members[k].key = text_of(t, i, a);
		members[k].key_len = strlen(members[k].key);
		if (at(t, i + 1)->kind == JSON_STRING) {
			v->type = FG_STRING;
			v->u.string.bytes = text_of(t, i + 1, a);
			v->u.string.len = strlen(v->u.string.bytes);
		} else {
			v->type = FG_INT;
			read_number(
			    t, i + 1, (uint64_t *)(void *)&v->u.integer);
		}
		i = at(t, i + 1)->next;
	}
	assert_int_equal(params_from_members(members, n, a, &params), FG_OK);
	return params;
}

static void
read_record(const struct json_tree *t, uint32_t node, struct arena *a,
    struct fg_sticky_value *out)
{
	struct fg_sticky_content r = {0};
	const uint8_t *bytes;
	uint64_t version = 0;

	r.value = at(t, member(t, node, "value"))->kind == JSON_TRUE;
	r.params = read_params(t, member(t, node, "json_value"), a);
	r.rule_id = text_of(t, member(t, node, "rule_id"), a);
	r.group_name = text_of(t, member(t, node, "group_name"), a);
	r.delegate = text_of(t, member(t, node, "config_delegate"), a);
	r.secondary = read_list(
	    t, member(t, node, "secondary_exposures"), a, &r.n_secondary);
	r.undelegated =
	    read_list(t, member(t, node, "undelegated_secondary_exposures"), a,
		&r.n_undelegated);
	r.explicit_params = read_texts(
	    t, member(t, node, "explicit_parameters"), a, &r.n_explicit_params);
	read_number(t, member(t, node, "time"), &r.lcut);
	r.has_version =
	    read_number(t, member(t, node, "config_version"), &version);
	r.version = (uint32_t)version;
	assert_int_equal(sticky_record_put(&r, a, &bytes, &out->len), FG_OK);
	out->record = bytes;
}

struct fg_sticky *
sticky_fixture_read(const struct json_tree *t, uint32_t node)
{
	struct given *g = calloc(1, sizeof(*g));
	struct fg_sticky_value *values;
	uint32_t i = node + 1;

	assert_non_null(g);
	assert_true(arena_init(&g->arena, 4096));
	g->sticky.n = at(t, node)->n_children;
	values = arena_get(&g->arena, (g->sticky.n + 1) * sizeof(*values));
	for (size_t k = 0; k < g->sticky.n; k++) {
		values[k].name = text_of(t, i, &g->arena);
		read_record(t, i + 1, &g->arena, &values[k]);
		i = at(t, i + 1)->next;
	}
	g->sticky.values = values;
	return &g->sticky;
}

struct fg_sticky *
sticky_fixture_text(const char *json)
{
	struct json_tree t = {0};
	struct json_span span;
	struct fg_sticky *sticky;
	size_t end;

	assert_int_equal(json_check(json, strlen(json), &end), FG_OK);
	span = json_span(json, end);
	assert_int_equal(json_parse(&t, &span), FG_OK);
	sticky = sticky_fixture_read(&t, 0);
	json_tree_free(&t);
	return sticky;
}

void
sticky_fixture_free(struct fg_sticky *sticky)
{
	struct given *g = (struct given *)(void *)sticky;

	if (g == NULL)
		return;
	arena_free(&g->arena);
	free(g);
}
