#include <stdlib.h>

#include "syncer/compile_int.h"

enum {
	PARAMETERS,
	APP_IDS,
	VERSION,
	CHECKSUM,
	N_FIELDS,
};

static const struct compile_field fields[N_FIELDS] = {
    [PARAMETERS] = COMPILE_REQUIRED("parameters", COMPILE_OBJECT),
    [APP_IDS] = COMPILE_OPTIONAL("targetAppIDs", COMPILE_TEXTS),
    [VERSION] = COMPILE_OPTIONAL("version", COMPILE_U32),
    [CHECKSUM] = COMPILE_OPTIONAL("checksum", COMPILE_TEXT),
};

/*
 * A parameter is of the first kind whose fields are all there and right; what
 * ref_type says does not count.  Each kind is read as an object of its own,
 * because a field that only another kind has may be anything.
 */
enum {
	P_REF_TYPE,
	P_PARAM_TYPE,
	P_NAME,
	P_FIRST,
	P_SECOND,
	P_THIRD,
	N_PARAM_FIELDS,
};

#define COMMON                                                         \
	[P_REF_TYPE] = COMPILE_REQUIRED("ref_type", COMPILE_TEXT),     \
	[P_PARAM_TYPE] = COMPILE_REQUIRED("param_type", COMPILE_TEXT), \
	[P_NAME] = COMPILE_OPTIONAL("name", COMPILE_TEXT)
#define INNER [P_SECOND] = COMPILE_REQUIRED("param_name", COMPILE_TEXT)

static const struct {
	enum image_param kind;
	size_t n;
	struct compile_field fields[N_PARAM_FIELDS];
} kinds[] = {
    {IMAGE_PARAM_STATIC, P_FIRST + 1,
	{COMMON, [P_FIRST] = COMPILE_REQUIRED("value", COMPILE_RAW)}},
    {IMAGE_PARAM_GATE, P_THIRD + 1,
	{COMMON, [P_FIRST] = COMPILE_REQUIRED("gate_name", COMPILE_TEXT),
	    [P_SECOND] = COMPILE_REQUIRED("pass_value", COMPILE_RAW),
	    [P_THIRD] = COMPILE_REQUIRED("fail_value", COMPILE_RAW)}},
    {IMAGE_PARAM_CONFIG, P_SECOND + 1,
	{COMMON, [P_FIRST] = COMPILE_REQUIRED("config_name", COMPILE_TEXT),
	    INNER}},
    {IMAGE_PARAM_EXPERIMENT, P_SECOND + 1,
	{COMMON, [P_FIRST] = COMPILE_REQUIRED("experiment_name", COMPILE_TEXT),
	    INNER}},
    {IMAGE_PARAM_LAYER, P_SECOND + 1,
	{COMMON, [P_FIRST] = COMPILE_REQUIRED("layer_name", COMPILE_TEXT),
	    INNER}},
};

#define N_KINDS (sizeof(kinds) / sizeof(*kinds))

static uint32_t
value(struct compile *c, const struct compile_tree *t, uint32_t node)
{
	switch (compile_kind(t, node)) {
	case JSON_TRUE:
		return c->true_value;
	case JSON_FALSE:
		return c->false_value;
	case JSON_NULL:
		return c->null_value;
	case JSON_NUMBER:
	case JSON_STRING:
	case JSON_ARRAY:
	case JSON_OBJECT:
		break;
	}
	return compile_value(c, t, node);
}

/* Finds out the kind: N_KINDS if it is none of them. */
static size_t
find_kind(struct compile *c, const struct compile_tree *t, uint32_t node,
    uint32_t *got)
{
	for (size_t i = 0; i < N_KINDS; i++) {
		if (compile_fields(
			c, t, node, kinds[i].fields, kinds[i].n, got))
			return i;
		c->failed = false; /* the next kind may fit */
	}
	return N_KINDS;
}

static bool
put_param(struct compile *c, const struct compile_tree *t, uint32_t node,
    uint32_t name, bool plain, uint32_t record)
{
	struct image_build *b = &c->b;
	uint32_t got[N_PARAM_FIELDS], bad;
	const char *why;
	size_t i;

	/* The reference reads a parameter whole before it looks at it. */
	if (!compile_readable(c, t, node, t->above + 2, &bad, &why))
		return compile_fail(c, compile_at(t, bad), NULL, 0, why);
	i = find_kind(c, t, node, got);
	if (i == N_KINDS && plain) {
		image_build_put32(b, record, name);
		image_build_put32(b, record + 4, IMAGE_PARAM_STATIC);
		image_build_put32(b, record + 24, value(c, t, node));
		return true;
	}
	if (i == N_KINDS)
		return compile_fail(c, compile_at(t, node), NULL, 0,
		    "has not the fields of any kind of parameter");
	image_build_put32(b, record, name);
	image_build_put32(b, record + 4, kinds[i].kind);
	image_build_put32(b, record + 8, compile_text(c, t, got[P_REF_TYPE]));
	image_build_put32(
	    b, record + 12, compile_text(c, t, got[P_PARAM_TYPE]));
	if (kinds[i].kind == IMAGE_PARAM_STATIC) {
		image_build_put32(b, record + 24, value(c, t, got[P_FIRST]));
		return true;
	}
	image_build_put32(b, record + 16, compile_text(c, t, got[P_FIRST]));
	if (kinds[i].kind == IMAGE_PARAM_GATE) {
		image_build_put32(b, record + 24, value(c, t, got[P_SECOND]));
		image_build_put32(b, record + 28, value(c, t, got[P_THIRD]));
	} else {
		image_build_put32(
		    b, record + 20, compile_text(c, t, got[P_SECOND]));
	}
	return true;
}

static int
name_cmp(const void *a, const void *b, void *names)
{
	const struct names_entry *x =
	    &((const struct names *)names)->entries[*(const uint32_t *)a];
	const struct names_entry *y =
	    &((const struct names *)names)->entries[*(const uint32_t *)b];
	int order = memcmp(x->bytes, y->bytes, x->n < y->n ? x->n : y->n);

	return order != 0 ? order : (x->n > y->n) - (x->n < y->n);
}

/* The parameters in the order of their names; plain ones are values, too. */
static bool
put_params(struct compile *c, const struct compile_tree *t, uint32_t node,
    bool plain, uint32_t store)
{
	struct compile_where section = {
	    c->where, plain ? "value" : "parameters", plain ? 5 : 10, 0};
	struct compile_members m = {0};
	bool ok = compile_members_read(c, t, node, &m);
	uint32_t n = (uint32_t)m.names.n, run;

	ok = ok && compile_room(c, &c->list, &c->list_cap, n, sizeof(*c->list));
	run = image_build_alloc(&c->b, (size_t)n * IMAGE_STORE_PARAM);
	for (uint32_t i = 0; ok && i < n; i++)
		c->list[i] = i;
	if (ok && n > 1)
		qsort_r(c->list, n, sizeof(*c->list), name_cmp, &m.names);
	for (uint32_t i = 0; ok && i < n; i++) {
		const struct names_entry *e = &m.names.entries[c->list[i]];
		struct compile_where here = {&section, e->bytes, e->n, 0};

		c->where = &here;
		ok = put_param(c, t, m.nodes[c->list[i]],
		    image_build_str(&c->b, e->bytes, e->n), plain,
		    run + i * IMAGE_STORE_PARAM);
	}
	c->where = section.up;
	image_build_put32(&c->b, store + 8, n);
	image_build_put32(&c->b, store + 12, n > 0 ? run : 0);
	compile_members_free(&m);
	return ok;
}

static bool
put_store(struct compile *c, const struct compile_tree *t, uint32_t name,
    uint32_t *record)
{
	struct image_build *b = &c->b;
	uint32_t got[N_FIELDS], flags = 0;

	if (!compile_fields(c, t, 0, fields, N_FIELDS, got))
		return false;
	if (got[APP_IDS] != 0)
		flags |= IMAGE_STORE_HAS_APP_IDS;
	if (got[VERSION] != 0)
		flags |= IMAGE_STORE_HAS_VERSION;
	*record = image_build_alloc(b, IMAGE_STORE);
	image_build_put32(b, *record, name);
	image_build_put32(b, *record + 4, flags);
	image_build_put32(b, *record + 16, compile_texts(c, t, got[APP_IDS]));
	image_build_put32(
	    b, *record + 20, (uint32_t)compile_u64(t, got[VERSION]));
	return put_params(c, t, got[PARAMETERS], false, *record);
}

bool
compile_store_override(struct compile *c, const struct compile_tree *t,
    uint32_t node, uint32_t name, uint32_t *record)
{
	*record = image_build_alloc(&c->b, IMAGE_STORE);
	image_build_put32(&c->b, *record, name);
	return put_params(c, t, node, true, *record);
}

bool
compile_stores(struct compile *c)
{
	struct compile_where name = {c->where, "param_stores", 12, 0}, here;
	struct compile_map *map = &c->stores;
	bool ok = true;

	c->where = &name;
	for (uint32_t i = 0; ok && i < map->names.n; i++) {
		const struct names_entry *e = &map->names.entries[i];

		ok = compile_entry_parse(c, map, i, &c->tree, &here) &&
		    put_store(c, &c->tree,
			image_build_str(&c->b, e->bytes, e->n),
			&map->entries[i].record);
		c->where = &name;
	}
	c->where = name.up;
	if (ok)
		compile_index(c, map, IMAGE_H_STORES);
	return ok;
}
